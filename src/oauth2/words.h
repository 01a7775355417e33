/* words.h - times and spans as people read them, in UTC. */

#ifndef OAUTH2_WORDS_H
#define OAUTH2_WORDS_H

#include <stdint.h>

#include "base/buf.h"

/* Append before, then "2026-11-30 14:02:11 UTC". */
void words_add_time(struct buf *out, const char *before, int64_t at);

/* Append how wrong this clock is, by how far ahead the provider's is. */
void words_add_skew(struct buf *out, int64_t ahead);

#endif
