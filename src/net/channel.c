#include "net/channel.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/number.h"
#include "net/address.h"

enum { DNS_PORT = 53 };

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
	if (servers[0] != '\0')
		mask |= ARES_OPT_LOOKUPS;
	status = ares_init_options(&c->ares, &options, mask);
	if (status != ARES_SUCCESS) {
		c->ares = NULL;
		return status;
	}
	if (servers[0] != '\0')
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

/* Versions of c-ares differ in what they read; ADDR:PORT they all do. */
static int
add_server(struct buf *out, const char *text, struct err *e)
{
	char host[ADDRESS_TEXT_MAX + 2], plain[ADDRESS_TEXT_MAX];
	struct address a;
	const char *colon = strrchr(text, ':');
	long port = DNS_PORT;
	size_t len = strlen(text);

	/* One colon, or one behind a bracket, is not a part of the address. */
	if (colon != NULL &&
	    (colon == strchr(text, ':') ||
		(colon > text && colon[-1] == ']'))) {
		if (number_parse(colon + 1, 1, 65535, &port) == -1)
			goto bad;
		len = (size_t)(colon - text);
	}
	if (len >= sizeof host)
		goto bad;
	memcpy(host, text, len);
	host[len] = '\0';
	if (!address_parse(&a, host, (int)port))
		goto bad;
	address_text(&a, plain);
	buf_addf(out,
	    address_family(&a) == AF_INET6 ? "%s[%s]:%ld" : "%s%s:%ld",
	    out->len > 0 ? "," : "", plain, port);
	return 0;
bad:
	return err_set(e, ERR_USAGE,
	    "\"%s\" is not the address of a DNS server (write ADDR, ADDR:PORT "
	    "or [ADDR]:PORT)",
	    text);
}

int
channel_servers(struct buf *out, const char *list, struct err *e)
{
	char *copy, *rest, *item;
	int rc = 0;

	copy = strdup(list);
	if (copy == NULL)
		return err_nomem(e);
	rest = copy;
	while (rc == 0 && (item = strsep(&rest, ",")) != NULL)
		rc = add_server(out, item, e);
	free(copy);
	return rc == 0 && out->failed ? err_nomem(e) : rc;
}
