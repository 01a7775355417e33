#include "smtp/sasl.h"

#include <string.h>
#include <strings.h>

static enum sasl_step
respond_if(int rc)
{
	return rc == 0 ? SASL_RESPOND : SASL_FULL;
}

static const char *
or_empty(const char *s)
{
	return s != NULL ? s : "";
}

/* RFC 4616, 2: authzid NUL authcid NUL passwd. */
static enum sasl_step
respond_plain(struct buf *out, const struct sasl_creds *c, int turn,
    const struct buf *challenge)
{
	(void)challenge;
	if (turn > 0)
		return SASL_UNEXPECTED;
	return respond_if(buf_adds(out, or_empty(c->authzid)) ||
	    buf_addc(out, '\0') || buf_adds(out, or_empty(c->user)) ||
	    buf_addc(out, '\0') || buf_adds(out, or_empty(c->secret)));
}

/*
 * draft-murchison-sasl-login: the prompts differ from server to server, so
 * the order alone counts.
 */
static enum sasl_step
respond_login(struct buf *out, const struct sasl_creds *c, int turn,
    const struct buf *challenge)
{
	(void)challenge;
	if (turn == 0)
		return respond_if(buf_adds(out, or_empty(c->user)));
	if (turn == 1)
		return respond_if(buf_adds(out, or_empty(c->secret)));
	return SASL_UNEXPECTED;
}

/* A failure is told in a challenge that holds a JSON object (RFC 7628, 3.2.2).
 */
static bool
tells_json_error(int turn, const struct buf *challenge)
{
	const char *text = challenge != NULL ? buf_str(challenge) : "";

	/* RFC 8259, 2: blanks may stand before it. */
	return turn > 0 && text[strspn(text, " \t\r\n")] == '{';
}

/* Google's and Microsoft's description of XOAUTH2. */
static enum sasl_step
respond_xoauth2(struct buf *out, const struct sasl_creds *c, int turn,
    const struct buf *challenge)
{
	if (turn == 0)
		return respond_if(buf_adds(out, "user=") ||
		    buf_adds(out, or_empty(c->user)) ||
		    buf_adds(out, "\1auth=Bearer ") ||
		    buf_adds(out, or_empty(c->secret)) ||
		    buf_adds(out, "\1\1"));
	if (turn == 1 && tells_json_error(turn, challenge))
		return SASL_RESPOND; /* with nothing */
	return SASL_UNEXPECTED;
}

/* RFC 5801, 4: a saslname has ',' and '=' replaced. */
static int
add_saslname(struct buf *out, const char *name)
{
	for (; *name != '\0'; name++) {
		if (*name == ','       ? buf_adds(out, "=2C")
			: *name == '=' ? buf_adds(out, "=3D")
				       : buf_addc(out, *name))
			return -1;
	}
	return 0;
}

/* RFC 7628, 3.1: gs2-header kvsep *kvpair kvsep. */
static enum sasl_step
respond_oauthbearer(struct buf *out, const struct sasl_creds *c, int turn,
    const struct buf *challenge)
{
	const char *authzid = c->authzid != NULL ? c->authzid : c->user;

	if (turn == 1 && tells_json_error(turn, challenge))
		return respond_if(buf_addc(out, '\1'));
	if (turn > 0)
		return SASL_UNEXPECTED;
	if (buf_adds(out, "n,a=") || add_saslname(out, or_empty(authzid)) ||
	    buf_addc(out, ',') ||
	    buf_addf(out, "\1host=%s\1port=%d", or_empty(c->host), c->port))
		return SASL_FULL;
	return respond_if(buf_adds(out, "\1auth=Bearer ") ||
	    buf_adds(out, or_empty(c->secret)) || buf_adds(out, "\1\1"));
}

/* RFC 4422, appendix A: the authorization identity, or nothing. */
static enum sasl_step
respond_external(struct buf *out, const struct sasl_creds *c, int turn,
    const struct buf *challenge)
{
	(void)challenge;
	if (turn > 0)
		return SASL_UNEXPECTED;
	return respond_if(buf_adds(out, or_empty(c->authzid)));
}

/* RFC 4505, 2: trace information for the server's log. */
static enum sasl_step
respond_anonymous(struct buf *out, const struct sasl_creds *c, int turn,
    const struct buf *challenge)
{
	(void)challenge;
	if (turn > 0)
		return SASL_UNEXPECTED;
	return respond_if(
	    buf_adds(out, or_empty(c->user != NULL ? c->user : c->trace)));
}

const struct sasl_mech sasl_mechs[] = {
	{ .name = "OAUTHBEARER",
	    .proof = SASL_PROOF_TOKEN,
	    .has_initial_response = true,
	    .carries_authzid = true,
	    .reveals_secret = true,
	    .last_turn = 0,
	    .respond = respond_oauthbearer,
	    .tells_error = tells_json_error },
	{ .name = "XOAUTH2",
	    .proof = SASL_PROOF_TOKEN,
	    .has_initial_response = true,
	    .carries_authzid = false,
	    .reveals_secret = true,
	    .last_turn = 0,
	    .respond = respond_xoauth2,
	    .tells_error = tells_json_error },
	{ .name = "PLAIN",
	    .proof = SASL_PROOF_PASSWORD,
	    .has_initial_response = true,
	    .carries_authzid = true,
	    .reveals_secret = true,
	    .last_turn = 0,
	    .respond = respond_plain },
	{ .name = "LOGIN",
	    .proof = SASL_PROOF_PASSWORD,
	    .has_initial_response = false,
	    .carries_authzid = false,
	    .reveals_secret = true,
	    .last_turn = 1,
	    .respond = respond_login },
	{ .name = "EXTERNAL",
	    .proof = SASL_PROOF_NONE,
	    .has_initial_response = true,
	    .carries_authzid = true,
	    .reveals_secret = false,
	    .last_turn = 0,
	    .respond = respond_external },
	{ .name = "ANONYMOUS",
	    .proof = SASL_PROOF_NONE,
	    .has_initial_response = true,
	    .carries_authzid = false,
	    .reveals_secret = false,
	    .last_turn = 0,
	    .respond = respond_anonymous },
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
