/*
 * present.h - verdict, facts and options as the report that plugin/report.h
 * writes, and the last resort's reports too.
 */

#ifndef PRESENT_PRESENT_H
#define PRESENT_PRESENT_H

#include "base/buf.h"
#include "check/facts.h"
#include "check/settings.h"
#include "plugin/report.h"
#include "present/details.h"
#include "verdict/verdict.h"

/*
 * Append the whole output of a check to out in this format, which need not
 * be that of the options.  Returns 0, or -1 without memory.
 */
int present(struct buf *out, const struct report_format *format,
    const struct verdict *v, const struct facts *f,
    const struct settings *asked, const struct present_style *style);

/* Takes a report, which lives during the call only.  Returns 0, or -1. */
typedef int present_fn(void *arg, const struct report *r);

/*
 * Make the report of a check and hand it on.  Returns what use() does, or -1
 * without memory.
 */
int present_to(present_fn *use, void *arg, const struct verdict *v,
    const struct facts *f, const struct settings *asked,
    const struct present_style *style);

#endif
