#include "verdict/verdict.h"

#include "verdict/internal.h"
#include "verdict/wording.h"

static void
verdict_init(struct verdict *v)
{
	*v = (struct verdict){ .state = STATUS_OK,
		.condition = CONDITION_NONE,
		.message = BUF_INIT(VERDICT_TEXT_MAX),
		.hint = BUF_INIT(VERDICT_TEXT_MAX) };
}

/*
 * A peer says as much as it likes, and it may be said of each of many
 * findings: keep what a reader takes in.
 */
static int
cut(struct buf *b)
{
	size_t n = VERDICT_SHOWN_MAX;

	if (b->len <= n)
		return 0;
	while (n > 0 && (b->data[n] & 0xc0) == 0x80)
		n--; /* not in the middle of a character */
	buf_truncate(b, n);
	return buf_adds(b, "...");
}

static int
cut_findings(struct verdict *v)
{
	size_t i;

	for (i = 0; i < v->finding_count; i++)
		if (cut(&v->findings[i].message) == -1)
			return -1;
	return 0;
}

/* The worst decides; among equals the first. */
static const struct finding *
decide(struct verdict *v)
{
	const struct finding *worst = NULL;
	size_t i;

	for (i = 0; i < v->finding_count; i++)
		if (worst == NULL ||
		    status_is_worse(v->findings[i].state, worst->state))
			worst = &v->findings[i];
	if (worst != NULL) {
		v->state = worst->state;
		v->condition = worst->condition;
	}
	return worst;
}

static bool
ended_early(const struct facts *f)
{
	return f->end != END_COMPLETE || f->smtp == NULL ||
	    f->smtp->outcome != SMTP_OK;
}

/* An expiry that --ignore-certificate-expiration excused is still told. */
static int
add_expiry(struct buf *b, const struct facts *f, const struct settings *asked)
{
	if (!asked->ignore_expiry || !f->tls.done || !f->tls.has_certificate ||
	    f->tls.not_after > f->now_unix)
		return 0;
	return buf_adds(b, ", certificate expired since ") ||
		word_date(b, f->tls.not_after)
	    ? -1
	    : 0;
}

static int
word_success(struct buf *b, const struct facts *f, const struct settings *asked)
{
	if (asked->user != NULL ? word_user(b, asked)
				: buf_addf(b, "%s", "login"))
		return -1;
	if (buf_addf(b, " %s with %s ",
		asked->user != NULL ? "logged in" : "done",
		f->smtp->mech->name) ||
	    word_channel(b, f) || buf_adds(b, " at ") ||
	    word_server(b, asked) || buf_adds(b, " in ") ||
	    word_seconds(b, f->total_us) || buf_adds(b, " s"))
		return -1;
	if (asked->from != NULL &&
	    buf_addf(
		b, ", may send as %s", asked->from[0] ? asked->from : "<>"))
		return -1;
	return add_expiry(b, f, asked);
}

static const char no_credentials[] = "no login tried (no credentials given)";

static int
word_answers(struct buf *b, const struct facts *f, const struct settings *asked)
{
	if (word_server(b, asked) || buf_adds(b, " answers"))
		return -1;
	if (f->tls.done && (buf_addc(b, ' ') || word_channel(b, f)))
		return -1;
	return buf_addf(b, ", %s", no_credentials) || add_expiry(b, f, asked)
	    ? -1
	    : 0;
}

static int
word_rejection(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	if (buf_adds(b, "login of ") ||
	    (asked->user != NULL ? word_user(b, asked)
				 : buf_adds(b, "nobody")) ||
	    buf_adds(b, " rejected as expected at ") || word_server(b, asked) ||
	    buf_adds(b, ": "))
		return -1;
	return word_reply(b, f, &f->smtp->last);
}

/*
 * Whether something else than what ended the session is told.  That comes
 * first, unless it is one of a certificate's faults.
 */
static bool
tells_policy(
    const struct verdict *v, const struct finding *n, const struct facts *f)
{
	return ended_early(f) && n != &v->findings[0] &&
	    !condition_has(n->condition, CONDITION_IS_CERTIFICATE);
}

/* Nobody may take a run without a login for a good one. */
static int
word_finding(struct buf *b, const struct verdict *v, const struct finding *n,
    const struct facts *f, const struct settings *asked)
{
	bool tried = f->smtp != NULL && f->smtp->login != SMTP_LOGIN_NOT_TRIED;
	bool excused = v->state == STATUS_OK;

	/* In front, where a long reply cannot push it off the line. */
	if (!tried && (excused || tells_policy(v, n, f)) &&
	    asked->host != NULL &&
	    (asked->login ? buf_addf(b, "no login tried (%s%s): ",
				condition_name(v->findings[0].condition),
				excused ? " excused" : "")
			  : buf_addf(b, "%s: ", no_credentials)))
		return -1;
	if (buf_add(b, n->message.data, n->message.len))
		return -1;
	if (!tried && v->state != STATUS_OK && !asked->login &&
	    asked->host != NULL && !ended_early(f))
		return buf_addf(b, ", %s", no_credentials);
	return 0;
}

static int
word_message(struct verdict *v, const struct finding *n, const struct facts *f,
    const struct settings *asked)
{
	if (n != NULL)
		return word_finding(&v->message, v, n, f, asked);
	if (judge_is_expected_rejection(v, f, asked))
		return word_rejection(&v->message, f, asked);
	if (!asked->login)
		return word_answers(&v->message, f, asked);
	return word_success(&v->message, f, asked);
}

int
verdict_reach(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const struct finding *n;

	verdict_init(v);
	if (judge_login(v, f, asked) || judge_session(v, f, asked) ||
	    judge_certificate(v, f, asked) || judge_policy(v, f, asked) ||
	    judge_output(v, f, asked))
		goto no_memory;
	if ((!ended_early(f) || judge_is_expected_rejection(v, f, asked)) &&
	    judge_slow(v, f, asked))
		goto no_memory;
	n = decide(v);
	if (cut_findings(v) || word_message(v, n, f, asked) || cut(&v->message))
		goto no_memory;
	if (n != NULL && judge_hint(v, n->condition, f, asked) == -1)
		goto no_memory;
	if (cut(&v->hint) == -1)
		goto no_memory;
	return 0;
no_memory:
	v->state = STATUS_UNKNOWN;
	v->condition = CONDITION_INTERNAL;
	return -1;
}

void
verdict_free(struct verdict *v)
{
	size_t i;

	for (i = 0; i < v->finding_count; i++)
		buf_free(&v->findings[i].message);
	buf_free(&v->message);
	buf_free(&v->hint);
	verdict_init(v);
}
