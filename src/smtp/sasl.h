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
	const char *nonce; /* SCRAM's; NULL: of the system's randomness */
	/*
	 * Told of each text made of the secret that a peer may echo, before it
	 * is sent, so that nobody shows it.  May be NULL.
	 */
	void (*made)(void *arg, const char *text, size_t len);
	void *made_arg;
	const char *host; /* server as the user named it (RFC 7628, 3.1) */
	int port;
};

enum { SASL_BINDING_MAX = 64 };

/* The connection below, for a mechanism that binds to it (RFC 5056). */
struct sasl_channel {
	bool has_tls;
	bool server_binds; /* a mechanism with -PLUS is offered */
	const char *type;  /* "tls-exporter" (RFC 9266) or "tls-unique" (RFC
			      5929); NULL: there is nothing to bind to */
	unsigned char data[SASL_BINDING_MAX];
	size_t len;
};

/* How a mechanism works: its own affair. */
struct sasl_methods;

struct sasl_mech {
	const char *name; /* as advertised */
	enum sasl_proof proof;
	bool has_initial_response; /* may go with the AUTH command */
	bool is_anonymous;         /* the user is a trace, and nobody logs in */
	bool carries_authzid;
	bool reveals_secret; /* needs TLS: the secret itself is sent */
	bool binds_channel;  /* needs a binding, and to be asked for by name */
	const struct sasl_methods *methods;
};

/*
 * In order of default preference: over TLS what costs least, otherwise what
 * does not reveal the secret.  Ends with a NULL name.
 */
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

/*
 * The digest that the mechanism needs and this library does not compute; NULL
 * if there is none.  Static.
 */
const char *sasl_lacks(const struct sasl_mech *mech);

enum sasl_step {
	SASL_RESPOND,    /* out holds the response */
	SASL_WORK,       /* it takes time: go on with sasl_work() */
	SASL_TOLD_ERROR, /* the challenge tells of a failure, out answers it */
	SASL_UNEXPECTED, /* the challenge cannot be answered: see sasl_why() */
	SASL_UNPROVEN,   /* the server does not know the secret */
	SASL_FULL,       /* out had no room, or there is no memory */
};

/* One exchange, of as many steps as there are responses. */
struct sasl;

/*
 * Both are borrowed until sasl_free(); channel may be NULL, which is one in the
 * clear.  Returns NULL without memory.
 */
struct sasl *sasl_start(const struct sasl_mech *mech,
    const struct sasl_creds *creds, const struct sasl_channel *channel);

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
 * After SASL_WORK: do a bounded piece of it, some milliseconds at most.
 * Returns SASL_WORK again until it is done, then as sasl_step() does.
 */
enum sasl_step sasl_work(struct sasl *s, struct buf *out);

/* What it takes: iterations of the key's derivation, 0 if there is none. */
unsigned long sasl_iterations(const struct sasl *s);

/* Where in the challenge of SASL_TOLD_ERROR the words for people begin. */
size_t sasl_error_at(const struct sasl *s);

/* What the server says together with success may be its proof. */
void sasl_hear_success(struct sasl *s, const char *text, size_t len);

/* Whether the server has proven itself, as far as the mechanism has it. */
bool sasl_is_proven(const struct sasl *s);

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
