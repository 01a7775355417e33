#include "smtp/auth.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"

enum { RAW_MAX = 128 * 1024 }; /* what the checked secrets can come to */

void
auth_init(struct auth *a, const struct sasl_mech *mech,
    const struct sasl_creds *creds)
{
	*a = (struct auth){ .mech = mech,
		.creds = creds,
		.response = BUF_INIT(RAW_MAX),
		.error = BUF_INIT(SMTP_REPLY_MAX) };
}

void
auth_free(struct auth *a)
{
	buf_free(&a->response);
	buf_free(&a->error);
}

/* A zero-length response is "=" on the command line (RFC 4954, 4). */
static int
encode_response(struct auth *a, const struct buf *raw)
{
	buf_truncate(&a->response, 0);
	if (base64_encode(&a->response, buf_str(raw), raw->len) == -1)
		return -1;
	a->response_len = a->response.len;
	return 0;
}

/* More than any mechanism makes of it, but for its own few words. */
static size_t
creds_length(const struct sasl_creds *c)
{
	return (c->user != NULL ? strlen(c->user) : 0) +
	    (c->authzid != NULL ? strlen(c->authzid) : 0) +
	    (c->secret != NULL ? strlen(c->secret) : 0) + strlen(c->host);
}

bool
auth_fits(const struct sasl_mech *mech, const struct sasl_creds *creds)
{
	const struct buf nothing = BUF_INIT(0);
	struct buf raw = BUF_INIT(RAW_MAX);
	bool fits = true;
	int turn;

	for (turn = 0; fits && turn <= mech->last_turn; turn++) {
		buf_truncate(&raw, 0);
		/* Where only memory is short the exchange will find out. */
		fits = mech->respond(&raw, creds, turn, &nothing) == SASL_FULL
		    ? creds_length(creds) < AUTH_RESPONSE_MAX
		    : base64_length(raw.len) <= AUTH_RESPONSE_MAX;
	}
	buf_free(&raw);
	return fits;
}

/* Ask the mechanism and leave the answer in a->response. */
static enum sasl_step
take_turn(struct auth *a, const struct buf *challenge)
{
	struct buf raw = BUF_INIT(RAW_MAX);
	enum sasl_step step;

	step = a->mech->respond(&raw, a->creds, a->turn, challenge);
	if (step == SASL_RESPOND && encode_response(a, &raw) == -1)
		step = SASL_FULL;
	if (step == SASL_RESPOND)
		a->turn++;
	buf_free(&raw);
	return step;
}

int
auth_command(struct auth *a, struct buf *line)
{
	const struct buf nothing = BUF_INIT(0);
	const char *text;
	size_t start = line->len;

	if (buf_addf(line, "AUTH %s", a->mech->name) == -1)
		return -1;
	if (!a->mech->has_initial_response)
		return 0;
	if (take_turn(a, &nothing) != SASL_RESPOND)
		return -1;
	text = a->response.len > 0 ? a->response.data : "=";
	if (line->len - start + strlen(text) + 3 <= AUTH_LINE_MAX)
		return buf_addf(line, " %s", text);
	/* Too long for one line: it waits for the 334. */
	a->turn = 0;
	a->response_len = 0;
	return 0;
}

static enum auth_verdict
broken(struct auth *a, const char *why)
{
	snprintf(a->detail, sizeof a->detail, "%s", why);
	return AUTH_BROKEN;
}

static enum auth_verdict
hear_challenge(struct auth *a, const struct smtp_reply *r)
{
	struct buf challenge = BUF_INIT(SMTP_REPLY_MAX);
	enum auth_verdict verdict = AUTH_NO_MEMORY;
	enum sasl_step step = SASL_UNEXPECTED;
	const char *text;
	size_t pos = 0, n;
	bool decoded;

	smtp_reply_line(r, &pos, &text, &n);
	decoded = base64_decode(&challenge, text, n) == 0;
	a->challenged = true;
	if (!a->told_error)
		step = take_turn(a, decoded ? &challenge : NULL);
	if (step == SASL_RESPOND) {
		a->told_error = a->mech->tells_error != NULL && decoded &&
		    a->mech->tells_error(a->turn - 1, &challenge);
		if (!a->told_error ||
		    buf_add(&a->error, challenge.data, challenge.len) == 0)
			verdict = AUTH_RESPOND;
	} else if (step == SASL_UNEXPECTED) {
		snprintf(a->detail, sizeof a->detail,
		    "a challenge (334) that %s does not have", a->mech->name);
		verdict = AUTH_CANCEL;
	}
	buf_free(&challenge);
	return verdict;
}

/* Whether a 501 speaks of syntax and not of the credential. */
static bool
is_syntax_error(const struct smtp_reply *r)
{
	const char *code;
	size_t n = smtp_reply_enhanced(r, &code);

	return n == 0 ||
	    (n == 5 &&
		(memcmp(code, "5.5.2", 5) == 0 ||
		    memcmp(code, "5.5.4", 5) == 0));
}

static enum auth_verdict
hear_refusal(struct auth *a, const struct smtp_reply *r)
{
	/* Once the mechanism told of a failure the credential was judged. */
	if (a->told_error)
		return AUTH_REJECTED;
	switch (r->code) {
	case 500:
		if (a->challenged) {
			snprintf(a->detail, sizeof a->detail,
			    "500 to a response of %zu characters",
			    a->response_len);
			return AUTH_BROKEN;
		}
		return AUTH_MECHANISM_REFUSED;
	case 502:
	case 504:
		return a->challenged ? AUTH_REJECTED : AUTH_MECHANISM_REFUSED;
	case 523: /* RFC 5248: encryption needed */
	case 530:
	case 538:
		return AUTH_MECHANISM_REFUSED;
	case 501:
		return is_syntax_error(r)
		    ? broken(a, "the AUTH syntax was refused")
		    : AUTH_REJECTED;
	case 503:
		return broken(a, "AUTH was refused as out of sequence");
	default:
		return AUTH_REJECTED;
	}
}

enum auth_verdict
auth_hear(struct auth *a, const struct smtp_reply *r)
{
	if (r->code == 334)
		return hear_challenge(a, r);
	if (r->code / 100 == 4)
		return AUTH_TEMPORARY;
	if (r->code / 100 == 5)
		return hear_refusal(a, r);
	if (r->code != 235) {
		snprintf(a->detail, sizeof a->detail, "%d cannot answer AUTH",
		    r->code);
		return AUTH_BROKEN;
	}
	if (a->told_error)
		return broken(a, "235 after the server told of a failure");
	if (a->turn <= a->mech->last_turn)
		return broken(a, "235 before the last response was sent");
	return AUTH_ACCEPTED;
}
