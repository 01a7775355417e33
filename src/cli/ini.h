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

/*
 * Append the file at path ("-": standard input) to out, which may hold
 * INI_SIZE_MAX.  Returns 0, or -1 with *e set: "PATH: what is wrong", with
 * ERR_TIMEOUT if it was not read by deadline_us (CLOCK_MONOTONIC).
 */
int ini_load(
    struct buf *out, const char *path, int64_t deadline_us, struct err *e);

/*
 * Append the options of a section of text, which was loaded from path, to l.
 * If the section is there its lines are cut to pieces in text.  Returns 1, 0
 * if there is none, or -1 with *e set: "PATH, line N: what is wrong".
 */
int ini_read(struct given_list *l, const struct option_table *t,
    struct buf *text, const char *path, const char *section, struct err *e);

#endif
