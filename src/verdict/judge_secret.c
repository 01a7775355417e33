/* What is visibly wrong with the secret, where that may be why it failed. */

#include <string.h>

#include "secret/look.h"
#include "verdict/hints.h"
#include "verdict/internal.h"
#include "verdict/wording.h"

/* What is to blame if the login failed for it. */
static const enum cause blamed[SECRET_FAULTS] = {
	/* The first three end the check before that. */
	[SECRET_FAULT_JSON] = CAUSE_TOKEN,
	[SECRET_FAULT_MACRO] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_CHARACTERS] = CAUSE_TOKEN,
	[SECRET_FAULT_EMPTY] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_MARK] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_LEADING_BLANK] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_LINE_END] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_CARRIAGE_RETURN] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_TRAILING_BLANK] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_QUOTES] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_LINES] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_CONTROL] = CAUSE_CREDENTIAL,
	[SECRET_FAULT_UTF8] = CAUSE_CREDENTIAL,
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

/* SCRAM hashes what others send, and each side for itself (RFC 5802, 2.2). */
static bool
is_unprepared(enum condition c, const struct facts *f)
{
	return c == CONDITION_AUTH_REJECTED && !f->look.is_ascii &&
	    strncmp(f->smtp->mech->name, "SCRAM-", 6) == 0;
}

void
judge_secret(struct verdict *v, enum condition c, const struct facts *f)
{
	struct buf known = v->hint;
	int fault = 0;

	if (!may_be_secret(v, c, f))
		return;
	while (fault < SECRET_FAULTS &&
	    !secret_look_has(&f->look, (enum secret_fault)fault, f->now_unix))
		fault++;
	if (fault == SECRET_FAULTS && !is_unprepared(c, f))
		return;
	v->hint = (struct buf)BUF_INIT(VERDICT_TEXT_MAX);
	if (fault < SECRET_FAULTS) {
		v->cause = blamed[fault];
		word_secret(
		    &v->hint, &f->look, (enum secret_fault)fault, f->now_unix);
	} else {
		v->cause = CAUSE_CREDENTIAL;
		buf_addf(&v->hint,
		    "the password is not ASCII, and %s gets it as it is: a "
		    "server that prepares it first (SASLprep) makes another of "
		    "it; try an ASCII one",
		    f->smtp->mech->name);
	}
	/* Unless it says no more than that the login failed. */
	if (known.len > 0 && (v->row == NULL || !hints_is_general(v->row)))
		buf_addf(&v->hint, "; if that is not why: %s", buf_str(&known));
	v->failed = v->failed || known.failed;
	buf_free(&known);
}
