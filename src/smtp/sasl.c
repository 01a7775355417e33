#include "smtp/sasl.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/wipe.h"
#include "smtp/internal.h"

static const char *
or_empty(const char *s)
{
	return s != NULL ? s : "";
}

/* RFC 4616, 2: authzid NUL authcid NUL passwd. */
static enum sasl_step
step_plain(struct sasl *s, const struct buf *challenge, struct buf *out)
{
	(void)challenge;
	if (s->may_succeed)
		return SASL_UNEXPECTED;
	buf_adds(out, or_empty(s->creds->authzid));
	buf_addc(out, '\0');
	buf_adds(out, s->creds->user);
	buf_addc(out, '\0');
	buf_adds(out, s->creds->secret);
	s->may_succeed = true;
	return SASL_RESPOND;
}

static size_t
plain_length(const struct sasl_creds *c)
{
	return strlen(or_empty(c->authzid)) + 1 + strlen(c->user) + 1 +
	    strlen(c->secret);
}

struct login {
	struct sasl base;
	bool has_user; /* the server has */
};

/*
 * draft-murchison-sasl-login: the prompts differ from server to server, so
 * the order alone counts.
 */
static enum sasl_step
step_login(struct sasl *s, const struct buf *challenge, struct buf *out)
{
	struct login *l = (struct login *)s;

	(void)challenge;
	if (s->may_succeed)
		return SASL_UNEXPECTED;
	buf_adds(out, l->has_user ? s->creds->secret : s->creds->user);
	s->may_succeed = l->has_user;
	l->has_user = true;
	return SASL_RESPOND;
}

static size_t
login_length(const struct sasl_creds *c)
{
	size_t user = strlen(c->user), secret = strlen(c->secret);

	return user > secret ? user : secret;
}

static enum sasl_step
say_once(struct sasl *s, struct buf *out, const char *text)
{
	if (s->may_succeed)
		return SASL_UNEXPECTED;
	buf_adds(out, text);
	s->may_succeed = true;
	return SASL_RESPOND;
}

/* RFC 4422, appendix A: the authorization identity, or nothing. */
static const char *
identity_of(const struct sasl_creds *c)
{
	return or_empty(c->authzid != NULL ? c->authzid : c->user);
}

static enum sasl_step
step_external(struct sasl *s, const struct buf *challenge, struct buf *out)
{
	(void)challenge;
	return say_once(s, out, identity_of(s->creds));
}

static size_t
external_length(const struct sasl_creds *c)
{
	return strlen(identity_of(c));
}

/* RFC 4505, 2: trace information for the server's log. */
static const char *
trace_of(const struct sasl_creds *c)
{
	return or_empty(c->user != NULL ? c->user : c->trace);
}

static enum sasl_step
step_anonymous(struct sasl *s, const struct buf *challenge, struct buf *out)
{
	(void)challenge;
	return say_once(s, out, trace_of(s->creds));
}

static size_t
anonymous_length(const struct sasl_creds *c)
{
	return strlen(trace_of(c));
}

static const struct sasl_methods plain = {
	.size = sizeof(struct sasl),
	.length = plain_length,
	.step = step_plain,
};

static const struct sasl_methods login = {
	.size = sizeof(struct login),
	.length = login_length,
	.step = step_login,
};

static const struct sasl_methods external = {
	.size = sizeof(struct sasl),
	.length = external_length,
	.step = step_external,
};

static const struct sasl_methods anonymous = {
	.size = sizeof(struct sasl),
	.length = anonymous_length,
	.step = step_anonymous,
};

const struct sasl_mech sasl_mechs[] = {
	{ .name = "OAUTHBEARER",
	    .proof = SASL_PROOF_TOKEN,
	    .has_initial_response = true,
	    .carries_authzid = true,
	    .reveals_secret = true,
	    .methods = &bearer_oauthbearer },
	{ .name = "XOAUTH2",
	    .proof = SASL_PROOF_TOKEN,
	    .has_initial_response = true,
	    .carries_authzid = false,
	    .reveals_secret = true,
	    .methods = &bearer_xoauth2 },
	{ .name = "PLAIN",
	    .proof = SASL_PROOF_PASSWORD,
	    .has_initial_response = true,
	    .carries_authzid = true,
	    .reveals_secret = true,
	    .methods = &plain },
	{ .name = "LOGIN",
	    .proof = SASL_PROOF_PASSWORD,
	    .has_initial_response = false,
	    .carries_authzid = false,
	    .reveals_secret = true,
	    .methods = &login },
	{ .name = "SCRAM-SHA-512",
	    .proof = SASL_PROOF_PASSWORD,
	    .has_initial_response = true,
	    .carries_authzid = true,
	    .reveals_secret = false,
	    .methods = &scram_sha512 },
	{ .name = "SCRAM-SHA-256",
	    .proof = SASL_PROOF_PASSWORD,
	    .has_initial_response = true,
	    .carries_authzid = true,
	    .reveals_secret = false,
	    .methods = &scram_sha256 },
	{ .name = "SCRAM-SHA-1",
	    .proof = SASL_PROOF_PASSWORD,
	    .has_initial_response = true,
	    .carries_authzid = true,
	    .reveals_secret = false,
	    .methods = &scram_sha1 },
	{ .name = "CRAM-MD5",
	    .proof = SASL_PROOF_PASSWORD,
	    .has_initial_response = false,
	    .carries_authzid = false,
	    .reveals_secret = false,
	    .methods = &cram_md5 },
	{ .name = "SCRAM-SHA-512-PLUS",
	    .proof = SASL_PROOF_PASSWORD,
	    .has_initial_response = true,
	    .carries_authzid = true,
	    .reveals_secret = false,
	    .binds_channel = true,
	    .methods = &scram_sha512 },
	{ .name = "SCRAM-SHA-256-PLUS",
	    .proof = SASL_PROOF_PASSWORD,
	    .has_initial_response = true,
	    .carries_authzid = true,
	    .reveals_secret = false,
	    .binds_channel = true,
	    .methods = &scram_sha256 },
	{ .name = "SCRAM-SHA-1-PLUS",
	    .proof = SASL_PROOF_PASSWORD,
	    .has_initial_response = true,
	    .carries_authzid = true,
	    .reveals_secret = false,
	    .binds_channel = true,
	    .methods = &scram_sha1 },
	{ .name = "EXTERNAL",
	    .proof = SASL_PROOF_NONE,
	    .has_initial_response = true,
	    .carries_authzid = true,
	    .reveals_secret = false,
	    .methods = &external },
	{ .name = "ANONYMOUS",
	    .is_anonymous = true,
	    .proof = SASL_PROOF_NONE,
	    .has_initial_response = true,
	    .carries_authzid = false,
	    .reveals_secret = false,
	    .methods = &anonymous },
	{ .name = NULL },
};

const struct sasl_mech *
sasl_find(const char *name, size_t n)
{
	const struct sasl_mech *m;

	for (m = sasl_mechs; m->name != NULL; m++)
		if (strlen(m->name) == n && strncasecmp(m->name, name, n) == 0)
			return m;
	return NULL;
}

size_t
sasl_length(const struct sasl_mech *mech, const struct sasl_creds *c)
{
	return mech->methods->length(c);
}

const char *
sasl_lacks(const struct sasl_mech *mech)
{
	const struct sasl_methods *m = mech->methods;

	return !m->uses_digest || digest_is_available(m->digest)
	    ? NULL
	    : digest_name(m->digest);
}

struct sasl *
sasl_start(const struct sasl_mech *mech, const struct sasl_creds *creds,
    const struct sasl_channel *channel)
{
	static const struct sasl_channel in_the_clear = { .has_tls = false };
	struct sasl *s = calloc(1, mech->methods->size);

	if (s == NULL)
		return NULL;
	s->mech = mech;
	s->creds = creds;
	s->channel = channel != NULL ? channel : &in_the_clear;
	s->why = "does not expect here";
	return s;
}

void
sasl_free(struct sasl *s)
{
	if (s == NULL)
		return;
	if (s->mech->methods->free != NULL)
		s->mech->methods->free(s);
	wipe(s, s->mech->methods->size);
	free(s);
}

enum sasl_step
sasl_step(struct sasl *s, const struct buf *challenge, struct buf *out)
{
	enum sasl_step step = s->mech->methods->step(s, challenge, out);

	return out->failed ? SASL_FULL : step;
}

enum sasl_step
sasl_work(struct sasl *s, struct buf *out)
{
	enum sasl_step step = s->mech->methods->work(s, out);

	return out->failed ? SASL_FULL : step;
}

unsigned long
sasl_iterations(const struct sasl *s)
{
	return s->iterations;
}

size_t
sasl_error_at(const struct sasl *s)
{
	return s->error_at;
}

void
sasl_hear_success(struct sasl *s, const char *text, size_t len)
{
	if (s->wants_proof && s->mech->methods->hear_success != NULL)
		s->mech->methods->hear_success(s, text, len);
}

bool
sasl_is_proven(const struct sasl *s)
{
	return !s->wants_proof;
}

bool
sasl_may_succeed(const struct sasl *s)
{
	return s->may_succeed;
}

const char *
sasl_why(const struct sasl *s)
{
	return s->why;
}
