/*
 * bearer.c - the SASL mechanisms that show an access token: OAUTHBEARER and
 * XOAUTH2.  Both have a failure told in a challenge, which they acknowledge.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "smtp/internal.h"
#include "smtp/saslname.h"

struct bearer {
	struct sasl base;
	bool shown; /* the token */
};

/*
 * Once the token was shown any challenge tells of a failure, be it the JSON
 * object of RFC 7628, 3.2.2, or not; out is the mechanism's to fill.
 */
static enum sasl_step
hear_error(struct sasl *s)
{
	if (!s->may_succeed)
		return SASL_UNEXPECTED;
	s->may_succeed = false;
	return SASL_TOLD_ERROR;
}

static void
add_token(struct buf *out, struct bearer *b)
{
	buf_adds(out, "\1auth=Bearer ");
	buf_adds(out, b->base.creds->secret);
	buf_adds(out, "\1\1");
	b->base.may_succeed = b->shown = true;
}

static size_t
token_length(const struct sasl_creds *c)
{
	return strlen("\1auth=Bearer \1\1") + strlen(c->secret);
}

/* Google's and Microsoft's description of XOAUTH2. */
static enum sasl_step
step_xoauth2(struct sasl *s, const struct buf *challenge, struct buf *out)
{
	struct bearer *b = (struct bearer *)s;

	(void)challenge;
	if (b->shown)
		return hear_error(s); /* with nothing */
	buf_adds(out, "user=");
	buf_adds(out, s->creds->user);
	add_token(out, b);
	return SASL_RESPOND;
}

static size_t
xoauth2_length(const struct sasl_creds *c)
{
	return strlen("user=") + strlen(c->user) + token_length(c);
}

static const char *
identity(const struct sasl_creds *c)
{
	return c->authzid != NULL ? c->authzid : c->user;
}

/* RFC 7628, 3.1: gs2-header kvsep *kvpair kvsep. */
static enum sasl_step
step_oauthbearer(struct sasl *s, const struct buf *challenge, struct buf *out)
{
	struct bearer *b = (struct bearer *)s;
	enum sasl_step step;

	(void)challenge;
	if (b->shown) {
		step = hear_error(s);
		if (step == SASL_TOLD_ERROR)
			buf_addc(out, '\1');
		return step;
	}
	buf_adds(out, "n,a=");
	saslname_add(out, identity(s->creds));
	buf_addf(out, ",\1host=%s\1port=%d", s->creds->host, s->creds->port);
	add_token(out, b);
	return SASL_RESPOND;
}

static size_t
oauthbearer_length(const struct sasl_creds *c)
{
	return strlen("n,a=,\1host=\1port=") + saslname_length(identity(c)) +
	    strlen(c->host) + (size_t)snprintf(NULL, 0, "%d", c->port) +
	    token_length(c);
}

const struct sasl_methods bearer_oauthbearer = {
	.size = sizeof(struct bearer),
	.length = oauthbearer_length,
	.step = step_oauthbearer,
};

const struct sasl_methods bearer_xoauth2 = {
	.size = sizeof(struct bearer),
	.length = xoauth2_length,
	.step = step_xoauth2,
};
