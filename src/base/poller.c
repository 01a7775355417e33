#include "base/poller.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
	SIZE_AT_FIRST = 32,
	FEW = 32, /* up to so many poll() is the cheaper */
};

_Static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT &&
	EPOLLERR == POLLERR && EPOLLHUP == POLLHUP,
    "events are handed on as they are");

static int
know_descriptor(struct poller *p, size_t fd)
{
	size_t size = p->size != 0 ? p->size : SIZE_AT_FIRST;
	struct poller_place *places;

	if (fd < p->size)
		return 0;
	while (size <= fd)
		size *= 2;
	places = realloc(p->places, size * sizeof *places);
	if (places == NULL)
		return -1;
	memset(places + p->size, 0, (size - p->size) * sizeof *places);
	p->places = places;
	p->size = size;
	return 0;
}

/* For what is ready, too, so that waiting cannot run out of memory. */
static int
make_room(struct poller *p)
{
	size_t room = p->room != 0 ? 2 * p->room : SIZE_AT_FIRST;
	struct epoll_event *found;
	struct pollfd *polls;

	if (p->count < p->room)
		return 0;
	if (room > FEW) {
		if ((found = realloc(p->found, room * sizeof *found)) == NULL)
			return -1;
		p->found = found;
	}
	if ((polls = realloc(p->polls, room * sizeof *polls)) == NULL)
		return -1;
	p->polls = polls;
	if ((polls = realloc(p->ready, room * sizeof *polls)) == NULL)
		return -1;
	p->ready = polls;
	p->room = room;
	return 0;
}

static void
tell_epoll(struct poller *p, int operation, int fd, short events)
{
	struct epoll_event e = { .events = (uint32_t)events, .data.fd = fd };
	struct poller_place *place = &p->places[fd];

	if (p->epoll == -1 || place->refused ||
	    epoll_ctl(p->epoll, operation, fd, &e) == 0)
		return;
	place->refused = operation != EPOLL_CTL_DEL;
	p->refused += place->refused;
}

int
poller_set(struct poller *p, int fd, short events)
{
	struct poller_place *place;
	struct pollfd *poll;
	int operation = EPOLL_CTL_MOD;

	if (know_descriptor(p, (size_t)fd) == -1 || make_room(p) == -1)
		return -1;
	place = &p->places[fd];
	if (place->slot == 0) {
		place->slot = (unsigned)++p->count;
		p->polls[p->count - 1].events = 0;
		operation = EPOLL_CTL_ADD;
	}
	poll = &p->polls[place->slot - 1];
	if (poll->events != events)
		tell_epoll(p, operation, fd, events);
	*poll = (struct pollfd){ .fd = fd, .events = events };
	return 0;
}

/* The last one moves to where it stood. */
void
poller_remove(struct poller *p, int fd)
{
	struct poller_place *place;
	struct pollfd *poll;

	if (poller_events(p, fd) == 0)
		return;
	tell_epoll(p, EPOLL_CTL_DEL, fd, 0);
	place = &p->places[fd];
	poll = &p->polls[place->slot - 1];
	*poll = p->polls[--p->count];
	p->places[poll->fd].slot = place->slot;
	p->refused -= place->refused;
	*place = (struct poller_place){ .slot = 0 };
}

short
poller_events(const struct poller *p, int fd)
{
	if (fd < 0 || (size_t)fd >= p->size || p->places[fd].slot == 0)
		return 0;
	return p->polls[p->places[fd].slot - 1].events;
}

/* Without epoll poll() goes on. */
static void
change_over(struct poller *p)
{
	size_t i;

	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (i = 0; i < p->count; i++)
		tell_epoll(
		    p, EPOLL_CTL_ADD, p->polls[i].fd, p->polls[i].events);
}

static int
wait_poll(struct poller *p, int wait_ms)
{
	int found = poll(p->polls, (nfds_t)p->count, wait_ms), count = 0;
	size_t i;

	for (i = 0; i < p->count && count < found; i++)
		if (p->polls[i].revents != 0)
			p->ready[count++] = p->polls[i];
	return found;
}

static int
wait_epoll(struct poller *p, int wait_ms)
{
	int count = epoll_wait(p->epoll, p->found, (int)p->room, wait_ms), i;

	for (i = 0; i < count; i++)
		p->ready[i] = (struct pollfd){ .fd = p->found[i].data.fd,
			.revents = (short)p->found[i].events };
	return count;
}

int
poller_wait(struct poller *p, int wait_ms)
{
	if (p->epoll == -1 && p->count > FEW)
		change_over(p);
	return p->epoll != -1 && p->refused == 0 ? wait_epoll(p, wait_ms)
						 : wait_poll(p, wait_ms);
}

void
poller_free(struct poller *p)
{
	if (p->epoll != -1)
		close(p->epoll);
	free(p->places);
	free(p->polls);
	free(p->ready);
	free(p->found);
}
