#include "base/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/poller.h"

enum { US_PER_MS = 1000, SIZE_AT_FIRST = 32 };

struct watch {
	loop_fd_fn *fn;
	void *arg;
	uint64_t since; /* the turn in which it got its present owner */
};

/*
 * The timers are a pairing heap: arming costs a comparison, letting go of one
 * the logarithm of their number, and neither needs memory.
 */
struct loop {
	struct watch *watches; /* by descriptor; of those in the poller */
	size_t size;           /* of it */
	struct poller poller;
	struct loop_timer *armed; /* the nearest, and the others below it */
	struct loop_timer *due;   /* of this turn, not called yet; a list */
	struct loop_work *work, **work_end;
	uint64_t order;
	uint64_t turn;
	int64_t now_us;
};

struct loop *
loop_new(void)
{
	struct loop *l;

	l = calloc(1, sizeof *l);
	if (l == NULL)
		return NULL;
	l->poller.epoll = -1;
	l->work_end = &l->work;
	loop_refresh(l);
	return l;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	free(l->watches);
	poller_free(&l->poller);
	free(l);
}

static int
make_room(struct loop *l, size_t fd)
{
	size_t size = l->size != 0 ? l->size : SIZE_AT_FIRST;
	struct watch *watches;

	if (fd < l->size)
		return 0;
	while (size <= fd)
		size *= 2;
	watches = realloc(l->watches, size * sizeof *watches);
	if (watches == NULL)
		return -1;
	l->watches = watches;
	l->size = size;
	return 0;
}

int
loop_watch(struct loop *l, int fd, short events, loop_fd_fn *fn, void *arg)
{
	bool is_new = !loop_watches(l, fd);
	struct watch *w;

	if (events == 0) {
		loop_unwatch(l, fd);
		return 0;
	}
	if (fd < 0) {
		errno = EBADF;
		return -1;
	}
	if (make_room(l, (size_t)fd) == -1 ||
	    poller_set(&l->poller, fd, events) == -1)
		return -1;
	w = &l->watches[fd];
	/*
	 * What was seen in this turn was for the owner before, perhaps even
	 * of another descriptor with this number.
	 */
	if (is_new || w->fn != fn || w->arg != arg)
		w->since = l->turn;
	w->fn = fn;
	w->arg = arg;
	return 0;
}

bool
loop_watches(const struct loop *l, int fd)
{
	return poller_events(&l->poller, fd) != 0;
}

void
loop_unwatch(struct loop *l, int fd)
{
	poller_remove(&l->poller, fd);
}

static bool
is_nearer(const struct loop_timer *a, const struct loop_timer *b)
{
	return a->due_us != b->due_us ? a->due_us < b->due_us
				      : a->order < b->order;
}

/* Of two heaps one: the root that is due later goes below the other. */
static struct loop_timer *
meld(struct loop_timer *a, struct loop_timer *b)
{
	struct loop_timer *nearer, *later;

	if (a == NULL || b == NULL)
		return a != NULL ? a : b;
	nearer = is_nearer(b, a) ? b : a;
	later = nearer == a ? b : a;
	later->next = nearer->child;
	if (later->next != NULL)
		later->next->at = &later->next;
	later->at = &nearer->child;
	nearer->child = later;
	return nearer;
}

/* Of a list of heaps one: in pairs first, which is what keeps it fast. */
static struct loop_timer *
meld_all(struct loop_timer *list)
{
	struct loop_timer *pairs = NULL, *root = NULL, *a, *b;

	while ((a = list) != NULL) {
		b = a->next;
		list = b != NULL ? b->next : NULL;
		a = meld(a, b);
		a->next = pairs;
		pairs = a;
	}
	while ((a = pairs) != NULL) {
		pairs = a->next;
		root = meld(root, a);
	}
	return root;
}

static void
add_timers(struct loop *l, struct loop_timer *heap)
{
	l->armed = meld(l->armed, heap);
	if (l->armed != NULL) {
		l->armed->next = NULL;
		l->armed->at = &l->armed;
	}
}

/* From among those armed, or those due. */
static void
take_out(struct loop *l, struct loop_timer *t)
{
	struct loop_timer *below = meld_all(t->child);

	*t->at = t->next;
	if (t->next != NULL)
		t->next->at = t->at;
	t->child = t->next = NULL;
	add_timers(l, below);
}

void
loop_timer_set(struct loop *l, struct loop_timer *t, int64_t due_us,
    loop_timer_fn *fn, void *arg)
{
	loop_timer_cancel(l, t);
	t->due_us = due_us;
	t->fn = fn;
	t->arg = arg;
	t->order = l->order++;
	t->child = NULL;
	add_timers(l, t);
}

void
loop_timer_cancel(struct loop *l, struct loop_timer *t)
{
	if (t->fn == NULL)
		return;
	take_out(l, t);
	t->fn = NULL;
}

void
loop_work_set(struct loop *l, struct loop_work *w, loop_timer_fn *fn, void *arg)
{
	loop_work_cancel(l, w);
	*w = (struct loop_work){ .fn = fn, .arg = arg, .at = l->work_end };
	*l->work_end = w;
	l->work_end = &w->next;
}

void
loop_work_cancel(struct loop *l, struct loop_work *w)
{
	if (w->fn == NULL)
		return;
	w->fn = NULL;
	*w->at = w->next;
	if (w->next != NULL)
		w->next->at = w->at;
	else
		l->work_end = w->at;
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

	if (l->work != NULL)
		return 0;
	if (l->armed == NULL)
		return -1;
	if (l->armed->due_us <= l->now_us)
		return 0;
	us = l->armed->due_us - l->now_us;
	ms = us / US_PER_MS + (us % US_PER_MS != 0);
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

/* Each call may change what is watched, so each is looked up anew. */
static void
call_ready(struct loop *l, int count)
{
	const struct watch *w;
	int i, fd, events, revents;

	for (i = 0; i < count; i++) {
		fd = l->poller.ready[i].fd;
		events = poller_events(&l->poller, fd);
		w = &l->watches[fd];
		if (events == 0 || w->since == l->turn)
			continue;
		revents = l->poller.ready[i].revents &
		    (events | POLLERR | POLLHUP | POLLNVAL);
		if (revents != 0)
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
	struct loop_timer **end = &l->due, *t;
	loop_timer_fn *fn;

	while ((t = l->armed) != NULL && t->due_us <= l->now_us) {
		take_out(l, t);
		t->at = end;
		*end = t;
		end = &t->next;
	}
	while ((t = l->due) != NULL) {
		take_out(l, t);
		fn = t->fn;
		t->fn = NULL;
		fn(t->arg);
	}
}

static void
call_work(struct loop *l)
{
	struct loop_work *w = l->work;
	loop_timer_fn *fn;

	if (w == NULL)
		return;
	fn = w->fn;
	loop_work_cancel(l, w);
	fn(w->arg);
}

int
loop_turn(struct loop *l)
{
	int wait_ms, found = 0;

	if (l->poller.count == 0 && l->armed == NULL && l->work == NULL)
		return 0;
	l->turn++;
	loop_refresh(l);
	wait_ms = patience_ms(l);
	if (l->poller.count > 0 || wait_ms != 0) {
		found = poller_wait(&l->poller, wait_ms);
		if (found == -1 && errno != EINTR)
			return -1;
		loop_refresh(l);
	}
	/* First what has come, then the deadlines: in time is in time. */
	call_ready(l, found);
	call_due(l);
	call_work(l);
	return 1;
}
