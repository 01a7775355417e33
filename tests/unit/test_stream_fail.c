/* How connections and TLS fail, and the words for it. */

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/certs.h"
#include "tests/unit/tls_peer.h"

static struct cert root, leaf;
static const char *root_file;
static struct tls_context *tls;

static void
wants(struct tls_peer *p, enum stream_status want, const char *error)
{
	char data[64];
	size_t got;

	assert_int_equal(stream_read(p->stream, data, sizeof data, &got), want);
	if (error != NULL)
		assert_string_equal(stream_error(p->stream), error);
}

static void
fails_shake(struct tls_peer *p, enum stream_status want, const char *error)
{
	assert_int_equal(peer_shake(p), want);
	assert_string_equal(stream_error(p->stream), error);
	assert_false(stream_tls_facts(p->stream)->done);
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

/* Plaintext where TLS was expected. */

#define TEN "0123456789"

static void
test_plaintext(void **state)
{
	static const struct {
		const char *said, *error;
	} cases[] = {
		{ "220 mx.example ESMTP\r\n",
		    "the server spoke plaintext: \"220 mx.example ESMTP\"" },
		{ "220-a\r\n220 b\r\n",
		    "the server spoke plaintext: \"220-a\"" },
		{ "5", "the server spoke plaintext: \"5\"" },
		{ "\r\n", "the server spoke plaintext: \"\"" },
		{ "\x18\x03\x01",
		    "the server spoke plaintext: "
		    "\"\x18\x03\x01\"" },
		{ "\x13", "the server spoke plaintext: \"\x13\"" },
		{ "\x96", "the server spoke plaintext: \"\x96\"" },
		{ TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
			TEN TEN TEN TEN TEN " no more",
		    "the server spoke plaintext: \"" TEN TEN TEN TEN TEN TEN TEN
			TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
		    "\"" },
	};
	struct tls_peer p;
	size_t i;
	int late;

	(void)state;
	for (i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
		late = i % 2 == 1; /* after our first words */
		peer_open(&p);
		peer_start_tls(&p, tls, NULL);
		if (late)
			assert_int_equal(
			    stream_handshake(p.stream), STREAM_WANT_READ);
		peer_write_raw(
		    &p, cases[i / 2].said, strlen(cases[i / 2].said));
		fails_shake(&p, STREAM_PLAINTEXT, cases[i / 2].error);
		peer_end(&p);
	}
}

/* Called within our first write, before anything is read. */
static volatile sig_atomic_t greet_fd;

static void
greet(int number)
{
	(void)number;
	assert_int_equal(write(greet_fd, "220 x\r\n", 7), 7);
}

/* OpenSSL must not get at the first byte before it has been looked at. */
static void
test_greeting_crosses_hello(void **state)
{
	struct sigaction sa = { .sa_handler = greet,
		.sa_flags = (int)SA_RESETHAND };
	struct tls_peer p;

	(void)state;
	peer_open(&p);
	greet_fd = p.fd;
	assert_int_equal(sigaction(SIGIO, &sa, NULL), 0);
	assert_int_equal(fcntl(p.fd, F_SETOWN, getpid()), 0);
	assert_int_equal(fcntl(p.fd, F_SETFL, O_NONBLOCK | O_ASYNC), 0);
	peer_start_tls(&p, tls, NULL);
	assert_int_equal(stream_handshake(p.stream), STREAM_WANT_READ);
	assert_int_equal(fcntl(p.fd, F_SETFL, O_NONBLOCK), 0);
	assert_true(stream_has_unread(p.stream));
	assert_int_equal(stream_handshake(p.stream), STREAM_PLAINTEXT);
	assert_string_equal(
	    stream_error(p.stream), "the server spoke plaintext: \"220 x\"");
	peer_end(&p);
}

static void
test_rubbish(void **state)
{
	struct tls_peer p;

	(void)state;
	peer_open(&p);
	peer_start_tls(&p, tls, NULL);
	peer_write_raw(&p, "\x16rubbish and more of it", 23);
	fails_shake(&p, STREAM_FAILED, "wrong version number");
	peer_end(&p);
	open_tls(&p, 0);
	peer_write_raw(&p, "\x17rubbish and more of it", 23);
	wants(&p, STREAM_FAILED, "wrong version number");
	peer_end(&p);
	open_tls(&p, 0);
	peer_write_raw(&p,
	    "\x17\x03\x03\x00\x20"
	    "rubbish and more of it, and yet more",
	    37);
	wants(&p, STREAM_FAILED, "decryption failed or bad record mac");
	peer_end(&p);
}

/* The end of the connection. */

typedef void end_fn(struct tls_peer *p);

static void
ends(end_fn *end, const char *early, const char *late)
{
	struct tls_peer p;
	char flight[8192];
	size_t n;

	/* Before a word. */
	peer_open_tcp(&p);
	peer_start_tls(&p, tls, NULL);
	end(&p);
	fails_shake(&p, STREAM_CLOSED, early);
	peer_end(&p);
	/* The same, after a look for bytes that should not be there. */
	peer_open_tcp(&p);
	end(&p);
	assert_false(stream_has_unread(p.stream));
	peer_start_tls(&p, tls, NULL);
	fails_shake(&p, STREAM_CLOSED, early);
	peer_end(&p);
	/* After ours. */
	peer_open_tcp(&p);
	peer_start_tls(&p, tls, NULL);
	assert_int_equal(stream_handshake(p.stream), STREAM_WANT_READ);
	assert_true(peer_read_raw(&p, flight, sizeof flight) > 0);
	end(&p);
	fails_shake(&p, STREAM_CLOSED, early);
	peer_end(&p);
	/* Within the server's. */
	peer_open_tcp(&p);
	peer_serve(&p, &leaf, 0, 0);
	SSL_set0_wbio(p.ssl, BIO_new(BIO_s_mem()));
	peer_start_tls(&p, tls, NULL);
	assert_int_equal(stream_handshake(p.stream), STREAM_WANT_READ);
	SSL_do_handshake(p.ssl);
	n = (size_t)BIO_read(SSL_get_wbio(p.ssl), flight, (int)sizeof flight);
	assert_true(n > 100 && n < sizeof flight);
	SSL_free(p.ssl);
	p.ssl = NULL;
	peer_write_raw(&p, flight, n / 2);
	assert_int_equal(stream_handshake(p.stream), STREAM_WANT_READ);
	end(&p);
	fails_shake(&p, STREAM_CLOSED, early);
	peer_end(&p);
	/* With TLS up. */
	peer_open_tcp(&p);
	peer_serve(&p, &leaf, 0, 0);
	peer_start_tls(&p, tls, NULL);
	assert_int_equal(peer_shake(&p), STREAM_DONE);
	wants(&p, STREAM_WANT_READ, "");
	end(&p);
	wants(&p, STREAM_CLOSED, late);
	peer_end(&p);
}

static void
test_end_of_file(void **state)
{
	(void)state;
	ends(peer_close, "connection closed",
	    "connection closed without close_notify");
}

static void
test_reset(void **state)
{
	(void)state;
	ends(
	    peer_reset, "connection reset by peer", "connection reset by peer");
}

static void
test_write_to_closed(void **state)
{
	struct tls_peer p;
	size_t put;

	(void)state;
	open_tls(&p, 0);
	peer_close(&p);
	assert_int_equal(stream_write(p.stream, "x", 1, &put), STREAM_CLOSED);
	assert_string_equal(stream_error(p.stream), "connection reset by peer");
	peer_end(&p);
}

/* Alerts. */

static const struct {
	unsigned char number;
	const char *error;
} alerts[] = {
	{ 50, "the server sent the alert \"decode error\"" },
	{ 40, "the server sent the alert \"handshake failure\"" },
	{ 48, "the server sent the alert \"unknown CA\"" },
	{ 70, "the server sent the alert \"protocol version\"" },
	{ 80, "the server sent the alert \"internal error\"" },
	{ 86, "the server sent the alert \"inappropriate fallback\"" },
	{ 112, "the server sent the alert \"unrecognized name\"" },
	{ 116, "the server sent the alert \"certificate required\"" },
	{ 200, "the server sent the alert 200" },
};

static void
test_alerts(void **state)
{
	unsigned char record[] = { 0x15, 3, 3, 0, 2, 2, 0 };
	struct tls_peer p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof alerts / sizeof alerts[0]; i++) {
		record[6] = alerts[i].number;
		peer_open(&p);
		peer_start_tls(&p, tls, NULL);
		peer_write_raw(&p, record, sizeof record);
		fails_shake(&p, STREAM_FAILED, alerts[i].error);
		peer_end(&p);
	}
}

static void
test_version_too_old(void **state)
{
	static const char error[] =
	    "the server sent the alert \"protocol version\"";
	const struct tls_settings s = { .ca_file = root_file,
		.min_version = TLS_VERSION_1_3 };
	enum tls_file culprit;
	struct err e = { .kind = ERR_NONE };
	struct tls_context *newest = tls_context_new(&s, &culprit, &e);
	struct tls_peer p;

	(void)state;
	assert_non_null(newest);
	peer_open(&p);
	peer_serve(&p, &leaf, 0, TLS1_1_VERSION);
	peer_start_tls(&p, tls, NULL);
	fails_shake(&p, STREAM_FAILED, error);
	peer_end(&p);
	peer_open(&p);
	peer_serve(&p, &leaf, 0, TLS1_2_VERSION);
	peer_start_tls(&p, newest, NULL);
	fails_shake(&p, STREAM_FAILED, error);
	peer_end(&p);
	tls_context_free(newest);
}

/* One that answers with an old version all the same. */
static void
test_old_version_chosen(void **state)
{
	static const unsigned char hello[] = { 0x16, 3, 2, 0, 42, 2, 0, 0, 38,
		3, 2, [43] = 0, 0xc0, 0x09, 0, [47] = 0 };
	struct tls_peer p;

	(void)state;
	peer_open(&p);
	peer_start_tls(&p, tls, NULL);
	assert_int_equal(stream_handshake(p.stream), STREAM_WANT_READ);
	peer_write_raw(&p, hello, 47);
	fails_shake(&p, STREAM_FAILED, "unsupported protocol");
	peer_end(&p);
}

static void
asks_in_vain(struct tls_peer *p, int max_version)
{
	peer_open(p);
	peer_serve(p, &leaf, 0, max_version);
	SSL_set_verify(
	    p->ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	peer_start_tls(p, tls, NULL);
}

static void
test_client_certificate_required(void **state)
{
	struct tls_peer p;

	(void)state;
	asks_in_vain(&p, TLS1_2_VERSION);
	fails_shake(&p, STREAM_FAILED,
	    "the server sent the alert \"handshake failure\"");
	assert_true(stream_tls_facts(p.stream)->client_cert_requested);
	peer_end(&p);
	/* With TLS 1.3 our side is done before the server has judged. */
	asks_in_vain(&p, 0);
	assert_int_equal(peer_shake(&p), STREAM_DONE);
	assert_true(stream_tls_facts(p.stream)->client_cert_requested);
	wants(&p, STREAM_FAILED,
	    "the server sent the alert \"certificate required\"");
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

	(void)state;
	peer_init();
	folder_make();
	root = cert_make(&ca, NULL);
	leaf = cert_make(&server, &root);
	root_file = folder_write_cert("root.pem", &root);
	s.ca_file = root_file;
	tls = tls_context_new(&s, &culprit, &e);
	assert_non_null(tls);
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
		cmocka_unit_test(test_plaintext),
		cmocka_unit_test(test_greeting_crosses_hello),
		cmocka_unit_test(test_rubbish),
		cmocka_unit_test(test_end_of_file),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_write_to_closed),
		cmocka_unit_test(test_alerts),
		cmocka_unit_test(test_version_too_old),
		cmocka_unit_test(test_old_version_chosen),
		cmocka_unit_test(test_client_certificate_required),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
