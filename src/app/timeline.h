/*
 * timeline.h - the phases of a check as a drawing, and in it where each
 * finding of the verdict belongs.
 */

#ifndef APP_TIMELINE_H
#define APP_TIMELINE_H

#include "app/facts.h"
#include "app/options.h"
#include "plugin/terminal.h"
#include "app/verdict.h"
#include "base/buf.h"

/*
 * Append the drawing, made for t; it holds no text from outside.  Returns 0,
 * or -1 without memory.
 */
int timeline_add(struct buf *out, const struct verdict *v,
    const struct facts *f, const struct options *o, const struct terminal *t);

#endif
