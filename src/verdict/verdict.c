#include "verdict/verdict.h"

#include <string.h>

#include "base/text.h"
#include "verdict/explain.h"
#include "verdict/hints.h"
#include "verdict/internal.h"
#include "verdict/wording.h"

static void
verdict_init(struct verdict *v)
{
	*v = (struct verdict){ .state = STATUS_OK,
		.condition = CONDITION_NONE,
		.ended = -1,
		.decided = -1,
		.message = BUF_INIT(VERDICT_TEXT_MAX),
		.hint = BUF_INIT(VERDICT_TEXT_MAX) };
}

/*
 * A peer says as much as it likes, and it may be said of each of many
 * findings: keep what a reader takes in.
 */
static void
cut(struct buf *b)
{
	static const char mark[] = "...";
	size_t end = VERDICT_SHOWN_MAX - strlen(mark);

	if (b->len <= VERDICT_SHOWN_MAX)
		return;
	end = text_whole(b->data, end);
	/* It may end in the mark of a cut that came before. */
	while (end > 0 && b->data[end - 1] == '.')
		end--;
	buf_truncate(b, end);
	buf_adds(b, mark);
}

static void
cut_findings(struct verdict *v)
{
	size_t i;

	for (i = 0; i < v->finding_count; i++)
		cut(&v->findings[i].message);
}

/* The worst decides; among equals the first. */
static void
decide(struct verdict *v)
{
	size_t i;

	for (i = 0; i < v->finding_count; i++)
		if (v->decided == -1 ||
		    status_is_worse(v->findings[i].state, v->state)) {
			v->decided = (int)i;
			v->state = v->findings[i].state;
			v->condition = v->findings[i].condition;
		}
}

static bool
ended_early(const struct facts *f)
{
	return f->end != END_COMPLETE || f->smtp == NULL ||
	    f->smtp->outcome != SMTP_OK;
}

/* So far a run without credentials goes just as well as one with them. */
static bool
in_envelope(const struct facts *f)
{
	return f->end == END_COMPLETE &&
	    f->smtp->ended_in == SMTP_PHASE_ENVELOPE;
}

/* An expiry that --ignore-certificate-expiration excused is still told. */
static void
add_expiry(struct buf *b, const struct facts *f, const struct settings *asked)
{
	if (!asked->ignore_expiry || !f->tls.done || !f->tls.has_certificate ||
	    f->tls.not_after > f->now_unix)
		return;
	buf_adds(b, ", certificate expired since ");
	word_date(b, f->tls.not_after);
}

static void
word_success(struct buf *b, const struct facts *f, const struct settings *asked)
{
	const bool named = settings_account(asked) != NULL;

	if (named)
		word_user(b, asked);
	else
		buf_adds(b, "login");
	buf_addf(b, " %s with %s ", named ? "logged in" : "done",
	    f->smtp->mech->name);
	word_channel(b, f);
	buf_adds(b, " at ");
	word_server(b, asked);
	buf_adds(b, " in ");
	word_seconds(b, f->total_us);
	buf_adds(b, " s");
	/* Many servers judge the sender only once they hear the recipient. */
	if (asked->from != NULL && asked->rcpt != NULL)
		buf_addf(b, ", may send as %s",
		    asked->from[0] != '\0' ? asked->from : "<>");
	else if (asked->from != NULL)
		buf_addf(b, ", MAIL FROM:<%s> accepted", asked->from);
	add_expiry(b, f, asked);
}

static const char no_credentials[] = "no login tried (no credentials given)";

static void
word_answers(struct buf *b, const struct facts *f, const struct settings *asked)
{
	word_server(b, asked);
	buf_adds(b, " answers");
	if (f->tls.done) {
		buf_addc(b, ' ');
		word_channel(b, f);
	}
	buf_addf(b, ", %s", no_credentials);
	add_expiry(b, f, asked);
}

static void
word_rejection(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	word_login(b, asked);
	buf_adds(b, " rejected as expected at ");
	word_server(b, asked);
	buf_adds(b, ": ");
	if (f->smtp->outcome == SMTP_SECRET_WITHHELD)
		word_kept_reply(b, f);
	else
		word_reply(b, f, &f->smtp->last);
}

/*
 * Whether something else than what ended the session is told.  That comes
 * first, unless it is one of a certificate's faults.
 */
static bool
tells_policy(const struct verdict *v)
{
	return v->ended != -1 && v->decided != v->ended &&
	    !condition_has(v->condition, CONDITION_IS_CERTIFICATE);
}

/* Why there was no login; nobody may take such a run for a good one. */
static void
add_untried(
    struct buf *b, const struct verdict *v, const struct settings *asked)
{
	const struct finding *ended =
	    &v->findings[v->ended != -1 ? v->ended : v->decided];

	if (asked->login)
		buf_addf(b, "no login tried (%s%s)",
		    condition_name(ended->condition),
		    v->state == STATUS_OK ? " excused" : "");
	else
		buf_adds(b, no_credentials);
}

/* Which of several servers it was that failed, and what became of others. */
static void
add_address(struct buf *b, const struct facts *f)
{
	const char *between = " (";
	size_t i;

	if (f->address[0] == '\0' || f->address_count < 2)
		return;
	buf_addf(
	    b, "; at %s, one of %zu addresses", f->address, f->address_count);
	for (i = 0; i < f->attempt_count; i++) {
		if (f->attempts[i].error == 0)
			continue;
		buf_adds(b, between);
		word_attempt(b, &f->attempts[i]);
		between = ", ";
	}
	if (between[0] == ',')
		buf_addc(b, ')');
}

static void
word_finding(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const struct buf *message = &v->findings[v->decided].message;
	struct buf *b = &v->message;
	bool excused = v->state == STATUS_OK;
	bool untried = asked->host != NULL &&
	    (f->smtp == NULL || f->smtp->login == SMTP_LOGIN_NOT_TRIED);

	/* In front, where a long reply cannot push it off the line. */
	if (untried && (excused || tells_policy(v))) {
		add_untried(b, v, asked);
		buf_adds(b, ": ");
	}
	buf_add(b, message->data, message->len);
	if (v->decided == v->ended)
		add_address(b, f);
	/* Of a failure nobody takes it for a good login. */
	if (untried && !excused && !asked->login &&
	    (!ended_early(f) || in_envelope(f) || v->state == STATUS_WARNING))
		buf_addf(b, ", %s", no_credentials);
}

static void
word_message(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	if (v->decided != -1)
		word_finding(v, f, asked);
	else if (judge_is_expected_rejection(v, f, asked))
		word_rejection(&v->message, f, asked);
	else if (!asked->login)
		word_answers(&v->message, f, asked);
	else
		word_success(&v->message, f, asked);
}

/* Whether memory, or room, was too short for any of it. */
static bool
has_holes(const struct verdict *v)
{
	bool failed = v->failed || v->message.failed || v->hint.failed;
	size_t i;

	for (i = 0; i < v->finding_count; i++)
		failed = failed || v->findings[i].message.failed;
	return failed;
}

int
verdict_reach(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	verdict_init(v);
	explain_refusal(v, f, asked);
	judge_login(v, f);
	judge_session(v, f, asked);
	judge_certificate(v, f, asked);
	judge_policy(v, f, asked);
	judge_baseline(v, f, asked);
	judge_output(v, f, asked);
	judge_token(v, f, asked);
	judge_credential(v, f, asked);
	if (!ended_early(f) || judge_is_expected_rejection(v, f, asked))
		judge_slow(v, f, asked);
	decide(v);
	cut_findings(v);
	word_message(v, f, asked);
	cut(&v->message);
	if (v->decided != -1)
		judge_hint(v, v->condition, f, asked);
	cut(&v->hint);
	if (!has_holes(v))
		return 0;
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

bool
verdict_refuses_secret(const struct facts *f, const struct settings *asked)
{
	struct verdict v;
	bool refused;

	if (f->end != END_COMPLETE || f->smtp == NULL ||
	    f->smtp->outcome != SMTP_AUTH_REJECTED)
		return false;
	verdict_init(&v);
	explain_refusal(&v, f, asked);
	judge_login(&v, f);
	refused = !v.rate_limited &&
	    (v.row == NULL || cause_has(v.row->cause, CAUSE_IS_JUDGEMENT));
	verdict_free(&v);
	return refused;
}
