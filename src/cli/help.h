/*
 * help.h - a table of options as the text of --help.
 */

#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "base/buf.h"
#include "cli/table.h"

/* Append the options, group by group, at most 80 columns wide. */
void help_add(struct buf *out, const struct option_table *t);

#endif
