/*
 * given.h - options as they were met, in their order, before any is judged.
 */

#ifndef CLI_GIVEN_H
#define CLI_GIVEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "cli/table.h"

/* Where an option stands; what comes from one place replaces another's. */
enum given_origin {
	GIVEN_LINE,    /* the command line */
	GIVEN_FILE,    /* a file of options that it names */
	GIVEN_SECTION, /* the section of one check among many */
	GIVEN_COMMON,  /* the section that holds for all of them */
};

struct given {
	const struct option_row *row; /* NULL: a word without a dash */
	enum given_origin origin;
	bool by_letter;
	unsigned line; /* of its file; 0: unknown */
	char *value;   /* owned and wiped: it may be a secret; or NULL */
	char *word; /* the same in argv, for whoever must erase it; or NULL */
};

struct given_list {
	struct given *item;
	size_t count;
	size_t room;
};

/* Remember an option met; value is copied.  Returns 0, or -1 with *e set. */
int given_add(struct given_list *l, const struct given *g, struct err *e);

/* Whether there is a secret in what was added behind the first n. */
bool given_holds_secret(
    const struct given_list *l, size_t n, const struct option_table *t);

/* Wipe and release; *l is empty again. */
void given_free(struct given_list *l);

#endif
