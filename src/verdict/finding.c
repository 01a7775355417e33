/* The list of what was found. */

#include "verdict/internal.h"

struct finding *
judge_add(struct verdict *v, const struct settings *asked, enum condition c)
{
	struct finding *n;

	if (v->finding_count == VERDICT_FINDINGS_MAX)
		return NULL;
	n = &v->findings[v->finding_count++];
	n->condition = c;
	n->state = asked->state_of[c];
	n->message = (struct buf)BUF_INIT(VERDICT_TEXT_MAX);
	return n;
}
