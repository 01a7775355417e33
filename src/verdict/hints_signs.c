/*
 * Signs: words that say the same in any refusal, whoever gives it;
 * verdict/hints.c looks them up.
 */

#include <stddef.h>

#include "verdict/hints.h"

#define ANYWHERE NULL
#define SIGN(text, cause, advice)                                              \
	{                                                                      \
		HINT_SIGN, NULL, text, cause, advice, NULL                     \
	}

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
	{ HINT_SIGN, NULL, "Password expired", CAUSE_ACCOUNT,
	    "the password has expired: set a new one, and give it to whatever "
	    "uses the account",
	    ANYWHERE },
	{ HINT_SIGN, NULL, "password …has expired", CAUSE_ACCOUNT,
	    "the password has expired: set a new one, and give it to whatever "
	    "uses the account",
	    ANYWHERE },
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
	SIGN("account …locked", CAUSE_LOCKED, locked),
	SIGN("user …locked", CAUSE_LOCKED, locked),
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
	SIGN("rate limit…", CAUSE_RATE, less_often),
	SIGN("rate-limit…", CAUSE_RATE, less_often),
	SIGN("number of …connections …exceed…", CAUSE_RATE, less_often),
	SIGN("number of …sessions …exceed…", CAUSE_RATE, less_often),
	SIGN("connections …limit", CAUSE_RATE, less_often),
	SIGN("throttl…", CAUSE_RATE, less_often),
	{ 0, NULL, NULL, CAUSE_UNKNOWN, NULL, NULL },
};
