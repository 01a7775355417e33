/*
 * fetch.h - fetch one secret and wait for it, on a loop of its own.  Whatever
 * goes wrong, but for what the source does, fails the test.
 */

#ifndef TESTS_UNIT_FETCH_H
#define TESTS_UNIT_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "secret/secret.h"

/* Whether files are read by secret/readers.h, which is to make no difference.
 */
extern bool fetch_by_readers;

/* Returns 0 with *s to be freed, or -1 with *e set. */
int fetch_source(
    struct secret *s, const char *source, int64_t limit_us, struct err *e);

#endif
