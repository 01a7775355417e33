/*
 * readers.h - read files without holding up the loop: a file on a server that
 * is gone lets open() and read() wait for ever, whatever poll() says.  Threads
 * of their own wait there, and do nothing else: a process for each file would
 * cost as much as a login, and would hold a copy of the secret.  Where the
 * whole process hangs with one check, they are not needed.
 */

#ifndef SECRET_READERS_H
#define SECRET_READERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/loop.h"

struct secret_readers;

/* What came of reading one file. */
struct secret_read {
	int error;   /* errno; 0: none */
	int fd;      /* no regular file: to be read by the loop, owned by the
			caller; else -1 */
	bool others; /* it is a regular file that others may read */
	mode_t mode; /* what it is, 0: it could not be opened */
	uid_t owner;
	const char *data; /* its beginning, or all of it */
	size_t len;
};

/* *what lives during the call only, and is wiped then. */
typedef void secret_read_fn(void *arg, const struct secret_read *what);

/* Returns NULL without memory or descriptors. */
struct secret_readers *secret_readers_new(struct loop *l);

/*
 * Release; a thread that still waits is left alone, and cleans up after
 * itself.  Accepts NULL.
 */
void secret_readers_free(struct secret_readers *r);

struct secret_reading;

enum secret_read_how {
	SECRET_READ_LINE, /* the first line of whatever it is */
	SECRET_READ_OWN,  /* all of a regular file, and no link is followed */
};

/*
 * Read the file at path, but no more than max octets.  done() is called from
 * the loop.  Returns NULL with errno set.
 */
struct secret_reading *secret_reading_start(struct secret_readers *r,
    const char *path, size_t max, enum secret_read_how how,
    secret_read_fn *done, void *arg);

/* It is not waited for any more; not after done().  Accepts NULL. */
void secret_reading_abandon(struct secret_reading *q);

#endif
