/* What the service offers otherwise than before. */

#include <string.h>

#include "verdict/internal.h"
#include "verdict/wording.h"

enum { TEXT_SHOWN_MAX = 300 };

static void
word_text(struct buf *b, const struct facts *f, const char *text)
{
	struct buf cut = BUF_INIT(TEXT_SHOWN_MAX + 1);

	word_cut(&cut, text, TEXT_SHOWN_MAX);
	word_outside(b, f, buf_str(&cut), cut.len);
	b->failed = b->failed || cut.failed;
	buf_free(&cut);
}

void
word_changes(struct buf *b, const struct facts *f, const struct settings *asked)
{
	static const char *const words[BASELINE_KINDS] = {
		[BASELINE_MECHANISMS] = "mechanisms",
		[BASELINE_TLS] = "TLS version",
		[BASELINE_ISSUER] = "issuer",
		[BASELINE_KEY] = "key",
		[BASELINE_GREETING] = "greeting's host",
		[BASELINE_EXTENSIONS] = "extensions",
	};
	const struct baseline_pair *p = f->baseline;
	const char *between = "";
	int i;

	for (i = 0; p != NULL && i < BASELINE_KINDS; i++) {
		if ((asked->baseline & 1U << i) == 0 ||
		    !baseline_differs(
			&p->before, &p->now, (enum baseline_kind)i))
			continue;
		buf_addf(b, "%s%s before ", between, words[i]);
		word_text(b, f, p->before.text[i]);
		buf_adds(b, ", now ");
		word_text(b, f, p->now.text[i]);
		between = "; ";
	}
}

void
judge_baseline(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	struct buf changes = BUF_INIT(VERDICT_TEXT_MAX);
	struct buf *b;

	if (f->baseline == NULL || f->baseline->accepted)
		return;
	word_changes(&changes, f, asked);
	v->failed = v->failed || changes.failed;
	if (changes.len > 0) {
		b = &judge_add(v, asked, CONDITION_CHANGED)->message;
		word_event(b, asked, "service changed");
		buf_adds(b, ": ");
		buf_add(b, changes.data, changes.len);
	}
	buf_free(&changes);
}
