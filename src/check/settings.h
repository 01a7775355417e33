/*
 * settings.h - what one check is asked for: whom to ask, how, how deep, and
 * what is too slow.  Filled by the command line or a file, read by the probe
 * and the verdict; nobody changes it once the check has begun.
 */

#ifndef CHECK_SETTINGS_H
#define CHECK_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/condition.h"
#include "check/phase.h"
#include "net/address.h"
#include "net/proxy.h"
#include "net/tls_facts.h"
#include "plugin/range.h"
#include "plugin/status.h"
#include "secret/secret.h"
#include "smtp/facts.h"
#include "smtp/sasl.h"

enum {
	SETTINGS_MECHS_MAX = 16,
	SETTINGS_PINS_MAX = 16,
	SETTINGS_LIST_MAX = 64,
};

/* A list of words given by commas or by repeating; strings owned. */
struct word_list {
	char *word[SETTINGS_LIST_MAX];
	size_t count;
};

/* A command of the user's and the pattern that its reply must match, or
   NULL.  Owned. */
struct command_pair {
	char *command;
	char *response;
};

/* What has thresholds: the phases, the whole check, the token's time left. */
enum { THRESHOLD_TOKEN = PHASES + 1, THRESHOLDS };

/* All strings are owned by this struct and may be NULL where optional. */
struct settings {
	/* Target */
	char *host;             /* as given, without brackets or a last dot */
	bool host_is_literal;   /* an IPv4 or IPv6 literal */
	bool host_is_absolute;  /* given with a last dot: no search list */
	int port;               /* the default filled in */
	char *connect_address;  /* instead of the host's; as text */
	bool has_address;       /* nothing is to be looked up: */
	struct address address; /* this is it, with the port */
	int family;             /* AF_UNSPEC, AF_INET or AF_INET6 */
	char *resolver;  /* as servers_read() writes it; NULL: the system's */
	char *ehlo_name; /* NULL: choose by host name or socket */
	bool lmtp;
	enum proxy_version proxy;

	/* TLS */
	enum smtp_tls tls_mode; /* the default filled in */
	char *ca_file;
	char *ca_path;
	unsigned char pins[SETTINGS_PINS_MAX][32];
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
	const struct sasl_mech
	    *mechs[SETTINGS_MECHS_MAX]; /* allowed, ordered */
	size_t mech_count;
	bool mechs_named; /* by the user; otherwise all that fit */
	char *user;
	char *authzid;
	enum sasl_proof proof;
	struct secret_source secret;
	bool has_credential_days; /* --credential-days was given */
	long credential_days_warning;
	long credential_days_critical; /* -1: none */
	bool allow_cleartext;
	bool expect_rejected;

	/* Depth */
	char *expect; /* NULL: any 220 greeting will do */
	char *from;   /* NULL: no MAIL FROM; "" is the null sender */
	char *rcpt;
	struct command_pair commands[SETTINGS_LIST_MAX];
	size_t command_count;
	struct word_list require_extension;
	struct word_list require_mechanism;
	struct word_list forbid_mechanism;
	bool forbid_cleartext_auth;

	/* What is remembered from run to run */
	int guard_count; /* refusals of a secret; 0: no guard */
	int64_t guard_seconds;
	unsigned int baseline; /* 1 << enum baseline_kind; 0: none */
	bool accept_changes;
	char *state_dir; /* filled in where one of them is asked for; where
			    oauth2: looks, NULL: in the usual place */

	/* Thresholds; [PHASE_TOTAL] is the whole check */
	struct range warning[THRESHOLDS];
	struct range critical[THRESHOLDS];
	int64_t timeout_us;
	enum status state_of[CONDITIONS]; /* defaults with --on applied */
	bool remapped[CONDITIONS];        /* --on or -t named it */

	bool in_section;    /* of a file of many checks */
	char *exposed_file; /* of options, with a secret, that others may read;
			       or NULL */

	/* What is to be seen of it: more than the last exchange */
	bool keep_dialogue;
	bool keep_answers; /* of the DNS */
};

/*
 * Whose login it is; NULL if nobody is named, also where the user is only a
 * trace (ANONYMOUS).
 */
const char *settings_account(const struct settings *s);

/* Whether the settings make the phase part of the check. */
bool settings_plan(const struct settings *s, enum phase p);

#endif
