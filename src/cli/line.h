/*
 * line.h - a command line taken apart by a table, secrets in it erased.
 */

#ifndef CLI_LINE_H
#define CLI_LINE_H

#include "base/err.h"
#include "cli/given.h"
#include "cli/table.h"

/*
 * Append the options and words of argv to l, in their order.  A value that is
 * a secret, or that looks like one in the wrong place, is overwritten in argv.
 * Goes on after an error; the first is in *e (ERR_USAGE, ERR_INTERNAL), and
 * quotes no secret.
 */
void line_read(struct given_list *l, const struct option_table *t, int argc,
    char **argv, struct err *e);

#endif
