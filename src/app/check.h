/*
 * check.h - a whole run: options, secret, one probe, verdict, report.
 */

#ifndef APP_CHECK_H
#define APP_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "secret/censor.h"
#include "app/facts.h"
#include "app/options.h"
#include "secret/secret.h"
#include "base/buf.h"

struct loop;
struct probe;

struct check {
	struct options options;
	struct secret secret;
	struct censor *censor;
	struct loop *loop;
	struct probe *probe;
	struct facts none; /* the facts of a run that got to no probe */
	struct buf output; /* what is to be printed, "" for nothing */
	int exit_code;
};

/* Read the command line of a run that began at started_us.  Zeroes *c. */
void check_init(struct check *c, int argc, char **argv, int64_t started_us);

/*
 * Do what the command line asked for and leave the answer in output and
 * exit_code.  started_us is where the deadline is counted from.
 */
void check_run(struct check *c, int64_t started_us);

/* Write the answer to standard output. */
void check_print(const struct check *c);

/* Erase the secrets. */
void check_forget(struct check *c);

/* Release everything. */
void check_free(struct check *c);

#endif
