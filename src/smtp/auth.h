/*
 * auth.h - the AUTH command (RFC 4954) around a SASL mechanism: when the
 * initial response goes along, base64, and what each reply means.  No I/O.
 */

#ifndef SMTP_AUTH_H
#define SMTP_AUTH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "smtp/reply.h"
#include "smtp/sasl.h"

enum {
	/* Octets of a command line with CRLF; some servers stop short of 512.
	 */
	AUTH_LINE_MAX = 500,
	/* Base64 characters of a response (RFC 4954, 4). */
	AUTH_RESPONSE_MAX = 12284,
};

enum auth_verdict {
	AUTH_RESPOND,           /* send the line in response */
	AUTH_WORK,              /* it takes time: go on with auth_work() */
	AUTH_CANCEL,            /* unexpected challenge: send "*" */
	AUTH_DISTRUST,          /* a false proof in a challenge: send "*" */
	AUTH_ACCEPTED,          /* 235 in its place */
	AUTH_UNPROVEN,          /* 235, but no proof of who says so */
	AUTH_REJECTED,          /* 5xx: the credential was refused */
	AUTH_TEMPORARY,         /* 4xx */
	AUTH_MECHANISM_REFUSED, /* no credential was judged */
	AUTH_BROKEN,            /* the reply cannot answer AUTH; see detail */
	AUTH_NO_MEMORY,
};

/* One exchange.  Zero-initialised by auth_init(). */
struct auth {
	const struct sasl_mech *mech;
	struct sasl *sasl;
	bool held;           /* the initial response waits for the first 334 */
	bool challenged;     /* a 334 has come */
	bool told_error;     /* the last 334 told of a failure */
	struct buf response; /* to send: base64, without CRLF; wiped */
	size_t response_len; /* characters of the last response to send */
	struct buf error;    /* what the failing challenge said, decoded */
	char detail[128];    /* words for AUTH_CANCEL and AUTH_BROKEN */
};

/*
 * All are borrowed until auth_free(), which may follow in any case; channel may
 * be NULL.  Returns 0, or -1 without memory.
 */
int auth_init(struct auth *a, const struct sasl_mech *mech,
    const struct sasl_creds *creds, const struct sasl_channel *channel);

/* Wipe and release what *a owns; *a may be all zeros. */
void auth_free(struct auth *a);

/* Whether every response of the mechanism keeps within AUTH_RESPONSE_MAX. */
bool auth_fits(const struct sasl_mech *mech, const struct sasl_creds *creds);

/*
 * Append the command line without CRLF; the initial response goes along when
 * the mechanism has one and the line with CRLF stays within AUTH_LINE_MAX.
 * Returns 0, or -1 without memory.
 */
int auth_command(struct auth *a, struct buf *line);

/* What a reply to the command or to a response means, and what to do. */
enum auth_verdict auth_hear(struct auth *a, const struct smtp_reply *r);

/* A piece of the work: AUTH_WORK again until the response is there. */
enum auth_verdict auth_work(struct auth *a);

#endif
