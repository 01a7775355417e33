/*
 * trace.h - the dialogue as it will be shown.  What is kept is raw, but for
 * our own secrets, which the machine has replaced; what a peer echoed of them
 * is withheld when it is shown.
 */

#ifndef CHECK_TRACE_H
#define CHECK_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "secret/censor.h"

struct trace {
	struct buf said; /* for each text a direction, the text, a NUL */
	bool whole;      /* keep all of it, not only the last exchange */
	bool over;       /* the exchange that counts is complete */
	bool cut;        /* more was said than is kept */
};

enum { TRACE_SAID_MAX = 256 * 1024 };

/* Whole is false.  Release with trace_free(). */
#define TRACE_INIT                                                             \
	{                                                                      \
		.said = BUF_INIT(TRACE_SAID_MAX)                               \
	}

void trace_init(struct trace *t);

void trace_free(struct trace *t);

/* An exchange begins: the one before it is dropped unless whole is set. */
void trace_begin(struct trace *t);

/* Nothing from here on is of interest unless whole is set. */
void trace_end(struct trace *t);

/* '>' a line of ours, or '<' a whole reply; up to a NUL. */
void trace_add(struct trace *t, char direction, const char *text, size_t len);

/*
 * Append what was kept, "> " or "< " before each line.  Unless whole is set,
 * no more than some lines of each reply and some octets of each line.
 * censor may be NULL.
 */
void trace_show(
    struct buf *b, const struct trace *t, const struct censor *censor);

#endif
