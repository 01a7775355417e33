/* report_shared.h - what the formats of a report share; for report*.c only. */

#ifndef PLUGIN_REPORT_SHARED_H
#define PLUGIN_REPORT_SHARED_H

#include <stdint.h>

#include "base/buf.h"

/*
 * Append microseconds as seconds with six decimals, such as "0.084212",
 * whatever the locale.  Returns 0, or -1 when out has no room.
 */
int report_add_seconds(struct buf *out, int64_t us);

/*
 * Append text, made printable, in quotes as JSON and OpenMetrics both have
 * them: with a backslash before quotes and backslashes.  NULL counts as "".
 * Returns 0, or -1 when out has no room; then it may hold a part.
 */
int report_add_quoted(struct buf *out, const char *text);

#endif
