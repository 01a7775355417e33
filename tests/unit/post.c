#include "tests/unit/post.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/ssl.h>

#include "base/base64.h"

enum { LINE_MAX_BYTES = 1000 };

/* One connection, served by a process of its own that may block. */
struct talk {
	int fd;
	enum post_door door;
	SSL_CTX *ctx;
	SSL *ssl; /* NULL: in the clear */
};

static _Noreturn void
hang_up(void)
{
	_exit(0);
}

static void
say(struct talk *t, const char *text)
{
	int len = (int)strlen(text);

	if ((t->ssl != NULL ? SSL_write(t->ssl, text, len)
			    : (int)write(t->fd, text, (size_t)len)) != len)
		hang_up();
}

/* Byte by byte: nothing behind a STARTTLS may be read in the clear. */
static void
hear(struct talk *t, char line[LINE_MAX_BYTES])
{
	size_t len = 0;
	int n;

	while (len + 1 < LINE_MAX_BYTES) {
		n = t->ssl != NULL ? SSL_read(t->ssl, line + len, 1)
				   : (int)read(t->fd, line + len, 1);
		if (n != 1)
			hang_up();
		if (line[len++] == '\n')
			break;
	}
	while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	line[len] = '\0';
}

static void
shake_hands(struct talk *t)
{
	if ((t->ssl = SSL_new(t->ctx)) == NULL ||
	    SSL_set_fd(t->ssl, t->fd) != 1 || SSL_accept(t->ssl) != 1)
		hang_up();
}

/* "" NUL user NUL secret, RFC 4616. */
static void
judge(struct talk *t, const char *response)
{
	struct buf b = BUF_INIT(LINE_MAX_BYTES);
	char right[40], hang[40], reply[200];
	const char *user, *secret;
	unsigned number;

	if (base64_decode(&b, response, strlen(response)) == -1 || b.len < 3)
		hang_up();
	user = b.data + 1;
	secret = user + strlen(user) + 1;
	if (sscanf(user, "user%u@example.org", &number) != 1)
		hang_up();
	snprintf(right, sizeof right, "right-%u", number);
	snprintf(hang, sizeof hang, "hang-%u", number);
	if (strcmp(secret, hang) == 0)
		return;
	if (strcmp(secret, right) == 0 || strcmp(secret, "common") == 0)
		snprintf(reply, sizeof reply, "235 2.7.0 Welcome\r\n");
	else
		snprintf(
		    reply, sizeof reply, "535 5.7.8 Not you, %s\r\n", user);
	say(t, reply);
}

static _Noreturn void
serve(struct talk *t)
{
	char line[LINE_MAX_BYTES];

	if (t->door == POST_SILENT)
		for (;;)
			hear(t, line);
	if (t->door == POST_IMPLICIT)
		shake_hands(t);
	say(t, "220 mail.example.org ESMTP\r\n");
	for (;;) {
		hear(t, line);
		if (strncmp(line, "EHLO ", 5) == 0) {
			say(t, "250-mail.example.org\r\n");
			if (t->door == POST_STARTTLS && t->ssl == NULL)
				say(t, "250-STARTTLS\r\n");
			say(t, "250 AUTH PLAIN\r\n");
		} else if (strcmp(line, "STARTTLS") == 0) {
			say(t, "220 2.0.0 Go ahead\r\n");
			shake_hands(t);
		} else if (strncmp(line, "AUTH PLAIN ", 11) == 0) {
			judge(t, line + 11);
		} else {
			say(t, "221 2.0.0 Bye\r\n");
			hang_up();
		}
	}
}

static _Noreturn void
attend(const int doors[POST_DOORS], SSL_CTX *ctx)
{
	struct pollfd p[POST_DOORS];
	struct talk t = { .ctx = ctx };
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		for (i = 0; i < POST_DOORS; i++)
			p[i] =
			    (struct pollfd){ .fd = doors[i], .events = POLLIN };
		if (poll(p, POST_DOORS, -1) == -1)
			continue;
		for (i = 0; i < POST_DOORS; i++) {
			if (p[i].revents == 0)
				continue;
			t.door = (enum post_door)i;
			t.fd = accept(doors[i], NULL, NULL);
			if (t.fd != -1 && fork() == 0)
				serve(&t);
			close(t.fd);
		}
	}
}

static int
open_door(int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_not_equal(fd, -1);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(fd, 511), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

void
post_open(struct post *p, const struct cert *c)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	int doors[POST_DOORS], i;

	assert_non_null(ctx);
	assert_int_equal(SSL_CTX_use_certificate(ctx, c->x509), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, c->key), 1);
	for (i = 0; i < POST_DOORS; i++)
		doors[i] = open_door(&p->port[i]);
	if ((p->pid = fork()) == 0)
		attend(doors, ctx);
	assert_int_not_equal(p->pid, -1);
	for (i = 0; i < POST_DOORS; i++)
		close(doors[i]);
	SSL_CTX_free(ctx);
}

void
post_close(struct post *p)
{
	kill(p->pid, SIGKILL);
	assert_int_equal(waitpid(p->pid, NULL, 0), p->pid);
}
