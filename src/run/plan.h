/*
 * plan.h - what a batch's file asks for: what its sections have in common, and
 * where each of those that are wanted stands.
 */

#ifndef RUN_PLAN_H
#define RUN_PLAN_H

#include "base/buf.h"
#include "base/err.h"
#include "cli/sections.h"
#include "options/options.h"
#include "run/queue.h"
#include "run/variables.h"

struct plan {
	const struct options *run; /* borrowed */
	struct sections *file;
	struct given_list common;   /* of the section that holds for all */
	struct variables variables; /* that secrets were in */
	bool exposed; /* there is a secret in it, and others may read it */
};

/*
 * Open the file and look through it once: names that come twice, defaults, and
 * variables with secrets.  Returns 0, or -1 with *e set; *p is to be freed in
 * both cases.
 */
int plan_open(struct plan *p, const struct options *run, struct err *e);

/* Add all checks that are wanted to q.  Returns 0, or -1 with *e set. */
int plan_queue(struct plan *p, struct queue *q, struct err *e);

/* Append the names of all that are wanted, as --list has it. */
int plan_list(struct plan *p, struct buf *out, struct err *e);

/*
 * Read the check at place: its name into name[], its options into *o, which is
 * to be freed in both cases.  Returns 0, or -1 with *e set: a check that is
 * faulty.
 */
int plan_read(struct plan *p, struct sections_place place,
    char name[SECTIONS_NAME_MAX + 1], struct options *o, struct err *e);

void plan_free(struct plan *p);

#endif
