/*
 * guarded.h - memory for the libraries that see secrets, OpenSSL, libcurl and
 * jansson: it is wiped when they give it back, and library_memory_lacks()
 * counts what could not be had.
 */

#ifndef OAUTH2_GUARDED_H
#define OAUTH2_GUARDED_H

#include <stdbool.h>
#include <stddef.h>

/* OpenSSL's from now on, but for what it has already.  Call once, first. */
void guarded_openssl(void);

/*
 * Whether OpenSSL could begin.  To be asked once, first: version 3.0 does not
 * look, and reads through NULL when it is asked for a digest or a number.
 */
bool guarded_openssl_works(void);

/* As malloc() and its kin; for guarded_realloc() and guarded_free() alone. */
void *guarded_malloc(size_t size);
void *guarded_calloc(size_t n, size_t size);
void *guarded_realloc(void *data, size_t size);
char *guarded_strdup(const char *s);
void guarded_free(void *data);

#endif
