/*
 * secret.h - a password or a token: where the user keeps it, and the memory
 * that it is held in, locked where possible and erased after use.  fetch.h gets
 * it from there.
 */

#ifndef SECRET_SECRET_H
#define SECRET_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum secret_kind {
	SECRET_NONE,
	SECRET_TEXT, /* pass:TEXT or -P: text is the secret itself */
	SECRET_FILE,
	SECRET_ENV,
	SECRET_FD,
	SECRET_STDIN,
	SECRET_CMD,
	SECRET_CRED,
	SECRET_OAUTH2, /* an access token that smtp-oauth2 renews */
	SECRET_ASK,    /* text is the secret itself, once it was asked for */
};

struct secret_source {
	enum secret_kind kind;
	char *text; /* what follows the colon, or NULL; owned, and wiped */
	const char *folder; /* SECRET_OAUTH2: where tokens are kept, borrowed;
			       NULL: by $STATE_DIRECTORY, or the usual one */
	/* One that this one was given in place of, owned, or NULL: nobody reads
	 * it, but its variable is a secret all the same. */
	struct secret_source *instead_of;
};

/* A secret read.  value is NUL-terminated and holds no NUL inside. */
struct secret {
	char *value; /* NULL: none */
	size_t len;
	bool world_readable; /* a file: that others may read */
	/* SECRET_OAUTH2, Unix times, 0: not known: */
	int64_t expires_at;
	int64_t credential_ends_at; /* what it is renewed with */
	char credential[32];        /* "client secret" and the like, or "" */
	char remedy[320];           /* what to do where there is none, or "" */
};

/* Most bytes of a secret; a longer first line is an error. */
enum { SECRET_MAX = 64 * 1024, SECRET_ACCOUNT_MAX = 64 };

/*
 * Take "file:PATH", "env:NAME", "fd:N", "stdin", "ask", "pass:TEXT",
 * "cmd:COMMAND", "cred:NAME" or "oauth2:NAME" apart.  Returns 0 with *out owned
 * by the caller, or -1 with *e set (ERR_USAGE), which never quotes a secret.
 */
int secret_source_parse(
    const char *text, struct secret_source *out, struct err *e);

/*
 * Let *with, owned from here on, take the place of *s.  Returns 0, or -1
 * without memory.
 */
int secret_source_replace(
    struct secret_source *s, const struct secret_source *with);

/*
 * Erase the variables that the source names from the environment.  Once all
 * who share one have read it, and before anything is sent or run.
 */
void secret_source_erase(const struct secret_source *s);

/* Wipe and release.  The environment is left as it is. */
void secret_source_free(struct secret_source *s);

/* Most commands of cmd: that this process runs at a time. */
enum { SECRET_RUNNING_MAX = 1024 };

/*
 * Kill the commands that are running with their process groups.  Safe in a
 * signal handler, for who ends the process there.
 */
void secret_kill_commands(void);

/* Wipe, unlock and release; *s is empty afterwards. */
void secret_free(struct secret *s);

#endif
