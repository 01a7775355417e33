/*
 * ini.h - options in a section of an INI file, by a table.
 */

#ifndef CLI_INI_H
#define CLI_INI_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/given.h"
#include "cli/table.h"

enum {
	INI_SIZE_MAX = 1024 * 1024,
	INI_PATH_SHOWN = 200, /* octets of a path in words of an error */
};

/* Where the options of a file stand, and where they go. */
struct ini_place {
	const struct option_table *table;
	const char *path;
	unsigned line;
	enum given_origin origin;
	struct given_list *list;
	struct err *e;
};

#define INI_UNCLOSED "a section without its ']'"
#define INI_HOMELESS "text before the first section"

/* "PATH, line N: " and what, as ERR_USAGE.  Returns -1. */
int ini_fail(const struct ini_place *at, const char *what);

/*
 * Take the line in [*s, *end), without its line feed, apart: the name of the
 * section that begins in it, or NULL, and what is left, without blanks around
 * them.  Returns whether an option is left, or -1 if the ']' is missing.
 */
int ini_cut(char **s, char **end, char **name, char **name_end);

/*
 * Read the option in [s, end), which is cut to pieces; *end is overwritten.
 * Returns 0, or -1 with at->e set.
 */
int ini_option(const struct ini_place *at, char *s, char *end);

/* The length of the byte order mark that some editors begin a file with. */
size_t ini_mark(const char *text, size_t len);

/*
 * Append the file at path ("-": standard input) to out, which may hold
 * INI_SIZE_MAX.  Returns 0, or -1 with *e set: "PATH: what is wrong", with
 * ERR_TIMEOUT if it was not read by deadline_us (CLOCK_MONOTONIC).
 * *world_readable, unless it is NULL, says whether others may read it.
 */
int ini_load(struct buf *out, const char *path, int64_t deadline_us,
    bool *world_readable, struct err *e);

/*
 * Append the options of a section of text, which was loaded from path, to l.
 * If the section is there its lines are cut to pieces in text.  Returns 1, 0
 * if there is none, or -1 with *e set: "PATH, line N: what is wrong".
 */
int ini_read(struct given_list *l, const struct option_table *t,
    struct buf *text, const char *path, const char *section, struct err *e);

#endif
