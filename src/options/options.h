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
#include "plugin/report.h"
#include "plugin/terminal.h"

enum { OPTIONS_TEXT_MAX = 4096 }; /* of names, addresses and commands */

enum options_action { ACTION_CHECK, ACTION_HELP, ACTION_VERSION };

/* All strings are owned by this struct and may be NULL where optional. */
struct options {
	enum options_action action;

	struct settings check;

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

/* Wipe and release what *o owns. */
void options_free(struct options *o);

/* Append the text of --help, at most 80 columns. */
void options_help(struct buf *out);

/* Append the text of --version. */
void options_version(struct buf *out);

#endif
