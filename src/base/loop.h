/*
 * loop.h - one poll loop over descriptors and timers, for any number of
 * checks at once.  It knows nothing of what it waits for.
 */

#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

/* Called when fd is ready; revents are poll's, errors and hang-ups included. */
typedef void loop_fd_fn(void *arg, int fd, short revents);
typedef void loop_timer_fn(void *arg);

/* A one-shot timer, embedded in its owner; zero-initialise. */
struct loop_timer {
	int64_t due_us;    /* on the monotonic clock */
	loop_timer_fn *fn; /* armed while it is not NULL */
	void *arg;
	/* The loop's: */
	uint64_t order; /* among those due at the same time */
	struct loop_timer *child, *next, **at;
};

/* Work that takes long, in pieces; embedded in its owner, zero-initialise. */
struct loop_work {
	loop_timer_fn *fn; /* due while it is not NULL */
	void *arg;
	struct loop_work *next, **at; /* the loop's */
};

/* Returns NULL when memory is exhausted. */
struct loop *loop_new(void);

/* Release the loop; descriptors stay open.  Accepts NULL. */
void loop_free(struct loop *l);

/*
 * Watch fd for events (POLLIN, POLLOUT); a second call for the same fd
 * replaces the first.  events 0 stops watching.  Returns 0, or -1 when memory
 * is exhausted.  May be called from within callbacks.
 */
int loop_watch(struct loop *l, int fd, short events, loop_fd_fn *fn, void *arg);

/* Stop watching fd, before it is closed.  Harmless if it is not watched. */
void loop_unwatch(struct loop *l, int fd);

/* Whether somebody watches fd. */
bool loop_watches(const struct loop *l, int fd);

/* Arm or re-arm t, owned by the caller until it fires or is cancelled. */
void loop_timer_set(struct loop *l, struct loop_timer *t, int64_t due_us,
    loop_timer_fn *fn, void *arg);

/* Disarm t.  Harmless if it is not armed. */
void loop_timer_cancel(struct loop *l, struct loop_timer *t);

/*
 * Have one piece of w done, and armed again by whoever has more of it.  Of all
 * that is armed one piece is done in each turn, after everything else: however
 * many work, nobody waits for longer than a piece.
 */
void loop_work_set(
    struct loop *l, struct loop_work *w, loop_timer_fn *fn, void *arg);

/* Disarm w.  Harmless if it is not armed. */
void loop_work_cancel(struct loop *l, struct loop_work *w);

/* The time of this turn, microseconds on the monotonic clock. */
int64_t loop_now_us(const struct loop *l);

/* Take the time anew, after work that took long. */
void loop_refresh(struct loop *l);

/*
 * Wait once for the nearest timer or descriptor and make the calls that are
 * due.  Returns 1, 0 when nothing is left to wait for, or -1 with errno set.
 */
int loop_turn(struct loop *l);

#endif
