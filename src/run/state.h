/*
 * state.h - what is remembered of one login, USER at HOST:PORT, from one run
 * to the next: small text files in a folder that nobody else may write.  It
 * knows who may read and write when, not what the texts mean.
 *
 * Beside its files a login has a lock file, which stays empty.  The lock is
 * for a few file operations, and never kept while anything is waited for.  A
 * seat, in the same file, is kept for as long as a check runs: it shows others
 * that the check is there, and goes when the process does, however it ends.
 */

#ifndef RUN_STATE_H
#define RUN_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "check/settings.h"

enum {
	STATE_TEXT_MAX = 64 * 1024, /* of a file */
	STATE_STEM_MAX = 180,       /* of a file's name, without what it is */
	STATE_SEATS = 50,
	STATE_WHY_MAX = 400,
};

struct state {
	int folder;  /* -1: not open */
	int lock;    /* the lock file */
	uid_t owner; /* of the folder */
	gid_t group;
	char stem[STATE_STEM_MAX + 1];
	char *path;      /* of the folder */
	struct buf name; /* whose it is, in full; the first line has it */
	char why[STATE_WHY_MAX]; /* what failed last, and where */
	bool lacks_memory;       /* and that it was for lack of memory */
};

enum state_result {
	STATE_OK,
	STATE_BUSY,   /* somebody else has the lock: try again soon */
	STATE_FAILED, /* see why */
};

/*
 * Open the state of this login in asked->state_dir, which is made if it is not
 * there.  FAILED: *e tells (ERR_USAGE) that the folder must not be used and how
 * to put it right, or (ERR_INTERNAL) that memory is lacking, or, if it is
 * empty, s->why that it cannot be used now.  To be closed in any case.
 */
enum state_result state_open(
    struct state *s, const struct settings *asked, struct err *e);
void state_close(struct state *s);

/* Never waits. */
enum state_result state_lock(struct state *s);
void state_unlock(struct state *s);

/*
 * With the lock.  Append the text that was kept as kind ("guard"), nothing if
 * none was.  A file that cannot be one of ours is set aside, s->why tells, and
 * *aside is set; then there is none.
 */
enum state_result state_read(
    struct state *s, const char *kind, struct buf *text, bool *aside);

/* With the lock.  Replace it whole; no text: there is none any more. */
enum state_result state_write(
    struct state *s, const char *kind, const char *text, size_t len);

/* With the lock.  Rename it to ...damaged; s->why tells what is wrong. */
void state_set_aside(struct state *s, const char *kind, const char *what);

/* With the lock.  How many others have a seat. */
int state_others(struct state *s);

/* With the lock.  Take a seat; kept until state_stand() or state_close(). */
enum state_result state_sit(struct state *s);
void state_stand(struct state *s);

#endif
