/*
 * buf.h - a growing run of bytes with an upper limit, wiped when it is let
 * go.  It grows by allocate, copy, wipe, never by realloc, so that no copy
 * of a secret stays behind.
 */

#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* NUL-terminated when not NULL; the NUL is not in len */
	size_t len;
	size_t cap;
	size_t max;  /* most bytes it may hold */
	bool failed; /* something had no room: it is not whole */
};

#define BUF_INIT(limit)                                                        \
	{                                                                      \
		.data = NULL, .len = 0, .cap = 0, .max = (limit)               \
	}

/*
 * All return 0, or -1 without change when max or the memory is exceeded; from
 * then on they do nothing, and `failed` says so until the buffer is emptied.
 * Who writes a text need not look, who uses it asks once.
 */
int buf_add(struct buf *b, const void *data, size_t len);
int buf_addc(struct buf *b, char c);
int buf_adds(struct buf *b, const char *s);
int buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Remove the first n bytes; what is freed at the end is wiped. */
void buf_drop(struct buf *b, size_t n);

/* Cut down to n bytes (n <= len); the rest is wiped.  With 0 it is anew. */
void buf_truncate(struct buf *b, size_t n);

/* The bytes as a C string, "" when there are none; owned by b. */
const char *buf_str(const struct buf *b);

/* Wipe and release; b is empty again, anew, and keeps its max. */
void buf_free(struct buf *b);

#endif
