/*
 * present.h - verdict, facts and options as the report that plugin/report.h
 * writes, and the last resort's reports too.
 */

#ifndef APP_PRESENT_H
#define APP_PRESENT_H

#include "app/facts.h"
#include "app/options.h"
#include "app/verdict.h"
#include "base/buf.h"
#include "plugin/report.h"

/*
 * Append the whole output of a check to out in this format, which need not
 * be that of the options.  Returns 0, or -1 without memory.
 */
int present(struct buf *out, report_fn *format, const struct verdict *v,
    const struct facts *f, const struct options *o);

#endif
