#include "secret/look.h"
#include "verdict/internal.h"
#include "verdict/wording.h"

/* What is to blame if the login failed for it. */
static const enum cause blamed[SECRET_FAULTS] = {
	[SECRET_FAULT_EMPTY] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_MARK] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_LEADING_BLANK] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_LINE_END] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_CARRIAGE_RETURN] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_TRAILING_BLANK] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_QUOTES] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_LINES] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_CONTROL] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_BEARER] = CAUSE_TOKEN,
	[SECRET_FAULT_BLANK] = CAUSE_TOKEN,
	[SECRET_FAULT_EXPIRED] = CAUSE_TOKEN,
	[SECRET_FAULT_ELSEWHERE] = CAUSE_TOKEN,
};

/* Whether a fault of the secret may be what the server did not like. */
static bool
may_be_secret(const struct verdict *v, enum condition c, const struct facts *f)
{
	if (f->end != END_COMPLETE || f->smtp == NULL)
		return false;
	/* A malformed response is one way to put it. */
	if (c == CONDITION_PROTOCOL)
		return f->smtp->ended_in == SMTP_PHASE_AUTH &&
		    f->smtp->last.code >= 500;
	if (c != CONDITION_AUTH_REJECTED && c != CONDITION_AUTH_TEMPORARY)
		return false;
	/* A server that names another cause knows better. */
	return cause_has(v->cause, CAUSE_MAY_BE_SECRET);
}

int
judge_secret(struct verdict *v, enum condition c, const struct facts *f)
{
	struct buf hint = BUF_INIT(VERDICT_TEXT_MAX);
	int fault = 0;

	if (!may_be_secret(v, c, f))
		return 0;
	while (fault < SECRET_FAULTS &&
	    !secret_look_has(&f->look, (enum secret_fault)fault, f->now_unix))
		fault++;
	if (fault == SECRET_FAULTS)
		return 0;
	if (word_secret(
		&hint, &f->look, (enum secret_fault)fault, f->now_unix) ||
	    (v->hint.len > 0 &&
		buf_addf(&hint, "; else: %s", buf_str(&v->hint)))) {
		buf_free(&hint);
		return -1;
	}
	buf_free(&v->hint);
	v->hint = hint;
	v->cause = blamed[fault];
	return 0;
}
