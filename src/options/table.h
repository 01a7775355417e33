/*
 * table.h - all options of check_smtp_auth: what the command line, INI files,
 * --help, completion and the tests go by.
 */

#ifndef OPTIONS_TABLE_H
#define OPTIONS_TABLE_H

#include "cli/table.h"

extern const struct option_table options_table;
extern const struct option_foreign options_foreign[];

#endif
