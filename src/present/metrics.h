/* metrics.h - what a check measured, with its thresholds, as perfdata. */

#ifndef PRESENT_METRICS_H
#define PRESENT_METRICS_H

#include <stddef.h>

#include "check/facts.h"
#include "check/settings.h"
#include "plugin/report.h"

enum { METRICS_MAX = PHASES + 4 };

/* It points into itself: not to be copied. */
struct metrics {
	struct metric list[METRICS_MAX];
	size_t count;
	char days_warning[32];
	char days_critical[32];
	char credential_warning[32];
	char credential_critical[32];
};

/* Fill in *m, which borrows the thresholds' texts from the settings. */
void metrics_fill(
    struct metrics *m, const struct facts *f, const struct settings *asked);

#endif
