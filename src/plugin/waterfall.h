/*
 * waterfall.h - a drawing of how the time went, phase under phase, bars to
 * scale.  It draws numbers and names of this program only, nothing that came
 * from outside, and so its text may go to a terminal as it is.
 */

#ifndef PLUGIN_WATERFALL_H
#define PLUGIN_WATERFALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "plugin/status.h"

enum {
	WATERFALL_WIDTH_MIN = 60, /* columns */
	WATERFALL_WIDTH_MAX = 120,
	WATERFALL_PARTS_MAX = 2,
};

/* A stretch of time; a phase may be gone through twice. */
struct waterfall_part {
	int64_t start_us;
	int64_t elapsed_us;
};

/* One line.  Strings are borrowed, and names of this program. */
struct waterfall_row {
	const char *name;
	bool reached; /* false: no time and no bar, but "-" */
	int64_t elapsed_us;
	struct waterfall_part parts[WATERFALL_PARTS_MAX];
	size_t part_count;
	/* Where the time of this row calls for an alert; -1: nowhere. */
	int64_t warning_us;
	int64_t critical_us;
	enum status state; /* of what is wrong here; decides the colour */
	const char *mark;  /* what is wrong here, or NULL */
};

struct waterfall {
	const struct waterfall_row *rows; /* in the order of time */
	size_t row_count;
	struct waterfall_row total; /* the last line, without parts */
	int width;                  /* columns, brought within the limits */
	bool utf8;                  /* block elements, else ASCII */
	bool color;                 /* SGR sequences, each line ending plain */
};

/*
 * Append the drawing, a scale first, each line ended by a newline.  It holds
 * no '|', which is what separates the perfdata.
 */
void waterfall_add(struct buf *out, const struct waterfall *w);

#endif
