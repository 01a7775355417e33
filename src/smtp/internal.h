/*
 * internal.h - what a SASL mechanism is made of, for the files that hold one.
 */

#ifndef SMTP_INTERNAL_H
#define SMTP_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "smtp/sasl.h"

/* What every exchange holds; one with more to remember begins with it. */
struct sasl {
	const struct sasl_mech *mech;
	const struct sasl_creds *creds;
	bool may_succeed; /* the step's to set: nothing is left to say */
	const char *why;  /* the step's to change: see sasl_why() */
};

struct sasl_methods {
	size_t size; /* of the exchange, zeros at first, wiped at the end */
	/* See sasl_length() and sasl_step(), which looks whether out failed. */
	size_t (*length)(const struct sasl_creds *c);
	enum sasl_step (*step)(
	    struct sasl *s, const struct buf *challenge, struct buf *out);
};

extern const struct sasl_methods bearer_oauthbearer, bearer_xoauth2;

#endif
