/*
 * delay.c - a proxy that makes loopback a slow line: every byte takes half a
 * round trip more each way, and so does setting up the connection behind it.
 * The client's own connect() alone stays fast.  It prints its port and serves
 * until its standard input ends.
 *
 *   delay PORT ROUND-TRIP-MS
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PIECES = 256, PIECE_SIZE = 16 * 1024 };

struct piece {
	int64_t due_ns;
	ssize_t len; /* 0: the end */
	char data[PIECE_SIZE];
};

/* One direction, a ring. */
struct way {
	int from, to;
	bool ended;
	unsigned head, tail;
	struct piece pieces[PIECES];
};

static int64_t half_ns;

static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
take(struct way *w)
{
	struct piece *p = &w->pieces[w->tail++ % PIECES];

	p->len = read(w->from, p->data, sizeof p->data);
	p->due_ns = now_ns() + half_ns;
	w->ended = p->len <= 0;
}

/* Pass on what is due.  Returns false when the way has ended. */
static bool
give(struct way *w)
{
	struct piece *p;

	while (w->head != w->tail) {
		p = &w->pieces[w->head % PIECES];
		if (p->due_ns > now_ns())
			return true;
		if (p->len <= 0) {
			shutdown(w->to, SHUT_WR);
			w->head++;
			return false;
		}
		if (write(w->to, p->data, (size_t)p->len) != p->len)
			return false;
		w->head++;
	}
	return true;
}

static int64_t
next_due(const struct way *w, int64_t other)
{
	int64_t due;

	if (w->head == w->tail)
		return other;
	due = w->pieces[w->head % PIECES].due_ns;
	return due < other ? due : other;
}

static int
wait_until(struct pollfd *p, int64_t due_ns)
{
	int64_t left = due_ns == INT64_MAX ? 1000000000 : due_ns - now_ns();
	struct timespec t = { 0 };

	if (left > 0)
		t = (struct timespec){ .tv_sec = left / 1000000000,
			.tv_nsec = left % 1000000000 };
	return ppoll(p, 2, &t, NULL) == -1 ? -1 : 0;
}

static int
dial(int port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd == -1 || connect(fd, (struct sockaddr *)&sin, sizeof sin) == -1)
		_exit(1);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

/* What the client says before the server hears of it is under way as well. */
static void
relay(int client, int port)
{
	static struct way up, down;
	struct pollfd p[2];
	int64_t connect_ns = now_ns() + half_ns;
	bool up_goes_on = true, down_goes_on = true;

	up.from = down.to = client;
	up.to = down.from = -1;
	while (up_goes_on || down_goes_on) {
		if (up.to == -1 && now_ns() >= connect_ns)
			up.to = down.from = dial(port);
		p[0] = (struct pollfd){ .fd = up.ended ? -1 : client,
			.events = POLLIN };
		p[1] = (struct pollfd){ .fd = down.ended ? -1 : down.from,
			.events = POLLIN };
		if (wait_until(p, next_due(&up, next_due(&down, connect_ns))))
			return;
		if (p[0].revents != 0)
			take(&up);
		if (p[1].revents != 0)
			take(&down);
		if (up_goes_on && up.to != -1)
			up_goes_on = give(&up);
		if (down_goes_on)
			down_goes_on = give(&down);
		if (up.to != -1)
			connect_ns = INT64_MAX;
	}
}

static int
listen_anywhere(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof sin;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd == -1 || bind(fd, (struct sockaddr *)&sin, len) == -1 ||
	    listen(fd, 16) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) == -1) {
		perror("delay");
		exit(1);
	}
	printf("%d\n", ntohs(sin.sin_port));
	fflush(stdout);
	return fd;
}

int
main(int argc, char **argv)
{
	struct pollfd p[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
		{ .events = POLLIN } };
	const int on = 1;
	int client, port;
	char c;

	if (argc != 3)
		return 1;
	port = atoi(argv[1]);
	half_ns = (int64_t)atoi(argv[2]) * 1000000 / 2;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); /* to the point */
	p[1].fd = listen_anywhere();
	for (;;) {
		if (poll(p, 2, -1) == -1)
			return 1;
		if (p[0].revents != 0 && read(STDIN_FILENO, &c, 1) <= 0)
			return 0;
		if (p[1].revents == 0)
			continue;
		client = accept(p[1].fd, NULL, NULL);
		if (client == -1)
			continue;
		if (fork() == 0) {
			setsockopt(
			    client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
			relay(client, port);
			_exit(0);
		}
		close(client);
	}
}
