/*
 * sections.h - an INI file of many sections as a stream: one section at a time
 * is in memory, however many there are.  What its options mean, others know.
 */

#ifndef CLI_SECTIONS_H
#define CLI_SECTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/given.h"
#include "cli/table.h"

enum {
	SECTIONS_NAME_MAX = 255,
	SECTIONS_LINE_MAX = 96 * 1024, /* takes the longest secret */
};

/* Where a section begins. */
struct sections_place {
	int64_t offset;
	unsigned line;
};

struct section {
	char name[SECTIONS_NAME_MAX + 1];
	struct sections_place place;
	struct given_list list; /* its options, wiped by sections_forget() */
	struct err fault;       /* the first in its lines: none of it counts */
};

struct sections;

/*
 * Open the file at path, which is borrowed, as the table is.  Returns NULL with
 * *e set: "PATH: what is wrong".  Regular files only: it is read twice.
 */
struct sections *sections_open(
    const char *path, const struct option_table *t, struct err *e);

/* Whether others may read the file. */
bool sections_are_exposed(const struct sections *s);

/* Close; what was read is wiped.  Accepts NULL. */
void sections_free(struct sections *s);

/* Go on with the section that begins there; the first is at zero. */
void sections_go(struct sections *s, struct sections_place place);

/*
 * Read the next section into *out, as options of this origin.  Returns 1, 0 at
 * the end, or -1 with *e set: then nobody can tell which option belongs to
 * which section.
 */
int sections_next(struct sections *s, enum given_origin origin,
    struct section *out, struct err *e);

/* Wipe and release what *out holds. */
void sections_forget(struct section *out);

#endif
