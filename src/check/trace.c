#include "check/trace.h"

#include <string.h>

#include "base/text.h"

enum {
	/* Of the last exchange: enough to see what was meant. */
	LINES_SHOWN = 10,
	OCTETS_SHOWN = 400,
};

void
trace_init(struct trace *t)
{
	*t = (struct trace)TRACE_INIT;
}

void
trace_free(struct trace *t)
{
	buf_free(&t->said);
}

void
trace_begin(struct trace *t)
{
	if (t->whole)
		return;
	buf_truncate(&t->said, 0);
	t->cut = false;
}

void
trace_end(struct trace *t)
{
	t->over = true;
}

void
trace_add(struct trace *t, char direction, const char *text, size_t len)
{
	size_t before = t->said.len;

	if (t->cut || (t->over && !t->whole))
		return;
	buf_addc(&t->said, direction);
	buf_add(&t->said, text, strnlen(text, len));
	buf_addc(&t->said, '\0');
	if (!t->said.failed)
		return;
	buf_truncate(&t->said, before);
	t->cut = true;
}

static void
show_line(struct buf *b, char direction, const char *line, size_t n, bool whole)
{
	bool fits = whole || n <= OCTETS_SHOWN;

	buf_addf(b, "%c ", direction);
	buf_add(b, line, fits ? n : text_whole(line, OCTETS_SHOWN));
	buf_adds(b, fits ? "\n" : "...\n");
}

static void
show_text(struct buf *b, char direction, const char *text, bool whole)
{
	const char *end = text + strlen(text), *lf;
	size_t n, shown = 0, more = 0;

	do {
		lf = memchr(text, '\n', (size_t)(end - text));
		lf = lf != NULL ? lf : end;
		n = (size_t)(lf - text);
		if (n > 0 && text[n - 1] == '\r')
			n--;
		if (!whole && shown == LINES_SHOWN) {
			more++;
		} else {
			show_line(b, direction, text, n, whole);
			shown++;
		}
		text = lf + 1;
	} while (text < end);
	if (more > 0)
		buf_addf(b, "%c ... %zu more\n", direction, more);
}

void
trace_show(struct buf *b, const struct trace *t, const struct censor *censor)
{
	const char *at = buf_str(&t->said), *end = at + t->said.len, *text;
	size_t len;

	for (; at < end; at = text + len + 1) {
		text = at + 1;
		len = strlen(text);
		show_text(b, *at,
		    censor != NULL && censor_holds(censor, text, len)
			? CENSOR_TEXT
			: text,
		    t->whole);
	}
	if (t->cut)
		buf_adds(b, "= more was said\n");
}
