/*
 * sasl.h - what to say to prove who we are, one mechanism per table row.
 * It knows nothing of base64 or of SMTP's commands.
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

/* All borrowed, NUL-terminated, NULL where there is none. */
struct sasl_creds {
	const char *user;    /* authentication identity */
	const char *authzid; /* authorization identity */
	const char *secret;  /* password or token, of the kind in proof */
	enum sasl_proof proof;
	const char *trace; /* who asks, where there is no user (RFC 4505) */
	const char *host;  /* server as the user named it (RFC 7628, 3.1) */
	int port;
};

enum sasl_step {
	SASL_RESPOND,    /* out holds the response */
	SASL_UNEXPECTED, /* the mechanism expects no such challenge: cancel */
	SASL_FULL,       /* out has no room */
};

/* Turn 0 of a mechanism without initial response answers the first 334. */
struct sasl_mech {
	const char *name; /* as advertised */
	enum sasl_proof proof;
	bool has_initial_response; /* may go with the AUTH command */
	bool carries_authzid;
	bool reveals_secret; /* needs TLS: the secret itself is sent */
	int last_turn;       /* the turn after which success may come */
	/*
	 * Append the raw (not yet base64) response of turn 0, 1, ... to the
	 * challenge (decoded; NULL if it was not base64; "" for turn 0 sent
	 * as initial response).
	 */
	enum sasl_step (*respond)(struct buf *out, const struct sasl_creds *c,
	    int turn, const struct buf *challenge);
	/*
	 * Whether the challenge of this turn tells of a failure (XOAUTH2's
	 * and OAUTHBEARER's JSON); a success can then not follow any more.
	 */
	bool (*tells_error)(int turn, const struct buf *challenge);
};

/* In order of default preference, strongest first; ends with a NULL name. */
extern const struct sasl_mech sasl_mechs[];

/*
 * Find a mechanism by its name, in any case, in n bytes.  Returns NULL if it
 * is not one of ours.  The result is static.
 */
const struct sasl_mech *sasl_find(const char *name, size_t n);

#endif
