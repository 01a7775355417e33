/*
 * given.h - options as they were met, in their order, before any is judged.
 */

#ifndef CLI_GIVEN_H
#define CLI_GIVEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "cli/table.h"

struct given {
	const struct option_row *row; /* NULL: a word without a dash */
	bool by_letter;
	bool in_file;
	char *value; /* owned and wiped: it may be a secret; or NULL */
	char *word;  /* the same in argv, for whoever must erase it; or NULL */
};

struct given_list {
	struct given *item;
	size_t count;
	size_t room;
};

/* Remember an option met; value is copied.  Returns 0, or -1 with *e set. */
int given_add(struct given_list *l, const struct given *g, struct err *e);

/* Wipe and release; *l is empty again. */
void given_free(struct given_list *l);

#endif
