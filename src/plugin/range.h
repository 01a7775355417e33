/*
 * range.h - threshold ranges of the Monitoring Plugins Development
 * Guidelines: "10", "10:", "~:10", "10:20", "@10:20", here of seconds with
 * fractions.
 */

#ifndef PLUGIN_RANGE_H
#define PLUGIN_RANGE_H

#include <stdbool.h>
#include <stdint.h>

enum { RANGE_TEXT_MAX = 48 };

struct range {
	bool set;     /* false: no threshold, never violated */
	bool inside;  /* "@": alert inside, not outside */
	bool no_low;  /* "~": from minus infinity */
	bool no_high; /* nothing after the colon */
	int64_t low_us;
	int64_t high_us;
	char text[RANGE_TEXT_MAX]; /* as it was given */
};

/*
 * Read a range.  Returns 0, or -1 when text is no range, is longer than
 * RANGE_TEXT_MAX - 1, or its start is above its end.
 */
int range_parse(const char *text, struct range *out);

/* Whether the value calls for an alert. */
bool range_violated(const struct range *r, int64_t value_us);

#endif
