#include "smtp/auth.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"

/* What AUTH_RESPONSE_MAX holds. */
enum { RAW_MAX = AUTH_RESPONSE_MAX / 4 * 3 };

int
auth_init(struct auth *a, const struct sasl_mech *mech,
    const struct sasl_creds *creds, const struct sasl_channel *channel)
{
	*a = (struct auth){ .mech = mech,
		.sasl = sasl_start(mech, creds, channel),
		.response = BUF_INIT(AUTH_RESPONSE_MAX),
		.error = BUF_INIT(SMTP_REPLY_MAX) };
	return a->sasl != NULL ? 0 : -1;
}

void
auth_free(struct auth *a)
{
	sasl_free(a->sasl);
	buf_free(&a->response);
	buf_free(&a->error);
}

bool
auth_fits(const struct sasl_mech *mech, const struct sasl_creds *creds)
{
	return base64_length(sasl_length(mech, creds)) <= AUTH_RESPONSE_MAX;
}

/* Put what the mechanism said, if it did, into a->response. */
static enum sasl_step
take_raw(struct auth *a, enum sasl_step step, const struct buf *raw)
{
	if (step == SASL_RESPOND || step == SASL_TOLD_ERROR) {
		buf_truncate(&a->response, 0);
		if (base64_encode(&a->response, buf_str(raw), raw->len) == -1)
			step = SASL_FULL;
		a->response_len = a->response.len;
	}
	return step;
}

/* Ask the mechanism and leave what it says in a->response. */
static enum sasl_step
take_step(struct auth *a, const struct buf *challenge)
{
	struct buf raw = BUF_INIT(RAW_MAX);
	enum sasl_step step =
	    take_raw(a, sasl_step(a->sasl, challenge, &raw), &raw);

	buf_free(&raw);
	return step;
}

/* The initial response: in the line that begins at start, or held. */
static int
add_initial(struct auth *a, struct buf *line, size_t start)
{
	const struct buf nothing = BUF_INIT(0);
	const char *text;

	if (take_step(a, &nothing) != SASL_RESPOND)
		return -1;
	/* One of no length is "=" here (RFC 4954, 4). */
	text = a->response.len > 0 ? a->response.data : "=";
	a->held = line->len - start + strlen(text) + 3 > AUTH_LINE_MAX;
	if (a->held) {
		a->response_len = 0;
		return 0;
	}
	buf_addc(line, ' ');
	buf_adds(line, text);
	buf_free(&a->response);
	return 0;
}

int
auth_command(struct auth *a, struct buf *line)
{
	size_t start = line->len;

	buf_adds(line, "AUTH ");
	buf_adds(line, a->mech->name);
	if (a->mech->has_initial_response && add_initial(a, line, start) == -1)
		return -1;
	return line->failed ? -1 : 0;
}

static enum auth_verdict
broken(struct auth *a, const char *why)
{
	snprintf(a->detail, sizeof a->detail, "%s", why);
	return AUTH_BROKEN;
}

static enum auth_verdict
hear_words(struct auth *a, const struct buf *challenge, bool decoded)
{
	size_t at;

	switch (take_step(a, decoded ? challenge : NULL)) {
	case SASL_RESPOND:
		return AUTH_RESPOND;
	case SASL_WORK:
		return AUTH_WORK;
	case SASL_UNPROVEN:
		return AUTH_DISTRUST;
	case SASL_TOLD_ERROR:
		a->told_error = true;
		at = sasl_error_at(a->sasl);
		buf_add(
		    &a->error, buf_str(challenge) + at, challenge->len - at);
		return a->error.failed ? AUTH_NO_MEMORY : AUTH_RESPOND;
	case SASL_UNEXPECTED:
		snprintf(a->detail, sizeof a->detail,
		    "a challenge (334) that %s %s", a->mech->name,
		    sasl_why(a->sasl));
		return AUTH_CANCEL;
	case SASL_FULL:
	default:
		return AUTH_NO_MEMORY;
	}
}

static enum auth_verdict
hear_challenge(struct auth *a, const struct smtp_reply *r)
{
	struct buf challenge = BUF_INIT(SMTP_REPLY_MAX);
	enum auth_verdict verdict;
	const char *text;
	size_t pos = 0, n;
	bool decoded;

	a->challenged = true;
	if (a->held) { /* whatever it says */
		a->held = false;
		a->response_len = a->response.len;
		return AUTH_RESPOND;
	}
	smtp_reply_line(r, &pos, &text, &n);
	decoded = base64_decode(&challenge, text, n) == 0;
	verdict = hear_words(a, &challenge, decoded);
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
			    "500 to a response of %zu characters, perhaps too "
			    "long a line for this server",
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

/* What follows 235 is for people, but a proof may be among it, base64 or not.
 */
static void
look_for_proof(struct auth *a, const struct smtp_reply *r)
{
	struct buf raw = BUF_INIT(SMTP_REPLY_MAX);
	const char *line, *end;
	size_t pos = 0, n;

	while (
	    !sasl_is_proven(a->sasl) && smtp_reply_line(r, &pos, &line, &n)) {
		for (end = line + n; line < end; line += n + 1) {
			for (n = 0; line + n < end && line[n] != ' ';)
				n++;
			sasl_hear_success(a->sasl, line, n);
			buf_truncate(&raw, 0);
			if (base64_decode(&raw, line, n) == 0)
				sasl_hear_success(
				    a->sasl, buf_str(&raw), raw.len);
		}
	}
	buf_free(&raw);
}

static enum auth_verdict
hear_success(struct auth *a, const struct smtp_reply *r)
{
	if (a->told_error)
		return broken(a, "235 after the server told of a failure");
	if (a->held || !sasl_may_succeed(a->sasl))
		return broken(a, "235 before the last response was sent");
	look_for_proof(a, r);
	return sasl_is_proven(a->sasl) ? AUTH_ACCEPTED : AUTH_UNPROVEN;
}

enum auth_verdict
auth_hear(struct auth *a, const struct smtp_reply *r)
{
	if (r->code == 235)
		return hear_success(a, r);
	if (r->code == 334)
		return hear_challenge(a, r);
	if (r->code / 100 == 4)
		return AUTH_TEMPORARY;
	if (r->code / 100 == 5)
		return hear_refusal(a, r);
	snprintf(a->detail, sizeof a->detail, "%d cannot answer AUTH", r->code);
	return AUTH_BROKEN;
}

enum auth_verdict
auth_work(struct auth *a)
{
	struct buf raw = BUF_INIT(RAW_MAX);
	enum sasl_step step = take_raw(a, sasl_work(a->sasl, &raw), &raw);

	buf_free(&raw);
	if (step == SASL_WORK)
		return AUTH_WORK;
	return step == SASL_RESPOND ? AUTH_RESPOND : AUTH_NO_MEMORY;
}
