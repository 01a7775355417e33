/*
 * store.h - the state folder: its files, a lock for each account, and room on
 * the disk before something that cannot be had twice arrives.  What the files
 * hold it does not know.
 *
 * Nothing is followed or opened that another user could have put there: a
 * link, a file of another owner or with another name, a pipe are refused with
 * words, and so is a folder that others may write.
 */

#ifndef OAUTH2_STORE_H
#define OAUTH2_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "oauth2/failure.h"

struct store {
	int folder; /* descriptor, -1: not open */
	char *path; /* owned */
};

/* A file whose blocks are allocated, waiting for its content and its name. */
struct store_room {
	int fd; /* -1: none */
	char temporary[128];
	char file[96];
};

enum { STORE_FILE_MAX = 256 * 1024 };

/* Of --state-dir, unless it is NULL: else the first of $STATE_DIRECTORY, else
 * /var/lib/... */
const char *store_path(const char *state_dir);

/*
 * Open the folder.  Root becomes its owner, for good, with the owner's groups;
 * anybody else makes it (0700) if it is not there and create is true.  Returns
 * 0, or -1 with *f set (local).
 */
int store_open(
    struct store *s, const char *path, bool create, struct failure *f);
void store_close(struct store *s);

/*
 * Read NAME.EXT ("json", "token") into out, which is emptied.  Returns 1, 0 if
 * it is not there, or -1 with *f set.
 */
int store_read(const struct store *s, const char *name, const char *ext,
    struct buf *out, struct failure *f);

enum store_lock_how {
	STORE_TRY,  /* exclusively, or not at all */
	STORE_WAIT, /* until whoever holds it has let go; it is shared then */
};

/*
 * NAME.lock.  Returns a descriptor that holds the lock until it, and every
 * copy that a child has, is closed; -2 if another holds it (or, waiting, a
 * signal came); -1 with *f set.
 */
int store_lock(const struct store *s, const char *name, enum store_lock_how how,
    struct failure *f);

/*
 * Allocate size octets on the disk for NAME.EXT, whose content stays until
 * store_fill().  The lock is held.  Returns 0, or -1 with *f set.
 */
int store_make_room(const struct store *s, struct store_room *r,
    const char *name, const char *ext, size_t size, struct failure *f);

/*
 * Write data, no more than there is room for, fsync, rename, fsync the
 * folder: after 0 it is there even if the machine loses power.  -1 with *f
 * set: the old content is still there.
 */
int store_fill(const struct store *s, struct store_room *r, const char *data,
    size_t len, struct failure *f);

/* Give the room back.  Harmless if it was filled, or never made. */
void store_leave_room(const struct store *s, struct store_room *r);

/*
 * Room and content in one, also while room is kept for another content.
 * Returns 0, or -1 with *f set.
 */
int store_write(const struct store *s, const char *name, const char *ext,
    const char *data, size_t len, struct failure *f);

/* Remove NAME.EXT, there or not.  Returns 0, or -1 with *f set. */
int store_remove(const struct store *s, const char *name, const char *ext,
    struct failure *f);

#endif
