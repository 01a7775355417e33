/*
 * answer.h - the one way from facts to what is printed: verdict, then the
 * report for standard output and, where one is asked for, for the file.
 */

#ifndef RUN_ANSWER_H
#define RUN_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "check/facts.h"
#include "options/options.h"

struct answer {
	struct buf said; /* for standard output */
	struct buf page; /* for the file; empty without */
	int code;
	bool
	    silent; /* nothing is to be printed: --quiet, and the state is OK */
};

enum { ANSWER_MAX = 16 * 1024 * 1024 }; /* each octet may become "\\xHH" */

#define ANSWER_INIT(limit)                                                     \
	{                                                                      \
		.said = BUF_INIT(limit), .page = BUF_INIT(limit)               \
	}

/*
 * Fill *a, whose buffers have their limits; what it held is replaced.  Returns
 * 0, or -1 without memory: then it is to be freed all the same.
 */
int answer_make(
    struct answer *a, const struct facts *f, const struct options *o);

void answer_free(struct answer *a);

#endif
