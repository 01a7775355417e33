/* report_shared.h - what the formats of a report share; for report*.c only. */

#ifndef PLUGIN_REPORT_SHARED_H
#define PLUGIN_REPORT_SHARED_H

#include <stdint.h>

#include "base/buf.h"

/*
 * Append microseconds as seconds with six decimals, such as "0.084212",
 * whatever the locale.
 */
void report_add_seconds(struct buf *out, int64_t us);

/*
 * Append text, made printable, in quotes as JSON and OpenMetrics both have
 * them: with a backslash before quotes and backslashes.  NULL counts as "".
 */
void report_add_quoted(struct buf *out, const char *text);

#endif
