/*
 * telling.h - what a run of many checks has to say: of each as it ends, and of
 * all of them when the last one has.
 */

#ifndef RUN_TELLING_H
#define RUN_TELLING_H

#include <stdint.h>

#include "base/buf.h"
#include "check/facts.h"
#include "check/settings.h"
#include "options/options.h"
#include "present/summary.h"
#include "run/answer.h"
#include "run/output.h"

struct telling {
	const struct options *o; /* borrowed */
	struct summary *summary;
	struct output output;
	struct buf bit; /* of the output, on its way */
};

/* Returns 0, or -1 without memory. */
int telling_open(struct telling *t, const struct options *o);

/* Accepts one that is all zero. */
void telling_free(struct telling *t);

/* The first check is about to begin: open the output. */
void telling_begin(struct telling *t);

/* A fault of the run itself, in a few words. */
void telling_fault(struct telling *t, const char *text);

/* The file of checks holds a secret, and others may read it. */
void telling_exposed(struct telling *t);

/* Reach the verdict on one check, and write it where it belongs. */
void telling_one(struct telling *t, const char *name, const struct settings *s,
    struct facts *f);

/*
 * All that began at started_us (CLOCK_MONOTONIC) have been told: write pages,
 * and into *a the text, where it is wanted, and the exit code.
 */
void telling_end(struct telling *t, int64_t started_us, struct answer *a);

#endif
