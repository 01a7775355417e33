/*
 * waterfall_internal.h - one line of the drawing as an array of columns; for
 * plugin/waterfall*.c alone: waterfall_bars.c fills it, waterfall.c measures
 * and writes.
 */

#ifndef PLUGIN_WATERFALL_INTERNAL_H
#define PLUGIN_WATERFALL_INTERNAL_H

#include "plugin/waterfall.h"

enum {
	EIGHTHS = 8, /* the finest that block elements can show of a column */
};

enum tone {
	TONE_NONE,
	TONE_FAINT,
	TONE_BAR,
	TONE_WARNING,
	TONE_CRITICAL,
	TONE_UNKNOWN,
};

enum glyph {
	GLYPH_BAR,
	GLYPH_WARNING, /* a threshold */
	GLYPH_CRITICAL,
	GLYPH_RULE,
	GLYPH_FAULT, /* before a mark */
	GLYPH_NOTE,
	GLYPHS,
};

struct cell {
	const char *glyph; /* NULL: a blank */
	enum tone tone;
};

/* A drawing under way. */
struct canvas {
	const struct waterfall *w;
	struct buf *out;
	int64_t scale_us;
	int decimals;
	int name_width, number_width, plot_width;
	struct cell cells[WATERFALL_WIDTH_MAX];
};

/* Times that can be computed with: neither negative nor absurdly long. */
int64_t waterfall_bounded(int64_t us);

/* Where a moment lies, in eighths of a column. */
int waterfall_place(const struct canvas *c, int64_t us);

/* What stands for it in the encoding wanted; static. */
const char *waterfall_glyph(const struct canvas *c, enum glyph g);

/* The colour of a state. */
enum tone waterfall_tone(enum status state);

/* Fill the cells with the bars and thresholds of a row. */
void waterfall_draw_row(struct canvas *c, const struct waterfall_row *r);

/* Fill the cells with a rule and the thresholds of the whole. */
void waterfall_draw_total(struct canvas *c);

#endif
