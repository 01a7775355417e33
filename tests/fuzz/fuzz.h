/*
 * fuzz.h - what the fuzz targets share.  Each tests/fuzz/fuzz_*.c is a
 * program of its own: with libFuzzer for "make fuzz", with replay.c for the
 * kept inputs in "make check".
 */

#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What must hold whatever the input is. */
#define MUST(what)                                                             \
	do {                                                                   \
		if (!(what)) {                                                 \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,       \
			    __LINE__, #what);                                  \
			abort();                                               \
		}                                                              \
	} while (0)

/* The target: one input, borrowed.  Always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* data[0..size) as a string of its own, for free(); cut at the first NUL. */
static inline char *
fuzz_string(const uint8_t *data, size_t size)
{
	char *s = malloc(size + 1);

	MUST(s != NULL);
	if (size > 0)
		memcpy(s, data, size);
	s[size] = '\0';
	return s;
}

#endif
