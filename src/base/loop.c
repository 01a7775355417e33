#include "base/loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { US_PER_MS = 1000, SIZE_AT_FIRST = 32 };

struct watch {
	short events;   /* 0: not watched */
	uint64_t since; /* the turn in which it got its present owner */
	loop_fd_fn *fn;
	void *arg;
};

struct loop {
	struct watch *watches; /* by descriptor */
	struct pollfd *polls;  /* made anew in each turn */
	size_t size;           /* of both */
	size_t watched;
	struct loop_timer *armed; /* the nearest first */
	struct loop_timer *due;   /* of this turn, not called yet */
	uint64_t turn;
	int64_t now_us;
};

struct loop *
loop_new(void)
{
	struct loop *l;

	l = calloc(1, sizeof *l);
	if (l != NULL)
		loop_refresh(l);
	return l;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	free(l->watches);
	free(l->polls);
	free(l);
}

/* polls grows here too, so that a turn cannot run out of memory. */
static int
make_room(struct loop *l, size_t fd)
{
	size_t size = l->size != 0 ? l->size : SIZE_AT_FIRST;
	struct watch *watches;
	struct pollfd *polls;

	if (fd < l->size)
		return 0;
	while (size <= fd)
		size *= 2;
	watches = realloc(l->watches, size * sizeof *watches);
	if (watches == NULL)
		return -1;
	l->watches = watches;
	polls = realloc(l->polls, size * sizeof *polls);
	if (polls == NULL)
		return -1;
	l->polls = polls;
	memset(watches + l->size, 0, (size - l->size) * sizeof *watches);
	l->size = size;
	return 0;
}

int
loop_watch(struct loop *l, int fd, short events, loop_fd_fn *fn, void *arg)
{
	struct watch *w;

	if (events == 0) {
		loop_unwatch(l, fd);
		return 0;
	}
	if (fd < 0) {
		errno = EBADF;
		return -1;
	}
	if (make_room(l, (size_t)fd) == -1)
		return -1;
	w = &l->watches[fd];
	if (w->events == 0)
		l->watched++;
	/*
	 * What poll() saw in this turn was for the owner before, perhaps even
	 * of another descriptor with this number.
	 */
	if (w->events == 0 || w->fn != fn || w->arg != arg)
		w->since = l->turn;
	w->events = events;
	w->fn = fn;
	w->arg = arg;
	return 0;
}

void
loop_unwatch(struct loop *l, int fd)
{
	if (fd < 0 || (size_t)fd >= l->size || l->watches[fd].events == 0)
		return;
	l->watches[fd].events = 0;
	l->watched--;
}

void
loop_timer_set(struct loop *l, struct loop_timer *t, int64_t due_us,
    loop_timer_fn *fn, void *arg)
{
	struct loop_timer **at;

	loop_timer_cancel(l, t);
	t->due_us = due_us;
	t->fn = fn;
	t->arg = arg;
	for (at = &l->armed; *at != NULL; at = &(*at)->next) {
		if ((*at)->due_us > due_us)
			break;
	}
	t->next = *at;
	*at = t;
}

static bool
take_out(struct loop_timer **list, struct loop_timer *t)
{
	for (; *list != NULL; list = &(*list)->next) {
		if (*list == t) {
			*list = t->next;
			return true;
		}
	}
	return false;
}

void
loop_timer_cancel(struct loop *l, struct loop_timer *t)
{
	if (t->fn == NULL)
		return;
	if (!take_out(&l->armed, t))
		take_out(&l->due, t);
	t->next = NULL;
	t->fn = NULL;
}

int64_t
loop_now_us(const struct loop *l)
{
	return l->now_us;
}

void
loop_refresh(struct loop *l)
{
	l->now_us = clock_now_us();
}

/* Rounded up: waking too early would mean turning idly until it is due. */
static int
patience_ms(const struct loop *l)
{
	int64_t us, ms;

	if (l->armed == NULL)
		return -1;
	if (l->armed->due_us <= l->now_us)
		return 0;
	us = l->armed->due_us - l->now_us;
	ms = us / US_PER_MS + (us % US_PER_MS != 0);
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

static nfds_t
list_watches(struct loop *l)
{
	size_t fd;
	nfds_t count = 0;

	for (fd = 0; fd < l->size && count < l->watched; fd++) {
		if (l->watches[fd].events == 0)
			continue;
		l->polls[count].fd = (int)fd;
		l->polls[count].events = l->watches[fd].events;
		l->polls[count].revents = 0;
		count++;
	}
	return count;
}

/* Each call may change what is watched, so each is looked up anew. */
static void
call_ready(struct loop *l, nfds_t count)
{
	nfds_t i;

	for (i = 0; i < count; i++) {
		int fd = l->polls[i].fd;
		const struct watch *w = &l->watches[fd];
		int revents = l->polls[i].revents &
		    (w->events | POLLERR | POLLHUP | POLLNVAL);

		if (revents == 0 || w->events == 0 || w->since == l->turn)
			continue;
		w->fn(w->arg, fd, (short)revents);
	}
}

/*
 * Those due now are set apart first: a timer that is armed meanwhile waits
 * for the next turn, or one that arms itself for now would never let go.
 */
static void
call_due(struct loop *l)
{
	struct loop_timer **end = &l->armed, *rest;

	while (*end != NULL && (*end)->due_us <= l->now_us)
		end = &(*end)->next;
	rest = *end;
	*end = NULL;
	l->due = l->armed;
	l->armed = rest;
	while (l->due != NULL) {
		struct loop_timer *t = l->due;
		loop_timer_fn *fn = t->fn;

		l->due = t->next;
		t->next = NULL;
		t->fn = NULL;
		fn(t->arg);
	}
}

int
loop_turn(struct loop *l)
{
	nfds_t count;
	int ready;

	if (l->watched == 0 && l->armed == NULL)
		return 0;
	l->turn++;
	count = list_watches(l);
	loop_refresh(l);
	ready = poll(l->polls, count, patience_ms(l));
	if (ready == -1 && errno != EINTR)
		return -1;
	loop_refresh(l);
	/* First what has come, then the deadlines: in time is in time. */
	if (ready > 0)
		call_ready(l, count);
	call_due(l);
	return 1;
}
