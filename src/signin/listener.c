#include "signin/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

enum {
	GUESTS = 16,                /* connections at a time */
	PATIENCE_US = 10 * 1000000, /* for the request of one */
	CHUNK = 4096,
};

/* Somebody who has connected. */
struct guest {
	int fd; /* -1: the seat is free */
	int64_t until_us;
	struct buf head;
};

struct waiting {
	struct listener *listener;
	const char *state;
	int paste; /* -1: no more */
	int64_t deadline_us;
	struct guest guest[GUESTS];
	struct buf line; /* pasted */
	struct redirect *out;
	bool done;
};

int
listener_open(struct listener *l, struct failure *f)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;

	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd == -1 ||
	    bind(l->fd, (const struct sockaddr *)&at, sizeof at) == -1 ||
	    listen(l->fd, GUESTS) == -1 ||
	    getsockname(l->fd, (struct sockaddr *)&at, &len) == -1) {
		failure_set(f, FAILURE_LOCAL,
		    "cannot listen on 127.0.0.1 for the browser: %s",
		    strerror(errno));
		listener_close(l);
		return -1;
	}
	l->port = ntohs(at.sin_port);
	return 0;
}

void
listener_close(struct listener *l)
{
	if (l->fd != -1)
		close(l->fd);
	l->fd = -1;
}

static void
dismiss(struct guest *g)
{
	if (g->fd != -1)
		close(g->fd);
	g->fd = -1;
	buf_free(&g->head);
}

/* Small enough for the socket's buffer; who does not take it goes without. */
static void
answer(struct guest *g, const char *status, const char *text)
{
	char page[1024];
	int n;

	n = snprintf(page, sizeof page,
	    "HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\n"
	    "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
	    "Content-Security-Policy: default-src 'none'\r\n"
	    "Connection: close\r\n\r\n<!DOCTYPE html>"
	    "<title>smtp-oauth2</title><p>%s</p>\n",
	    status, text);
	/* Who is gone already is not to be told. */
	(void)(send(g->fd, page, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL) !=
		-1 &&
	    shutdown(g->fd, SHUT_WR) != -1);
	dismiss(g);
}

/* The place of whoever has waited longest, if there is no other. */
static struct guest *
seat(struct waiting *w)
{
	struct guest *g = &w->guest[0];
	int i;

	for (i = 0; i < GUESTS; i++) {
		if (w->guest[i].fd == -1)
			return &w->guest[i];
		if (w->guest[i].until_us < g->until_us)
			g = &w->guest[i];
	}
	dismiss(g);
	return g;
}

static void
welcome(struct waiting *w)
{
	struct guest *g;
	int fd =
	    accept4(w->listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd == -1)
		return;
	g = seat(w);
	g->fd = fd;
	g->until_us = clock_now_us() + PATIENCE_US;
}

/* Takes *r if it is ours, and frees it otherwise. */
static bool
take(struct waiting *w, struct redirect *r)
{
	if (!redirect_is_ours(r, w->state)) {
		redirect_free(r);
		return false;
	}
	*w->out = *r;
	w->done = true;
	return true;
}

static void
judge(struct waiting *w, struct guest *g)
{
	struct redirect r;
	int rc = redirect_read_request(&r, buf_str(&g->head), g->head.len);

	if (rc == 0)
		return;
	if (rc == -1)
		answer(g, "400 Bad Request", "This is no sign-in.");
	else if (take(w, &r))
		answer(g, "200 OK",
		    "The sign-in has arrived. You can close this page; the "
		    "rest is said where smtp-oauth2 runs.");
	else
		answer(g, "404 Not Found",
		    "This is not the sign-in that is waited for.");
}

static void
hear(struct waiting *w, struct guest *g)
{
	char chunk[CHUNK];
	ssize_t n = recv(g->fd, chunk, sizeof chunk, 0);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		dismiss(g);
		return;
	}
	if (buf_add(&g->head, chunk, (size_t)n) == -1)
		answer(g, "431 Request Header Fields Too Large",
		    "This is too much for a sign-in.");
	else
		judge(w, g);
	explicit_bzero(chunk, sizeof chunk);
}

/* A line, or what there was of one at the end. */
static void
take_line(struct waiting *w)
{
	struct redirect r;

	if (w->line.failed)
		fprintf(stderr,
		    "That is too long, or there is no memory for it; paste "
		    "the address again.\n");
	else if (redirect_read_url(&r, buf_str(&w->line), w->line.len) == -1 ||
	    !take(w, &r))
		fprintf(stderr,
		    "That is not the address at which this sign-in ended; "
		    "paste all of it.\n");
	buf_truncate(&w->line, 0);
}

static void
hear_paste(struct waiting *w)
{
	char c;
	ssize_t n = read(w->paste, &c, 1);

	/* One octet at a time: what follows the line is not ours. */
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n == 1 && c != '\n') {
		buf_addc(&w->line, c);
		return;
	}
	if (w->line.len > 0 || w->line.failed)
		take_line(w);
	if (n <= 0)
		w->paste = -1;
}

/* What is to be watched; in the order of the guests, then the port, then the
 * line.  Returns milliseconds to the next that is due. */
static int
prepare(struct waiting *w, struct pollfd *p)
{
	const int64_t now = clock_now_us();
	int64_t next = w->deadline_us;
	int i;

	for (i = 0; i < GUESTS; i++) {
		struct guest *g = &w->guest[i];

		if (g->fd != -1 && g->until_us <= now)
			answer(g, "408 Request Timeout", "This was too slow.");
		if (g->fd != -1 && g->until_us < next)
			next = g->until_us;
		p[i] = (struct pollfd){ .fd = g->fd, .events = POLLIN };
	}
	p[GUESTS] = (struct pollfd){ .fd = w->listener->fd, .events = POLLIN };
	p[GUESTS + 1] = (struct pollfd){ .fd = w->paste, .events = POLLIN };
	return next <= now ? 0 : (int)((next - now + 999) / 1000);
}

static void
turn(struct waiting *w)
{
	struct pollfd p[GUESTS + 2];
	int i, ms = prepare(w, p);

	if (poll(p, GUESTS + 2, ms) <= 0)
		return;
	for (i = 0; i < GUESTS && !w->done; i++)
		if (p[i].fd != -1 && p[i].revents != 0)
			hear(w, &w->guest[i]);
	if (!w->done && p[GUESTS].revents != 0)
		welcome(w);
	if (!w->done && p[GUESTS + 1].revents != 0)
		hear_paste(w);
}

int
listener_wait(struct listener *l, const char *state, int paste,
    int64_t deadline_us, struct redirect *out, struct failure *f)
{
	struct waiting w = { .listener = l,
		.state = state,
		.paste = paste,
		.deadline_us = deadline_us,
		.line = BUF_INIT(REDIRECT_MAX),
		.out = out };
	int i;

	for (i = 0; i < GUESTS; i++)
		w.guest[i] =
		    (struct guest){ .fd = -1, .head = BUF_INIT(REDIRECT_MAX) };
	while (!w.done && clock_now_us() < deadline_us)
		turn(&w);
	for (i = 0; i < GUESTS; i++)
		dismiss(&w.guest[i]);
	buf_free(&w.line);
	if (w.done)
		return 0;
	failure_set(f, FAILURE_TEMPORARY, "nobody signed in in time");
	return failure_advise(f, "run setup again");
}
