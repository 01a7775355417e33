#include "options/table.h"

#include <stddef.h>

#include "options/internal.h"

#define NAME(word, title) .name = (word), .group = GROUP_##title
#define NAMES(character, word, title) .letter = (character), NAME(word, title)
#define TAKES(what) .argument = ARGUMENT_REQUIRED, .value = (what)
#define MAY_TAKE(what) .argument = ARGUMENT_OPTIONAL, .value = (what)
#define SETS(setter, member)                                                   \
	.set = (setter), .field = offsetof(struct options, member)
#define KEEPS(setter, member) SETS(setter, member), .traits = OPTION_OWNED

/* In the order of --help; rows without a field set more than one. */
static const struct option_row rows[] = {
	{ NAMES('H', "hostname", TARGET), TAKES("HOST"),
	    .help =
		"server name or address; required, may also be given without "
		"the option",
	    KEEPS(options_set_host, check.host), .kind = KIND_HOST },
	{ NAMES('p', "port", TARGET), TAKES("PORT"),
	    .help = "number or service name (default: 465 with -s, 587 with "
		    "credentials, otherwise 25)",
	    .set = options_set_port },
	{ NAMES('I', "ip-address", TARGET), TAKES("ADDR"),
	    .help =
		"connect to this address; HOST still counts for SNI and the "
		"certificate",
	    KEEPS(options_set_connect_address, check.connect_address) },
	{ NAMES('4', "use-ipv4", TARGET), .help = "use IPv4 only",
	    .set = options_set_family },
	{ NAMES('6', "use-ipv6", TARGET), .help = "use IPv6 only",
	    .set = options_set_family },
	{ NAME("resolver", TARGET), TAKES("ADDR[:PORT][,...]"),
	    .help = "ask these DNS servers, not the system's or /etc/hosts",
	    KEEPS(options_set_resolver, check.resolver) },
	{ NAMES('F', "fqdn", TARGET), TAKES("NAME"),
	    .help =
		"name to say in EHLO (default: the host name if it has a dot, "
		"else the address)",
	    KEEPS(options_set_ehlo_name, check.ehlo_name), .kind = KIND_HOST },
	{ NAMES('L', "lmtp", TARGET), .help = "say LHLO instead of EHLO",
	    SETS(options_set_true, check.lmtp) },
	{ NAMES('r', "proxy", TARGET), MAY_TAKE("v1|v2"),
	    .help = "send a PROXY protocol header first (default: v1)",
	    .set = options_set_proxy, .kind = KIND_WORDS },

	{ NAMES('S', "starttls", TLS),
	    .help = "require STARTTLS (default with credentials or -D)",
	    .set = options_set_tls_mode },
	{ NAMES('s', "ssl", TLS), .alias = "tls",
	    .help = "TLS from the first byte (default on port 465)",
	    .set = options_set_tls_mode },
	{ NAME("no-tls", TLS), .help = "never use TLS",
	    .set = options_set_tls_mode },
	{ NAME("ca-file", TLS), TAKES("FILE"),
	    .help = "trust these roots instead of the system's",
	    KEEPS(options_set_string, check.ca_file), .kind = KIND_FILE },
	{ NAME("ca-path", TLS), TAKES("DIR"),
	    .help = "trust this hashed directory instead of the system's",
	    KEEPS(options_set_string, check.ca_path), .kind = KIND_FOLDER },
	{ NAME("pin", TLS), TAKES("sha256//BASE64"),
	    .help =
		"the server's public key must have this digest; repeatable; "
		"stands in for chain and name",
	    .set = options_set_pin },
	{ NAME("insecure", TLS),
	    .help = "go on with an unverified server, but send it no secret",
	    SETS(options_set_true, check.insecure) },
	{ NAME("allow-unverified", TLS),
	    .help = "go on with an unverified server and send it the secret",
	    .set = options_set_unverified },
	{ NAME("sni", TLS), MAY_TAKE("NAME"),
	    .help = "name to send as SNI (default: --verify-name, else HOST)",
	    KEEPS(options_set_sni, check.sni), .kind = KIND_HOST },
	{ NAME("verify-name", TLS), TAKES("NAME"),
	    .help = "name the certificate must carry (default: HOST)",
	    KEEPS(options_set_server_name, check.verify_name),
	    .kind = KIND_HOST },
	{ NAME("tls-min", TLS), TAKES("1.2|1.3"),
	    .help =
		"oldest protocol accepted (default: 1.2, or what openssl.cnf "
		"asks for if newer)",
	    .set = options_set_tls_min, .kind = KIND_WORDS },
	{ NAME("client-cert", TLS), TAKES("FILE"),
	    .help = "client certificate (PEM)",
	    KEEPS(options_set_string, check.client_cert), .kind = KIND_FILE },
	{ NAME("client-key", TLS), TAKES("FILE"),
	    .help = "its key (PEM; default: in the same file)",
	    KEEPS(options_set_string, check.client_key), .kind = KIND_FILE },
	{ NAMES('D', "certificate", TLS), TAKES("WARN[,CRIT]"),
	    .help = "days of validity that must be left",
	    .set = options_set_days },
	{ NAME("ignore-certificate-expiration", TLS),
	    .help = "go on with an expired certificate, and report it",
	    SETS(options_set_true, check.ignore_expiry) },

	{ NAMES('A', "authtype", AUTH), TAKES("MECH[,MECH...]"),
	    .help = "mechanisms allowed, in order of preference, or strongest "
		    "(default: PLAIN first, over TLS; else a challenge)",
	    .set = options_set_mechs, .kind = KIND_PREFERENCE },
	{ NAMES('U', "authuser", AUTH), TAKES("USER"), .help = "user name",
	    KEEPS(options_set_identity, check.user) },
	{ NAMES('P', "authpass", AUTH), TAKES("SECRET"),
	    .help = "password; better use --password-from",
	    .set = options_set_password, .traits = OPTION_SECRET },
	{ NAME("password-from", AUTH), TAKES("SOURCE"),
	    .help = "read the password from file:PATH, env:NAME, fd:N, stdin, "
		    "ask, cmd:COMMAND, cred:NAME or pass:TEXT",
	    .set = options_set_source, .traits = OPTION_SOURCE,
	    .kind = KIND_SOURCE },
	{ NAME("token-from", AUTH), TAKES("SOURCE"),
	    .help = "read an OAuth 2.0 access token from there, or from "
		    "oauth2:NAME, which smtp-oauth2 renews",
	    .set = options_set_source, .traits = OPTION_SOURCE,
	    .kind = KIND_SOURCE },
	{ NAME("authzid", AUTH), TAKES("ID"), .help = "authorization identity",
	    KEEPS(options_set_identity, check.authzid) },
	{ NAME("allow-cleartext", AUTH), .help = "send the secret without TLS",
	    SETS(options_set_true, check.allow_cleartext) },
	{ NAME("expect-rejected", AUTH),
	    .help = "OK if the login is refused, CRITICAL if it succeeds",
	    SETS(options_set_true, check.expect_rejected) },
	{ NAME("extra-opts", AUTH), MAY_TAKE("[SECTION][@FILE]"),
	    .help = "read options from an INI file (default section: "
		    "check_smtp_auth)",
	    .set = options_set_nothing,
	    .traits = OPTION_FILES | OPTION_WORD_APART, .kind = KIND_SECTION },

	{ NAMES('e', "expect", DEPTH), TAKES("STRING"),
	    .help = "the greeting or an EHLO reply must contain it",
	    SETS(options_set_string, check.expect),
	    .traits = OPTION_EMPTY | OPTION_OWNED },
	{ NAMES('f', "from", DEPTH), TAKES("ADDR"),
	    .help = "MAIL FROM after the login",
	    KEEPS(options_set_address, check.from) },
	{ NAME("rcpt", DEPTH), TAKES("ADDR"), .help = "RCPT TO after that",
	    KEEPS(options_set_address, check.rcpt) },
	{ NAMES('C', "command", DEPTH), TAKES("CMD"),
	    .help = "SMTP command to send then; repeatable",
	    .set = options_set_command },
	{ NAMES('R', "response", DEPTH), TAKES("REGEX"),
	    .help =
		"the reply to it must match; the first -R belongs to the first "
		"-C, and so on",
	    .set = options_set_response },
	{ NAME("require-extension", DEPTH), TAKES("EXT[,...]"),
	    .help = "EHLO keywords that must be offered",
	    SETS(options_set_words, check.require_extension) },
	{ NAME("require-mechanism", DEPTH), TAKES("MECH[,...]"),
	    .help = "mechanisms that must be offered",
	    SETS(options_set_words, check.require_mechanism),
	    .kind = KIND_MECHANISMS },
	{ NAME("forbid-mechanism", DEPTH), TAKES("MECH[,...]"),
	    .help = "mechanisms that must not be offered",
	    SETS(options_set_words, check.forbid_mechanism),
	    .kind = KIND_MECHANISMS },
	{ NAME("forbid-cleartext-auth", DEPTH),
	    .help = "AUTH must not be offered before TLS",
	    SETS(options_set_true, check.forbid_cleartext_auth) },

	{ NAMES('w', "warning", THRESHOLDS), TAKES("[PHASE=]RANGE"),
	    .help =
		"seconds outside of which it is WARNING; PHASE is dns, connect, "
		"tls, greeting, ehlo, starttls, auth, envelope, quit, time "
		"(default: time, the whole check) or token (what it has left)",
	    SETS(options_set_threshold, check.warning), .kind = KIND_RANGE,
	    .old = "-wt" },
	{ NAMES('c', "critical", THRESHOLDS), TAKES("[PHASE=]RANGE"),
	    .help = "the same for CRITICAL",
	    SETS(options_set_threshold, check.critical), .kind = KIND_RANGE,
	    .old = "-ct" },
	{ NAME("credential-days", THRESHOLDS), TAKES("WARN[,CRIT]"),
	    .help = "days that must be left of what a token of oauth2: is "
		    "renewed with",
	    .set = options_set_credential_days },
	{ NAMES('t', "timeout", THRESHOLDS), TAKES("SECONDS[:STATE]"),
	    .help = "deadline for everything (default: 10:critical)",
	    .set = options_set_timeout, .kind = KIND_TIMEOUT, .old = "-to" },
	{ NAME("on", THRESHOLDS), TAKES("CONDITION=STATE[,...]"),
	    .help = "change the state that a condition gives; repeatable",
	    .set = options_set_state, .kind = KIND_STATE },

	{ NAME("guard", MEMORY), MAY_TAKE("COUNT/SECONDS"),
	    .help = "do not send a secret again that the server refused COUNT "
		    "times within SECONDS (default: 3/3600)",
	    .set = options_set_guard },
	{ NAME("baseline", MEMORY), MAY_TAKE("WHAT[,...]"),
	    .help = "what the service offers must stay as it was: mechanisms, "
		    "tls, issuer, key, greeting, extensions (default: all)",
	    .set = options_set_baseline, .kind = KIND_TEXT },
	{ NAME("accept-changes", MEMORY),
	    .help = "let it be as it is now from here on; to be given once",
	    SETS(options_set_true, check.accept_changes) },
	{ NAME("state-dir", MEMORY), TAKES("DIR"),
	    .help =
		"where that is kept, and smtp-oauth2's tokens (default: what "
		"STATE_DIRECTORY or MP_STATE_PATH names, else "
		"/var/lib/check_smtp_auth)",
	    SETS(options_set_string, check.state_dir),
	    .traits = OPTION_OWNED | OPTION_RUN, .kind = KIND_FOLDER },

	{ NAME("batch", BATCH), TAKES("FILE"),
	    .help = "do all checks of this INI file, a section each",
	    SETS(options_set_string, batch),
	    .traits = OPTION_OWNED | OPTION_RUN, .kind = KIND_FILE },
	{ NAME("only", BATCH), TAKES("GLOB"),
	    .help = "those whose names match; repeatable",
	    SETS(options_set_only, only), .traits = OPTION_RUN },
	{ NAME("list", BATCH), MAY_TAKE("zabbix"),
	    .help = "print their names, for Zabbix as discovery data",
	    .set = options_set_list, .traits = OPTION_RUN, .kind = KIND_WORDS },
	{ NAME("parallel", BATCH), TAKES("N"),
	    .help = "so many at a time (default: 50, less if descriptors are "
		    "few)",
	    SETS(options_set_count, parallel), .traits = OPTION_RUN },
	{ NAME("per-host", BATCH), TAKES("N"),
	    .help = "so many of one server at a time (default: 4)",
	    SETS(options_set_count, per_host), .traits = OPTION_RUN },
	{ NAME("run-timeout", BATCH), TAKES("SECONDS"),
	    .help = "deadline for all of them together (default: 60)",
	    .set = options_set_run_timeout, .traits = OPTION_RUN },

	{ NAMES('v', "verbose", OUTPUT),
	    .help = "show more: -v phases, -vv the dialogue, -vvv everything",
	    .set = options_set_verbose, .traits = OPTION_RUN },
	{ NAME("output-format", OUTPUT), TAKES("FORMAT"),
	    .help =
		"text (default), json, openmetrics; with --batch also nagios, "
		"icinga2, zabbix or html",
	    .set = options_set_format, .traits = OPTION_RUN,
	    .kind = KIND_WORDS },
	{ NAME("output-file", OUTPUT), TAKES("PATH"),
	    .help =
		"write that to this file, atomically; standard output gets the "
		"text",
	    SETS(options_set_string, output_file),
	    .traits = OPTION_OWNED | OPTION_RUN, .kind = KIND_FILE },
	{ NAME("perfdata", OUTPUT), TAKES("all|known"),
	    .help = "known leaves out values that are U (default: all)",
	    .set = options_set_perfdata, .traits = OPTION_RUN,
	    .kind = KIND_WORDS },
	{ NAME("color", OUTPUT), TAKES("auto|always|never"),
	    .help =
		"draw the phases of -v as bars (default: auto, on a terminal)",
	    .set = options_set_color, .traits = OPTION_RUN,
	    .kind = KIND_WORDS },
	{ NAME("quiet", OUTPUT), .help = "print nothing when the state is OK",
	    SETS(options_set_true, quiet), .traits = OPTION_RUN },
	{ NAMES('q', "ignore-quit-failure", OUTPUT),
	    .help = "accepted for check_smtp's users; has no effect",
	    .set = options_set_nothing, .traits = OPTION_BOOLEAN },
	{ NAMES('h', "help", OUTPUT), .help = "print this help and exit",
	    .set = options_set_action, .traits = OPTION_STOPS | OPTION_RUN },
	{ NAMES('V', "version", OUTPUT),
	    .help =
		"print the version, and those of OpenSSL and c-ares, and exit",
	    .set = options_set_action, .traits = OPTION_STOPS | OPTION_RUN },
	{ .name = NULL },
};

static const char *const titles[OPTION_GROUPS] = {
	[GROUP_TARGET] = "Target",
	[GROUP_TLS] = "TLS",
	[GROUP_AUTH] = "Authentication",
	[GROUP_DEPTH] = "How deep the check goes",
	[GROUP_THRESHOLDS] = "Thresholds",
	[GROUP_MEMORY] = "From one check to the next",
	[GROUP_BATCH] = "Many checks in one run",
	[GROUP_OUTPUT] = "Output",
};

const struct option_table options_table = {
	.rows = rows,
	.groups = titles,
	.group_count = OPTION_GROUPS,
	.holds_secret = options_holds_secret,
	.foreign = options_foreign,
};
