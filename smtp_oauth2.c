/*
 * smtp-oauth2 - keep OAuth 2.0 tokens of mail accounts alive, for
 * check_smtp_auth and for people.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/process.h"
#include "base/wipe.h"
#include "cli/help.h"
#include "cli/line.h"
#include "oauth2/command.h"
#include "oauth2/guarded.h"
#include "oauth2/json.h"
#include "oauth2/keys.h"

/* The version with the commit; this file alone is compiled anew for it. */
#ifndef BUILD
#define BUILD VERSION
#endif

enum { STATUS_UNKNOWN = 3, EXIT_UNWRITTEN = 78 };

static const struct command *
find_command(const char *name)
{
	const struct command *c;

	for (c = commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static int
take_word(struct command_line *l, const char *word, struct failure *f)
{
	if (l->command == NULL) {
		if ((l->command = find_command(word)) == NULL)
			return failure_set(f, FAILURE_USAGE,
			    "no such command: %.40s; see --help", word);
		return 0;
	}
	if (l->name != NULL)
		return failure_set(f, FAILURE_USAGE,
		    "one name is enough: %.64s is too much", word);
	if (!account_name_is_right(word))
		return failure_set(f, FAILURE_USAGE,
		    "no name of an account: %.64s; it has at most 64 of A-Z "
		    "a-z 0-9 . _ - @ +, neither . nor - first",
		    word);
	l->name = strdup(word);
	return l->name != NULL ? 0
			       : failure_set(f, FAILURE_LOCAL, "out of memory");
}

static int
take_string(char **field, const char *value, struct failure *f)
{
	free(*field);
	*field = strdup(value);
	return *field != NULL ? 0
			      : failure_set(f, FAILURE_LOCAL, "out of memory");
}

/* One of the program's own options. */
static int
take_option(struct command_line *l, const struct given *g, struct failure *f)
{
	const char *name = g->row->name;

	if (strcmp(name, KEYS_CONFIG) == 0)
		return take_string(&l->config, g->value, f);
	if (strcmp(name, KEYS_STATE_DIR) == 0)
		return take_string(&l->state_dir, g->value, f);
	if (strcmp(name, KEYS_CREDENTIAL_DAYS) == 0)
		return take_string(&l->credential_days, g->value, f);
	if (strcmp(name, KEYS_JSON) == 0)
		l->json = true;
	else if (strcmp(name, KEYS_ALL) == 0)
		l->all = true;
	else if (strcmp(name, KEYS_HELP) == 0)
		l->wants_help = true;
	else
		l->wants_version = true;
	return 0;
}

static int
take_given(struct command_line *l, const struct given *g, struct failure *f)
{
	struct err e = { .kind = ERR_NONE };

	if (g->row == NULL)
		return take_word(l, g->value, f);
	if (g->row->group == KEYS_PROGRAM)
		return take_option(l, g, f);
	return given_add(&l->account, g, &e) == 0 ? 0 : failure_take(f, &e);
}

static int
check_line(const struct command_line *l, struct failure *f)
{
	if (l->command == NULL)
		return failure_set(
		    f, FAILURE_USAGE, "a command is missing; see --help");
	if (l->command->wants_name && l->name == NULL)
		return failure_set(f, FAILURE_USAGE,
		    "%s: the NAME of the account is missing", l->command->name);
	if (l->account.count > 0 && !l->command->takes_account)
		return failure_set(f, FAILURE_USAGE,
		    "--%s: is not for %s; write it into oauth2.ini",
		    l->account.item[0].row->name, l->command->name);
	return 0;
}

static int
read_line(struct command_line *l, int argc, char **argv, struct failure *f)
{
	struct given_list given = { 0 };
	struct err e = { .kind = ERR_NONE };
	size_t i;
	int rc = 0;

	line_read(&given, &keys_line, argc, argv, &e);
	for (i = 0; i < given.count && rc == 0; i++)
		rc = take_given(l, &given.item[i], f);
	given_free(&given);
	if (l->wants_help || l->wants_version)
		return 0;
	if (e.kind != ERR_NONE) {
		*f = (struct failure){ .class = FAILURE_NONE };
		return failure_set(f,
		    e.kind == ERR_INTERNAL ? FAILURE_LOCAL : FAILURE_USAGE,
		    "%s", e.text);
	}
	return rc == 0 ? check_line(l, f) : -1;
}

static void
print_help(void)
{
	struct buf out = BUF_INIT(64 * 1024);
	const struct command *c;
	char call[64];

	buf_adds(&out,
	    "Keep OAuth 2.0 tokens of mail accounts alive.\n\n"
	    "Usage: smtp-oauth2 [options] COMMAND\n\nCommands:\n");
	for (c = commands; c->name != NULL; c++) {
		snprintf(call, sizeof call, "%s %s", c->name, c->arguments);
		buf_addf(&out, "  %-28s %s\n", call, c->help);
	}
	help_add(&out, &keys_line);
	buf_adds(&out,
	    "\nExit codes: 0 done, 64 usage, 75 temporary, 77 refused, 78 "
	    "local; of status\n0 to 3, as a plugin.\n");
	fputs(buf_str(&out), stdout);
	buf_free(&out);
}

static int
complain(const struct command_line *l, const struct failure *f)
{
	if (l->command != NULL && l->command->run == command_status) {
		printf("SMTP_OAUTH2 UNKNOWN: %s%s%s\n", f->text,
		    f->remedy[0] != '\0' ? "; " : "", f->remedy);
		return STATUS_UNKNOWN;
	}
	command_complain(l->name, f);
	return failure_exit_code(f);
}

static void
free_line(struct command_line *l)
{
	free(l->name);
	free(l->config);
	free(l->state_dir);
	free(l->credential_days);
	given_free(&l->account);
}

int
main(int argc, char **argv)
{
	struct command_line l = { .command = NULL };
	struct failure f = { .class = FAILURE_NONE };
	int code = 0;

	process_guard();
	/* A full disk and a reader that is gone are told by the calls. */
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	guarded_openssl();
	json_guard_memory();
	if (read_line(&l, argc, argv, &f) == 0) {
		if (l.wants_help)
			print_help();
		else if (l.wants_version)
			puts("smtp-oauth2 " BUILD);
		else
			code = l.command->run(&l, &f);
	}
	if (f.class != FAILURE_NONE)
		code = complain(&l, &f);
	free_line(&l);
	if (fflush(stdout) != 0 && code == 0)
		code = EXIT_UNWRITTEN;
#ifdef FREE_ALL
	process_unguard();
#endif
	return code;
}
