#include "run/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char kind[] = "baseline";

static void
tell(struct facts *f, const char *why)
{
	if (f->state_trouble[0] == '\0')
		snprintf(f->state_trouble, sizeof f->state_trouble, "%s", why);
}

/* With the lock. */
static enum state_result
read_before(struct state *s, struct facts *f)
{
	struct buf text = BUF_INIT(STATE_TEXT_MAX);
	bool aside = false;
	enum state_result result = state_read(s, kind, &text, &aside);

	if (result == STATE_OK &&
	    baseline_read(&f->baseline->before, buf_str(&text), text.len) ==
		-1) {
		state_set_aside(s, kind, "damaged");
		aside = true;
	}
	if (aside)
		tell(f, s->why);
	buf_free(&text);
	return result;
}

/* What is to be remembered from now on.  Returns whether that is news. */
static bool
merge(struct baseline *next, const struct baseline_pair *p,
    const struct settings *asked)
{
	bool news = false;
	int i;

	*next = p->before;
	for (i = 0; i < BASELINE_KINDS; i++) {
		if ((asked->baseline & 1U << i) == 0 ||
		    p->now.text[i][0] == '\0' ||
		    strcmp(p->now.text[i], p->before.text[i]) == 0 ||
		    (p->before.text[i][0] != '\0' && !asked->accept_changes))
			continue;
		memcpy(next->text[i], p->now.text[i], BASELINE_TEXT);
		news = true;
	}
	return news;
}

/* With the lock. */
static enum state_result
compare(struct state *s, const struct settings *asked, struct facts *f)
{
	struct buf text = BUF_INIT(STATE_TEXT_MAX);
	enum state_result result = read_before(s, f);
	struct baseline *next;

	if (result == STATE_FAILED)
		return result;
	if ((next = malloc(sizeof *next)) == NULL)
		return STATE_FAILED;
	if (merge(next, f->baseline, asked)) {
		baseline_write(next, &text);
		result = state_write(s, kind, text.data, text.len);
	}
	f->baseline->accepted = result == STATE_OK && asked->accept_changes;
	buf_free(&text);
	free(next);
	return result;
}

void
watch_close(struct state *s, bool *open)
{
	if (*open)
		state_close(s);
	*open = false;
}

int
watch_open(
    struct state *s, bool *open, const struct settings *asked, struct facts *f)
{
	*open = true;
	if (state_open(s, asked, &f->err) == STATE_OK)
		return 0;
	if (f->err.kind == ERR_NONE)
		tell(f, s->why);
	watch_close(s, open);
	return f->err.kind == ERR_NONE ? 0 : -1;
}

static int
see_now(const struct settings *asked, struct facts *f)
{
	if (f->baseline != NULL)
		return 0;
	if ((f->baseline = calloc(1, sizeof *f->baseline)) == NULL)
		return -1;
	baseline_see(&f->baseline->now, f, asked);
	return 0;
}

enum guard_answer
watch_note(
    struct state *s, bool *open, const struct settings *asked, struct facts *f)
{
	enum state_result result = STATE_FAILED;

	if (see_now(asked, f) == 0)
		result = state_lock(s);
	if (result == STATE_BUSY)
		return GUARD_AGAIN;
	if (result == STATE_OK)
		result = compare(s, asked, f);
	if (result == STATE_FAILED)
		tell(f, s->why);
	watch_close(s, open);
	return GUARD_DONE;
}
