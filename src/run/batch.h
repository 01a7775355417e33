/*
 * batch.h - a run of many checks: the sections of a file, some at a time on one
 * loop, each told as it ends or all of them when the last one has.
 */

#ifndef RUN_BATCH_H
#define RUN_BATCH_H

#include "base/err.h"
#include "options/options.h"
#include "run/answer.h"
#include "run/deadline.h"

/*
 * Do what o->batch asks for, beginning at started_us, by the deadline.  Lines
 * that appear as each check ends are written here; what is left to be said is
 * in *a, with the exit code.  Returns 0, or -1 with *e set: then nothing of it
 * was begun.
 */
int batch_run(const struct options *o, int64_t started_us,
    const struct deadline *d, struct answer *a, struct err *e);

#endif
