/*
 * prepared.h - the answers of last resort, made while all is well; what they
 * cannot know yet is stood in for.
 */

#ifndef RUN_PREPARED_H
#define RUN_PREPARED_H

#include "options/options.h"
#include "run/answer.h"

/*
 * Fill *timeout, for when the deadline strikes, and *internal, for everything
 * else.  Returns 0, or -1 without memory.
 */
int prepared_make(
    struct answer *timeout, struct answer *internal, const struct options *o);

#endif
