#include "check/condition.h"

#include <string.h>

static const struct {
	const char *name;
	enum status state;
} conditions[CONDITIONS] = {
	[CONDITION_USAGE] = { "usage", STATUS_UNKNOWN },
	[CONDITION_SECRET] = { "secret", STATUS_UNKNOWN },
	[CONDITION_DNS] = { "dns", STATUS_CRITICAL },
	[CONDITION_CONNECT] = { "connect", STATUS_CRITICAL },
	[CONDITION_TIMEOUT] = { "timeout", STATUS_CRITICAL },
	[CONDITION_GREETING] = { "greeting", STATUS_CRITICAL },
	[CONDITION_EXPECT] = { "expect", STATUS_WARNING },
	[CONDITION_EHLO] = { "ehlo", STATUS_CRITICAL },
	[CONDITION_STARTTLS_MISSING] = { "starttls-missing", STATUS_CRITICAL },
	[CONDITION_STARTTLS_INJECTION] = { "starttls-injection",
	    STATUS_CRITICAL },
	[CONDITION_TLS] = { "tls", STATUS_CRITICAL },
	[CONDITION_CERT_UNTRUSTED] = { "cert-untrusted", STATUS_CRITICAL },
	[CONDITION_CERT_NAME] = { "cert-name", STATUS_CRITICAL },
	[CONDITION_CERT_EXPIRED] = { "cert-expired", STATUS_CRITICAL },
	[CONDITION_CERT_NOT_YET_VALID] = { "cert-not-yet-valid",
	    STATUS_CRITICAL },
	[CONDITION_CERT_PIN] = { "cert-pin", STATUS_CRITICAL },
	/* The option that asks for it may say CRITICAL. */
	[CONDITION_CERT_EXPIRING] = { "cert-expiring", STATUS_WARNING },
	[CONDITION_CLEARTEXT_AUTH] = { "cleartext-auth", STATUS_CRITICAL },
	[CONDITION_MECHANISM] = { "mechanism", STATUS_CRITICAL },
	[CONDITION_CLEARTEXT_REFUSED] = { "cleartext-refused",
	    STATUS_CRITICAL },
	[CONDITION_AUTH_REJECTED] = { "auth-rejected", STATUS_CRITICAL },
	[CONDITION_AUTH_TEMPORARY] = { "auth-temporary", STATUS_CRITICAL },
	[CONDITION_RATE_LIMITED] = { "rate-limited", STATUS_WARNING },
	[CONDITION_AUTH_ACCEPTED] = { "auth-accepted", STATUS_CRITICAL },
	[CONDITION_EXTENSION] = { "extension", STATUS_CRITICAL },
	[CONDITION_SENDER] = { "sender", STATUS_CRITICAL },
	[CONDITION_RECIPIENT] = { "recipient", STATUS_CRITICAL },
	[CONDITION_PROTOCOL] = { "protocol", STATUS_CRITICAL },
	[CONDITION_DISCONNECTED] = { "disconnected", STATUS_CRITICAL },
	/* -c makes it CRITICAL. */
	[CONDITION_SLOW] = { "slow", STATUS_WARNING },
	[CONDITION_INTERNAL] = { "internal", STATUS_UNKNOWN },
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
