/* The list of what was found. */

#include <assert.h>

#include "verdict/internal.h"

struct finding *
judge_add(struct verdict *v, const struct settings *asked, enum condition c)
{
	struct finding *n;

	assert(v->finding_count < VERDICT_FINDINGS_MAX);
	n = &v->findings[v->finding_count++];
	n->condition = c;
	n->state = asked->state_of[c];
	n->message = (struct buf)BUF_INIT(VERDICT_TEXT_MAX);
	return n;
}

struct finding *
judge_end(struct verdict *v, const struct settings *asked, enum condition c)
{
	v->ended = (int)v->finding_count;
	return judge_add(v, asked, c);
}
