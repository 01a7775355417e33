/*
 * locked.h - memory for secrets: pages of their own, kept out of swap and of
 * core files where the system allows.
 */

#ifndef BASE_LOCKED_H
#define BASE_LOCKED_H

#include <stddef.h>

/*
 * size bytes and one more, all zero, for locked_free().  Returns NULL without
 * memory.  Whether the pages could be locked is not told: limits may forbid
 * it.
 */
char *locked_new(size_t size);

/*
 * Wipe and release what locked_new(size) gave; a few are kept, locked, for the
 * next.  Accepts NULL.
 */
void locked_free(char *data, size_t size);

#endif
