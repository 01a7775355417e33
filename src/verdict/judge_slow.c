/* What took too long. */

#include "verdict/internal.h"
#include "verdict/wording.h"

/* Warning and critical on one value; critical goes first. */
static void
judge_value(
    struct verdict *v, const struct settings *asked, int what, int64_t value_us)
{
	bool critical = range_violated(&asked->critical[what], value_us);
	const struct range *r =
	    critical ? &asked->critical[what] : &asked->warning[what];
	struct finding *n;

	if (!critical && !range_violated(r, value_us))
		return;
	n = judge_add(v, asked, CONDITION_SLOW);
	if (critical && !asked->remapped[CONDITION_SLOW])
		n->state = STATUS_CRITICAL;
	buf_addf(&n->message, "%s took ",
	    what == PHASE_TOTAL ? "check" : phase_name((enum phase)what));
	word_seconds(&n->message, value_us);
	buf_addf(&n->message, " s (%s at %s)",
	    critical ? "critical" : "warning", r->text);
	word_where(&n->message, asked);
}

void
judge_slow(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	int p;

	/* A lazy QUIT is not the account's fault. */
	judge_value(
	    v, asked, PHASE_TOTAL, f->total_us - f->phase_us[PHASE_QUIT]);
	for (p = 0; p < PHASES; p++)
		if (f->phase_done[p])
			judge_value(v, asked, p, f->phase_us[p]);
}
