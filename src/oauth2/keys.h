/*
 * keys.h - the words of the command line and of oauth2.ini, as tables for
 * src/cli.  What they are set in is in account.h and command.h.
 */

#ifndef OAUTH2_KEYS_H
#define OAUTH2_KEYS_H

#include <stdbool.h>

#include "cli/table.h"

/* What a row of the account's sets; strings stand at row->field. */
enum keys_group { KEYS_PROGRAM, KEYS_ACCOUNT, KEYS_GROUPS };

/* Names of the options of the program itself. */
#define KEYS_CONFIG "config"
#define KEYS_STATE_DIR "state-dir"
#define KEYS_JSON "json"
#define KEYS_ALL "all"
#define KEYS_CREDENTIAL_DAYS "credential-days"
#define KEYS_HELP "help"
#define KEYS_VERSION "version"

/* All options: the program's and an account's. */
extern const struct option_table keys_line;

#endif
