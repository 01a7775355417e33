/*
 * internal.h - what the files of src/secret share: a secret's faults, a shell,
 * a command that it runs, and the register of all those of the process.
 */

#ifndef SECRET_INTERNAL_H
#define SECRET_INTERNAL_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/loop.h"
#include "secret/fetch.h"
#include "secret/readers.h"
#include "secret/secret.h"

/*
 * How messages begin that name a source, "file:" and the like; what follows
 * is the text of the source, but never that of pass:.
 */
const char *secret_prefix(enum secret_kind kind);

enum { SECRET_SHOWN_MAX = 200 }; /* of a path */

#define SECRET_TOO_LONG "is too long, more than 64 KiB"

/* Record ERR_SECRET, "file:PATH " + what and the like.  Returns -1. */
int secret_fail(
    const struct secret_source *source, const char *what, struct err *e);

/* The same for an errno, with a colon. */
int secret_fail_errno(
    const struct secret_source *source, int number, struct err *e);

/* Make text[0..len) the secret.  Returns 0, or -1 with *e set. */
int secret_take(const struct secret_source *source, const char *text,
    size_t len, struct secret *out, struct err *e);

/* A shell that runs.  Descriptors are -1 when closed. */
struct secret_shell {
	int place; /* in the register; -1: reaped, or never there */
	pid_t pid;
	int pidfd; /* readable when it has ended; -1: that is not to be had */
	int out;   /* our ends of its stdout and stderr */
	int err;
};

/*
 * Start /bin/sh -c command in a process group of its own, with /dev/null, two
 * pipes and no other descriptor, default signals and an empty mask.  *s is to
 * be closed in either case.  Returns 0, or -1 with errno set.
 */
int secret_shell_start(struct secret_shell *s, const char *command);

/* Close and set to -1.  Accepts -1. */
void secret_close(int *fd);

struct secret_command;

/*
 * Run command, and append the first line of its stdout, line feed included,
 * to line.  Returns NULL with *e set if it could not be started; otherwise
 * done() is called from the loop, as secret_fetch_start() says, and everything
 * is borrowed until secret_command_free().  With code (not NULL) all of its
 * stdout is appended, and whatever its exit status, *code is that in place of
 * an error.
 */
struct secret_command *secret_command_start(struct loop *l, const char *command,
    int64_t deadline_us, struct buf *line, int *code, struct err *e,
    secret_fn *done, void *arg);

/* Kill what runs of it, and release.  Accepts NULL. */
void secret_command_free(struct secret_command *c);

/*
 * The token of oauth2:NAME as it is kept, without a process or a lock.
 * Returns 1 with *out filled, 0 if a new one should be had, or -1 with *e set.
 */
int secret_stored_read(
    const struct secret_source *source, struct secret *out, struct err *e);

enum {
	SECRET_STORED_PATH = 8192,
	SECRET_STORED_MAX = 96 * 1024, /* of a token's file */
};

/* Open what is kept there, no link.  Returns a descriptor, or -1 with errno. */
int secret_stored_open(const char *path);

/* Append where it is kept.  Returns 0, or -1 with *e set. */
int secret_stored_path(
    struct buf *out, const struct secret_source *source, struct err *e);

/* As secret_stored_read(), of what the readers read there. */
int secret_stored_take(const struct secret_source *source,
    const struct secret_read *what, struct secret *out, struct err *e);

/* Append the command that gets one.  Returns 0, or -1 with *e set. */
int secret_stored_command(
    struct buf *out, const struct secret_source *source, struct err *e);

/*
 * What it printed and ended with.  Returns 1 with *out filled, or -1 with *e
 * set and out->remedy, if one is known.
 */
int secret_stored_renewed(const struct secret_source *source, int code,
    const struct buf *text, struct secret *out, struct err *e);

struct secret_renewal;

/*
 * The token by way of the readers, if there are any (else it has been looked
 * for), and if a new one should be had, by the command.  Returns NULL with *e
 * set; otherwise done() is called from the loop, with 0 or -1.
 */
struct secret_renewal *secret_renewal_start(struct loop *l,
    const struct secret_source *source, struct secret_readers *readers,
    int64_t deadline_us, struct secret *out, struct err *e, secret_fn *done,
    void *arg);

/* Nobody waits for it any more.  Accepts NULL. */
void secret_renewal_free(struct secret_renewal *r);

/*
 * The register of the commands that run, by the number of their process group,
 * for secret_kill_commands().  As long as one is in it, SIGCHLD is not ignored:
 * where it is, exit statuses are thrown away, and numbers given to others.
 */
/* Returns a place, or -1 with errno EAGAIN when all are taken. */
int secret_running_reserve(void);

/* The leader of a group; signals are blocked meanwhile. */
void secret_running_enter(int place, pid_t leader);

/* Nothing was started; the place is free again. */
void secret_running_cancel(int place);

/* Until its leader is reaped no one else gets its number. */
void secret_running_kill(int place);

/*
 * Reap the leader, if it has ended.  Returns 1 with *status filled, 0 if it
 * has not, or -1 if the status cannot be had; but for 0 the place is free.
 */
int secret_running_reap(int place, int *status);

/* Nobody waits for it any more: it is reaped when the next one comes or goes.
 */
void secret_running_leave(int place);

#endif
