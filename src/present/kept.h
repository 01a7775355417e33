/*
 * kept.h - what is kept of one of many checks once it is over, and the report
 * that can be made of it again.
 */

#ifndef PRESENT_KEPT_H
#define PRESENT_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/condition.h"
#include "check/phase.h"
#include "plugin/report.h"

/* Its strings stand behind it. */
struct kept {
	size_t order;
	enum status state;
	const char *condition; /* static */
	bool up, has_time, has_dates, has_expiry, has_end;
	bool is_guarded, held_back, has_next_try;
	int port;
	uint64_t conditions; /* a bit each */
	uint64_t phases;     /* those that are known */
	int64_t phase_us[PHASES];
	int64_t time_us, not_after, expires_at, ends_at, next_try, now;
	const char *name, *host, *user, *message, *hint;
	const char *mechanism, *tls_version;
	char text[];
};

/* Returns what free() takes, or NULL without memory. */
struct kept *kept_new(const struct report *r);

/* A report, and what it points to. */
struct kept_report {
	struct report report;
	struct report_finding findings[CONDITIONS];
	struct report_phase phases[PHASES];
};

/* Fill *a from k, which it borrows. */
void kept_recall(struct kept_report *a, const struct kept *k);

#endif
