/*
 * options.h - the command line, read into one struct and checked for
 * contradictions.  One table feeds the parser, --help, and the test that
 * every option is in the man page.
 */

#ifndef OPTIONS_OPTIONS_H
#define OPTIONS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "check/settings.h"
#include "cli/given.h"
#include "plugin/report.h"
#include "plugin/terminal.h"

enum { OPTIONS_TEXT_MAX = 4096 }; /* of names, addresses and commands */

enum options_action { ACTION_CHECK, ACTION_HELP, ACTION_VERSION };

/* What --list wants. */
enum options_list {
	OPTIONS_LIST_NONE,
	OPTIONS_LIST_NAMES,
	OPTIONS_LIST_ZABBIX
};

/* All strings are owned by this struct and may be NULL where optional. */
struct options {
	enum options_action action;

	struct settings check;

	/* Many checks; batch NULL: it is one */
	char *batch;           /* the file that has them */
	struct word_list only; /* those whose names match one of these */
	enum options_list list;
	long parallel; /* 0: not given */
	long per_host;
	int64_t run_timeout_us;
	struct given_list line, file; /* what holds for each; with batch only */

	/* Output */
	int verbosity;
	const struct report_format *format;
	char *output_file;      /* NULL: the format goes to standard output */
	char *output_temporary; /* filled in: the file until it is whole */
	bool known_metrics_only;
	enum terminal_color color;
	bool quiet;
};

/*
 * Who wants to know the options before something is read that may block, a
 * file of --extra-opts or the services for the name of a port, and says until
 * when it may (CLOCK_MONOTONIC).  *line holds what is known by then, faults
 * passed over; it lives during the call only.  what is static.
 */
struct options_watch {
	int64_t (*before_files)(
	    void *arg, const struct options *line, const char *what);
	void *arg;
	bool has_terminal; /* somebody is there who can be asked */
};

/*
 * Read the command line.  Without watch the files have the
 * whole timeout.  Returns 0, or -1 with *e set
 * (ERR_USAGE names the option, what is wrong and the way out; ERR_TIMEOUT if a
 * file of --extra-opts did not come in time; ERR_INTERNAL).  Reading goes on
 * after the first error, so that *o then still names host, port, user,
 * format and states as far as they were given.  Secrets in argv are
 * overwritten in place.  In both cases *o must be freed.
 */
int options_parse(struct options *o, int argc, char **argv,
    const struct options_watch *watch, struct err *e);

/*
 * Read one check of a batch: the options that all have in common, then its own,
 * then those of the run, which win.  Returns 0, or -1 with *e set as
 * options_parse() says; *o must be freed in both cases.
 */
int options_section(struct options *o, const struct options *run,
    const struct given_list *common, const struct given_list *own,
    struct err *e);

/* Wipe and release what *o owns. */
void options_free(struct options *o);

/* Append the text of --help, at most 80 columns. */
void options_help(struct buf *out);

/* Append the text of --version of a program of that version. */
void options_version(struct buf *out, const char *version);

#endif
