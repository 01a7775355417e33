/*
 * tls_error.h - OpenSSL's queue of errors in words, for src/net alone.
 */

#ifndef NET_TLS_ERROR_H
#define NET_TLS_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Words for the errors queued into text; the queue is emptied.  Returns false
 * if memory was lacking: then that is the cause, and no other.
 */
bool tls_error_take(char *text, size_t size);

/*
 * What is wrong with a file of ours; otherwise if OpenSSL has no good words.
 * NULL if nothing is, but memory was lacking.  Emptied, too.
 */
const char *tls_error_of_file(const char *otherwise);

/* Record that as "FILE: fault", or the lack of memory.  Returns -1. */
int tls_error_refuse(struct err *e, const char *file, const char *otherwise);

#endif
