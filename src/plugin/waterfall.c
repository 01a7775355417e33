#include "plugin/waterfall.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plugin/waterfall_internal.h"

enum {
	GAP = 2, /* blanks between the columns */
	LABEL_MAX = 32,
	PLOT_MIN = 12,
	LABEL_ROOM = 10, /* columns from one number of the scale to the next */
};

static const char *const sgr[] = {
	[TONE_NONE] = "0",
	[TONE_FAINT] = "2",
	[TONE_BAR] = "36",
	[TONE_WARNING] = "33",
	[TONE_CRITICAL] = "31",
	[TONE_UNKNOWN] = "35",
};

static void
put(struct canvas *c, enum tone tone, const char *text)
{
	if (c->w->color && tone != TONE_NONE && text[0] != '\0')
		buf_addf(c->out, "\x1b[%sm%s\x1b[0m", sgr[tone], text);
	else
		buf_adds(c->out, text);
}

static void
put_blanks(struct canvas *c, int n)
{
	while (n-- > 0)
		put(c, TONE_NONE, " ");
}

/* "84.2": milliseconds, rounded. */
static void
write_ms(char text[LABEL_MAX], int64_t us, int decimals)
{
	static const int64_t units[] = { 1000, 100, 10, 1 };
	int64_t unit = units[decimals],
		n = (waterfall_bounded(us) + unit / 2) / unit;
	int64_t per_ms = 1000 / unit;

	if (decimals == 0)
		snprintf(text, LABEL_MAX, "%" PRId64, n);
	else
		snprintf(text, LABEL_MAX, "%" PRId64 ".%0*" PRId64, n / per_ms,
		    decimals, n % per_ms);
}

/* Neighbours of one tone share a sequence.  What is blank at the end goes. */
static void
put_cells(struct canvas *c)
{
	char run[WATERFALL_WIDTH_MAX * 4 + 1];
	int count = c->plot_width, i = 0;
	enum tone tone;
	size_t len;

	while (count > 0 && c->cells[count - 1].glyph == NULL)
		count--;
	if (count > 0)
		put_blanks(c, GAP);
	while (i < count) {
		tone = c->cells[i].tone;
		for (len = 0; i < count && c->cells[i].tone == tone; i++)
			len +=
			    (size_t)snprintf(run + len, sizeof run - len, "%s",
				c->cells[i].glyph != NULL ? c->cells[i].glyph
							  : " ");
		put(c, tone, run);
	}
}

/* "<- timeout", with the blank before it. */
static int
mark_width(const struct canvas *c, const struct waterfall_row *r)
{
	return 1 + (c->w->utf8 ? 1 : 2) + 1 + (int)strlen(r->mark);
}

static void
put_mark(struct canvas *c, const struct waterfall_row *r)
{
	char text[LABEL_MAX * 2];

	if (r->mark == NULL)
		return;
	snprintf(text, sizeof text, "%s %s",
	    waterfall_glyph(
		c, r->state != STATUS_OK ? GLYPH_FAULT : GLYPH_NOTE),
	    r->mark);
	put(c, TONE_NONE, " ");
	put(c, waterfall_tone(r->state), text);
}

/* Columns before the bars. */
static int
head_width(const struct canvas *c)
{
	return c->name_width + 1 + c->number_width + 3 + GAP;
}

/* Name and time, one beneath the other. */
static void
put_head(struct canvas *c, const struct waterfall_row *r)
{
	char number[LABEL_MAX] = "-", text[LABEL_MAX * 3];

	if (r->reached)
		write_ms(number, r->elapsed_us, c->decimals);
	snprintf(text, sizeof text, "%-*.*s %*s%s", c->name_width,
	    c->name_width, r->name, c->number_width, number,
	    r->reached            ? " ms"
		: r->mark != NULL ? "    "
				  : "");
	put(c,
	    r->state != STATUS_OK ? waterfall_tone(r->state)
		: r->reached      ? TONE_NONE
				  : TONE_FAINT,
	    text);
}

static void
put_line(struct canvas *c, const struct waterfall_row *r)
{
	put_head(c, r);
	put_cells(c);
	put_mark(c, r);
	put(c, TONE_NONE, "\n");
}

/* 1, 2 or 5 times a power of ten, so that the numbers have room. */
static int64_t
scale_step(const struct canvas *c)
{
	int64_t unit, step = 1;
	int i;

	for (unit = 1;; unit *= 10)
		for (i = 0; i < 3; i++) {
			step = unit * (i == 0 ? 1 : i == 1 ? 2 : 5);
			if (waterfall_place(c, step) >= LABEL_ROOM * EIGHTHS ||
			    step >= c->scale_us)
				return step;
		}
}

static void
put_scale(struct canvas *c)
{
	int64_t step = scale_step(c), us;
	int decimals = step % 1000 == 0 ? 0
	    : step % 100 == 0           ? 1
	    : step % 10 == 0            ? 2
					: 3;
	int column = 0, at;
	char text[LABEL_MAX];

	put_blanks(c, head_width(c));
	for (us = 0; us <= c->scale_us; us += step) {
		at = waterfall_place(c, us) / EIGHTHS;
		write_ms(text, us, decimals);
		if (us == 0)
			snprintf(text + strlen(text),
			    sizeof text - strlen(text), " ms");
		if (at + (int)strlen(text) > c->plot_width)
			break;
		put_blanks(c, at - column);
		put(c, TONE_FAINT, text);
		column = at + (int)strlen(text);
	}
	put(c, TONE_NONE, "\n");
}

/* Columns that a row's bars and ticks reach to. */
static int
row_end(struct canvas *c, const struct waterfall_row *r)
{
	int end = c->plot_width;

	waterfall_draw_row(c, r);
	while (end > 0 && c->cells[end - 1].glyph == NULL)
		end--;
	return end;
}

/* Marks stand behind the bars, wherever these end. */
static bool
marks_fit(struct canvas *c, int room)
{
	const struct waterfall *w = c->w;
	size_t i;

	for (i = 0; i <= w->row_count; i++) {
		const struct waterfall_row *r =
		    i < w->row_count ? &w->rows[i] : &w->total;
		int end = i < w->row_count ? row_end(c, r) : c->plot_width;

		if (r->mark != NULL && end + mark_width(c, r) > room)
			return false;
	}
	return true;
}

static int64_t
latest(const struct waterfall *w)
{
	int64_t longest = waterfall_bounded(w->total.elapsed_us), end;
	size_t i, k;

	for (i = 0; i < w->row_count; i++)
		for (k = 0; k < w->rows[i].part_count; k++) {
			end = waterfall_bounded(w->rows[i].parts[k].start_us) +
			    waterfall_bounded(w->rows[i].parts[k].elapsed_us);
			longest = end > longest ? end : longest;
		}
	return longest > 0 ? waterfall_bounded(longest) : 1;
}

static void
measure(struct canvas *c)
{
	const struct waterfall *w = c->w;
	int width = w->width < WATERFALL_WIDTH_MIN ? WATERFALL_WIDTH_MIN
	    : w->width > WATERFALL_WIDTH_MAX       ? WATERFALL_WIDTH_MAX
						   : w->width;
	char number[LABEL_MAX];
	size_t i, n;

	n = strlen(w->total.name);
	for (i = 0; i < w->row_count; i++)
		if (strlen(w->rows[i].name) > n)
			n = strlen(w->rows[i].name);
	c->name_width = (int)n;
	c->scale_us = latest(w);
	c->decimals = c->scale_us < 10000 ? 3 : c->scale_us < 100000 ? 2 : 1;
	write_ms(number, c->scale_us, c->decimals);
	c->number_width = (int)strlen(number);
	width -= head_width(c);
	c->plot_width = width;
	while (!marks_fit(c, width) && c->plot_width > PLOT_MIN)
		c->plot_width--;
}

void
waterfall_add(struct buf *out, const struct waterfall *w)
{
	struct canvas c = { .w = w, .out = out };
	size_t i;

	measure(&c);
	put_scale(&c);
	for (i = 0; i < w->row_count; i++) {
		waterfall_draw_row(&c, &w->rows[i]);
		put_line(&c, &w->rows[i]);
	}
	waterfall_draw_total(&c);
	put_line(&c, &w->total);
}
