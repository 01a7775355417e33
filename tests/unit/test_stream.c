/* Bytes over one socket: in the clear, in TLS, and all the ways to fail. */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/err.h>

#include "tests/unit/certs.h"
#include "tests/unit/tls_peer.h"

enum { LARGE = 1 << 20, RECORD_MAX = 20000 };

static struct cert root, leaf;
static const char *root_file;
static struct tls_context *tls;
static char large[LARGE];
static int acknowledgements; /* asked for since acknowledges() looked */

/* In place of the C library's. */
int
setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	if (level == IPPROTO_TCP && name == TCP_QUICKACK &&
	    len == sizeof(int) && *(const int *)value == 1)
		acknowledgements++;
	return (int)syscall(SYS_setsockopt, fd, level, name, value, len);
}

static void
wants(struct tls_peer *p, enum stream_status want, const char *error)
{
	char data[64];
	size_t got;

	assert_int_equal(stream_read(p->stream, data, sizeof data, &got), want);
	if (error != NULL)
		assert_string_equal(stream_error(p->stream), error);
}

/* There is nothing to read now; has the peer been told so? */
static void
acknowledges(struct tls_peer *p, bool told)
{
	wants(p, STREAM_WANT_READ, NULL);
	assert_int_equal(acknowledgements, told);
	acknowledgements = 0;
}

/* A connection with TLS up. */
static void
open_tls(struct tls_peer *p, int max_version)
{
	peer_open(p);
	peer_serve(p, &leaf, 0, max_version);
	peer_start_tls(p, tls, NULL);
	assert_int_equal(peer_shake(p), STREAM_DONE);
	assert_true(stream_tls_facts(p->stream)->done);
}

static void
hears(struct tls_peer *p, const char *text)
{
	char data[64];
	size_t got = 0;

	assert_int_equal(
	    stream_read(p->stream, data, sizeof data, &got), STREAM_DONE);
	assert_int_equal(got, strlen(text));
	assert_memory_equal(data, text, got);
}

static void
says(struct tls_peer *p, const char *text)
{
	char data[64];
	size_t put = 0, len = strlen(text);

	assert_int_equal(stream_write(p->stream, text, len, &put), STREAM_DONE);
	assert_int_equal(put, len);
	if (p->ssl != NULL)
		assert_int_equal(SSL_read(p->ssl, data, sizeof data), len);
	else
		assert_int_equal(peer_read_raw(p, data, sizeof data), len);
	assert_memory_equal(data, text, len);
}

/* In the clear. */

static void
test_clear(void **state)
{
	struct tls_peer p;

	(void)state;
	peer_open(&p);
	wants(&p, STREAM_WANT_READ, "");
	assert_false(stream_has_unread(p.stream));
	peer_write_raw(&p, "220 hi\r\n", 8);
	assert_true(stream_has_unread(p.stream));
	hears(&p, "220 hi\r\n");
	assert_false(stream_has_unread(p.stream));
	says(&p, "QUIT\r\n");
	peer_write_raw(&p, "bye", 3);
	peer_close(&p);
	hears(&p, "bye");
	wants(&p, STREAM_CLOSED, "connection closed");
	stream_close_notify(p.stream); /* nothing to say in the clear */
	peer_end(&p);
}

static void
test_clear_full(void **state)
{
	enum stream_status status;
	struct tls_peer p;
	size_t put, total = 0;

	(void)state;
	peer_open(&p);
	while ((status = stream_write(p.stream, large, LARGE, &put)) ==
	    STREAM_DONE)
		total += put;
	assert_int_equal(status, STREAM_WANT_WRITE);
	assert_true(total > 0);
	peer_end(&p);
}

static void
test_clear_reset(void **state)
{
	struct tls_peer p;

	(void)state;
	peer_open_tcp(&p);
	peer_reset(&p);
	wants(&p, STREAM_CLOSED, "connection reset by peer");
	peer_end(&p);
	/* Having looked for bytes does not lose the reason. */
	peer_open_tcp(&p);
	peer_reset(&p);
	assert_false(stream_has_unread(p.stream));
	wants(&p, STREAM_CLOSED, "connection reset by peer");
	peer_end(&p);
}

static void
test_clear_broken_pipe(void **state)
{
	struct tls_peer p;
	size_t put;

	(void)state;
	peer_open(&p);
	peer_close(&p);
	signal(SIGPIPE, SIG_DFL); /* would end the test */
	assert_int_equal(stream_write(p.stream, "x", 1, &put), STREAM_CLOSED);
	signal(SIGPIPE, SIG_IGN);
	assert_string_equal(stream_error(p.stream), "connection reset by peer");
	peer_end(&p);
}

static void
test_life(void **state)
{
	struct tls_peer p;
	int fd;

	(void)state;
	stream_free(NULL);
	peer_open(&p);
	fd = stream_fd(p.stream);
	assert_int_equal(stream_tls_facts(p.stream)->done, false);
	assert_string_equal(stream_error(p.stream), "");
	stream_free(p.stream);
	p.stream = NULL;
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	peer_end(&p);
}

/* In TLS. */

static void
talk(int max_version)
{
	struct tls_peer p;
	char data[64];

	open_tls(&p, max_version);
	/* Session tickets have arrived, which are no data. */
	wants(&p, STREAM_WANT_READ, "");
	assert_int_equal(SSL_write(p.ssl, "220 hi\r\n", 8), 8);
	hears(&p, "220 hi\r\n");
	says(&p, "EHLO x\r\n");
	if (max_version == TLS1_2_VERSION) {
		/* A HelloRequest is refused, and no more. */
		assert_int_equal(SSL_renegotiate(p.ssl), 1);
	} else {
		assert_int_equal(
		    SSL_key_update(p.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
	}
	assert_int_equal(SSL_do_handshake(p.ssl), 1);
	wants(&p, STREAM_WANT_READ, "");
	if (max_version == TLS1_2_VERSION) {
		ERR_clear_error();
		assert_true(SSL_read(p.ssl, data, sizeof data) <= 0);
		assert_int_equal(
		    ERR_GET_REASON(ERR_peek_error()), SSL_R_NO_RENEGOTIATION);
	} else {
		says(&p, "NOOP\r\n");
		assert_int_equal(SSL_write(p.ssl, "250 ok\r\n", 8), 8);
		hears(&p, "250 ok\r\n");
	}
	peer_end(&p);
}

static void
test_tls(void **state)
{
	(void)state;
	talk(0);
	talk(TLS1_2_VERSION);
}

/* What is only a part of a reply is acknowledged, once, and no other. */

static void
test_acknowledges_clear(void **state)
{
	struct tls_peer p;

	(void)state;
	peer_open(&p);
	acknowledgements = 0;
	acknowledges(&p, false);
	peer_write_raw(&p, "220-hi\r\n", 8);
	hears(&p, "220-hi\r\n");
	acknowledges(&p, true);
	acknowledges(&p, false);
	peer_write_raw(&p, "220 hi\r\n", 8);
	hears(&p, "220 hi\r\n");
	says(&p, "EHLO x\r\n");
	acknowledges(&p, false);
	peer_end(&p);
}

static void
acknowledge_tls(int max_version)
{
	struct tls_peer p;

	open_tls(&p, max_version);
	acknowledgements = 0;
	/* Session tickets; or Finished, which is the server's in TLS 1.2. */
	acknowledges(&p, true);
	acknowledges(&p, false);
	assert_int_equal(SSL_write(p.ssl, "250-x\r\n", 7), 7);
	hears(&p, "250-x\r\n");
	acknowledges(&p, true);
	assert_int_equal(SSL_write(p.ssl, "250 x\r\n", 7), 7);
	hears(&p, "250 x\r\n");
	says(&p, "QUIT\r\n");
	acknowledges(&p, false);
	peer_end(&p);
}

/* A greeting in the clear, which STARTTLS answered, is no part of TLS. */
static void
test_acknowledges_tls(void **state)
{
	struct tls_peer p;

	(void)state;
	acknowledge_tls(0);
	acknowledge_tls(TLS1_2_VERSION);
	/* Our Finished is the last word where no ticket follows. */
	peer_open(&p);
	peer_serve(&p, &leaf, 0, 0);
	assert_int_equal(SSL_set_num_tickets(p.ssl, 0), 1);
	peer_start_tls(&p, tls, NULL);
	assert_int_equal(peer_shake(&p), STREAM_DONE);
	acknowledgements = 0;
	acknowledges(&p, false);
	peer_end(&p);
	peer_open(&p);
	peer_write_raw(&p, "220 hi\r\n", 8);
	hears(&p, "220 hi\r\n");
	says(&p, "STARTTLS\r\n");
	peer_serve(&p, &leaf, 0, 0);
	peer_start_tls(&p, tls, NULL);
	acknowledgements = 0;
	assert_int_equal(stream_handshake(p.stream), STREAM_WANT_READ);
	assert_int_equal(acknowledgements, 0);
	peer_end(&p);
}

/* More than fits at once, both ways; what was not written may move. */
static void
test_tls_large(void **state)
{
	static char in[LARGE];
	enum stream_status status;
	size_t sent = 0, seen = 0, n;
	bool waited = false;
	struct tls_peer p;
	char buffer[2][RECORD_MAX], *moved = buffer[0];

	(void)state;
	open_tls(&p, 0);
	while (seen < LARGE) {
		n = LARGE - sent < RECORD_MAX ? LARGE - sent : RECORD_MAX;
		moved = moved == buffer[0] ? buffer[1] : buffer[0];
		memcpy(moved, large + sent, n);
		status = n > 0 ? stream_write(p.stream, moved, n, &n)
			       : STREAM_WANT_WRITE;
		memset(buffer, 0, sizeof buffer);
		if (status == STREAM_DONE) {
			sent += n;
			continue;
		}
		assert_int_equal(status, STREAM_WANT_WRITE);
		waited = waited || sent < LARGE;
		while (SSL_read_ex(p.ssl, in + seen, LARGE - seen, &n) == 1)
			seen += n;
	}
	assert_true(waited);
	assert_memory_equal(in, large, LARGE);
	memset(in, 0, LARGE);
	for (sent = seen = 0; seen < LARGE;) {
		n = LARGE - sent < 16384 ? LARGE - sent : 16384;
		if (n > 0 && SSL_write_ex(p.ssl, large + sent, n, &n) == 1)
			sent += n;
		while ((status = stream_read(p.stream, in + seen, LARGE - seen,
			    &n)) == STREAM_DONE)
			seen += n;
		assert_true(seen == LARGE || status == STREAM_WANT_READ);
	}
	assert_memory_equal(in, large, LARGE);
	peer_end(&p);
}

/* Pass what one side said on to the other, a byte at a time. */
static void
relay(int from, int to, struct tls_peer *p, enum stream_status *status)
{
	char c;

	while (read(from, &c, 1) == 1) {
		assert_int_equal(write(to, &c, 1), 1);
		if (*status == STREAM_WANT_READ)
			*status = stream_handshake(p->stream);
		else
			wants(p, STREAM_WANT_READ, "");
		SSL_do_handshake(p->ssl);
	}
}

static void
one_byte_pieces(int max_version)
{
	enum stream_status status;
	struct tls_peer p;
	int fd[2], i;

	/* Ours <-> p.fd, relayed to fd[0] <-> fd[1], the server's. */
	peer_open(&p);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	peer_serve(&p, &leaf, 0, max_version);
	SSL_set_fd(p.ssl, fd[1]);
	peer_start_tls(&p, tls, NULL);
	status = stream_handshake(p.stream);
	assert_int_equal(status, STREAM_WANT_READ);
	for (i = 0; i < 10; i++) {
		relay(p.fd, fd[0], &p, &status);
		relay(fd[0], p.fd, &p, &status);
	}
	assert_int_equal(status, STREAM_DONE);
	assert_int_equal(stream_tls_facts(p.stream)->fault_count, 0);
	assert_true(SSL_is_init_finished(p.ssl));
	peer_end(&p);
	close(fd[0]);
	close(fd[1]);
}

static void
test_one_byte_pieces(void **state)
{
	(void)state;
	one_byte_pieces(0);
	one_byte_pieces(TLS1_2_VERSION);
}

static void
check_sni(const char *sni, const char *want)
{
	const struct stream_identity id = { .sni = sni,
		.verify_name = "mail.example.org" };
	const char *seen;
	struct tls_peer p;

	peer_open(&p);
	peer_serve(&p, &leaf, 0, 0);
	peer_start_tls_as(&p, tls, &id);
	assert_int_equal(peer_shake(&p), STREAM_DONE);
	seen = SSL_get_servername(p.ssl, TLSEXT_NAMETYPE_host_name);
	if (want == NULL)
		assert_null(seen);
	else
		assert_string_equal(seen, want);
	peer_end(&p);
}

static void
test_sni(void **state)
{
	struct err e = { .kind = ERR_NONE };
	char name[300];
	const struct stream_identity id = { .sni = name, .verify_name = "x" };
	struct tls_peer p;

	(void)state;
	check_sni("other.example.net", "other.example.net");
	check_sni(NULL, NULL);
	memset(name, 'x', sizeof name);
	name[sizeof name - 1] = '\0';
	peer_open(&p);
	assert_int_equal(stream_start_tls(p.stream, tls, &id, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_non_null(strstr(e.text, "no name that TLS can send"));
	peer_end(&p);
}

static void
test_close_notify(void **state)
{
	struct tls_peer p;
	char data[256];

	(void)state;
	open_tls(&p, 0);
	stream_close_notify(p.stream);
	assert_int_equal(SSL_read(p.ssl, data, sizeof data), 0);
	assert_int_equal(SSL_get_error(p.ssl, 0), SSL_ERROR_ZERO_RETURN);
	stream_close_notify(p.stream); /* said already */
	assert_int_equal(peer_read_raw(&p, data, sizeof data), 0);
	peer_end(&p);

	/* The peer's own. */
	open_tls(&p, 0);
	SSL_shutdown(p.ssl);
	wants(&p, STREAM_CLOSED, "connection closed");
	stream_close_notify(p.stream);
	assert_int_equal(SSL_shutdown(p.ssl), 1);
	peer_end(&p);

	/* Not in the midst of a handshake, and not after a failure. */
	peer_open(&p);
	peer_start_tls(&p, tls, NULL);
	assert_int_equal(stream_handshake(p.stream), STREAM_WANT_READ);
	assert_true(peer_read_raw(&p, large, LARGE) > 0);
	stream_close_notify(p.stream);
	assert_int_equal(peer_read_raw(&p, data, sizeof data), 0);
	peer_end(&p);
	open_tls(&p, 0);
	peer_write_raw(&p, "rubbish", 7);
	wants(&p, STREAM_FAILED, NULL);
	while (peer_read_raw(&p, data, sizeof data) > 0)
		;
	stream_close_notify(p.stream);
	assert_int_equal(peer_read_raw(&p, data, sizeof data), 0);
	peer_end(&p);
}

static int
set_up(void **state)
{
	const struct cert_plan ca = { .cn = "Root", .ca = true };
	const struct cert_plan server = { .cn = "mail",
		.san = "DNS:mail.example.org" };
	struct tls_settings s = { .min_version = TLS_VERSION_1_2 };
	enum tls_file culprit;
	struct err e = { .kind = ERR_NONE };
	size_t i;

	(void)state;
	peer_init();
	folder_make();
	root = cert_make(&ca, NULL);
	leaf = cert_make(&server, &root);
	root_file = folder_write_cert("root.pem", &root);
	s.ca_file = root_file;
	tls = tls_context_new(&s, &culprit, &e);
	assert_non_null(tls);
	for (i = 0; i < sizeof large; i++)
		large[i] = (char)(i * 7919 >> 5);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	tls_context_free(tls);
	cert_free(&root);
	cert_free(&leaf);
	folder_remove();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clear),
		cmocka_unit_test(test_clear_full),
		cmocka_unit_test(test_clear_reset),
		cmocka_unit_test(test_clear_broken_pipe),
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_acknowledges_clear),
		cmocka_unit_test(test_acknowledges_tls),
		cmocka_unit_test(test_tls_large),
		cmocka_unit_test(test_one_byte_pieces),
		cmocka_unit_test(test_sni),
		cmocka_unit_test(test_close_notify),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
