/*
 * crew.h - threads that do what would hold up the loop, and tell the loop when
 * it is done.  It knows nothing of the work.
 */

#ifndef BASE_CREW_H
#define BASE_CREW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/loop.h"

struct crew;

/* One piece of work, the first member of its owner's.  The rest is the crew's.
 */
struct crew_task {
	struct crew_task *next;
	bool abandoned;
};

/* What a crew is for; lives longer than it does. */
struct crew_work {
	void (*perform)(struct crew_task *t); /* in a thread, without a lock */
	/* From the loop; may start and abandon others, but not free the crew */
	void (*done)(struct crew_task *t);
	/* After done(), or instead of it; from the loop or from a thread */
	void (*free)(struct crew_task *t);
	size_t stack;   /* of a thread, octets */
	size_t threads; /* at most; 1: the tasks are performed in order */
	bool is_joined; /* crew_free() waits for the one thread */
};

/* Returns NULL without memory or descriptors. */
struct crew *crew_new(struct loop *l, const struct crew_work *work);

/*
 * Release, with all tasks.  One that is being performed is left alone: its
 * thread cleans up after itself.  Accepts NULL.
 */
void crew_free(struct crew *c);

/*
 * Have t performed, by a thread that is idle, by a new one, or when one of them
 * comes to it.  Returns 0, and t is the crew's; or an errno, and it is not.
 */
int crew_start(struct crew *c, struct crew_task *t);

/*
 * Nobody waits for t any more; not after done().  If it is not being performed
 * yet it never is, and costs the others no time.
 */
void crew_abandon(struct crew *c, struct crew_task *t);

#endif
