/* One line of the drawing: bars and thresholds into columns. */

#include <string.h>

#include "plugin/waterfall_internal.h"

/* Beyond a day a drawing is of no use; nothing overflows below that. */
static const int64_t LONGEST_US = 100000LL * 1000000;

static const char *const glyphs[2][GLYPHS] = {
	{ "#", ":", "!", "-", "<-", "<-" },
	{ "\u2588", "\u250a", "\u2503", "\u2500", "\u2717", "\u2190" },
};

/* A column filled by 1 to 8 eighths, from the left. */
static const char *const left_blocks[] = { NULL, "\u258f", "\u258e", "\u258d",
	"\u258c", "\u258b", "\u258a", "\u2589", "\u2588" };

int64_t
waterfall_bounded(int64_t us)
{
	return us < 0 ? 0 : us > LONGEST_US ? LONGEST_US : us;
}

int
waterfall_place(const struct canvas *c, int64_t us)
{
	return (
	    int)(waterfall_bounded(us) * c->plot_width * EIGHTHS / c->scale_us);
}

const char *
waterfall_glyph(const struct canvas *c, enum glyph g)
{
	return glyphs[c->w->utf8][g];
}

enum tone
waterfall_tone(enum status state)
{
	static const enum tone tones[] = {
		[STATUS_OK] = TONE_NONE,
		[STATUS_WARNING] = TONE_WARNING,
		[STATUS_CRITICAL] = TONE_CRITICAL,
		[STATUS_UNKNOWN] = TONE_UNKNOWN,
	};

	return tones[state];
}

/* A part that is narrower than a column, in one of the two halves. */
static const char *
sliver(int from, int width)
{
	if (from < EIGHTHS / 2)
		return left_blocks[width > 0 ? width : 1];
	return width > EIGHTHS / 4 ? "\u2590" : "\u2595";
}

/* Block elements begin in the middle or at the edge of a column. */
static void
draw_blocks(struct canvas *c, int from, int to, enum tone tone)
{
	int first = from / EIGHTHS, last = to / EIGHTHS, i;

	if (first == c->plot_width) {
		first--;
		from = to = first * EIGHTHS + EIGHTHS - 1;
		last = first;
	}
	if (first == last) {
		c->cells[first] =
		    (struct cell){ sliver(from % EIGHTHS, to - from), tone };
		return;
	}
	for (i = first; i < last; i++)
		c->cells[i] = (struct cell){ left_blocks[EIGHTHS], tone };
	if (from % EIGHTHS >= EIGHTHS / 4)
		c->cells[first].glyph =
		    from % EIGHTHS < 3 * EIGHTHS / 4 ? "\u2590" : "\u2595";
	if (to % EIGHTHS > 0)
		c->cells[last] =
		    (struct cell){ left_blocks[to % EIGHTHS], tone };
}

/* Whole columns; where one bar ends the next begins. */
static void
draw_hashes(struct canvas *c, int from, int to, enum tone tone)
{
	int first = (from + EIGHTHS / 2) / EIGHTHS;
	int last = (to + EIGHTHS / 2) / EIGHTHS, i;

	if (first == c->plot_width)
		first--;
	if (last <= first)
		last = first + 1;
	for (i = first; i < last; i++)
		c->cells[i] =
		    (struct cell){ waterfall_glyph(c, GLYPH_BAR), tone };
}

static void
draw_parts(struct canvas *c, const struct waterfall_row *r)
{
	enum tone tone =
	    r->state == STATUS_OK ? TONE_BAR : waterfall_tone(r->state);
	int64_t start, end;
	size_t i;

	for (i = 0; i < r->part_count; i++) {
		start = waterfall_bounded(r->parts[i].start_us);
		end = start + waterfall_bounded(r->parts[i].elapsed_us);
		if (end > c->scale_us)
			end = c->scale_us;
		if (start > end)
			start = end;
		(c->w->utf8 ? draw_blocks : draw_hashes)(c,
		    waterfall_place(c, start), waterfall_place(c, end), tone);
	}
}

/*
 * When the row's time reaches limit_us, were it to go on: inside one of its
 * parts or after the last.
 */
static int64_t
moment(const struct waterfall_row *r, int64_t limit_us)
{
	int64_t left = waterfall_bounded(limit_us), start = 0;
	size_t i;

	for (i = 0; i < r->part_count; i++) {
		start = waterfall_bounded(r->parts[i].start_us);
		if (left <= r->parts[i].elapsed_us || i + 1 == r->part_count)
			break;
		left -= waterfall_bounded(r->parts[i].elapsed_us);
	}
	return start + left;
}

/* What of the bars is beyond a limit shows it, unless all of it is marked. */
static void
draw_tick(struct canvas *c, const struct waterfall_row *r, int64_t limit_us,
    enum glyph g, enum tone tone)
{
	int64_t at;
	int i;

	if (limit_us < 0 || (at = moment(r, limit_us)) >= c->scale_us)
		return;
	i = waterfall_place(c, at) / EIGHTHS;
	c->cells[i] = (struct cell){ waterfall_glyph(c, g), tone };
	while (++i < c->plot_width)
		if (c->cells[i].tone == TONE_BAR ||
		    c->cells[i].tone == TONE_WARNING)
			c->cells[i].tone = tone;
}

static void
draw_ticks(struct canvas *c, const struct waterfall_row *r)
{
	draw_tick(c, r, r->warning_us, GLYPH_WARNING, TONE_WARNING);
	draw_tick(c, r, r->critical_us, GLYPH_CRITICAL, TONE_CRITICAL);
}

static void
clear_cells(struct canvas *c)
{
	memset(c->cells, 0, sizeof c->cells);
}

void
waterfall_draw_row(struct canvas *c, const struct waterfall_row *r)
{
	clear_cells(c);
	if (!r->reached)
		return;
	draw_parts(c, r);
	draw_ticks(c, r);
}

void
waterfall_draw_total(struct canvas *c)
{
	int i;

	clear_cells(c);
	for (i = 0; i < c->plot_width; i++)
		c->cells[i] =
		    (struct cell){ waterfall_glyph(c, GLYPH_RULE), TONE_FAINT };
	draw_ticks(c, &c->w->total);
}
