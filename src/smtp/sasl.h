/*
 * sasl.h - what to say to prove who we are: the mechanisms, one table row
 * each, and an exchange with one of them.  It knows nothing of base64 or of
 * SMTP's commands.
 */

#ifndef SMTP_SASL_H
#define SMTP_SASL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* What a mechanism proves the identity with. */
enum sasl_proof {
	SASL_PROOF_PASSWORD,
	SASL_PROOF_TOKEN, /* an OAuth 2.0 access token */
	SASL_PROOF_NONE,  /* something outside, such as a client certificate */
};

/*
 * All borrowed, NUL-terminated, NULL where there is none.  A mechanism that
 * proves with a password or a token needs user, secret and host.
 */
struct sasl_creds {
	const char *user;    /* authentication identity */
	const char *authzid; /* authorization identity */
	const char *secret;  /* password or token, of the kind in proof */
	enum sasl_proof proof;
	const char *trace; /* who asks, where there is no user (RFC 4505) */
	const char *host;  /* server as the user named it (RFC 7628, 3.1) */
	int port;
};

/* How a mechanism works: its own affair. */
struct sasl_methods;

struct sasl_mech {
	const char *name; /* as advertised */
	enum sasl_proof proof;
	bool has_initial_response; /* may go with the AUTH command */
	bool is_anonymous; /* the user is a trace, and nobody logs in */
	bool carries_authzid;
	bool reveals_secret; /* needs TLS: the secret itself is sent */
	const struct sasl_methods *methods;
};

/* In order of default preference, strongest first; ends with a NULL name. */
extern const struct sasl_mech sasl_mechs[];

/*
 * Find a mechanism by its name, in any case, in n bytes.  Returns NULL if it
 * is not one of ours.  The result is static.
 */
const struct sasl_mech *sasl_find(const char *name, size_t n);

/*
 * Octets of the longest response that the mechanism makes of these creds, not
 * yet in base64.
 */
size_t sasl_length(const struct sasl_mech *mech, const struct sasl_creds *c);

enum sasl_step {
	SASL_RESPOND,    /* out holds the response */
	SASL_TOLD_ERROR, /* the challenge tells of a failure, out answers it */
	SASL_UNEXPECTED, /* the challenge cannot be answered: see sasl_why() */
	SASL_FULL,       /* out had no room */
};

/* One exchange, of as many steps as there are responses. */
struct sasl;

/* creds is borrowed until sasl_free().  Returns NULL without memory. */
struct sasl *sasl_start(
    const struct sasl_mech *mech, const struct sasl_creds *creds);

/* Wipe and release.  Accepts NULL. */
void sasl_free(struct sasl *s);

/*
 * Append the next response, not yet in base64, to the empty buffer out.
 * challenge is what the server said, decoded: NULL if it was not base64, empty
 * where it has said nothing yet.  Ends with the first that is not RESPOND or
 * TOLD_ERROR.
 */
enum sasl_step sasl_step(
    struct sasl *s, const struct buf *challenge, struct buf *out);

/*
 * Whether the server may now tell of success: all responses were made, and
 * no failure was told.
 */
bool sasl_may_succeed(const struct sasl *s);

/*
 * What the mechanism says of an unexpected challenge, to be read after its
 * name: "does not have".  Static.
 */
const char *sasl_why(const struct sasl *s);

#endif
