/*
 * options_internal.h - the one table of options and what the files of
 * app/options*.c share.  Beside them only completion/generate.c and the tests
 * include it.
 */

#ifndef APP_OPTIONS_INTERNAL_H
#define APP_OPTIONS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/options.h"
#include "base/err.h"

/* What -t takes at most: an hour; not an enum, whose ints end before it. */
#define TIMEOUT_MAX_US (3600 * INT64_C(1000000))

enum option_argument {
	ARGUMENT_NONE,
	ARGUMENT_REQUIRED,
	ARGUMENT_OPTIONAL, /* only as --name=VALUE */
};

enum option_group {
	GROUP_TARGET,
	GROUP_TLS,
	GROUP_AUTH,
	GROUP_DEPTH,
	GROUP_THRESHOLDS,
	GROUP_OUTPUT,
	OPTION_GROUPS,
};

struct parsing;
struct option_row;

/* Takes one value (NULL if none was given); a fault goes to p->e. */
typedef void option_fn(
    struct parsing *p, const struct option_row *row, const char *value);

/* One option. */
struct option_row {
	char letter;       /* 0: none */
	const char *name;  /* without dashes */
	const char *alias; /* a second long name, or NULL */
	enum option_argument argument;
	const char *value; /* what --help calls the argument */
	enum option_group group;
	const char *help;
	option_fn *set;
	size_t field; /* offset in struct options, for set_string and such */
};

/* Ends with a NULL name. */
extern const struct option_row options_table[];

/* An option as it was met, before it has been judged. */
struct given {
	const struct option_row *row; /* NULL: the positional HOST */
	bool by_letter;
	bool in_file; /* of --extra-opts */
	char *value;  /* owned and wiped: it may be a secret; or NULL */
};

struct given_list {
	struct given *item;
	size_t count;
	size_t room;
};

/* Everything the setters and the checks need beyond struct options. */
struct parsing {
	struct options *o;
	struct err *e;
	const struct given *now; /* the option being set */

	/* Which gave o->host, o->secret and o->mechs; NULL: none. */
	const struct given *host, *secret, *mechs;
	bool ipv4, ipv6;
	bool starttls, implicit_tls, no_tls;
	char *response[OPTIONS_LIST_MAX]; /* -R, moved to the commands */
	size_t response_count;
};

/*
 * Record ERR_USAGE "-p VALUE: " + text for the option being set, named as it
 * was given.  value is NULL for none, or where it may be a secret.
 */
void options_fault(struct parsing *p, const char *value, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether value is longer than any server takes; then the fault is recorded. */
bool options_is_long(struct parsing *p, const char *value);

/*
 * Remember an option met; value is copied.  Returns 0, or -1 with *e set.
 */
int options_remember(struct given_list *l, const struct option_row *row,
    bool by_letter, bool in_file, const char *value, struct err *e);

/* Find an option by its letter, or by its exact long name.  NULL if none. */
const struct option_row *options_find_letter(int letter);
const struct option_row *options_find_name(const char *name);

/*
 * Find an option by its long name or by a beginning of it that no other
 * shares, as getopt_long() does.  NULL if there is none or more than one.
 */
const struct option_row *options_find_prefix(const char *name);

/*
 * Read the section that --extra-opts=locator (NULL: the default) names and
 * append its options to l.  Returns 0, or -1 with *e set: ERR_TIMEOUT if the
 * file was not read by deadline_us (CLOCK_MONOTONIC).
 */
int options_extra_read(struct given_list *l, const char *locator,
    int64_t deadline_us, struct err *e);

/* Fill in defaults, then look for contradictions. */
void options_check(struct parsing *p);

/* Replace an owned string.  Returns 0, or -1 with p->e set. */
int options_replace(struct parsing *p, char **field, const char *value);

/* The member of p->o that a row sets. */
void *options_field(const struct parsing *p, const struct option_row *row);

/* Whether s holds a C0 control character or DEL. */
bool options_has_control(const char *s);

/*
 * Copy the next word of a list with commas, blanks around it trimmed, and
 * move *list behind it.  Returns false at the end or after a fault.
 */
bool options_next_word(
    struct parsing *p, const char **list, char *word, size_t size);

/* The setters, in options_set*.c. */
option_fn options_set_host, options_set_port, options_set_connect_address;
option_fn options_set_proxy, options_set_family, options_set_resolver,
    options_set_ehlo_name;
option_fn options_set_tls_mode, options_set_pin, options_set_unverified;
option_fn options_set_sni, options_set_tls_min, options_set_days;
option_fn options_set_server_name;
option_fn options_set_mechs, options_set_identity, options_set_password;
option_fn options_set_source;
option_fn options_set_address, options_set_command, options_set_response;
option_fn options_set_words, options_set_threshold, options_set_timeout;
option_fn options_set_state, options_set_verbose, options_set_format;
option_fn options_set_perfdata, options_set_color, options_set_action;
option_fn options_set_string, options_set_true, options_set_nothing;

#endif
