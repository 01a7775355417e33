/*
 * library_memory.h - whether a library has lacked memory.  OpenSSL does not
 * always say so: it goes on without a cipher, a root or a group, and what comes
 * of that looks like a fault of the peer's.
 */

#ifndef BASE_LIBRARY_MEMORY_H
#define BASE_LIBRARY_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* To be called before OpenSSL is used: its allocations go this way. */
void library_memory_watch(void);

/* How many allocations of this thread have failed so far. */
unsigned long library_memory_lacks(void);

/* Whether one of OpenSSL's errors is lack of memory; clears them all. */
bool library_memory_errors(void);

/* malloc() and realloc(), for a library that can be given them. */
void *library_malloc(size_t n);
void *library_realloc(void *p, size_t n);

#endif
