/*
 * poller.h - which of many descriptors are ready: poll() while they are few,
 * which costs nothing but itself, epoll once they are many.
 */

#ifndef BASE_POLLER_H
#define BASE_POLLER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/* Where a descriptor stands. */
struct poller_place {
	unsigned slot; /* in polls, and one more; 0: nowhere */
	bool refused;  /* epoll does not take it: a regular file, say */
};

/* Zero-initialise, but for epoll, which is -1. */
struct poller {
	struct poller_place *places; /* by descriptor */
	size_t size;                 /* of it */
	struct pollfd *polls;        /* those waited for, in no order */
	size_t count;
	struct pollfd *ready;      /* what poller_wait() found */
	struct epoll_event *found; /* what epoll says of them; once many */
	size_t room;               /* in polls, ready and found */
	int epoll;                 /* -1: not in use */
	size_t refused;            /* while there is one, it is poll()'s turn */
};

/*
 * Wait for events (not 0) of fd, from now on or in place of others.  Returns
 * 0, or -1 when memory is exhausted.
 */
int poller_set(struct poller *p, int fd, short events);

/* Wait for fd no more, before it is closed.  Harmless if it is not. */
void poller_remove(struct poller *p, int fd);

/* What fd is waited for; 0: it is not. */
short poller_events(const struct poller *p, int fd);

/*
 * Wait, at most wait_ms, -1: for ever.  Returns how many in `ready` are so, or
 * -1 with errno set.
 */
int poller_wait(struct poller *p, int wait_ms);

/* Release; descriptors stay open. */
void poller_free(struct poller *p);

#endif
