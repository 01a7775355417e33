/*
 * variables.h - secrets that stand in the environment, for many checks: taken
 * out of it before anything is sent or run, and lent to each that names one.
 */

#ifndef RUN_VARIABLES_H
#define RUN_VARIABLES_H

#include "cli/given.h"
#include "secret/secret.h"

struct variable;

/* Zero-initialise. */
struct variables {
	struct variable *first;
	struct variable *lent; /* the one that is in the environment */
};

/*
 * Take those that the options name as env: out of the environment.  Returns 0,
 * or -1 without memory.
 */
int variables_take(struct variables *v, const struct given_list *l);

/*
 * Put those of the source back, until secret_source_erase().  Returns 0, or -1
 * without memory.
 */
int variables_lend(struct variables *v, const struct secret_source *source);

/* They are in the environment no more: wipe what was lent. */
void variables_return(struct variables *v);

/* Wipe and release. */
void variables_free(struct variables *v);

#endif
