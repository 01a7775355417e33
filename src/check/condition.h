/*
 * condition.h - the named conditions that a check can end in, and what is
 * known of each by itself: the state that it gives unless the user says
 * otherwise, where in a check it comes up, and what it may be due to.
 */

#ifndef CHECK_CONDITION_H
#define CHECK_CONDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "check/phase.h"
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
	CONDITION_SERVER_PROOF,
	CONDITION_TOKEN,
	CONDITION_TOKEN_TEMPORARY,
	CONDITION_TOKEN_EXPIRING,
	CONDITION_CREDENTIAL_EXPIRING,
	CONDITION_CHANGED,
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

/* What may be asked of a condition. */
enum condition_trait {
	CONDITION_IS_FIXED = 1 << 0,       /* nobody may change its state */
	CONDITION_IS_CERTIFICATE = 1 << 1, /* why a server is not verified */
	/* A reply that brings it about may be about too many log-ins. */
	CONDITION_MAY_BE_LIMIT = 1 << 2,
	/* A middlebox that rewrites SMTP may have brought it about. */
	CONDITION_MAY_BE_REWRITTEN = 1 << 3,
	/* So may a PROXY header that the server did not expect. */
	CONDITION_MAY_BE_PROXY = 1 << 4,
};

/* In which phase it comes up. */
enum condition_place {
	CONDITION_NOWHERE,
	CONDITION_IN_ITS_PHASE, /* see condition_phase() */
	CONDITION_IN_OFFERS,    /* EHLO's, unless they prevent the login */
	CONDITION_IN_DIALOGUE,  /* where the dialogue ended */
	CONDITION_IN_PROGRESS,  /* where the check ended */
};

/* "auth-rejected" and so on; static. */
const char *condition_name(enum condition c);

/* Find a condition by name.  Returns CONDITION_NONE if there is none. */
enum condition condition_find(const char *name, size_t len);

/* The state it gives by default. */
enum status condition_default(enum condition c);

/* NONE has no trait. */
bool condition_has(enum condition c, enum condition_trait trait);

/* NONE is nowhere. */
enum condition_place condition_place(enum condition c);

/* Its own phase; if the place is another, without meaning. */
enum phase condition_phase(enum condition c);

#endif
