/*
 * Signs: words that say the same in any refusal, or in any of a login, whoever
 * gives it; verdict/hints.c looks them up.
 */

#include <stddef.h>

#include "verdict/hints.h"

#define SIGN(text, cause, advice)                                              \
	{                                                                      \
		HINT_SIGN, "", text, cause, advice, ""                         \
	}

#define LOGIN(text, cause, advice)                                             \
	{                                                                      \
		HINT_LOGIN, "", text, cause, advice, ""                        \
	}

/* What is said of an account by each of its names. */
#define ACCOUNT(is, cause, advice)                                             \
	LOGIN("account …" is, cause, advice),                                  \
	    LOGIN("user …" is, cause, advice),                                 \
	    LOGIN("mailbox …" is, cause, advice)

#define LOCKED                                                                 \
	"too many failed log-ins: stop the check, mend the password, "         \
	"then wait; each further attempt prolongs it"

#define NOT_JUDGED                                                             \
	"the server could not check the password: see its log; it was "        \
	"not judged"

#define ADDRESS_BLOCKED                                                        \
	"the server does not let this machine's address in, whatever the "     \
	"password: ask for it to be allowed, or try from another network"

#define LISTED                                                                 \
	"this machine's address is on a list of the server's, whatever "       \
	"the password: have it taken off there (the reply says which), "       \
	"or ask for it to be allowed"

#define EXPIRED                                                                \
	"the password has expired: set a new one, and give it to "             \
	"whatever uses the account"

#define SWITCHED_OFF                                                           \
	"the account is disabled, suspended or closed: its administrator "     \
	"knows why"

#define BLOCKED                                                                \
	"the account is blocked for now, perhaps for failed log-ins: "         \
	"stop the check, see that the password is right, and have it let "     \
	"in again"

#define NO_SUCH_USER                                                           \
	"the server knows no such user: correct -U (some want the whole "      \
	"address, some the name alone)"

#define USER_OR_PASSWORD "wrong user or password"

#define SMTP_OFF                                                               \
	"the account may not log in for SMTP: allow it in its settings, "      \
	"or have its administrator do so"

#define APP_PASSWORD                                                           \
	"the account's own password is not taken here: make one for "          \
	"applications in its settings, or use a token (--token-from)"

#define TOKEN_ONLY "passwords are off there: use a token (--token-from)"

#define REFUSED_MECHANISM                                                      \
	"the server's SASL backend does not have the mechanism, or not "       \
	"for this user: mend it there, or allow another with -A"

#define NEEDS_TLS "use STARTTLS (-S) or implicit TLS (-s)"

#define NO_MAIL_HERE "this host takes no mail: compare host (-H) and port (-p)"

#define NO_RELAY                                                               \
	"the server sends nothing on for this client; after a login its "      \
	"rules leave out who has logged in (Postfix: "                         \
	"permit_sasl_authenticated)"

#define GREYLISTED                                                             \
	"the server puts off senders that it does not know yet: let it "       \
	"spare who has logged in, or this machine"

#define CLIENT_CERTIFICATE                                                     \
	"the server wants a client certificate: give one that it accepts "     \
	"with --client-cert=FILE"

#define OUR_NAME                                                               \
	"the server does not like the name that this machine gives "           \
	"itself: give a full one, that DNS knows, with -F NAME"

#define TLS_BROKEN                                                             \
	"the server's TLS set-up is broken (certificate, key, "                \
	"permissions): see its log"

const struct hint hints_signs[] = {
	/* Reasons that stand behind a refusal, whoever gives them. */
	SIGN("generic failure", CAUSE_BACKEND, NOT_JUDGED),
	SIGN("Connection lost to authentication server", CAUSE_BACKEND,
	    NOT_JUDGED),
	SIGN("Connection to …failed", CAUSE_BACKEND, NOT_JUDGED),
	SIGN("Internal authentication failure", CAUSE_BACKEND, NOT_JUDGED),
	SIGN("cannot connect to …server", CAUSE_BACKEND, NOT_JUDGED),
	SIGN("Invalid authentication mechanism", CAUSE_MECHANISM,
	    "the server offers a mechanism that its SASL backend does not "
	    "have: mend it there, or allow another with -A"),
	SIGN("another step is needed in authentication", CAUSE_MECHANISM,
	    "the server's SASL backend broke the mechanism off: allow another "
	    "with -A"),
	SIGN("Unauthorized IP", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("IP not authorized", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("IP …not allowed", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("IP …not permitted", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("IP …blocked", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("IP …banned", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("IP …denied", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("IP …rejected", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("from IP …blocked", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("blocked …your IP", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("banned …your IP", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("your country", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("your location", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("your region", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("your network", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("this country", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("this location", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("this network", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("GeoIP…", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("Client host rejected", CAUSE_POLICY, ADDRESS_BLOCKED),
	SIGN("find your reverse hostname", CAUSE_POLICY,
	    "this machine's address has no name in DNS, or one that does not "
	    "lead back to it: have its PTR record set"),
	/* Lists of addresses that send spam, or of dial-up lines. */
	SIGN("Client host …blocked", CAUSE_POLICY, LISTED),
	SIGN("blocked using", CAUSE_POLICY, LISTED),
	SIGN("blacklisted", CAUSE_POLICY, LISTED),
	SIGN("blacklist", CAUSE_POLICY, LISTED),
	SIGN("blocklisted", CAUSE_POLICY, LISTED),
	SIGN("blocklist", CAUSE_POLICY, LISTED),
	SIGN("block list", CAUSE_POLICY, LISTED),
	SIGN("host …listed", CAUSE_POLICY, LISTED),
	SIGN("IP …listed", CAUSE_POLICY, LISTED),
	SIGN("DNSBL…", CAUSE_POLICY, LISTED),
	SIGN("RBL", CAUSE_POLICY, LISTED),
	SIGN("Spamhaus", CAUSE_POLICY, LISTED),
	SIGN("SpamCop", CAUSE_POLICY, LISTED),
	SIGN("poor reputation", CAUSE_POLICY, LISTED),
	SIGN("bad reputation", CAUSE_POLICY, LISTED),

	/* What the server wants before it lets anybody in. */
	SIGN("No client certificate", CAUSE_POLICY, CLIENT_CERTIFICATE),
	SIGN("client certificate required", CAUSE_POLICY, CLIENT_CERTIFICATE),
	SIGN(
	    "client certificate not trusted", CAUSE_POLICY, CLIENT_CERTIFICATE),
	SIGN("Proxy negotiation failed", CAUSE_PROTOCOL,
	    "the server expects the PROXY protocol: add -r, or give the port "
	    "that it does not expect it on"),
	SIGN("Helo command rejected", CAUSE_POLICY, OUR_NAME),
	SIGN("HELO argument", CAUSE_POLICY, OUR_NAME),
	SIGN("need fully-qualified hostname", CAUSE_POLICY, OUR_NAME),
	SIGN("invalid HELO…", CAUSE_POLICY, OUR_NAME),
	SIGN("invalid EHLO…", CAUSE_POLICY, OUR_NAME),
	SIGN("TLS not available", CAUSE_ENCRYPTION, TLS_BROKEN),
	SIGN("TLS currently unavailable", CAUSE_ENCRYPTION, TLS_BROKEN),
	SIGN("TLS is not available", CAUSE_ENCRYPTION, TLS_BROKEN),
	SIGN("TLS temporarily unavailable", CAUSE_ENCRYPTION, TLS_BROKEN),

	/* What it does not do, or not now. */
	SIGN("shutting down", CAUSE_BACKEND,
	    "the server is being stopped, or started anew: see whether it "
	    "comes back"),
	SIGN("insufficient system storage", CAUSE_BACKEND,
	    "the server's disk is full, or nearly"),
	SIGN("does not accept mail", CAUSE_POLICY, NO_MAIL_HERE),
	SIGN("no SMTP service", CAUSE_POLICY, NO_MAIL_HERE),
	SIGN("relay access denied", CAUSE_POLICY, NO_RELAY),
	SIGN("relaying denied", CAUSE_POLICY, NO_RELAY),
	SIGN("relay not permitted", CAUSE_POLICY, NO_RELAY),
	SIGN("greylist…", CAUSE_POLICY, GREYLISTED),
	SIGN("graylist…", CAUSE_POLICY, GREYLISTED),

	/* Failures that were counted: no limit on honest log-ins. */
	SIGN("too many auth…fail…", CAUSE_LOCKED, LOCKED),
	SIGN("too many log…fail…", CAUSE_LOCKED, LOCKED),
	SIGN("too many failed…", CAUSE_LOCKED, LOCKED),
	SIGN("too many failures", CAUSE_LOCKED, LOCKED),
	SIGN("too many bad auth…", CAUSE_LOCKED, LOCKED),
	SIGN("too many invalid…", CAUSE_LOCKED, LOCKED),
	SIGN("too many wrong…", CAUSE_LOCKED, LOCKED),
	SIGN("too many incorrect…", CAUSE_LOCKED, LOCKED),
	SIGN("too many unsuccessful…", CAUSE_LOCKED, LOCKED),
	SIGN("locked out", CAUSE_LOCKED, LOCKED),

	/* What limits say whoever sets them. */
	SIGN("too many connections", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("too many open connections", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("too many concurrent", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("too many simultaneous", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("too many sessions", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("too many new TLS sessions", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("too many auth…", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("too many log-in…", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("too many login…", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("connections limit exceeded", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("connection limit exceeded", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("rate limit exceeded", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("rate limit…", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("rate-limit…", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("number of …connections …exceed…", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("number of …sessions …exceed…", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("connections …limit", CAUSE_RATE, HINT_LESS_OFTEN),
	SIGN("throttl…", CAUSE_RATE, HINT_LESS_OFTEN),

	/* Of the account. */
	ACCOUNT("disabled", CAUSE_ACCOUNT, SWITCHED_OFF),
	ACCOUNT("suspended", CAUSE_ACCOUNT, SWITCHED_OFF),
	ACCOUNT("deactivated", CAUSE_ACCOUNT, SWITCHED_OFF),
	ACCOUNT("inactive", CAUSE_ACCOUNT, SWITCHED_OFF),
	ACCOUNT("not active", CAUSE_ACCOUNT, SWITCHED_OFF),
	ACCOUNT("closed", CAUSE_ACCOUNT, SWITCHED_OFF),
	ACCOUNT("frozen", CAUSE_ACCOUNT, SWITCHED_OFF),
	LOGIN("account …expired", CAUSE_ACCOUNT, SWITCHED_OFF),
	LOGIN("disabled account", CAUSE_ACCOUNT, SWITCHED_OFF),
	LOGIN("disabled user", CAUSE_ACCOUNT, SWITCHED_OFF),
	LOGIN("suspended account", CAUSE_ACCOUNT, SWITCHED_OFF),
	ACCOUNT("locked", CAUSE_LOCKED, LOCKED),
	ACCOUNT("blocked", CAUSE_LOCKED, BLOCKED),
	ACCOUNT("banned", CAUSE_LOCKED, BLOCKED),
	ACCOUNT("temporarily disabled", CAUSE_LOCKED, BLOCKED),
	ACCOUNT("temporarily suspended", CAUSE_LOCKED, BLOCKED),
	LOGIN("temporarily blocked", CAUSE_LOCKED, BLOCKED),
	LOGIN("temporarily banned", CAUSE_LOCKED, BLOCKED),
	LOGIN("temporarily locked", CAUSE_LOCKED, LOCKED),
	LOGIN("attempts exceeded", CAUSE_LOCKED, LOCKED),
	LOGIN("exceeded …attempts", CAUSE_LOCKED, LOCKED),
	LOGIN("failed attempts", CAUSE_LOCKED, LOCKED),
	LOGIN("failed login attempts", CAUSE_LOCKED, LOCKED),
	LOGIN("failed logins", CAUSE_LOCKED, LOCKED),
	LOGIN("brute force", CAUSE_LOCKED, LOCKED),
	LOGIN("brute-force", CAUSE_LOCKED, LOCKED),
	LOGIN("password …expired", CAUSE_ACCOUNT, EXPIRED),
	LOGIN("passphrase expired", CAUSE_ACCOUNT, EXPIRED),
	LOGIN("credentials …expired", CAUSE_ACCOUNT, EXPIRED),
	LOGIN("password …must be changed", CAUSE_ACCOUNT, EXPIRED),
	LOGIN("must change …password", CAUSE_ACCOUNT, EXPIRED),
	LOGIN("unknown user", CAUSE_CREDENTIAL, NO_SUCH_USER),
	LOGIN("user unknown", CAUSE_CREDENTIAL, NO_SUCH_USER),
	LOGIN("no such user", CAUSE_CREDENTIAL, NO_SUCH_USER),
	LOGIN("no such account", CAUSE_CREDENTIAL, NO_SUCH_USER),
	LOGIN("user not found", CAUSE_CREDENTIAL, NO_SUCH_USER),
	LOGIN("account not found", CAUSE_CREDENTIAL, NO_SUCH_USER),
	LOGIN("user …does not exist", CAUSE_CREDENTIAL, NO_SUCH_USER),
	LOGIN("user …doesn't exist", CAUSE_CREDENTIAL, NO_SUCH_USER),
	LOGIN("account …does not exist", CAUSE_CREDENTIAL, NO_SUCH_USER),
	LOGIN("mailbox …does not exist", CAUSE_CREDENTIAL, NO_SUCH_USER),
	LOGIN("unknown user or", CAUSE_CREDENTIAL, USER_OR_PASSWORD),
	LOGIN("unknown user name or", CAUSE_CREDENTIAL, USER_OR_PASSWORD),
	LOGIN("user unknown or", CAUSE_CREDENTIAL, USER_OR_PASSWORD),
	LOGIN("no such user or", CAUSE_CREDENTIAL, USER_OR_PASSWORD),
	LOGIN("user not found or", CAUSE_CREDENTIAL, USER_OR_PASSWORD),

	/* Of its settings, or a policy. */
	LOGIN("SMTP …disabled", CAUSE_POLICY, SMTP_OFF),
	LOGIN("SMTP …not allowed", CAUSE_POLICY, SMTP_OFF),
	LOGIN("SMTP …not enabled", CAUSE_POLICY, SMTP_OFF),
	LOGIN("SMTP …not permitted", CAUSE_POLICY, SMTP_OFF),
	LOGIN("SMTP …turned off", CAUSE_POLICY, SMTP_OFF),
	LOGIN("SMTP …switched off", CAUSE_POLICY, SMTP_OFF),
	LOGIN("SMTP access denied", CAUSE_POLICY, SMTP_OFF),
	LOGIN("not allowed to use SMTP", CAUSE_POLICY, SMTP_OFF),
	LOGIN("not permitted to use SMTP", CAUSE_POLICY, SMTP_OFF),
	LOGIN("not authorized to use SMTP", CAUSE_POLICY, SMTP_OFF),
	LOGIN("permissions to submit mail", CAUSE_POLICY, SMTP_OFF),
	LOGIN("authentication …disabled", CAUSE_POLICY, SMTP_OFF),
	LOGIN("basic authentication …disabled", CAUSE_POLICY, TOKEN_ONLY),
	LOGIN("basic authentication …not supported", CAUSE_POLICY, TOKEN_ONLY),
	LOGIN("password authentication …disabled", CAUSE_POLICY, TOKEN_ONLY),
	LOGIN("OAuth…required", CAUSE_POLICY, TOKEN_ONLY),
	LOGIN("requires OAuth…", CAUSE_POLICY, TOKEN_ONLY),
	LOGIN("use OAuth…", CAUSE_POLICY, TOKEN_ONLY),
	LOGIN("application-specific password", CAUSE_POLICY, APP_PASSWORD),
	LOGIN("app-specific password", CAUSE_POLICY, APP_PASSWORD),
	LOGIN("application password", CAUSE_POLICY, APP_PASSWORD),
	LOGIN("app password …required", CAUSE_POLICY, APP_PASSWORD),
	LOGIN("use …app password", CAUSE_POLICY, APP_PASSWORD),
	LOGIN("requires …app password", CAUSE_POLICY, APP_PASSWORD),
	LOGIN("two-factor", CAUSE_POLICY, APP_PASSWORD),
	LOGIN("second factor", CAUSE_POLICY, APP_PASSWORD),
	LOGIN("multi-factor", CAUSE_POLICY, APP_PASSWORD),
	LOGIN("two-step", CAUSE_POLICY, APP_PASSWORD),
	LOGIN("2-step", CAUSE_POLICY, APP_PASSWORD),
	LOGIN("2FA", CAUSE_POLICY, APP_PASSWORD),
	LOGIN("MFA", CAUSE_POLICY, APP_PASSWORD),
	LOGIN("authorization code", CAUSE_POLICY,
	    "the provider takes an authorization code in the password's "
	    "place: make one in the account's settings"),
	LOGIN("incorrect …password …app password", CAUSE_CREDENTIAL,
	    "wrong user or password; it may have to be one made for "
	    "applications"),
	LOGIN("address …not allowed", CAUSE_POLICY, ADDRESS_BLOCKED),
	LOGIN("not allowed from", CAUSE_POLICY, ADDRESS_BLOCKED),
	LOGIN("not permitted from", CAUSE_POLICY, ADDRESS_BLOCKED),
	LOGIN("refused by policy", CAUSE_POLICY,
	    "a rule of the server's refuses the log-in, whatever the "
	    "password: see its log"),
	LOGIN("authorization failure", CAUSE_POLICY,
	    "the user may not log in as the one that is asked for "
	    "(--authzid), or not to this service"),

	/* Of what the server checks with. */
	LOGIN("temporarily unavailable", CAUSE_BACKEND, NOT_JUDGED),
	LOGIN("server unavailable", CAUSE_BACKEND, NOT_JUDGED),
	LOGIN("internal error", CAUSE_BACKEND, NOT_JUDGED),
	LOGIN("internal server error", CAUSE_BACKEND, NOT_JUDGED),
	LOGIN("internal failure", CAUSE_BACKEND, NOT_JUDGED),
	LOGIN("system error", CAUSE_BACKEND, NOT_JUDGED),
	LOGIN("database error", CAUSE_BACKEND, NOT_JUDGED),
	LOGIN("LDAP error", CAUSE_BACKEND, NOT_JUDGED),
	LOGIN("timed out", CAUSE_BACKEND, NOT_JUDGED),
	LOGIN("no memory available", CAUSE_BACKEND, NOT_JUDGED),
	LOGIN("transient failure", CAUSE_BACKEND, NOT_JUDGED),
	LOGIN("SASL library is not initialized", CAUSE_BACKEND, NOT_JUDGED),
	LOGIN("parsing configuration file", CAUSE_BACKEND, NOT_JUDGED),
	LOGIN("no mechanism available", CAUSE_MECHANISM, REFUSED_MECHANISM),
	LOGIN("mechanism …not available", CAUSE_MECHANISM, REFUSED_MECHANISM),
	LOGIN("mechanism …not supported", CAUSE_MECHANISM, REFUSED_MECHANISM),
	LOGIN("unsupported …mechanism", CAUSE_MECHANISM, REFUSED_MECHANISM),
	LOGIN("mechanism too weak", CAUSE_MECHANISM, REFUSED_MECHANISM),
	LOGIN("no verifier for user", CAUSE_MECHANISM, REFUSED_MECHANISM),
	LOGIN("encryption needed", CAUSE_ENCRYPTION, NEEDS_TLS),
	LOGIN("encryption required", CAUSE_ENCRYPTION, NEEDS_TLS),
	LOGIN("TLS required", CAUSE_ENCRYPTION, NEEDS_TLS),
	LOGIN("requires TLS", CAUSE_ENCRYPTION, NEEDS_TLS),
	LOGIN("SSL required", CAUSE_ENCRYPTION, NEEDS_TLS),
	LOGIN("secure connection", CAUSE_ENCRYPTION, NEEDS_TLS),
	LOGIN(
	    "plaintext authentication disallowed", CAUSE_ENCRYPTION, NEEDS_TLS),
	{ 0 },
};
