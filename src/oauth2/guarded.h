/*
 * guarded.h - memory for the libraries that see secrets, libcurl and jansson:
 * it is wiped when they give it back, and library_memory_lacks() counts what
 * could not be had.  OpenSSL wipes what it should itself.
 */

#ifndef OAUTH2_GUARDED_H
#define OAUTH2_GUARDED_H

#include <stddef.h>

/* As malloc() and its kin; for guarded_realloc() and guarded_free() alone. */
void *guarded_malloc(size_t size);
void *guarded_calloc(size_t n, size_t size);
void *guarded_realloc(void *data, size_t size);
char *guarded_strdup(const char *s);
void guarded_free(void *data);

#endif
