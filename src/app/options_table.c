#include "app/options_internal.h"

#include <stddef.h>
#include <string.h>

#define AT(member) offsetof(struct options, member)

/* In the order of --help; rows without a field set more than one. */
const struct option_row options_table[] = {
	{ 'H', "hostname", NULL, ARGUMENT_REQUIRED, "HOST", GROUP_TARGET,
	    "server name or address; required, may also be given without "
	    "the option",
	    options_set_host, 0 },
	{ 'p', "port", NULL, ARGUMENT_REQUIRED, "PORT", GROUP_TARGET,
	    "number or service name (default: 465 with -s, 587 with "
	    "credentials, otherwise 25)",
	    options_set_port, 0 },
	{ 'I', "ip-address", NULL, ARGUMENT_REQUIRED, "ADDR", GROUP_TARGET,
	    "connect to this address; HOST still counts for SNI and the "
	    "certificate",
	    options_set_connect_address, 0 },
	{ '4', "use-ipv4", NULL, ARGUMENT_NONE, NULL, GROUP_TARGET,
	    "use IPv4 only", options_set_family, 0 },
	{ '6', "use-ipv6", NULL, ARGUMENT_NONE, NULL, GROUP_TARGET,
	    "use IPv6 only", options_set_family, 0 },
	{ 0, "resolver", NULL, ARGUMENT_REQUIRED, "ADDR[:PORT][,...]",
	    GROUP_TARGET,
	    "ask these DNS servers, not the system's or /etc/hosts",
	    options_set_resolver, 0 },
	{ 'F', "fqdn", NULL, ARGUMENT_REQUIRED, "NAME", GROUP_TARGET,
	    "name to say in EHLO (default: the host name if it has a dot, "
	    "else the address)",
	    options_set_ehlo_name, 0 },
	{ 'L', "lmtp", NULL, ARGUMENT_NONE, NULL, GROUP_TARGET,
	    "say LHLO instead of EHLO", options_set_true, AT(lmtp) },
	{ 'r', "proxy", NULL, ARGUMENT_OPTIONAL, "v1|v2", GROUP_TARGET,
	    "send a PROXY protocol header first (default: v1)",
	    options_set_proxy, 0 },

	{ 'S', "starttls", NULL, ARGUMENT_NONE, NULL, GROUP_TLS,
	    "require STARTTLS (default with credentials or -D)",
	    options_set_tls_mode, 0 },
	{ 's', "ssl", "tls", ARGUMENT_NONE, NULL, GROUP_TLS,
	    "TLS from the first byte (default on port 465)",
	    options_set_tls_mode, 0 },
	{ 0, "no-tls", NULL, ARGUMENT_NONE, NULL, GROUP_TLS, "never use TLS",
	    options_set_tls_mode, 0 },
	{ 0, "ca-file", NULL, ARGUMENT_REQUIRED, "FILE", GROUP_TLS,
	    "trust these roots instead of the system's", options_set_string,
	    AT(ca_file) },
	{ 0, "ca-path", NULL, ARGUMENT_REQUIRED, "DIR", GROUP_TLS,
	    "trust this hashed directory instead of the system's",
	    options_set_string, AT(ca_path) },
	{ 0, "pin", NULL, ARGUMENT_REQUIRED, "sha256//BASE64", GROUP_TLS,
	    "the server's public key must have this digest; repeatable; "
	    "stands in for chain and name",
	    options_set_pin, 0 },
	{ 0, "insecure", NULL, ARGUMENT_NONE, NULL, GROUP_TLS,
	    "go on with an unverified server, but send it no secret",
	    options_set_true, AT(insecure) },
	{ 0, "allow-unverified", NULL, ARGUMENT_NONE, NULL, GROUP_TLS,
	    "go on with an unverified server and send it the secret",
	    options_set_unverified, 0 },
	{ 0, "sni", NULL, ARGUMENT_OPTIONAL, "NAME", GROUP_TLS,
	    "name to send as SNI (default: --verify-name, else HOST)",
	    options_set_sni, AT(sni) },
	{ 0, "verify-name", NULL, ARGUMENT_REQUIRED, "NAME", GROUP_TLS,
	    "name the certificate must carry (default: HOST)",
	    options_set_server_name, AT(verify_name) },
	{ 0, "tls-min", NULL, ARGUMENT_REQUIRED, "1.2|1.3", GROUP_TLS,
	    "oldest protocol accepted (default: 1.2)", options_set_tls_min, 0 },
	{ 0, "client-cert", NULL, ARGUMENT_REQUIRED, "FILE", GROUP_TLS,
	    "client certificate (PEM)", options_set_string, AT(client_cert) },
	{ 0, "client-key", NULL, ARGUMENT_REQUIRED, "FILE", GROUP_TLS,
	    "its key (PEM; default: in the same file)", options_set_string,
	    AT(client_key) },
	{ 'D', "certificate", NULL, ARGUMENT_REQUIRED, "WARN[,CRIT]", GROUP_TLS,
	    "days of validity that must be left", options_set_days, 0 },
	{ 0, "ignore-certificate-expiration", NULL, ARGUMENT_NONE, NULL,
	    GROUP_TLS, "go on with an expired certificate, and report it",
	    options_set_true, AT(ignore_expiry) },

	{ 'A', "authtype", NULL, ARGUMENT_REQUIRED, "MECH[,MECH...]",
	    GROUP_AUTH,
	    "mechanisms allowed, in order of preference (default: the "
	    "strongest that is offered and fits the secret)",
	    options_set_mechs, 0 },
	{ 'U', "authuser", NULL, ARGUMENT_REQUIRED, "USER", GROUP_AUTH,
	    "user name", options_set_identity, AT(user) },
	{ 'P', "authpass", NULL, ARGUMENT_REQUIRED, "SECRET", GROUP_AUTH,
	    "password; better use --password-from", options_set_password, 0 },
	{ 0, "password-from", NULL, ARGUMENT_REQUIRED, "SOURCE", GROUP_AUTH,
	    "read the password from file:PATH, env:NAME, fd:N, stdin, "
	    "cmd:COMMAND, cred:NAME or pass:TEXT",
	    options_set_source, 0 },
	{ 0, "token-from", NULL, ARGUMENT_REQUIRED, "SOURCE", GROUP_AUTH,
	    "read an OAuth 2.0 access token from there", options_set_source,
	    0 },
	{ 0, "authzid", NULL, ARGUMENT_REQUIRED, "ID", GROUP_AUTH,
	    "authorization identity", options_set_identity, AT(authzid) },
	{ 0, "allow-cleartext", NULL, ARGUMENT_NONE, NULL, GROUP_AUTH,
	    "send the secret without TLS", options_set_true,
	    AT(allow_cleartext) },
	{ 0, "expect-rejected", NULL, ARGUMENT_NONE, NULL, GROUP_AUTH,
	    "OK if the login is refused, CRITICAL if it succeeds",
	    options_set_true, AT(expect_rejected) },
	{ 0, "extra-opts", NULL, ARGUMENT_OPTIONAL, "[SECTION][@FILE]",
	    GROUP_AUTH,
	    "read options from an INI file (default section: "
	    "check_smtp_auth)",
	    options_set_nothing, 0 },

	{ 'e', "expect", NULL, ARGUMENT_REQUIRED, "STRING", GROUP_DEPTH,
	    "the greeting or an EHLO reply must contain it", options_set_string,
	    AT(expect) },
	{ 'f', "from", NULL, ARGUMENT_REQUIRED, "ADDR", GROUP_DEPTH,
	    "MAIL FROM after the login", options_set_address, AT(from) },
	{ 0, "rcpt", NULL, ARGUMENT_REQUIRED, "ADDR", GROUP_DEPTH,
	    "RCPT TO after that", options_set_address, AT(rcpt) },
	{ 'C', "command", NULL, ARGUMENT_REQUIRED, "CMD", GROUP_DEPTH,
	    "SMTP command to send then; repeatable", options_set_command, 0 },
	{ 'R', "response", NULL, ARGUMENT_REQUIRED, "REGEX", GROUP_DEPTH,
	    "the reply to it must match; the first -R belongs to the first "
	    "-C, and so on",
	    options_set_response, 0 },
	{ 0, "require-extension", NULL, ARGUMENT_REQUIRED, "EXT[,...]",
	    GROUP_DEPTH, "EHLO keywords that must be offered",
	    options_set_words, AT(require_extension) },
	{ 0, "require-mechanism", NULL, ARGUMENT_REQUIRED, "MECH[,...]",
	    GROUP_DEPTH, "mechanisms that must be offered", options_set_words,
	    AT(require_mechanism) },
	{ 0, "forbid-mechanism", NULL, ARGUMENT_REQUIRED, "MECH[,...]",
	    GROUP_DEPTH, "mechanisms that must not be offered",
	    options_set_words, AT(forbid_mechanism) },
	{ 0, "forbid-cleartext-auth", NULL, ARGUMENT_NONE, NULL, GROUP_DEPTH,
	    "AUTH must not be offered before TLS", options_set_true,
	    AT(forbid_cleartext_auth) },

	{ 'w', "warning", NULL, ARGUMENT_REQUIRED, "[PHASE=]RANGE",
	    GROUP_THRESHOLDS,
	    "seconds outside of which it is WARNING; PHASE is dns, connect, "
	    "tls, greeting, ehlo, starttls, auth, envelope, quit, time "
	    "(default: time, the whole check) or token (what it has left)",
	    options_set_threshold, AT(warning) },
	{ 'c', "critical", NULL, ARGUMENT_REQUIRED, "[PHASE=]RANGE",
	    GROUP_THRESHOLDS, "the same for CRITICAL", options_set_threshold,
	    AT(critical) },
	{ 't', "timeout", NULL, ARGUMENT_REQUIRED, "SECONDS[:STATE]",
	    GROUP_THRESHOLDS, "deadline for everything (default: 10:critical)",
	    options_set_timeout, 0 },
	{ 0, "on", NULL, ARGUMENT_REQUIRED, "CONDITION=STATE", GROUP_THRESHOLDS,
	    "change the state that a condition gives; repeatable",
	    options_set_state, 0 },

	{ 'v', "verbose", NULL, ARGUMENT_NONE, NULL, GROUP_OUTPUT,
	    "show more: -v phases, -vv the dialogue, -vvv everything",
	    options_set_verbose, 0 },
	{ 0, "output-format", NULL, ARGUMENT_REQUIRED, "FORMAT", GROUP_OUTPUT,
	    "text (default), json or openmetrics", options_set_format, 0 },
	{ 0, "output-file", NULL, ARGUMENT_REQUIRED, "PATH", GROUP_OUTPUT,
	    "write that to this file, atomically; standard output gets the "
	    "text",
	    options_set_string, AT(output_file) },
	{ 0, "perfdata", NULL, ARGUMENT_REQUIRED, "all|known", GROUP_OUTPUT,
	    "known leaves out values that are U (default: all)",
	    options_set_perfdata, 0 },
	{ 0, "color", NULL, ARGUMENT_REQUIRED, "auto|always|never",
	    GROUP_OUTPUT,
	    "draw the phases of -v as bars (default: auto, on a terminal)",
	    options_set_color, 0 },
	{ 0, "quiet", NULL, ARGUMENT_NONE, NULL, GROUP_OUTPUT,
	    "print nothing when the state is OK", options_set_true, AT(quiet) },
	{ 'q', "ignore-quit-failure", NULL, ARGUMENT_NONE, NULL, GROUP_OUTPUT,
	    "accepted for check_smtp's users; has no effect",
	    options_set_nothing, 0 },
	{ 'h', "help", NULL, ARGUMENT_NONE, NULL, GROUP_OUTPUT,
	    "print this help and exit", options_set_action, 0 },
	{ 'V', "version", NULL, ARGUMENT_NONE, NULL, GROUP_OUTPUT,
	    "print the version, and those of OpenSSL and c-ares, and exit",
	    options_set_action, 0 },
	{ .name = NULL },
};

const struct option_row *
options_find_letter(int letter)
{
	const struct option_row *row;

	for (row = options_table; row->name != NULL; row++)
		if (row->letter != 0 && row->letter == letter)
			return row;
	return NULL;
}

const struct option_row *
options_find_name(const char *name)
{
	const struct option_row *row;

	for (row = options_table; row->name != NULL; row++)
		if (strcmp(row->name, name) == 0 ||
		    (row->alias != NULL && strcmp(row->alias, name) == 0))
			return row;
	return NULL;
}

const struct option_row *
options_find_prefix(const char *name)
{
	const struct option_row *row, *found = options_find_name(name);
	size_t n = strlen(name);

	if (found != NULL)
		return found;
	for (row = options_table; row->name != NULL; row++) {
		if (strncmp(row->name, name, n) != 0 &&
		    (row->alias == NULL || strncmp(row->alias, name, n) != 0))
			continue;
		if (found != NULL)
			return NULL;
		found = row;
	}
	return found;
}
