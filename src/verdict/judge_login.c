/* What the server said of the credential. */

#include "verdict/hints.h"
#include "verdict/internal.h"
#include "verdict/outcome.h"

/* Whether the refusal, by what explains it, speaks of too many checks. */
static bool
is_limit(const struct hint *row, const struct facts *f)
{
	const struct smtp_facts *s = f->smtp;

	if (f->end == END_TLS)
		return cause_has(row->cause, CAUSE_IS_LIMIT);
	return cause_has(row->cause, CAUSE_IS_LIMIT) && s->last.code >= 400 &&
	    condition_has(
		outcome_condition(s->outcome), CONDITION_MAY_BE_LIMIT);
}

void
judge_login(struct verdict *v, const struct facts *f)
{
	v->login = f->smtp != NULL ? f->smtp->login : SMTP_LOGIN_NOT_TRIED;
	v->rate_limited = v->row != NULL && is_limit(v->row, f);
	if (v->rate_limited && v->login == SMTP_LOGIN_REJECTED)
		v->login = SMTP_LOGIN_UNDECIDED;
}
