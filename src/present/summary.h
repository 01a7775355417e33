/*
 * summary.h - what is kept of each of many checks once it is over, and the
 * report, or the page, that is made of all of them.  A few hundred octets a
 * check, and of those that nobody will ask for, a number.
 */

#ifndef PRESENT_SUMMARY_H
#define PRESENT_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "plugin/report.h"

struct summary;

/* What is going to be asked for. */
struct summary_style {
	int verbosity;
	bool keeps_all; /* for a page of all checks */
};

/* Returns NULL without memory. */
struct summary *summary_new(const struct summary_style *style);

void summary_free(struct summary *s);

/* Keep of r what is needed.  Returns 0, or -1 without memory. */
int summary_add(struct summary *s, const struct report *r);

/* A fault of the run itself, in a few words; it makes it UNKNOWN at least. */
void summary_fault(struct summary *s, const char *text);

/* One more line for the text, behind those of the checks. */
void summary_warn(struct summary *s, const char *text);

/* The worst state of all. */
enum status summary_state(const struct summary *s);

/* The checks took time_us together, and it is so late. */
void summary_finish(struct summary *s, int64_t time_us, int64_t now_unix);

/* Append text: a first line for all, a line each for those that matter. */
int summary_text(struct summary *s, struct buf *out);

/* Takes what has been written so far.  Returns 0, or -1 to stop. */
typedef int summary_flush_fn(void *arg, struct buf *out);

/*
 * Write a page of all checks, the worst first, bit by bit; out is for the bits.
 * Returns 0, or -1 without memory or when flush() said so.
 */
int summary_page(struct summary *s, const struct report_format *format,
    struct buf *out, summary_flush_fn *flush, void *arg);

#endif
