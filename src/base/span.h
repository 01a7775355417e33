/*
 * span.h - spans of time as people say them, in sentences that are read.
 */

#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdint.h>

#include "base/buf.h"

/* Append seconds in round figures: "90 s", "15 minutes", "3 hours", "12 days".
 */
void span_add(struct buf *b, int64_t seconds);

#endif
