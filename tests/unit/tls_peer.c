#include "tests/unit/tls_peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { TURNS_MAX = 100 };

void
peer_init(void)
{
	const struct tls_settings s = { .min_version = TLS_VERSION_1_2 };
	enum tls_file culprit;
	struct err e = { .kind = ERR_NONE };
	struct tls_context *t = tls_context_new(&s, &culprit, &e);

	assert_non_null(t);
	tls_context_free(t);
	signal(SIGPIPE, SIG_IGN);
}

static void
start(struct tls_peer *p, int ours, int theirs)
{
	memset(p, 0, sizeof *p);
	assert_int_equal(fcntl(ours, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(fcntl(theirs, F_SETFL, O_NONBLOCK), 0);
	p->fd = theirs;
	p->stream = stream_new(ours);
	assert_non_null(p->stream);
}

void
peer_open(struct tls_peer *p)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	start(p, fd[0], fd[1]);
}

void
peer_open_tcp(struct tls_peer *p)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int l = socket(AF_INET, SOCK_STREAM, 0);
	int ours = socket(AF_INET, SOCK_STREAM, 0), theirs;

	assert_int_equal(bind(l, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(l, 1), 0);
	assert_int_equal(getsockname(l, (struct sockaddr *)&a, &len), 0);
	assert_int_equal(connect(ours, (struct sockaddr *)&a, len), 0);
	theirs = accept(l, NULL, NULL);
	assert_true(theirs != -1);
	close(l);
	start(p, ours, theirs);
}

void
peer_serve(
    struct tls_peer *p, const struct cert *c, int issuers, int max_version)
{
	const struct cert *i;

	p->ctx = SSL_CTX_new(TLS_server_method());
	assert_non_null(p->ctx);
	SSL_CTX_set_security_level(p->ctx, 0);
	SSL_CTX_set_mode(p->ctx, SSL_MODE_NO_AUTO_CHAIN);
	SSL_CTX_set_min_proto_version(p->ctx, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(p->ctx, max_version);
	assert_int_equal(SSL_CTX_use_certificate(p->ctx, c->x509), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(p->ctx, c->key), 1);
	for (i = c->issuer; i != NULL && issuers-- > 0; i = i->issuer)
		assert_int_equal(SSL_CTX_add1_chain_cert(p->ctx, i->x509), 1);
	p->ssl = SSL_new(p->ctx);
	assert_non_null(p->ssl);
	SSL_set_fd(p->ssl, p->fd);
	SSL_set_accept_state(p->ssl);
}

void
peer_start_tls_as(
    struct tls_peer *p, struct tls_context *t, const struct stream_identity *id)
{
	struct err e = { .kind = ERR_NONE };

	assert_int_equal(stream_start_tls(p->stream, t, id, &e), 0);
}

void
peer_start_tls(struct tls_peer *p, struct tls_context *t, const char *name)
{
	const struct stream_identity id = { .sni = "mail.example.org",
		.verify_name = name != NULL ? name : "mail.example.org" };

	peer_start_tls_as(p, t, &id);
}

enum stream_status
peer_shake(struct tls_peer *p)
{
	enum stream_status status = STREAM_WANT_READ;
	int i;

	for (i = 0; i < TURNS_MAX &&
	     (status == STREAM_WANT_READ || status == STREAM_WANT_WRITE);
	     i++) {
		status = stream_handshake(p->stream);
		if (p->ssl != NULL)
			SSL_do_handshake(p->ssl);
	}
	return status;
}

void
peer_close(struct tls_peer *p)
{
	close(p->fd);
	p->fd = -1;
}

void
peer_reset(struct tls_peer *p)
{
	const struct linger now = { .l_onoff = 1 };

	assert_int_equal(
	    setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
	peer_close(p);
}

void
peer_write_raw(struct tls_peer *p, const void *data, size_t len)
{
	assert_int_equal(send(p->fd, data, len, MSG_NOSIGNAL), len);
}

size_t
peer_read_raw(struct tls_peer *p, void *data, size_t size)
{
	ssize_t n = recv(p->fd, data, size, 0);

	return n > 0 ? (size_t)n : 0;
}

void
peer_end(struct tls_peer *p)
{
	stream_free(p->stream);
	SSL_free(p->ssl);
	SSL_CTX_free(p->ctx);
	if (p->fd != -1)
		close(p->fd);
	memset(p, 0, sizeof *p);
	p->fd = -1;
}
