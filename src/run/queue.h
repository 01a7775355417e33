/*
 * queue.h - which of many checks is next.  It knows where each stands in the
 * file and which server it is for, no more: twenty-odd octets a check.  Of one
 * server only so many run at a time, and they begin one after the other, so
 * that a batch does not look like an attack; a server that is busy or hangs
 * holds up no other.
 */

#ifndef RUN_QUEUE_H
#define RUN_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "cli/sections.h"

struct queue;

struct queue_item {
	struct sections_place place;
	size_t server; /* for queue_done() */
};

/* Returns NULL without memory. */
struct queue *queue_new(struct loop *l, size_t per_server);

void queue_free(struct queue *q);

/*
 * One more check, of the server with this hash; before queue_begin().  Returns
 * 0, or -1 without memory.
 */
int queue_add(struct queue *q, struct sections_place place, uint64_t server);

size_t queue_count(const struct queue *q); /* of those added */
size_t queue_left(const struct queue *q);  /* not taken yet */

/* They may begin; all of one server are to have begun within span_us. */
void queue_begin(struct queue *q, int64_t span_us);

/*
 * Take the next one that may begin now.  Returns false if there is none yet;
 * the loop turns when there may be one.
 */
bool queue_take(struct queue *q, struct queue_item *out);

/* One that was taken is over, or was not begun after all. */
void queue_done(struct queue *q, const struct queue_item *item);

/* Take one whatever holds it back, for whoever ends the run. */
bool queue_drain(struct queue *q, struct queue_item *out);

#endif
