/*
 * run.h - a whole run of the program: the command line, the check that it asks
 * for, the answer.
 */

#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <stdint.h>

#include "options/options.h"
#include "run/answer.h"
#include "run/deadline.h"
#include "run/job.h"
#include "run/shared.h"

struct run {
	const char *version; /* main's, for --version */
	int64_t started_us;  /* what the deadline is counted from */
	struct options options;
	struct deadline deadline;
	struct shared *shared;
	struct job job;
	struct answer answer; /* what is to be printed */
};

/* Read the command line of a run that began at started_us.  *r is zero but
 * for its version. */
void run_init(struct run *r, int argc, char **argv, int64_t started_us);

/* Do what the command line asked for and leave the answer ready. */
void run_do(struct run *r);

/* Erase the secrets. */
void run_forget(struct run *r);

/* Write the answer to standard output. */
void run_print(const struct run *r);

/* Release everything. */
void run_free(struct run *r);

#endif
