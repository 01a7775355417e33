/*
 * output.h - where many checks are written as they end, whole lines at a time:
 * standard output, or a file that is replaced when all of it is there.
 */

#ifndef RUN_OUTPUT_H
#define RUN_OUTPUT_H

#include <stdbool.h>

#include "base/buf.h"

struct output {
	int fd;                       /* -1: none, or not any more */
	const char *path, *temporary; /* borrowed; NULL: standard output */
	int error; /* of the file: REPLACE_NOT_REGULAR, or an errno */
};

/* Begin; path NULL: to standard output. */
void output_begin(struct output *o, const char *path, const char *temporary);

/*
 * Write what is in out, and empty it.  Always 0: that nobody listens any more
 * is no reason to stop, and a file that cannot be written is told at the end.
 */
int output_write(void *output, struct buf *out);

/* The file is whole.  Returns 0, or the error. */
int output_end(struct output *o);

/* The file will never be. */
void output_drop(struct output *o);

/* Write all of text[0..len) to fd.  Returns 0, or an errno. */
int output_all(int fd, const char *text, size_t len);

#endif
