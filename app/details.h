/*
 * details.h - the long output: what else was found, and with -v, -vv and -vvv
 * the phases, what was negotiated, the dialogue, DNS and the chain.
 */

#ifndef APP_DETAILS_H
#define APP_DETAILS_H

#include "app/facts.h"
#include "app/options.h"
#include "app/verdict.h"
#include "base/buf.h"

/*
 * Append the lines, each ended by a newline; text from outside inside a line
 * is raw but for newlines.  Returns 0, or -1 without memory.
 */
int details_add(struct buf *out, const struct verdict *v, const struct facts *f,
    const struct options *o);

#endif
