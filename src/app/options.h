/*
 * options.h - the command line, read into one struct and checked for
 * contradictions.  One table feeds the parser, --help, and the test that
 * every option is in the man page.
 */

#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/condition.h"
#include "app/phase.h"
#include "net/proxy.h"
#include "secret/secret.h"
#include "plugin/terminal.h"
#include "base/err.h"
#include "net/tls_facts.h"
#include "plugin/range.h"
#include "plugin/report.h"
#include "plugin/status.h"
#include "smtp/sasl.h"
#include "smtp/facts.h"

enum {
	OPTIONS_MECHS_MAX = 16,
	OPTIONS_PINS_MAX = 16,
	OPTIONS_LIST_MAX = 64,
	OPTIONS_TEXT_MAX = 4096, /* of names, addresses and commands */
};

/* A list of words given by commas or by repeating; strings owned. */
struct word_list {
	char *word[OPTIONS_LIST_MAX];
	size_t count;
};

/* -C and the -R that belongs to it; response may be NULL.  Owned. */
struct command_pair {
	char *command;
	char *response;
};

/* What has thresholds: the phases, the whole check, the token's time left. */
enum { THRESHOLD_TOKEN = PHASES + 1, THRESHOLDS };

enum options_action { ACTION_CHECK, ACTION_HELP, ACTION_VERSION };

/* All strings are owned by this struct and may be NULL where optional. */
struct options {
	enum options_action action;

	/* Target */
	char *host;            /* as given, without brackets or a last dot */
	bool host_is_literal;  /* an IPv4 or IPv6 literal */
	int port;              /* the default filled in */
	char *connect_address; /* -I */
	int family;            /* AF_UNSPEC, AF_INET or AF_INET6 */
	char *resolver;
	char *ehlo_name; /* NULL: choose by host name or socket */
	bool lmtp;
	enum proxy_version proxy;

	/* TLS */
	enum smtp_tls tls_mode; /* the default filled in */
	char *ca_file;
	char *ca_path;
	unsigned char pins[OPTIONS_PINS_MAX][32];
	size_t pin_count;
	bool insecure; /* also set by allow_unverified */
	bool allow_unverified;
	char *sni;         /* filled in; NULL: none is sent */
	char *verify_name; /* filled in, literal or name */
	enum tls_version tls_min;
	char *client_cert;
	char *client_key;
	bool has_days; /* -D was given */
	long days_warning;
	long days_critical; /* -1: none */
	bool ignore_expiry;

	/* Authentication */
	bool login; /* a login is to be tried */
	const struct sasl_mech *mechs[OPTIONS_MECHS_MAX]; /* allowed, ordered */
	size_t mech_count;
	char *user;
	char *authzid;
	enum sasl_proof proof;
	struct secret_source secret;
	bool allow_cleartext;
	bool expect_rejected;

	/* Depth */
	char *expect; /* NULL: any 220 greeting will do */
	char *from;   /* NULL: no MAIL FROM; "" is the null sender */
	char *rcpt;
	struct command_pair commands[OPTIONS_LIST_MAX];
	size_t command_count;
	struct word_list require_extension;
	struct word_list require_mechanism;
	struct word_list forbid_mechanism;
	bool forbid_cleartext_auth;

	/* Thresholds; [PHASE_TOTAL] is the whole check */
	struct range warning[THRESHOLDS];
	struct range critical[THRESHOLDS];
	int64_t timeout_us;
	enum status state_of[CONDITIONS]; /* defaults with --on applied */
	bool remapped[CONDITIONS];        /* --on or -t named it */

	/* Output */
	int verbosity;
	report_fn *format;
	char *output_file;      /* NULL: the format goes to standard output */
	char *output_temporary; /* filled in: the file until it is whole */
	bool known_metrics_only;
	enum terminal_color color;
	bool quiet;
};

/*
 * Who wants to know the options before files of --extra-opts are read, which
 * may block.  *line holds what the command line alone tells, faults passed
 * over; it lives during the call only.
 */
struct options_watch {
	void (*before_files)(void *arg, const struct options *line);
	void *arg;
};

/*
 * Read the command line.  watch may be NULL.  Returns 0, or -1 with *e set
 * (ERR_USAGE names the option, what is wrong and the way out; ERR_TIMEOUT if a
 * file of --extra-opts did not come in time; ERR_INTERNAL).  Reading goes on
 * after the first error, so that *o then still names host, port, user,
 * format and states as far as they were given.  Secrets in argv are
 * overwritten in place.  In both cases *o must be freed.
 */
int options_parse(struct options *o, int argc, char **argv,
    const struct options_watch *watch, struct err *e);

/* Whether the options make the phase part of the check. */
bool options_plan(const struct options *o, enum phase p);

/* Wipe and release what *o owns. */
void options_free(struct options *o);

/* Append the text of --help, at most 80 columns.  Returns 0 or -1. */
int options_help(struct buf *out);

/* Append the text of --version.  Returns 0 or -1. */
int options_version(struct buf *out);

#endif
