/*
 * secret.h - fetch a password or a token from where the user keeps it, and
 * hold it in memory that is locked where possible and erased after use.
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
};

struct secret_source {
	enum secret_kind kind;
	char *text; /* what follows the colon, owned; wiped for SECRET_TEXT */
};

/* A secret read.  value is NUL-terminated and holds no NUL inside. */
struct secret {
	char *value; /* NULL: none */
	size_t len;
	bool world_readable; /* a file: that others may read */
};

/* Most bytes of a secret; a longer first line is an error. */
enum { SECRET_MAX = 64 * 1024 };

/*
 * Take "file:PATH", "env:NAME", "fd:N", "stdin", "pass:TEXT", "cmd:COMMAND"
 * or "cred:NAME" apart.  Returns 0 with *out owned by the caller, or -1 with
 * *e set (ERR_USAGE), which never quotes a secret.
 */
int secret_source_parse(
    const char *text, struct secret_source *out, struct err *e);

/*
 * Wipe and release.  The variable that an ENV source names is erased from
 * the environment, whether it was read or not.
 */
void secret_source_free(struct secret_source *s);

/*
 * Read the secret: the first line without its LF and one CR before it (TEXT
 * and ENV whole).  An environment variable is erased from the environment.
 * A command is run by /bin/sh in a process group of its own, which is killed
 * when the clock (clock_now_us) reaches deadline_us; it gets /dev/null, two
 * pipes and no other descriptor.  Returns 0, or -1 with *e set: ERR_SECRET,
 * ERR_TIMEOUT or ERR_INTERNAL.  e->text names the source, never the secret.
 */
int secret_read(struct secret *out, const struct secret_source *source,
    int64_t deadline_us, struct err *e);

/*
 * Kill the command that is running, if one is, with its process group.  Safe
 * in a signal handler, for who ends the process there.
 */
void secret_kill_command(void);

/* Wipe, unlock and release; *s is empty afterwards. */
void secret_free(struct secret *s);

#endif
