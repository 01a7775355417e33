#include "net/dialer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	GAP_US = 250000, /* RFC 8305, 5: Connection Attempt Delay */
	NOT_OPEN = -1,
};

struct dialer {
	struct loop *loop;
	dialer_fn *fn;
	void *arg;

	struct dialer_attempt *attempts;
	int *fds; /* of the attempts; only what is under way is open */
	size_t count;
	size_t started; /* those before it were tried, in this order */
	size_t under_way;
	bool complete; /* no more addresses will come */
	bool settled;  /* fn is about to be called, or was */

	const struct dialer_attempt *winner;
	int winner_fd;
	int64_t next_start_us; /* not sooner, while one is under way */
	struct loop_timer gap;
	struct loop_timer report;
};

static void on_ready(void *arg, int fd, short revents);
static void on_gap(void *arg);
static void on_report(void *arg);

struct dialer *
dialer_new(struct loop *l, dialer_fn *fn, void *arg)
{
	struct dialer *d;

	d = calloc(1, sizeof *d);
	if (d == NULL)
		return NULL;
	d->loop = l;
	d->fn = fn;
	d->arg = arg;
	d->winner_fd = NOT_OPEN;
	return d;
}

static void
hang_up(struct dialer *d, size_t i)
{
	loop_unwatch(d->loop, d->fds[i]);
	close(d->fds[i]);
	d->fds[i] = NOT_OPEN;
	d->under_way--;
}

static void
hang_up_all(struct dialer *d)
{
	size_t i;

	for (i = 0; i < d->started; i++) {
		if (d->fds[i] != NOT_OPEN)
			hang_up(d, i);
	}
	loop_timer_cancel(d->loop, &d->gap);
}

void
dialer_free(struct dialer *d)
{
	if (d == NULL)
		return;
	hang_up_all(d);
	loop_timer_cancel(d->loop, &d->report);
	if (d->winner_fd != NOT_OPEN)
		close(d->winner_fd);
	free(d->attempts);
	free(d->fds);
	free(d);
}

/*
 * The news is told from the loop, never from within a call of the owner's,
 * who may free the dialer then.
 */
static void
settle(struct dialer *d)
{
	d->settled = true;
	loop_timer_set(d->loop, &d->report, loop_now_us(d->loop), on_report, d);
}

static void
on_report(void *arg)
{
	struct dialer *d = arg;
	int fd = d->winner_fd;

	d->winner_fd = NOT_OPEN;
	d->fn(d->arg, fd);
}

static void
win(struct dialer *d, size_t i)
{
	loop_unwatch(d->loop, d->fds[i]);
	d->winner = &d->attempts[i];
	d->winner_fd = d->fds[i];
	d->fds[i] = NOT_OPEN;
	d->under_way--;
	hang_up_all(d);
	settle(d);
}

static void
lose(struct dialer *d, size_t i, int error)
{
	d->attempts[i].error = error;
	d->next_start_us = loop_now_us(d->loop); /* at once */
	if (d->fds[i] != NOT_OPEN)
		hang_up(d, i);
}

static void
start(struct dialer *d, size_t i)
{
	const struct address *a = &d->attempts[i].address;
	const int on = 1;
	int fd;

	d->attempts[i].started = true;
	d->next_start_us = loop_now_us(d->loop) + GAP_US;
	fd = socket(
	    a->ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1) {
		lose(d, i, errno);
		return;
	}
	d->fds[i] = fd;
	d->under_way++;
	/* Without it the worst is a delay, so its failure is none. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(fd, (const struct sockaddr *)&a->ss, a->len) == 0)
		win(d, i);
	else if (errno != EINPROGRESS && errno != EINTR)
		lose(d, i, errno);
	else if (loop_watch(d->loop, fd, POLLOUT, on_ready, d) == -1)
		lose(d, i, ENOMEM);
}

/*
 * Start what is due: one attempt if none is under way, one more when the gap
 * is over or an attempt has failed (RFC 8305, 5).
 */
static void
proceed(struct dialer *d)
{
	while (!d->settled && d->started < d->count &&
	    (d->under_way == 0 || loop_now_us(d->loop) >= d->next_start_us))
		start(d, d->started++);
	if (d->settled)
		return;
	if (d->started < d->count)
		loop_timer_set(d->loop, &d->gap, d->next_start_us, on_gap, d);
	else if (d->complete && d->under_way == 0)
		settle(d);
}

static void
on_gap(void *arg)
{
	proceed(arg);
}

static void
on_ready(void *arg, int fd, short revents)
{
	struct dialer *d = arg;
	size_t i = 0;
	int error = 0;
	socklen_t len = sizeof error;

	(void)revents;
	while (d->fds[i] != fd)
		i++;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		error = errno;
	if (error == 0) {
		win(d, i);
	} else {
		lose(d, i, error);
		proceed(d);
	}
}

/* Asks the routing table; connecting a UDP socket sends nothing. */
static bool
has_route(const struct address *a)
{
	bool found;
	int fd;

	fd = socket(a->ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return false;
	found = connect(fd, (const struct sockaddr *)&a->ss, a->len) == 0;
	close(fd);
	return found;
}

static bool
is_of(const struct dialer *d, size_t i, int family)
{
	return address_family(&d->attempts[i].address) == family;
}

static bool
waits(const struct dialer *d, int family)
{
	size_t i;

	for (i = d->started; i < d->count; i++) {
		if (is_of(d, i, family))
			return true;
	}
	return false;
}

static bool
is_routed(const struct dialer *d, int family)
{
	size_t i;

	for (i = d->started; i < d->count; i++) {
		if (is_of(d, i, family) && has_route(&d->attempts[i].address))
			return true;
	}
	return false;
}

/* Move the first of a family at or behind `to` there; the rest shifts. */
static void
bring_forward(struct dialer *d, size_t to, int family)
{
	struct dialer_attempt moved;
	size_t from = to;

	while (from < d->count && !is_of(d, from, family))
		from++;
	if (from == d->count)
		return;
	moved = d->attempts[from];
	memmove(
	    &d->attempts[to + 1], &d->attempts[to], (from - to) * sizeof moved);
	d->attempts[to] = moved;
}

static void
arrange(struct dialer *d)
{
	bool routed6, routed4;
	int family = AF_INET6;
	size_t i;

	if (!waits(d, AF_INET6) || !waits(d, AF_INET))
		return;
	routed6 = is_routed(d, AF_INET6);
	routed4 = is_routed(d, AF_INET);
	if (routed6 != routed4) {
		for (i = d->started; i < d->count; i++)
			bring_forward(d, i, routed6 ? AF_INET6 : AF_INET);
		return;
	}
	if (d->started > 0 && is_of(d, d->started - 1, AF_INET6))
		family = AF_INET;
	for (i = d->started; i < d->count; i++) {
		bring_forward(d, i, family);
		family = family == AF_INET6 ? AF_INET : AF_INET6;
	}
}

static bool
is_known(const struct dialer *d, const struct address *a)
{
	size_t i;

	for (i = 0; i < d->count; i++) {
		if (address_equal(&d->attempts[i].address, a))
			return true;
	}
	return false;
}

static int
make_room(struct dialer *d, size_t more)
{
	size_t size = d->count + more;
	struct dialer_attempt *attempts;
	int *fds;

	attempts = realloc(d->attempts, size * sizeof *attempts);
	if (attempts == NULL)
		return -1;
	d->attempts = attempts;
	fds = realloc(d->fds, size * sizeof *fds);
	if (fds == NULL)
		return -1;
	d->fds = fds;
	return 0;
}

int
dialer_add(struct dialer *d, const struct address *list, size_t count)
{
	size_t i;

	if (d->settled || count == 0)
		return 0;
	if (make_room(d, count) == -1)
		return -1;
	for (i = 0; i < count; i++) {
		if (is_known(d, &list[i]))
			continue;
		d->fds[d->count] = NOT_OPEN;
		d->attempts[d->count++] =
		    (struct dialer_attempt){ .address = list[i] };
	}
	arrange(d);
	proceed(d);
	return 0;
}

void
dialer_complete(struct dialer *d)
{
	d->complete = true;
	proceed(d);
}

const struct dialer_attempt *
dialer_attempts(const struct dialer *d, size_t *count)
{
	*count = d->count;
	return d->attempts;
}

const struct dialer_attempt *
dialer_winner(const struct dialer *d)
{
	return d->winner;
}
