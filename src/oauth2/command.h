/*
 * command.h - the commands of smtp-oauth2 as rows of a table.
 */

#ifndef OAUTH2_COMMAND_H
#define OAUTH2_COMMAND_H

#include <stdbool.h>

#include "base/buf.h"
#include "cli/given.h"
#include "oauth2/config.h"
#include "oauth2/failure.h"
#include "oauth2/store.h"

/* What the command line says; strings are owned. */
struct command_line {
	const struct command *command;
	char *name; /* of the account; NULL: none was given */
	char *config;
	char *state_dir;
	char *credential_days;
	bool json;
	bool all;
	bool wants_help;
	bool wants_version;
	struct given_list account; /* rows of account_table, for setup */
};

/*
 * Does it, and prints.  Returns the exit code; where that says of a failure,
 * *f is set, and printed by whoever called.
 */
typedef int command_fn(const struct command_line *l, struct failure *f);

struct command {
	const char *name;
	const char *arguments; /* for --help */
	const char *help;
	command_fn *run;
	bool wants_name;
	bool takes_account; /* the options of an account */
};

extern const struct command commands[]; /* ends with a NULL name */

command_fn command_setup, command_token, command_renew, command_status,
    command_test, command_revoke, command_remove, command_providers;

/* Load configuration, account and folder, in this order: what most need. */
struct command_account {
	struct config config;
	struct account account;
	struct store store;
};
int command_open(struct command_account *c, const struct command_line *l,
    bool create, struct failure *f);
void command_close(struct command_account *c);

/* Append it as key=value lines. */
void command_add_failure(struct buf *out, const struct failure *f);

/* Say it: key=value lines on stdout, and words for people on stderr. */
void command_complain(const char *name, const struct failure *f);

#endif
