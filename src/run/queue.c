#include "run/queue.h"

#include <stdlib.h>

#include "base/map.h"

enum {
	FIRST_ROOM = 64,
	GAP_US = 25 * 1000, /* between two of one server, if there is time */
};

#define NO_ITEM UINT32_MAX

struct item {
	struct sections_place place;
	uint32_t next; /* of the same server */
};

struct server {
	struct server *next_ready;
	struct queue *queue;
	struct loop_timer timer; /* until the next may begin */
	int64_t free_us;         /* when that is */
	int64_t planned_us;      /* and would be if none had been late */
	int64_t gap_us;
	uint32_t first, last; /* NO_ITEM: nothing waits */
	size_t count, running;
	bool ready; /* it is in the list */
};

struct queue {
	struct loop *loop;
	size_t per_server;
	struct item *items;
	size_t count, room, left;
	struct server *servers;
	size_t server_count, server_room;
	struct map known; /* servers by hash */
	struct server *ready, **ready_end;
	size_t drained; /* servers that nothing waits for any more */
};

struct queue *
queue_new(struct loop *l, size_t per_server)
{
	struct queue *q = calloc(1, sizeof *q);

	if (q == NULL)
		return NULL;
	q->loop = l;
	q->per_server = per_server;
	q->ready_end = &q->ready;
	return q;
}

void
queue_free(struct queue *q)
{
	size_t i;

	if (q == NULL)
		return;
	for (i = 0; i < q->server_count; i++)
		loop_timer_cancel(q->loop, &q->servers[i].timer);
	map_free(&q->known);
	free(q->servers);
	free(q->items);
	free(q);
}

/* Returns the list, perhaps moved, with room for one more; NULL without. */
static void *
make_room(void *list, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room > 0 ? 2 * *room : FIRST_ROOM;
	void *larger;

	if (count < *room)
		return list;
	if ((larger = reallocarray(list, wanted, size)) != NULL)
		*room = wanted;
	return larger;
}

static struct server *
find_server(struct queue *q, uint64_t hash)
{
	size_t *at = map_add(&q->known, hash, q->server_count);
	struct server *servers;

	if (at == NULL)
		return NULL;
	if (*at < q->server_count)
		return &q->servers[*at];
	servers = make_room(
	    q->servers, q->server_count, &q->server_room, sizeof *servers);
	if (servers == NULL)
		return NULL;
	q->servers = servers;
	servers += q->server_count++;
	*servers =
	    (struct server){ .queue = q, .first = NO_ITEM, .last = NO_ITEM };
	return servers;
}

int
queue_add(struct queue *q, struct sections_place place, uint64_t server)
{
	struct item *items =
	    make_room(q->items, q->count, &q->room, sizeof *items);
	struct server *s;
	uint32_t number = (uint32_t)q->count;

	if (items == NULL)
		return -1;
	q->items = items;
	if (q->count == NO_ITEM || (s = find_server(q, server)) == NULL)
		return -1;
	items[number] = (struct item){ .place = place, .next = NO_ITEM };
	if (s->first == NO_ITEM)
		s->first = number;
	else
		items[s->last].next = number;
	s->last = number;
	s->count++;
	q->count++;
	q->left++;
	return 0;
}

size_t
queue_count(const struct queue *q)
{
	return q->count;
}

size_t
queue_left(const struct queue *q)
{
	return q->left;
}

static void on_gap_over(void *arg);

/* Put it into the list if one of its checks may begin, or let it wait. */
static void
consider(struct queue *q, struct server *s)
{
	if (s->ready || s->first == NO_ITEM || s->running >= q->per_server)
		return;
	if (s->free_us > loop_now_us(q->loop)) {
		loop_timer_set(q->loop, &s->timer, s->free_us, on_gap_over, s);
		return;
	}
	s->ready = true;
	s->next_ready = NULL;
	*q->ready_end = s;
	q->ready_end = &s->next_ready;
}

static void
on_gap_over(void *arg)
{
	struct server *s = arg;

	consider(s->queue, s);
}

void
queue_begin(struct queue *q, int64_t span_us)
{
	struct server *s;
	size_t i;

	for (i = 0; i < q->server_count; i++) {
		s = &q->servers[i];
		s->gap_us = span_us / (int64_t)s->count;
		if (s->gap_us > GAP_US)
			s->gap_us = GAP_US;
		s->free_us = s->planned_us = loop_now_us(q->loop);
		consider(q, s);
	}
}

static void
take_first(struct queue *q, struct server *s, struct queue_item *out)
{
	const struct item *i = &q->items[s->first];

	out->place = i->place;
	out->server = (size_t)(s - q->servers);
	s->first = i->next;
	s->running++;
	q->left--;
}

/*
 * What begins late does not make all that come after it later, too: they keep
 * to their times, but for half a gap between any two.
 */
static void
plan_next(const struct queue *q, struct server *s)
{
	int64_t least_us = loop_now_us(q->loop) + s->gap_us / 2;

	s->planned_us += s->gap_us;
	s->free_us = s->planned_us > least_us ? s->planned_us : least_us;
}

bool
queue_take(struct queue *q, struct queue_item *out)
{
	struct server *s = q->ready;

	if (s == NULL)
		return false;
	if ((q->ready = s->next_ready) == NULL)
		q->ready_end = &q->ready;
	s->ready = false;
	take_first(q, s, out);
	plan_next(q, s);
	consider(q, s);
	return true;
}

void
queue_done(struct queue *q, const struct queue_item *item)
{
	struct server *s = &q->servers[item->server];

	s->running--;
	consider(q, s);
}

bool
queue_drain(struct queue *q, struct queue_item *out)
{
	struct server *s;

	for (; q->drained < q->server_count; q->drained++) {
		s = &q->servers[q->drained];
		if (s->first != NO_ITEM) {
			take_first(q, s, out);
			return true;
		}
	}
	return false;
}
