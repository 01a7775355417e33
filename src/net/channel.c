#include "net/channel.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static void on_channel_timer(void *arg);

/*
 * c-ares counts in whole milliseconds, cut: one more, or it would be asked
 * over and over during the last one.
 */
void
channel_rearm(struct channel *c)
{
	struct timeval tv;

	if (c->is_deaf)
		ares_cancel(c->ares);
	if (ares_timeout(c->ares, NULL, &tv) == NULL)
		loop_timer_cancel(c->loop, &c->timer);
	else
		loop_timer_set(c->loop, &c->timer,
		    clock_now_us() + (int64_t)tv.tv_sec * 1000000 + tv.tv_usec +
			1000,
		    on_channel_timer, c);
}

static void
on_channel_timer(void *arg)
{
	struct channel *c = arg;

	ares_process_fd(c->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	channel_rearm(c);
}

static void
on_channel_ready(void *arg, int fd, short revents)
{
	struct channel *c = arg;

	/* Errors and hang-ups are found by reading. */
	ares_process_fd(c->ares,
	    (revents & ~POLLOUT) != 0 ? fd : ARES_SOCKET_BAD,
	    (revents & POLLOUT) != 0 ? fd : ARES_SOCKET_BAD);
	channel_rearm(c);
}

static void
on_socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct channel *c = arg;
	int events = (readable ? POLLIN : 0) | (writable ? POLLOUT : 0);

	/* No way to say so here: channel_rearm() ends the questions. */
	if (loop_watch(c->loop, fd, (short)events, on_channel_ready, c) == -1)
		c->is_deaf = true;
}

int
channel_open(struct channel *c, struct loop *l, const char *servers, int flags)
{
	char dns_only[] = "b"; /* without /etc/hosts */
	struct ares_options options = {
		.flags = flags,
		.lookups = dns_only,
		.sock_state_cb = on_socket_state,
		.sock_state_cb_data = c,
	};
	int mask = ARES_OPT_SOCK_STATE_CB, status;

	c->loop = l;
	if (flags != CHANNEL_DEFAULT)
		mask |= ARES_OPT_FLAGS;
	/* 1.18 does not heed the flag where it matters, but an empty list. */
	if (flags != CHANNEL_DEFAULT && (flags & ARES_FLAG_NOSEARCH) != 0)
		mask |= ARES_OPT_DOMAINS;
	if (servers != NULL)
		mask |= ARES_OPT_LOOKUPS;
	status = ares_init_options(&c->ares, &options, mask);
	if (status != ARES_SUCCESS) {
		c->ares = NULL;
		return status;
	}
	if (servers != NULL)
		status = ares_set_servers_ports_csv(c->ares, servers);
	return status;
}

void
channel_close(struct channel *c)
{
	if (c->ares == NULL)
		return;
	ares_destroy(c->ares);
	c->ares = NULL;
	loop_timer_cancel(c->loop, &c->timer);
}
