/*
 * failure.h - why there is no token: whose turn it is (the class), words for
 * an operator and what to do.  It holds no secret, and nothing of it needs to
 * be made harmless any more: failure_set() does that.
 *
 * Of the room's files: account (one section of the configuration), store (the
 * state folder: files, lock, room on the disk), record (NAME.json), request
 * (one HTTPS request), document (what a token endpoint says), remedy (what its
 * errors mean), grant (what it is asked), assertion (what signs for a client),
 * renew (all of them: when to ask, in what order), command_* (the commands).
 * secret/renewed.h is NAME.token, which the plugin reads, too.
 */

#ifndef OAUTH2_FAILURE_H
#define OAUTH2_FAILURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Whose turn it is. */
enum failure_class {
	FAILURE_NONE,
	FAILURE_USAGE,      /* a bad command line */
	FAILURE_LOCAL,      /* this machine, or the configuration */
	FAILURE_TEMPORARY,  /* wait */
	FAILURE_SIGNIN,     /* a person must sign in again */
	FAILURE_CREDENTIAL, /* the client's secret, certificate or key */
	FAILURE_ADMIN,      /* the provider's set-up */
	FAILURE_PENDING,    /* device flow: go on polling */
};

/* It may be copied, and be written through a pipe. */
struct failure {
	enum failure_class class;
	char text[512];   /* one line, no full stop */
	char remedy[320]; /* what to do, "" if that is plain */
	char error[64];   /* the provider's "error", "" if it said none */
	char code[64];    /* its suberror or number, "" */
	long status;      /* HTTP, 0: there was no answer */
	bool refused;     /* definite: not to be asked again for 15 minutes */
	bool lost;        /* asked, perhaps heard, and no whole answer came */
	int64_t retry_at; /* Unix time before which not to ask, 0: none */
	int64_t ahead;    /* seconds that the provider's clock is ahead */
};

/*
 * Record a failure unless one is recorded already.  Control characters, '|'
 * and what is not ASCII are escaped as \xHH.  Returns -1.
 */
int failure_set(struct failure *f, enum failure_class class, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/* What to do about it.  Returns -1. */
int failure_advise(struct failure *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for an error value: usage and secret are local.  Returns -1. */
int failure_take(struct failure *f, const struct err *e);

/* 0, 64 usage, 75 temporary (pending, too), 77 refused, 78 local. */
int failure_exit_code(const struct failure *f);

/* "signin" and the like; static.  And back; NONE if there is no such. */
const char *failure_class_name(enum failure_class class);
enum failure_class failure_class_find(const char *name);

/* Copy text to out[0..size), made harmless, cut where it is too long. */
void failure_harmless(char *out, size_t size, const char *text);

#endif
