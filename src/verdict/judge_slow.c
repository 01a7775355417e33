/* What took too long. */

#include "verdict/internal.h"
#include "verdict/wording.h"

/* Which phase took the most of it; QUIT is not counted. */
static void
word_slowest(struct buf *b, const struct facts *f)
{
	int p, slowest = PHASE_DNS;

	for (p = 0; p < PHASE_QUIT; p++)
		if (f->phase_us[p] > f->phase_us[slowest])
			slowest = p;
	buf_addf(b, ": %s took the most, ", phase_name((enum phase)slowest));
	word_seconds(b, f->phase_us[slowest]);
	buf_adds(b, " s");
}

/* Warning and critical on one value; critical goes first. */
static void
judge_value(struct verdict *v, const struct facts *f,
    const struct settings *asked, int what, int64_t value_us)
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
	word_where_login(&n->message, asked, v->login);
	if (what == PHASE_TOTAL)
		word_slowest(&n->message, f);
}

void
judge_slow(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	int p;

	/* A lazy QUIT is not the account's fault. */
	judge_value(
	    v, f, asked, PHASE_TOTAL, f->total_us - f->phase_us[PHASE_QUIT]);
	for (p = 0; p < PHASES; p++)
		if (f->phase_done[p])
			judge_value(v, f, asked, p, f->phase_us[p]);
}
