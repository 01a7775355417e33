#include "cli/line.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/wipe.h"

enum {
	ROWS_MAX = 80,
	WORD_MAX = 64,    /* of an option's name, more than any has */
	WORD_SHOWN = 100, /* octets of one that is no option */
	FIRST_ROW = 256,  /* getopt's value of a row, beyond all letters */
	POSITIONAL = 1,   /* what getopt returns for a word without dash */
};

/* The table in getopt's words. */
struct grammar {
	char letters[3 * ROWS_MAX + 3];
	struct option names[2 * ROWS_MAX + 1];
};

static void
add_letter(char *letters, const struct option_row *row)
{
	size_t n = strlen(letters);

	letters[n++] = row->letter;
	if (row->argument == ARGUMENT_REQUIRED)
		letters[n++] = ':';
	letters[n] = '\0';
}

static void
translate_table(struct grammar *g, const struct option_table *t)
{
	const struct option_row *row;
	struct option *name = g->names;

	for (row = t->rows; row->name != NULL; row++) {
		name->name = row->name;
		name->has_arg = row->argument == ARGUMENT_NONE ? no_argument
		    : row->argument == ARGUMENT_OPTIONAL ? optional_argument
							 : required_argument;
		name->val = FIRST_ROW + (int)(row - t->rows);
		name++;
		if (row->alias != NULL) {
			*name = name[-1];
			name->name = row->alias;
			name++;
		}
		if (row->letter != 0)
			add_letter(g->letters, row);
	}
}

/* Append the long names that begin with name[0..n); returns how many. */
static int
add_candidates(const struct option_table *t, char *text, size_t size,
    const char *name, size_t n)
{
	const struct option_row *row;
	int count = 0;

	text[0] = '\0';
	for (row = t->rows; row->name != NULL; row++) {
		if (strncmp(row->name, name, n) != 0)
			continue;
		snprintf(text + strlen(text), size - strlen(text), "%s--%s",
		    count++ > 0 ? ", " : "", row->name);
	}
	return count;
}

/* A long name that is none, or not unique.  Its value may be a secret. */
static void
refuse_word(const struct option_table *t, char *word, struct err *e)
{
	int n = (int)strcspn(word, "=");
	const char *instead =
	    n > 2 ? table_find_foreign(t, 0, word + 2, (size_t)n - 2) : NULL;
	char names[300];

	if (n > 2 &&
	    add_candidates(t, names, sizeof names, word + 2, (size_t)n - 2) > 0)
		err_set(
		    e, ERR_USAGE, "%.*s: may be short for %s", n, word, names);
	else if (instead != NULL)
		err_set(e, ERR_USAGE, "%.*s: no such option; did you mean %s?",
		    n, word, instead);
	else
		err_set(e, ERR_USAGE, "%.*s: no such option; see --help",
		    n < WORD_SHOWN ? n : text_cut(word, WORD_SHOWN), word);
	wipe(word + n, strlen(word + n));
}

/* before: " before -H" and the like, or "". */
static void
refuse_missing(const struct option_row *row, bool by_letter, const char *before,
    struct err *e)
{
	if (by_letter)
		err_set(e, ERR_USAGE, "-%c: its %s is missing%s", row->letter,
		    row->value, before);
	else
		err_set(e, ERR_USAGE,
		    "--%s: its value is missing%s; write "
		    "--%s=%s",
		    row->name, before, row->name, row->value);
}

/* getopt found a fault with the word before argv[optind]. */
static void
refuse(const struct option_table *t, int c, char **argv, struct err *e)
{
	const struct option_row *row = optopt >= FIRST_ROW
	    ? &t->rows[optopt - FIRST_ROW]
	    : table_find_letter(t, optopt);
	const char *instead = table_find_foreign(t, optopt, NULL, 0);

	if (c == ':' && row != NULL)
		refuse_missing(row, optopt < FIRST_ROW, "", e);
	else if (optopt >= FIRST_ROW)
		err_set(e, ERR_USAGE, "--%s: takes no value", row->name);
	else if (optopt != 0 && instead != NULL)
		err_set(e, ERR_USAGE, "-%c: no such option; did you mean %s?",
		    optopt, instead);
	else if (optopt != 0)
		err_set(
		    e, ERR_USAGE, "-%c: no such option; see --help", optopt);
	else
		refuse_word(t, argv[optind - 1], e);
}

/* Whether a value is a secret, or looks like one put in the wrong place. */
static bool
is_secret(const struct option_table *t, const struct option_row *row,
    const char *value)
{
	/* Also -password-from=pass:..., which getopt takes for a -p. */
	if ((row->traits & OPTION_SECRET) != 0 ||
	    strstr(value, "pass:") != NULL)
		return true;
	return (row->traits & OPTION_SOURCE) != 0 && t->holds_secret(value);
}

/* Icinga 2 puts the value of its variable behind an option that takes none. */
static bool
is_boolean(const char *word)
{
	static const char *const booleans[] = { "", "true", "false", "1", "0",
		"yes", "no", "on", "off" };
	size_t i;

	for (i = 0; i < sizeof booleans / sizeof booleans[0]; i++)
		if (strcasecmp(word, booleans[i]) == 0)
			return true;
	return false;
}

/*
 * The value of an option in the forms that getopt does not know: a word of its
 * own where one may be left out, an old spelling, and a boolean that means
 * nothing.
 */
static char *
odd_value(const struct option_row *row, int argc, char **argv)
{
	const char *word = argv[optind - 1];

	if (optind >= argc)
		return optarg;
	if (optarg == NULL && (row->traits & OPTION_WORD_APART) != 0 &&
	    argv[optind][0] != '-')
		return argv[optind++];
	if ((row->traits & OPTION_BOOLEAN) != 0 && is_boolean(argv[optind]))
		return argv[optind++];
	if (optarg == word + 2 && row->old != NULL &&
	    strcmp(word, row->old) == 0)
		return argv[optind++];
	return optarg;
}

/*
 * What stands behind an unknown letter in argv[at] may be its value, and is
 * not to be taken for letters: "-uSECRET".  getopt keeps a pointer into the
 * word, which therefore stays as long as it was.
 */
static void
hide_rest(char **argv, int at)
{
	char *letter = strchr(argv[at], optopt);

	if (letter != NULL)
		memset(letter, optopt, strlen(letter));
}

/*
 * Whether a word is an option, its letter alone or its whole name, which then
 * stands where another's value should: "-P -H mail.example.org".  name[] gets
 * how it is called.
 */
static bool
is_option(const struct option_table *t, const char *word, char name[WORD_MAX])
{
	size_t n = strcspn(word, "=");

	if (n >= WORD_MAX || word[0] != '-')
		return false;
	snprintf(name, WORD_MAX, "%.*s", (int)n, word);
	if (name[1] == '-')
		return table_find_name(t, name + 2) != NULL;
	return strlen(word) == 2 && table_find_letter(t, name[1]) != NULL;
}

/* Whether an option stands for the value of g, which is then said. */
static bool
lacks_value(const struct option_table *t, const struct given *g, char **argv,
    struct err *e)
{
	char next[WORD_MAX], before[sizeof " before " + WORD_MAX];

	if (g->value == NULL || g->value != argv[optind - 1] ||
	    !is_option(t, g->value, next))
		return false;
	snprintf(before, sizeof before, " before %s", next);
	refuse_missing(g->row, g->by_letter, before, e);
	optind--; /* it is read as what it is */
	return true;
}

static void
add_word(struct given_list *l, char *word, struct err *e)
{
	given_add(l, &(struct given){ .value = word, .word = word }, e);
}

static void
add_option(struct given_list *l, const struct option_table *t, int c, int argc,
    char **argv, struct err *e)
{
	struct given g = { .row = c >= FIRST_ROW ? &t->rows[c - FIRST_ROW]
						 : table_find_letter(t, c),
		.by_letter = c < FIRST_ROW };

	if (g.row == NULL)
		return; /* getopt knows no others */
	g.value = g.word = odd_value(g.row, argc, argv);
	if (lacks_value(t, &g, argv, e))
		return;
	given_add(l, &g, e);
	if (g.value != NULL && is_secret(t, g.row, g.value))
		wipe(g.value, strlen(g.value));
}

void
line_read(struct given_list *l, const struct option_table *t, int argc,
    char **argv, struct err *e)
{
	/* Words in their order; ':' for a missing argument; no printing. */
	struct grammar g = { .letters = "-:" };
	int c, at, refused = -1;

	if (argc <= 0)
		return;
	translate_table(&g, t);
	opterr = 0;
	optind = 0; /* start afresh */
	for (;;) {
		at = optind > 0 ? optind : 1;
		c = getopt_long(argc, argv, g.letters, g.names, NULL);
		if (c == -1)
			break;
		if (c == '?' || c == ':') {
			refuse(t, c, argv, e);
			refused = optind;
			if (c == '?' && optopt != 0 && optopt < FIRST_ROW &&
			    optind == at) {
				hide_rest(argv, at);
				refused = at + 1;
			}
		} else if (c != POSITIONAL) {
			add_option(l, t, c, argc, argv, e);
		} else if (refused != optind - 1) {
			add_word(l, optarg, e);
		} else if (optarg != NULL) {
			/* Perhaps meant for the option; no HOST to show. */
			wipe(optarg, strlen(optarg));
			refused = optind;
		}
	}
	for (; optind < argc; optind++)
		add_word(l, argv[optind], e);
}
