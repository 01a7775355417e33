/*
 * timeline.h - the phases of a check as a drawing, and in it where each
 * finding of the verdict belongs.
 */

#ifndef PRESENT_TIMELINE_H
#define PRESENT_TIMELINE_H

#include "base/buf.h"
#include "check/facts.h"
#include "check/settings.h"
#include "plugin/terminal.h"
#include "verdict/verdict.h"

/* Append the drawing, made for t; it holds no text from outside. */
void timeline_add(struct buf *out, const struct verdict *v,
    const struct facts *f, const struct settings *asked,
    const struct terminal *t);

/* The phases in the order of time: STARTTLS has its handshake late.  Static. */
const enum phase *timeline_order(const struct settings *asked);

#endif
