/*
 * generate <TEMPLATE - fill a shell's template with what the table of options
 * and the plugin's own lists of words say.  Run when the plugin is built; no
 * part of it.
 */

#include <stdio.h>
#include <string.h>

#include "check/condition.h"
#include "check/phase.h"
#include "options/table.h"
#include "plugin/report.h"
#include "smtp/sasl.h"

/* What completes a value: the functions of the shells are named after it. */
static const char *const functions[KINDS] = {
	[KIND_FILE] = "file",
	[KIND_FOLDER] = "folder",
	[KIND_HOST] = "host",
	[KIND_MECHANISMS] = "mechanisms",
	[KIND_PREFERENCE] = "preference",
	[KIND_RANGE] = "range",
	[KIND_TIMEOUT] = "timeout",
	[KIND_STATE] = "state",
	[KIND_SOURCE] = "source",
	[KIND_SECTION] = "section",
};

static void
put_words(const struct option_row *row)
{
	const struct report_format *const *f;
	const char *s;

	if (strcmp(row->value, "FORMAT") == 0) {
		for (f = report_formats; *f != NULL; f++)
			printf(
			    "%s%s", f > report_formats ? " " : "", (*f)->name);
		return;
	}
	for (s = row->value; *s != '\0'; s++)
		putchar(*s == '|' ? ' ' : *s);
}

/* What both shells need: the lists, as variables of the function. */
static void
put_mechanisms(void)
{
	const struct sasl_mech *m;

	for (m = sasl_mechs; m->name != NULL; m++)
		printf("%s%s", m > sasl_mechs ? " " : "", m->name);
}

static void
put_phases(void)
{
	int i;

	for (i = 0; i <= PHASES; i++)
		printf("%s ", phase_name((enum phase)i));
	printf("token");
}

/* All whose state may be changed. */
static void
put_conditions(void)
{
	const char *between = "";
	int i;

	for (i = 0; i < CONDITIONS; i++) {
		if (condition_has((enum condition)i, CONDITION_IS_FIXED))
			continue;
		printf("%s%s", between, condition_name((enum condition)i));
		between = " ";
	}
}

/* bash --------------------------------------------------------------------- */

static void
put_bash_name(const char *name, enum option_argument argument)
{
	if (argument != ARGUMENT_REQUIRED)
		printf(" --%s", name);
	if (argument != ARGUMENT_NONE)
		printf(" --%s=", name);
}

static void
put_bash_options(void)
{
	const struct option_row *row;

	for (row = options_table.rows; row->name != NULL; row++) {
		if (row->letter != 0)
			printf(" -%c", row->letter);
		put_bash_name(row->name, row->argument);
		if (row->alias != NULL)
			put_bash_name(row->alias, row->argument);
	}
}

/* A value that may be left out is no word of its own. */
static void
put_bash_patterns(const struct option_row *row, const char *name)
{
	if (row->argument == ARGUMENT_REQUIRED)
		printf("--%s | ", name);
	printf("--%s=", name);
}

static void
put_bash_pattern(const struct option_row *row)
{
	putchar('\t');
	if (row->letter != 0 && row->argument == ARGUMENT_REQUIRED)
		printf("-%c | ", row->letter);
	put_bash_patterns(row, row->name);
	if (row->alias != NULL) {
		printf(" | ");
		put_bash_patterns(row, row->alias);
	}
	putchar(')');
}

static void
put_bash_kinds(void)
{
	const struct option_row *row;
	enum option_kind kind;

	for (row = options_table.rows; row->name != NULL; row++) {
		if (row->argument == ARGUMENT_NONE)
			continue;
		put_bash_pattern(row);
		kind = row->kind;
		printf(" REPLY='");
		if (kind == KIND_WORDS)
			put_words(row);
		else if (kind != KIND_TEXT)
			printf("%s", functions[kind]);
		printf("' ;;\n");
	}
}

/* zsh ---------------------------------------------------------------------- */

/* Within single quotes, in the brackets of an _arguments specification. */
static void
put_zsh_help(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s == '\'')
			printf("'\\''");
		else if (*s == '[' || *s == ']' || *s == '\\')
			printf("\\%c", *s);
		else
			putchar(*s);
}

static void
put_zsh_message(const char *s)
{
	for (; *s != '\0'; s++)
		printf(*s == ':' || *s == '\\' ? "\\%c" : "%c", *s);
}

static void
put_zsh_action(const struct option_row *row)
{
	enum option_kind kind = row->kind;

	if (row->argument == ARGUMENT_NONE)
		return;
	putchar(':');
	if (row->argument == ARGUMENT_OPTIONAL)
		putchar(':');
	put_zsh_message(row->value);
	putchar(':');
	switch ((int)kind) {
	case KIND_TEXT:
		putchar(' ');
		break;
	case KIND_WORDS:
		putchar('(');
		put_words(row);
		putchar(')');
		break;
	case KIND_FILE:
		printf("_files");
		break;
	case KIND_FOLDER:
		printf("_files -/");
		break;
	case KIND_HOST:
		printf("_hosts");
		break;
	default:
		printf(" __check_smtp_auth_value %s", functions[kind]);
	}
}

static void
put_zsh_option(const struct option_row *row, const char *dashes,
    const char *name, size_t len)
{
	static const char *const before_value[] = {
		[ARGUMENT_NONE] = "",
		[ARGUMENT_REQUIRED] = "=",
		[ARGUMENT_OPTIONAL] = "=-",
	};

	printf("\t'*%s%.*s%s[", dashes, (int)len, name,
	    dashes[1] == '-' ? before_value[row->argument]
		: row->argument == ARGUMENT_REQUIRED ? "+"
						     : "");
	put_zsh_help(row->help);
	putchar(']');
	put_zsh_action(row);
	printf("' \\\n");
}

static void
put_zsh_options(void)
{
	const struct option_row *row;

	for (row = options_table.rows; row->name != NULL; row++) {
		if (row->letter != 0)
			put_zsh_option(row, "-", &row->letter, 1);
		put_zsh_option(row, "--", row->name, strlen(row->name));
		if (row->alias != NULL)
			put_zsh_option(
			    row, "--", row->alias, strlen(row->alias));
	}
}

static const struct {
	const char *marker; /* in a template */
	void (*put)(void);
} parts[] = {
	{ "@bash-options@", put_bash_options },
	{ "@bash-kinds@", put_bash_kinds },
	{ "@zsh-options@", put_zsh_options },
	{ "@mechanisms@", put_mechanisms },
	{ "@phases@", put_phases },
	{ "@conditions@", put_conditions },
};

/* Returns what is behind the marker at s, its part written, or NULL. */
static const char *
put_part(const char *s)
{
	size_t i, n;

	for (i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		n = strlen(parts[i].marker);
		if (strncmp(s, parts[i].marker, n) == 0) {
			parts[i].put();
			return s + n;
		}
	}
	return NULL;
}

int
main(void)
{
	const char *s, *behind;
	char line[400];

	while (fgets(line, sizeof line, stdin) != NULL)
		for (s = line; *s != '\0';)
			if ((behind = put_part(s)) != NULL)
				s = behind;
			else
				putchar(*s++);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
