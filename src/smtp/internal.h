/*
 * internal.h - what a SASL mechanism is made of, for the files that hold one.
 */

#ifndef SMTP_INTERNAL_H
#define SMTP_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/digest.h"
#include "smtp/sasl.h"

/* What every exchange holds; one with more to remember begins with it. */
struct sasl {
	const struct sasl_mech *mech;
	const struct sasl_creds *creds;
	const struct sasl_channel *channel;
	unsigned long iterations; /* see sasl_iterations() */
	size_t error_at;          /* see sasl_error_at() */
	bool may_succeed; /* the step's to set: nothing is left to say */
	bool wants_proof; /* the server still owes its proof */
	const char *why;  /* the step's to change: see sasl_why() */
};

struct sasl_methods {
	size_t size; /* of the exchange, zeros at first, wiped at the end */
	/* See sasl_length() and sasl_step(), which looks whether out failed. */
	size_t (*length)(const struct sasl_creds *c);
	enum sasl_step (*step)(
	    struct sasl *s, const struct buf *challenge, struct buf *out);
	/* See sasl_work() and sasl_hear_success(); may be NULL. */
	enum sasl_step (*work)(struct sasl *s, struct buf *out);
	void (*hear_success)(struct sasl *s, const char *text, size_t len);
	void (*free)(struct sasl *s); /* what it owns besides; may be NULL */
	bool uses_digest;
	enum digest digest;
};

/* Tell of a text made of the secret, before it is sent. */
static inline void
sasl_made(const struct sasl *s, const char *text, size_t len)
{
	if (s->creds->made != NULL)
		s->creds->made(s->creds->made_arg, text, len);
}

extern const struct sasl_methods bearer_oauthbearer, bearer_xoauth2;
extern const struct sasl_methods scram_sha1, scram_sha256, scram_sha512;
extern const struct sasl_methods cram_md5;

#endif
