/*
 * stand_in.h - what is not known yet when an answer is prepared, and is filled
 * in when it is written, in a signal handler, say.
 */

#ifndef RUN_STAND_IN_H
#define RUN_STAND_IN_H

#include <stddef.h>

#include "base/buf.h"

/* Of the width of the longest word, so that no line grows by it. */
#define STAND_IN_PLACE "@PLACE@-----------------------------------------@"
#define STAND_IN_CAUSE "@CAUSE@-----------------------------------------@"

enum { STAND_IN_MAX = 128 * 1024 }; /* with a long user name in each sample */

struct stand_in_text {
	char data[STAND_IN_MAX + 1024];
	size_t len;
};

/*
 * Put place and cause, short words both, where they are stood in for.
 * Async-signal-safe.
 */
void stand_in_fill(struct stand_in_text *out, const struct buf *prepared,
    const char *place, const char *cause);

#endif
