/*
 * server.c - an SMTP server for measuring clients: fast, on loopback, any
 * login is right.  It prints its port and serves until its standard input
 * ends.  No model of a mail server.
 *
 *   server [-i] [-t] [-n] [-e BYTES [-s BYTES]] [-c CHAIN -k KEY]
 *
 *   -c, -k   offer STARTTLS with this certificate chain and key
 *   -i       TLS from the first byte
 *   -t       send no session tickets
 *   -n       hold small pieces back until the last is acknowledged (Nagle)
 *   -e       pad the reply to EHLO to about so many bytes
 *   -s       send that reply in pieces of so many bytes, TLS records
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

enum { CLIENTS_MAX = 64, LINE_MAX_BYTES = 16 * 1024, EHLO_MAX = 80 * 1024 };

struct client {
	int fd; /* -1: free */
	SSL *ssl;
	bool shaken; /* the handshake is done */
	int awaited; /* responses of AUTH still to come */
	size_t used;
	char in[LINE_MAX_BYTES];
};

static struct client clients[CLIENTS_MAX];
static SSL_CTX *ctx;
static bool implicit;
static int nodelay = 1;
static size_t ehlo_bytes, piece_bytes = SIZE_MAX;

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
drop(struct client *c)
{
	if (c->ssl != NULL && c->shaken)
		SSL_shutdown(c->ssl);
	SSL_free(c->ssl);
	close(c->fd);
	*c = (struct client){ .fd = -1 };
}

/* Replies fit the socket's buffer; if not, the client is waited for. */
static void
say(struct client *c, const char *text, size_t len)
{
	struct pollfd p = { .fd = c->fd, .events = POLLOUT };
	ssize_t n;
	size_t put;

	while (len > 0) {
		if (c->ssl != NULL)
			n = SSL_write_ex(c->ssl, text, len, &put) == 1
			    ? (ssize_t)put
			    : -1;
		else
			n = send(c->fd, text, len, MSG_NOSIGNAL);
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		} else if (poll(&p, 1, 1000) != 1 ||
		    (p.revents & (POLLERR | POLLHUP)) != 0) {
			return;
		}
	}
}

static void
says(struct client *c, const char *text)
{
	say(c, text, strlen(text));
}

static void
say_ehlo(struct client *c)
{
	static char text[EHLO_MAX + 256];
	size_t used = (size_t)sprintf(text, "250-bench.example.org\r\n");
	size_t line, at, n;

	for (line = 0; used < ehlo_bytes; line++)
		used += (size_t)sprintf(text + used,
		    "250-XPAD%06zu with nothing to say to anybody\r\n", line);
	if (ctx != NULL && c->ssl == NULL)
		used += (size_t)sprintf(text + used, "250-STARTTLS\r\n");
	used += (size_t)sprintf(text + used,
	    "250-AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER\r\n250 8BITMIME\r\n");
	for (at = 0; at < used; at += n) {
		n = used - at < piece_bytes ? used - at : piece_bytes;
		say(c, text + at, n);
	}
}

static void
start_tls(struct client *c)
{
	if ((c->ssl = SSL_new(ctx)) == NULL || SSL_set_fd(c->ssl, c->fd) != 1)
		exit(1);
	SSL_set_accept_state(c->ssl);
	c->shaken = false;
	c->used = 0;
}

static bool
is(const char *line, const char *verb)
{
	return strncasecmp(line, verb, strlen(verb)) == 0;
}

static void
answer_auth(struct client *c, const char *line)
{
	const char *initial = strchr(line + 5, ' ');

	c->awaited = is(line + 5, "LOGIN") ? 2 : 1;
	if (initial != NULL)
		c->awaited--;
	if (c->awaited == 0)
		says(c, "235 2.7.0 welcome\r\n");
	else
		says(c, c->awaited == 2 ? "334 VXNlcm5hbWU6\r\n" : "334 \r\n");
}

/* Returns whether the connection goes on. */
static bool
answer(struct client *c, const char *line)
{
	if (c->awaited > 0) {
		says(c,
		    --c->awaited > 0 ? "334 UGFzc3dvcmQ6\r\n"
				     : "235 2.7.0 welcome\r\n");
	} else if (is(line, "EHLO ")) {
		say_ehlo(c);
	} else if (is(line, "AUTH ")) {
		answer_auth(c, line);
	} else if (is(line, "STARTTLS") && ctx != NULL && c->ssl == NULL) {
		says(c, "220 2.0.0 go on\r\n");
		start_tls(c);
	} else if (is(line, "QUIT")) {
		says(c, "221 2.0.0 bye\r\n");
		return false;
	} else {
		says(c, "250 2.0.0 fine\r\n");
	}
	return true;
}

static void
greet(struct client *c)
{
	says(c, "220 bench.example.org ESMTP\r\n");
}

/* Returns whether the connection goes on. */
static bool
shake(struct client *c)
{
	int rc = SSL_accept(c->ssl), why;

	if (rc != 1) {
		why = SSL_get_error(c->ssl, rc);
		return why == SSL_ERROR_WANT_READ ||
		    why == SSL_ERROR_WANT_WRITE;
	}
	c->shaken = true;
	if (implicit)
		greet(c);
	return true;
}

/* Returns what was read, 0 if nothing is there, or -1 at the end. */
static ssize_t
hear(struct client *c)
{
	char *to = c->in + c->used;
	size_t room = sizeof c->in - 1 - c->used, got;
	ssize_t n;

	if (c->ssl == NULL) {
		n = recv(c->fd, to, room, 0);
		return n > 0 ? n : n == -1 && errno == EAGAIN ? 0 : -1;
	}
	if (SSL_read_ex(c->ssl, to, room, &got) == 1)
		return (ssize_t)got;
	return SSL_get_error(c->ssl, 0) == SSL_ERROR_WANT_READ ? 0 : -1;
}

/* Returns whether the connection goes on. */
static bool
serve(struct client *c)
{
	char *end;
	size_t len;
	ssize_t n;

	for (;;) {
		if (c->ssl != NULL && !c->shaken) {
			if (!shake(c))
				return false;
			if (!c->shaken)
				return true;
		}
		if ((n = hear(c)) <= 0)
			return n == 0;
		c->used += (size_t)n;
		c->in[c->used] = '\0';
		while ((end = memchr(c->in, '\n', c->used)) != NULL) {
			*end = '\0';
			if (!answer(c, c->in))
				return false;
			if (c->used == 0) /* STARTTLS */
				break;
			len = (size_t)(end + 1 - c->in);
			c->used -= len;
			memmove(c->in, end + 1, c->used);
		}
		if (c->used == sizeof c->in - 1)
			return false;
	}
}

static void
take_client(int listener)
{
	struct client *c = clients;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd == -1)
		return;
	while (c < clients + CLIENTS_MAX && c->fd != -1)
		c++;
	if (c == clients + CLIENTS_MAX) {
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &nodelay, sizeof nodelay);
	*c = (struct client){ .fd = fd };
	if (implicit)
		start_tls(c);
	else
		greet(c);
}

static int
listen_anywhere(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof sin;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1 || bind(fd, (struct sockaddr *)&sin, len) == -1 ||
	    listen(fd, CLIENTS_MAX) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) == -1)
		die("listen");
	printf("%d\n", ntohs(sin.sin_port));
	fflush(stdout);
	return fd;
}

static void
make_context(const char *chain, const char *key, bool tickets)
{
	if ((ctx = SSL_CTX_new(TLS_server_method())) == NULL ||
	    SSL_CTX_use_certificate_chain_file(ctx, chain) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1) {
		fprintf(stderr, "server: %s, %s: no use\n", chain, key);
		exit(1);
	}
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	if (!tickets) {
		SSL_CTX_set_num_tickets(ctx, 0);
		SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	}
}

/* The loop: the listener, what tells the end, and the clients. */
static void
run(int listener)
{
	struct pollfd p[CLIENTS_MAX + 2];
	char c;
	int i;

	for (;;) {
		p[0] = (struct pollfd){ .fd = listener, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
		for (i = 0; i < CLIENTS_MAX; i++)
			p[i + 2] = (struct pollfd){ .fd = clients[i].fd,
				.events = POLLIN };
		if (poll(p, CLIENTS_MAX + 2, -1) == -1)
			die("poll");
		if (p[1].revents != 0 && read(STDIN_FILENO, &c, 1) <= 0)
			return;
		for (i = 0; i < CLIENTS_MAX; i++)
			if (p[i + 2].revents != 0 && !serve(&clients[i]))
				drop(&clients[i]);
		if (p[0].revents != 0)
			take_client(listener);
	}
}

int
main(int argc, char **argv)
{
	const char *chain = NULL, *key = NULL;
	bool tickets = true;
	int option, i;

	while ((option = getopt(argc, argv, "itne:s:c:k:")) != -1)
		switch (option) {
		case 'i':
			implicit = true;
			break;
		case 't':
			tickets = false;
			break;
		case 'n':
			nodelay = 0;
			break;
		case 'e':
			ehlo_bytes = (size_t)atoi(optarg);
			break;
		case 's':
			piece_bytes = (size_t)atoi(optarg);
			break;
		case 'c':
			chain = optarg;
			break;
		case 'k':
			key = optarg;
			break;
		default:
			return 1;
		}
	if (ehlo_bytes > EHLO_MAX || piece_bytes == 0 ||
	    (chain == NULL) != (key == NULL))
		return 1;
	signal(SIGPIPE, SIG_IGN);
	if (chain != NULL)
		make_context(chain, key, tickets);
	for (i = 0; i < CLIENTS_MAX; i++)
		clients[i].fd = -1;
	run(listen_anywhere());
	return 0;
}
