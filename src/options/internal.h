/*
 * internal.h - what the setters and the checks of src/options share.
 */

#ifndef OPTIONS_INTERNAL_H
#define OPTIONS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/given.h"
#include "options/options.h"

/* What -t takes at most: an hour; not an enum, whose ints end before it. */
#define TIMEOUT_MAX_US (3600 * INT64_C(1000000))
#define RUN_TIMEOUT_MAX_US (24 * TIMEOUT_MAX_US)

enum option_group {
	GROUP_TARGET,
	GROUP_TLS,
	GROUP_AUTH,
	GROUP_DEPTH,
	GROUP_THRESHOLDS,
	GROUP_MEMORY,
	GROUP_BATCH,
	GROUP_OUTPUT,
	OPTION_GROUPS,
};

/* Everything the setters and the checks need beyond struct options. */
struct parsing {
	struct options *o;
	struct settings *s; /* of o */
	struct err *e;
	const struct given *now;   /* the option being set */
	const struct given *first; /* of the list that it is in */

	/* Which gave these of s; NULL: none. */
	const struct given *host, *user, *secret, *mechs;
	const struct given *service; /* a port by its name, yet to be found */
	const struct given *hidden;  /* the last whose value was not told */
	struct address host_address; /* if s->host_is_literal */
	bool can_ask; /* there is a terminal, and somebody at it */
	bool ipv4, ipv6;
	bool strongest; /* -A named all that fit a password */
	bool starttls, implicit_tls, no_tls;
	enum given_origin family_from, tls_from; /* where these come from */
	char *response[SETTINGS_LIST_MAX];       /* -R, moved to the commands */
	size_t response_count;
	bool in_section; /* one check of many is being read */
};

/*
 * Record ERR_USAGE "-p VALUE: " + text for the option being set, named as it
 * was given.  value is NULL for none, or where it may be a secret; that is
 * then erased in argv.
 */
void options_fault(struct parsing *p, const char *value, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether a SOURCE is, or may be, a secret itself. */
bool options_holds_secret(const char *value);

/*
 * value, if it may be told: it looks like a number, with a name and a unit of a
 * few letters perhaps.  NULL, if it may be a secret behind the wrong option.
 */
const char *options_like_number(const char *value);

/* The same for an address, a mechanism, and what begins with one of words. */
const char *options_like_address(const char *value);
const char *options_like_mechanism(const char *value);
const char *options_like(const char *value, const char *const words[]);

/* Erase the value of g in argv; a word behind it may be more of it. */
void options_hide(struct parsing *p, const struct given *g);

/*
 * Whether value is a macro whole, such as $HOSTADDRESS$, that the engine left
 * as it was; then the fault is recorded, without the value unless it is shown.
 */
bool options_is_macro(struct parsing *p, const char *value, bool shown);

/* Whether value is longer than any server takes; then the fault is recorded. */
bool options_is_long(struct parsing *p, const char *value);

/*
 * Read the section that --extra-opts=locator (NULL: the default) names and
 * append its options to l.  Returns 0, or -1 with *e set: ERR_TIMEOUT if the
 * file was not read by deadline_us (CLOCK_MONOTONIC).  *exposed becomes the
 * file, owned by the caller, if it holds a secret and others may read it.
 */
int options_extra_read(struct given_list *l, const char *locator,
    int64_t deadline_us, char **exposed, struct err *e);

/* Look up the service that is the port, the option being set. */
void options_find_port(struct parsing *p, const char *name);

/* Fill in defaults, then look for contradictions. */
void options_check(struct parsing *p);

/* Fill in the folder of --guard and the like, where one is needed. */
void options_check_memory(struct parsing *p);

/* Look for thresholds that judge nothing, or are the wrong way round. */
void options_check_thresholds(struct parsing *p);

/* Look for options of many checks where there is but one. */
void options_check_batch(struct parsing *p);

/* Replace an owned string.  Returns 0, or -1 with p->e set. */
int options_replace(struct parsing *p, char **field, const char *value);

/* The member of p->o that a row sets. */
void *options_field(const struct parsing *p, const struct option_row *row);

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
option_fn options_set_server_name, options_set_credential_days;
option_fn options_set_mechs, options_set_identity, options_set_password;
option_fn options_set_source;
option_fn options_set_address, options_set_command, options_set_response;
option_fn options_set_words, options_set_threshold, options_set_timeout;
option_fn options_set_state, options_set_verbose, options_set_format;
option_fn options_set_perfdata, options_set_color, options_set_action;
option_fn options_set_guard, options_set_baseline;
option_fn options_set_only, options_set_list, options_set_count;
option_fn options_set_run_timeout;
option_fn options_set_string, options_set_true, options_set_nothing;

#endif
