/*
 * table.h - a program's options as rows of a table, which feeds the reader of
 * the command line, the reader of INI files, --help and completion.  It knows
 * no option by name: what is special of one is a trait of its row.
 */

#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum option_argument {
	ARGUMENT_NONE,
	ARGUMENT_REQUIRED,
	ARGUMENT_OPTIONAL, /* only as --name=VALUE */
};

/* To be joined by |. */
enum option_trait {
	OPTION_SECRET = 1,       /* the value is a secret */
	OPTION_SOURCE = 2,       /* the value may hold one: see holds_secret */
	OPTION_FILES = 4,        /* the value names a file with more options */
	OPTION_STOPS = 8,        /* something else than the usual is wanted */
	OPTION_EMPTY = 16,       /* the value may be the empty string */
	OPTION_OWNED = 32,       /* the field is a string that is owned */
	OPTION_BOOLEAN = 64,     /* a boolean may follow, which means nothing */
	OPTION_WORD_APART = 128, /* an optional value may be the next word */
	OPTION_RUN = 256,        /* of all checks of a run, not of one */
};

/* What a value is, for the shells' completion. */
enum option_kind {
	KIND_TEXT, /* nobody can guess it */
	KIND_WORDS,
	KIND_FILE,
	KIND_FOLDER,
	KIND_HOST,
	KIND_MECHANISMS,
	KIND_PREFERENCE, /* of mechanisms */
	KIND_RANGE,
	KIND_TIMEOUT,
	KIND_STATE,
	KIND_SOURCE,
	KIND_SECTION,
	KINDS,
};

struct parsing; /* what a program's setters work on; its own */
struct option_row;

/* Takes one value (NULL if none was given). */
typedef void option_fn(
    struct parsing *p, const struct option_row *row, const char *value);

/* One option. */
struct option_row {
	char letter;       /* 0: none */
	const char *name;  /* without dashes */
	const char *alias; /* a second long name, or NULL */
	enum option_argument argument;
	const char *value; /* what --help calls the argument */
	int group;         /* of the table's */
	const char *help;
	option_fn *set;
	size_t field; /* offset in the program's struct, for simple setters */
	unsigned traits; /* enum option_trait */
	enum option_kind kind;
	const char *old; /* an old spelling, its value apart: "-to"; or NULL */
};

/* An option of another program that people type here. */
struct option_foreign {
	char letter;         /* 0: none */
	const char *name;    /* without dashes */
	const char *instead; /* how it is written here */
};

struct option_table {
	const struct option_row *rows; /* ends with a NULL name */
	const char *const *groups; /* their titles, in the order of --help */
	int group_count;
	/* Whether a value of OPTION_SOURCE is, or may be, a secret itself. */
	bool (*holds_secret)(const char *value);
	const struct option_foreign *foreign; /* ends with a NULL name */
};

/* Find an option by its letter, or by its exact long name.  NULL if none. */
const struct option_row *table_find_letter(
    const struct option_table *t, int letter);
const struct option_row *table_find_name(
    const struct option_table *t, const char *name);

/*
 * How an option of another program, by letter or by name[0..n), is written
 * here.  NULL if it is not known.
 */
const char *table_find_foreign(
    const struct option_table *t, int letter, const char *name, size_t n);

/*
 * Find an option by its long name or by a beginning of it that no other
 * shares, as getopt_long() does.  NULL if there is none or more than one.
 */
const struct option_row *table_find_prefix(
    const struct option_table *t, const char *name);

#endif
