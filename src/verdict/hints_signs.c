/*
 * Signs: words that say the same in any refusal, or in any of a login, whoever
 * gives it; verdict/hints.c looks them up.
 */

#include <stddef.h>

#include "verdict/hints.h"

#define ANYWHERE NULL
#define SIGN(text, cause, advice)                                              \
	{                                                                      \
		HINT_SIGN, NULL, text, cause, advice, NULL                     \
	}

#define LOGIN(text, cause, advice)                                             \
	{                                                                      \
		HINT_LOGIN, NULL, text, cause, advice, NULL                    \
	}
/* What is said of an account by each of its names. */
#define ACCOUNT(is, cause, advice)                                             \
	LOGIN("account …" is, cause, advice),                                  \
	    LOGIN("user …" is, cause, advice),                                 \
	    LOGIN("mailbox …" is, cause, advice)

static const char less_often[] =
    "the server limits log-ins or connections: check less often, and not "
    "from many places at once";

static const char locked[] =
    "too many failed log-ins: stop the check, mend the password, then wait; "
    "each further attempt prolongs it";

static const char not_judged[] =
    "the server could not check the password: see its log; it was not judged";

static const char address_blocked[] =
    "the server does not let this machine's address in, whatever the "
    "password: ask for it to be allowed, or try from another network";

static const char listed[] =
    "this machine's address is on a list of the server's, whatever the "
    "password: have it taken off there (the reply says which), or ask for it "
    "to be allowed";

static const char expired[] =
    "the password has expired: set a new one, and give it to whatever uses "
    "the account";

static const char switched_off[] =
    "the account is disabled, suspended or closed: its administrator knows "
    "why";

static const char blocked[] =
    "the account is blocked for now, perhaps for failed log-ins: stop the "
    "check, see that the password is right, and have it let in again";

static const char no_such_user[] =
    "the server knows no such user: correct -U (some want the whole address, "
    "some the name alone)";

static const char user_or_password[] = "wrong user or password";

static const char smtp_off[] =
    "the account may not log in for SMTP: allow it in its settings, or have "
    "its administrator do so";

static const char app_password[] =
    "the account's own password is not taken here: make one for applications "
    "in its settings, or use a token (--token-from)";

static const char token_only[] =
    "passwords are off there: use a token (--token-from)";

static const char refused_mechanism[] =
    "the server's SASL backend does not have the mechanism, or not for this "
    "user: mend it there, or allow another with -A";

static const char needs_tls[] = "use STARTTLS (-S) or implicit TLS (-s)";

static const char no_mail_here[] =
    "this host takes no mail: compare host (-H) and port (-p)";

static const char no_relay[] =
    "the server sends nothing on for this client; after a login its rules "
    "leave out who has logged in (Postfix: permit_sasl_authenticated)";

static const char greylisted[] =
    "the server puts off senders that it does not know yet: let it spare who "
    "has logged in, or this machine";

static const char client_certificate[] =
    "the server wants a client certificate: give one that it accepts with "
    "--client-cert=FILE";

static const char our_name[] =
    "the server does not like the name that this machine gives itself: give "
    "a full one, that DNS knows, with -F NAME";

static const char tls_broken[] =
    "the server's TLS set-up is broken (certificate, key, permissions): see "
    "its log";

const struct hint hints_signs[] = {
	/* Reasons that stand behind a refusal, whoever gives them. */
	SIGN("generic failure", CAUSE_BACKEND, not_judged),
	SIGN("Connection lost to authentication server", CAUSE_BACKEND,
	    not_judged),
	SIGN("Connection to …failed", CAUSE_BACKEND, not_judged),
	SIGN("Internal authentication failure", CAUSE_BACKEND, not_judged),
	SIGN("cannot connect to …server", CAUSE_BACKEND, not_judged),
	{ HINT_SIGN, NULL, "Invalid authentication mechanism", CAUSE_MECHANISM,
	    "the server offers a mechanism that its SASL backend does not "
	    "have: mend it there, or allow another with -A",
	    ANYWHERE },
	{ HINT_SIGN, NULL, "another step is needed in authentication",
	    CAUSE_MECHANISM,
	    "the server's SASL backend broke the mechanism off: allow another "
	    "with -A",
	    ANYWHERE },
	SIGN("Unauthorized IP", CAUSE_POLICY, address_blocked),
	SIGN("IP not authorized", CAUSE_POLICY, address_blocked),
	SIGN("IP …not allowed", CAUSE_POLICY, address_blocked),
	SIGN("IP …not permitted", CAUSE_POLICY, address_blocked),
	SIGN("IP …blocked", CAUSE_POLICY, address_blocked),
	SIGN("IP …banned", CAUSE_POLICY, address_blocked),
	SIGN("IP …denied", CAUSE_POLICY, address_blocked),
	SIGN("IP …rejected", CAUSE_POLICY, address_blocked),
	SIGN("from IP …blocked", CAUSE_POLICY, address_blocked),
	SIGN("blocked …your IP", CAUSE_POLICY, address_blocked),
	SIGN("banned …your IP", CAUSE_POLICY, address_blocked),
	SIGN("your country", CAUSE_POLICY, address_blocked),
	SIGN("your location", CAUSE_POLICY, address_blocked),
	SIGN("your region", CAUSE_POLICY, address_blocked),
	SIGN("your network", CAUSE_POLICY, address_blocked),
	SIGN("this country", CAUSE_POLICY, address_blocked),
	SIGN("this location", CAUSE_POLICY, address_blocked),
	SIGN("this network", CAUSE_POLICY, address_blocked),
	SIGN("GeoIP…", CAUSE_POLICY, address_blocked),
	SIGN("Client host rejected", CAUSE_POLICY, address_blocked),
	SIGN("find your reverse hostname", CAUSE_POLICY,
	    "this machine's address has no name in DNS, or one that does not "
	    "lead back to it: have its PTR record set"),
	/* Lists of addresses that send spam, or of dial-up lines. */
	SIGN("Client host …blocked", CAUSE_POLICY, listed),
	SIGN("blocked using", CAUSE_POLICY, listed),
	SIGN("blacklisted", CAUSE_POLICY, listed),
	SIGN("blacklist", CAUSE_POLICY, listed),
	SIGN("blocklisted", CAUSE_POLICY, listed),
	SIGN("blocklist", CAUSE_POLICY, listed),
	SIGN("block list", CAUSE_POLICY, listed),
	SIGN("host …listed", CAUSE_POLICY, listed),
	SIGN("IP …listed", CAUSE_POLICY, listed),
	SIGN("DNSBL…", CAUSE_POLICY, listed),
	SIGN("RBL", CAUSE_POLICY, listed),
	SIGN("Spamhaus", CAUSE_POLICY, listed),
	SIGN("SpamCop", CAUSE_POLICY, listed),
	SIGN("poor reputation", CAUSE_POLICY, listed),
	SIGN("bad reputation", CAUSE_POLICY, listed),

	/* What the server wants before it lets anybody in. */
	SIGN("No client certificate", CAUSE_POLICY, client_certificate),
	SIGN("client certificate required", CAUSE_POLICY, client_certificate),
	SIGN(
	    "client certificate not trusted", CAUSE_POLICY, client_certificate),
	SIGN("Proxy negotiation failed", CAUSE_PROTOCOL,
	    "the server expects the PROXY protocol: add -r, or give the port "
	    "that it does not expect it on"),
	SIGN("Helo command rejected", CAUSE_POLICY, our_name),
	SIGN("HELO argument", CAUSE_POLICY, our_name),
	SIGN("need fully-qualified hostname", CAUSE_POLICY, our_name),
	SIGN("invalid HELO…", CAUSE_POLICY, our_name),
	SIGN("invalid EHLO…", CAUSE_POLICY, our_name),
	SIGN("TLS not available", CAUSE_ENCRYPTION, tls_broken),
	SIGN("TLS currently unavailable", CAUSE_ENCRYPTION, tls_broken),
	SIGN("TLS is not available", CAUSE_ENCRYPTION, tls_broken),
	SIGN("TLS temporarily unavailable", CAUSE_ENCRYPTION, tls_broken),

	/* What it does not do, or not now. */
	SIGN("shutting down", CAUSE_BACKEND,
	    "the server is being stopped, or started anew: see whether it "
	    "comes back"),
	SIGN("insufficient system storage", CAUSE_BACKEND,
	    "the server's disk is full, or nearly"),
	SIGN("does not accept mail", CAUSE_POLICY, no_mail_here),
	SIGN("no SMTP service", CAUSE_POLICY, no_mail_here),
	SIGN("relay access denied", CAUSE_POLICY, no_relay),
	SIGN("relaying denied", CAUSE_POLICY, no_relay),
	SIGN("relay not permitted", CAUSE_POLICY, no_relay),
	SIGN("greylist…", CAUSE_POLICY, greylisted),
	SIGN("graylist…", CAUSE_POLICY, greylisted),

	/* Failures that were counted: no limit on honest log-ins. */
	SIGN("too many auth…fail…", CAUSE_LOCKED, locked),
	SIGN("too many log…fail…", CAUSE_LOCKED, locked),
	SIGN("too many failed…", CAUSE_LOCKED, locked),
	SIGN("too many failures", CAUSE_LOCKED, locked),
	SIGN("too many bad auth…", CAUSE_LOCKED, locked),
	SIGN("too many invalid…", CAUSE_LOCKED, locked),
	SIGN("too many wrong…", CAUSE_LOCKED, locked),
	SIGN("too many incorrect…", CAUSE_LOCKED, locked),
	SIGN("too many unsuccessful…", CAUSE_LOCKED, locked),
	SIGN("locked out", CAUSE_LOCKED, locked),

	/* What limits say whoever sets them. */
	SIGN("too many connections", CAUSE_RATE, less_often),
	SIGN("too many open connections", CAUSE_RATE, less_often),
	SIGN("too many concurrent", CAUSE_RATE, less_often),
	SIGN("too many simultaneous", CAUSE_RATE, less_often),
	SIGN("too many sessions", CAUSE_RATE, less_often),
	SIGN("too many new TLS sessions", CAUSE_RATE, less_often),
	SIGN("too many auth…", CAUSE_RATE, less_often),
	SIGN("too many log-in…", CAUSE_RATE, less_often),
	SIGN("too many login…", CAUSE_RATE, less_often),
	SIGN("connections limit exceeded", CAUSE_RATE, less_often),
	SIGN("connection limit exceeded", CAUSE_RATE, less_often),
	SIGN("rate limit exceeded", CAUSE_RATE, less_often),
	SIGN("rate limit…", CAUSE_RATE, less_often),
	SIGN("rate-limit…", CAUSE_RATE, less_often),
	SIGN("number of …connections …exceed…", CAUSE_RATE, less_often),
	SIGN("number of …sessions …exceed…", CAUSE_RATE, less_often),
	SIGN("connections …limit", CAUSE_RATE, less_often),
	SIGN("throttl…", CAUSE_RATE, less_often),

	/* Of the account. */
	ACCOUNT("disabled", CAUSE_ACCOUNT, switched_off),
	ACCOUNT("suspended", CAUSE_ACCOUNT, switched_off),
	ACCOUNT("deactivated", CAUSE_ACCOUNT, switched_off),
	ACCOUNT("inactive", CAUSE_ACCOUNT, switched_off),
	ACCOUNT("not active", CAUSE_ACCOUNT, switched_off),
	ACCOUNT("closed", CAUSE_ACCOUNT, switched_off),
	ACCOUNT("frozen", CAUSE_ACCOUNT, switched_off),
	LOGIN("account …expired", CAUSE_ACCOUNT, switched_off),
	LOGIN("disabled account", CAUSE_ACCOUNT, switched_off),
	LOGIN("disabled user", CAUSE_ACCOUNT, switched_off),
	LOGIN("suspended account", CAUSE_ACCOUNT, switched_off),
	ACCOUNT("locked", CAUSE_LOCKED, locked),
	ACCOUNT("blocked", CAUSE_LOCKED, blocked),
	ACCOUNT("banned", CAUSE_LOCKED, blocked),
	ACCOUNT("temporarily disabled", CAUSE_LOCKED, blocked),
	ACCOUNT("temporarily suspended", CAUSE_LOCKED, blocked),
	LOGIN("temporarily blocked", CAUSE_LOCKED, blocked),
	LOGIN("temporarily banned", CAUSE_LOCKED, blocked),
	LOGIN("temporarily locked", CAUSE_LOCKED, locked),
	LOGIN("attempts exceeded", CAUSE_LOCKED, locked),
	LOGIN("exceeded …attempts", CAUSE_LOCKED, locked),
	LOGIN("failed attempts", CAUSE_LOCKED, locked),
	LOGIN("failed login attempts", CAUSE_LOCKED, locked),
	LOGIN("failed logins", CAUSE_LOCKED, locked),
	LOGIN("brute force", CAUSE_LOCKED, locked),
	LOGIN("brute-force", CAUSE_LOCKED, locked),
	LOGIN("password …expired", CAUSE_ACCOUNT, expired),
	LOGIN("passphrase expired", CAUSE_ACCOUNT, expired),
	LOGIN("credentials …expired", CAUSE_ACCOUNT, expired),
	LOGIN("password …must be changed", CAUSE_ACCOUNT, expired),
	LOGIN("must change …password", CAUSE_ACCOUNT, expired),
	LOGIN("unknown user", CAUSE_CREDENTIAL, no_such_user),
	LOGIN("user unknown", CAUSE_CREDENTIAL, no_such_user),
	LOGIN("no such user", CAUSE_CREDENTIAL, no_such_user),
	LOGIN("no such account", CAUSE_CREDENTIAL, no_such_user),
	LOGIN("user not found", CAUSE_CREDENTIAL, no_such_user),
	LOGIN("account not found", CAUSE_CREDENTIAL, no_such_user),
	LOGIN("user …does not exist", CAUSE_CREDENTIAL, no_such_user),
	LOGIN("user …doesn't exist", CAUSE_CREDENTIAL, no_such_user),
	LOGIN("account …does not exist", CAUSE_CREDENTIAL, no_such_user),
	LOGIN("mailbox …does not exist", CAUSE_CREDENTIAL, no_such_user),
	LOGIN("unknown user or", CAUSE_CREDENTIAL, user_or_password),
	LOGIN("unknown user name or", CAUSE_CREDENTIAL, user_or_password),
	LOGIN("user unknown or", CAUSE_CREDENTIAL, user_or_password),
	LOGIN("no such user or", CAUSE_CREDENTIAL, user_or_password),
	LOGIN("user not found or", CAUSE_CREDENTIAL, user_or_password),

	/* Of its settings, or a policy. */
	LOGIN("SMTP …disabled", CAUSE_POLICY, smtp_off),
	LOGIN("SMTP …not allowed", CAUSE_POLICY, smtp_off),
	LOGIN("SMTP …not enabled", CAUSE_POLICY, smtp_off),
	LOGIN("SMTP …not permitted", CAUSE_POLICY, smtp_off),
	LOGIN("SMTP …turned off", CAUSE_POLICY, smtp_off),
	LOGIN("SMTP …switched off", CAUSE_POLICY, smtp_off),
	LOGIN("SMTP access denied", CAUSE_POLICY, smtp_off),
	LOGIN("not allowed to use SMTP", CAUSE_POLICY, smtp_off),
	LOGIN("not permitted to use SMTP", CAUSE_POLICY, smtp_off),
	LOGIN("not authorized to use SMTP", CAUSE_POLICY, smtp_off),
	LOGIN("permissions to submit mail", CAUSE_POLICY, smtp_off),
	LOGIN("authentication …disabled", CAUSE_POLICY, smtp_off),
	LOGIN("basic authentication …disabled", CAUSE_POLICY, token_only),
	LOGIN("basic authentication …not supported", CAUSE_POLICY, token_only),
	LOGIN("password authentication …disabled", CAUSE_POLICY, token_only),
	LOGIN("OAuth…required", CAUSE_POLICY, token_only),
	LOGIN("requires OAuth…", CAUSE_POLICY, token_only),
	LOGIN("use OAuth…", CAUSE_POLICY, token_only),
	LOGIN("application-specific password", CAUSE_POLICY, app_password),
	LOGIN("app-specific password", CAUSE_POLICY, app_password),
	LOGIN("application password", CAUSE_POLICY, app_password),
	LOGIN("app password …required", CAUSE_POLICY, app_password),
	LOGIN("use …app password", CAUSE_POLICY, app_password),
	LOGIN("requires …app password", CAUSE_POLICY, app_password),
	LOGIN("two-factor", CAUSE_POLICY, app_password),
	LOGIN("second factor", CAUSE_POLICY, app_password),
	LOGIN("multi-factor", CAUSE_POLICY, app_password),
	LOGIN("two-step", CAUSE_POLICY, app_password),
	LOGIN("2-step", CAUSE_POLICY, app_password),
	LOGIN("2FA", CAUSE_POLICY, app_password),
	LOGIN("MFA", CAUSE_POLICY, app_password),
	LOGIN("authorization code", CAUSE_POLICY,
	    "the provider takes an authorization code in the password's "
	    "place: make one in the account's settings"),
	LOGIN("incorrect …password …app password", CAUSE_CREDENTIAL,
	    "wrong user or password; it may have to be one made for "
	    "applications"),
	LOGIN("address …not allowed", CAUSE_POLICY, address_blocked),
	LOGIN("not allowed from", CAUSE_POLICY, address_blocked),
	LOGIN("not permitted from", CAUSE_POLICY, address_blocked),
	LOGIN("refused by policy", CAUSE_POLICY,
	    "a rule of the server's refuses the log-in, whatever the "
	    "password: see its log"),
	LOGIN("authorization failure", CAUSE_POLICY,
	    "the user may not log in as the one that is asked for "
	    "(--authzid), or not to this service"),

	/* Of what the server checks with. */
	LOGIN("temporarily unavailable", CAUSE_BACKEND, not_judged),
	LOGIN("server unavailable", CAUSE_BACKEND, not_judged),
	LOGIN("internal error", CAUSE_BACKEND, not_judged),
	LOGIN("internal server error", CAUSE_BACKEND, not_judged),
	LOGIN("internal failure", CAUSE_BACKEND, not_judged),
	LOGIN("system error", CAUSE_BACKEND, not_judged),
	LOGIN("database error", CAUSE_BACKEND, not_judged),
	LOGIN("LDAP error", CAUSE_BACKEND, not_judged),
	LOGIN("timed out", CAUSE_BACKEND, not_judged),
	LOGIN("no memory available", CAUSE_BACKEND, not_judged),
	LOGIN("transient failure", CAUSE_BACKEND, not_judged),
	LOGIN("SASL library is not initialized", CAUSE_BACKEND, not_judged),
	LOGIN("parsing configuration file", CAUSE_BACKEND, not_judged),
	LOGIN("no mechanism available", CAUSE_MECHANISM, refused_mechanism),
	LOGIN("mechanism …not available", CAUSE_MECHANISM, refused_mechanism),
	LOGIN("mechanism …not supported", CAUSE_MECHANISM, refused_mechanism),
	LOGIN("unsupported …mechanism", CAUSE_MECHANISM, refused_mechanism),
	LOGIN("mechanism too weak", CAUSE_MECHANISM, refused_mechanism),
	LOGIN("no verifier for user", CAUSE_MECHANISM, refused_mechanism),
	LOGIN("encryption needed", CAUSE_ENCRYPTION, needs_tls),
	LOGIN("encryption required", CAUSE_ENCRYPTION, needs_tls),
	LOGIN("TLS required", CAUSE_ENCRYPTION, needs_tls),
	LOGIN("requires TLS", CAUSE_ENCRYPTION, needs_tls),
	LOGIN("SSL required", CAUSE_ENCRYPTION, needs_tls),
	LOGIN("secure connection", CAUSE_ENCRYPTION, needs_tls),
	LOGIN(
	    "plaintext authentication disallowed", CAUSE_ENCRYPTION, needs_tls),
	{ 0, NULL, NULL, CAUSE_UNKNOWN, NULL, NULL },
};
