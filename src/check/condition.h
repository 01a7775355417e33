/*
 * condition.h - the named conditions that a check can end in, and the state
 * that each gives unless the user says otherwise.
 */

#ifndef CHECK_CONDITION_H
#define CHECK_CONDITION_H

#include <stddef.h>

#include "plugin/status.h"

enum condition {
	CONDITION_USAGE,
	CONDITION_SECRET,
	CONDITION_DNS,
	CONDITION_CONNECT,
	CONDITION_TIMEOUT,
	CONDITION_GREETING,
	CONDITION_EXPECT,
	CONDITION_EHLO,
	CONDITION_STARTTLS_MISSING,
	CONDITION_STARTTLS_INJECTION,
	CONDITION_TLS,
	CONDITION_CERT_UNTRUSTED,
	CONDITION_CERT_NAME,
	CONDITION_CERT_EXPIRED,
	CONDITION_CERT_NOT_YET_VALID,
	CONDITION_CERT_PIN,
	CONDITION_CERT_EXPIRING,
	CONDITION_CLEARTEXT_AUTH,
	CONDITION_MECHANISM,
	CONDITION_CLEARTEXT_REFUSED,
	CONDITION_AUTH_REJECTED,
	CONDITION_AUTH_TEMPORARY,
	CONDITION_RATE_LIMITED,
	CONDITION_AUTH_ACCEPTED,
	CONDITION_EXTENSION,
	CONDITION_SENDER,
	CONDITION_RECIPIENT,
	CONDITION_PROTOCOL,
	CONDITION_DISCONNECTED,
	CONDITION_SLOW,
	CONDITION_INTERNAL,
	CONDITIONS,
	CONDITION_NONE = CONDITIONS,
};

/* "auth-rejected" and so on; static. */
const char *condition_name(enum condition c);

/* Find a condition by name.  Returns CONDITION_NONE if there is none. */
enum condition condition_find(const char *name, size_t len);

/* The state it gives by default. */
enum status condition_default(enum condition c);

#endif
