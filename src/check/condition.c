#include "check/condition.h"

#include <string.h>

/* The columns place and phase, and short names for the traits. */
#define AT(p) CONDITION_IN_ITS_PHASE, PHASE_##p
#define NOWHERE CONDITION_NOWHERE, PHASES
#define IN_OFFERS CONDITION_IN_OFFERS, PHASES
#define IN_DIALOGUE CONDITION_IN_DIALOGUE, PHASES
#define IN_PROGRESS CONDITION_IN_PROGRESS, PHASES
#define FIXED CONDITION_IS_FIXED
#define CERTIFICATE CONDITION_IS_CERTIFICATE
#define LIMIT CONDITION_MAY_BE_LIMIT
#define REWRITTEN CONDITION_MAY_BE_REWRITTEN
#define PROXY CONDITION_MAY_BE_PROXY

static const struct {
	const char *name;
	enum status state;
	enum condition_place place;
	enum phase phase;
	unsigned int traits;
} conditions[CONDITIONS] = {
	[CONDITION_USAGE] = { "usage", STATUS_UNKNOWN, NOWHERE, FIXED },
	/* One that is too long to be sent. */
	[CONDITION_SECRET] = { "secret", STATUS_UNKNOWN, AT(AUTH), 0 },
	[CONDITION_DNS] = { "dns", STATUS_CRITICAL, AT(DNS), 0 },
	[CONDITION_CONNECT] = { "connect", STATUS_CRITICAL, AT(CONNECT), 0 },
	[CONDITION_TIMEOUT] = { "timeout", STATUS_CRITICAL, IN_PROGRESS,
	    PROXY },
	[CONDITION_GREETING] = { "greeting", STATUS_CRITICAL, AT(GREETING),
	    LIMIT | REWRITTEN | PROXY },
	[CONDITION_EXPECT] = { "expect", STATUS_WARNING, NOWHERE, REWRITTEN },
	[CONDITION_EHLO] = { "ehlo", STATUS_CRITICAL, AT(EHLO),
	    LIMIT | REWRITTEN | PROXY },
	[CONDITION_STARTTLS_MISSING] = { "starttls-missing", STATUS_CRITICAL,
	    AT(STARTTLS), LIMIT | REWRITTEN },
	[CONDITION_STARTTLS_INJECTION] = { "starttls-injection",
	    STATUS_CRITICAL, AT(STARTTLS), 0 },
	[CONDITION_TLS] = { "tls", STATUS_CRITICAL, IN_PROGRESS, PROXY },
	[CONDITION_CERT_UNTRUSTED] = { "cert-untrusted", STATUS_CRITICAL,
	    AT(TLS), CERTIFICATE },
	[CONDITION_CERT_NAME] = { "cert-name", STATUS_CRITICAL, AT(TLS),
	    CERTIFICATE },
	[CONDITION_CERT_EXPIRED] = { "cert-expired", STATUS_CRITICAL, AT(TLS),
	    CERTIFICATE },
	[CONDITION_CERT_NOT_YET_VALID] = { "cert-not-yet-valid",
	    STATUS_CRITICAL, AT(TLS), CERTIFICATE },
	[CONDITION_CERT_PIN] = { "cert-pin", STATUS_CRITICAL, AT(TLS),
	    CERTIFICATE },
	/* The option that asks for it may say CRITICAL. */
	[CONDITION_CERT_EXPIRING] = { "cert-expiring", STATUS_WARNING, AT(TLS),
	    0 },
	[CONDITION_CLEARTEXT_AUTH] = { "cleartext-auth", STATUS_CRITICAL,
	    AT(EHLO), 0 },
	[CONDITION_MECHANISM] = { "mechanism", STATUS_CRITICAL, IN_OFFERS,
	    LIMIT | REWRITTEN },
	[CONDITION_CLEARTEXT_REFUSED] = { "cleartext-refused", STATUS_CRITICAL,
	    AT(AUTH), 0 },
	[CONDITION_AUTH_REJECTED] = { "auth-rejected", STATUS_CRITICAL,
	    AT(AUTH), LIMIT },
	[CONDITION_AUTH_TEMPORARY] = { "auth-temporary", STATUS_CRITICAL,
	    AT(AUTH), LIMIT },
	[CONDITION_RATE_LIMITED] = { "rate-limited", STATUS_WARNING,
	    IN_DIALOGUE, 0 },
	[CONDITION_SERVER_PROOF] = { "server-proof", STATUS_CRITICAL, AT(AUTH),
	    0 },
	/* Before the check has begun. */
	[CONDITION_TOKEN] = { "token", STATUS_CRITICAL, NOWHERE, 0 },
	[CONDITION_TOKEN_TEMPORARY] = { "token-temporary", STATUS_CRITICAL,
	    NOWHERE, 0 },
	/* The options that ask for them may say CRITICAL. */
	[CONDITION_TOKEN_EXPIRING] = { "token-expiring", STATUS_WARNING,
	    NOWHERE, 0 },
	[CONDITION_CREDENTIAL_EXPIRING] = { "credential-expiring",
	    STATUS_WARNING, NOWHERE, 0 },
	[CONDITION_CHANGED] = { "changed", STATUS_WARNING, NOWHERE, 0 },
	[CONDITION_AUTH_ACCEPTED] = { "auth-accepted", STATUS_CRITICAL,
	    AT(AUTH), 0 },
	[CONDITION_EXTENSION] = { "extension", STATUS_CRITICAL, AT(EHLO),
	    REWRITTEN },
	[CONDITION_SENDER] = { "sender", STATUS_CRITICAL, AT(ENVELOPE), 0 },
	[CONDITION_RECIPIENT] = { "recipient", STATUS_CRITICAL, AT(ENVELOPE),
	    0 },
	[CONDITION_PROTOCOL] = { "protocol", STATUS_CRITICAL, IN_DIALOGUE,
	    REWRITTEN | PROXY },
	[CONDITION_DISCONNECTED] = { "disconnected", STATUS_CRITICAL,
	    IN_PROGRESS, REWRITTEN | PROXY },
	/* -c makes it CRITICAL. */
	[CONDITION_SLOW] = { "slow", STATUS_WARNING, NOWHERE, 0 },
	[CONDITION_INTERNAL] = { "internal", STATUS_UNKNOWN, NOWHERE, 0 },
};

const char *
condition_name(enum condition c)
{
	return c < CONDITIONS ? conditions[c].name : "none";
}

enum condition
condition_find(const char *name, size_t len)
{
	int i;

	for (i = 0; i < CONDITIONS; i++)
		if (strlen(conditions[i].name) == len &&
		    memcmp(conditions[i].name, name, len) == 0)
			return (enum condition)i;
	return CONDITION_NONE;
}

enum status
condition_default(enum condition c)
{
	return c < CONDITIONS ? conditions[c].state : STATUS_OK;
}

bool
condition_has(enum condition c, enum condition_trait trait)
{
	return c < CONDITIONS && (conditions[c].traits & trait) != 0;
}

enum condition_place
condition_place(enum condition c)
{
	return c < CONDITIONS ? conditions[c].place : CONDITION_NOWHERE;
}

enum phase
condition_phase(enum condition c)
{
	return c < CONDITIONS ? conditions[c].phase : PHASES;
}
