#include "net/stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/library_memory.h"
#include "base/text.h"
#include "net/stream_internal.h"
#include "net/tls_error.h"

enum {
	READS_AT_ONCE = 2, /* of the socket, for one call of OpenSSL */
};

struct stream *
stream_new(int fd)
{
	struct stream *s = calloc(1, sizeof *s);

	if (s != NULL)
		s->fd = fd;
	return s;
}

void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	SSL_free(s->ssl);
	close(s->fd);
	free(s);
}

int
stream_fd(const struct stream *s)
{
	return s->fd;
}

int
stream_start_tls(struct stream *s, struct tls_context *t,
    const struct stream_identity *id, struct err *e)
{
	/* Until the peer is known to speak TLS, OpenSSL hears nothing. */
	const unsigned long lacks = library_memory_lacks();
	BIO *silence = BIO_new(BIO_s_mem());
	char reason[128];

	ERR_clear_error();
	s->tls = t;
	/* The rest is zero still: a stream begins TLS once. */
	s->shake.verify_name = id->verify_name;
	s->shake.pins = id->pins;
	s->shake.accepts = id->accepts;
	s->shake.arg = id->arg;
	if (silence == NULL)
		return err_nomem(e);
	BIO_set_mem_eof_return(silence, -1);
	if ((s->ssl = tls_context_connect(t)) == NULL ||
	    SSL_set_wfd(s->ssl, s->fd) != 1 ||
	    SSL_set_app_data(s->ssl, &s->shake) != 1) {
		BIO_free(silence);
		tls_error_take(reason, sizeof reason);
		return err_set(e, ERR_INTERNAL, "TLS: %s", reason);
	}
	SSL_set0_rbio(s->ssl, silence);
	SSL_set_connect_state(s->ssl);
	if (id->sni == NULL || SSL_set_tlsext_host_name(s->ssl, id->sni) == 1)
		return 0;
	if (library_memory_errors() || library_memory_lacks() != lacks)
		return err_nomem(e);
	return err_set(e, ERR_USAGE, "%.*s: no name that TLS can send",
	    text_cut(id->sni, 200), id->sni);
}

/* As recv(); an error is kept. */
static ssize_t
peek(struct stream *s, char *data, size_t size)
{
	ssize_t n;

	do
		n = recv(s->fd, data, size, MSG_PEEK | MSG_DONTWAIT);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno != EAGAIN && errno != EWOULDBLOCK)
		s->peek_errno = errno;
	return n;
}

bool
stream_has_unread(struct stream *s)
{
	char c;

	return peek(s, &c, 1) > 0;
}

/* Octets that came, in the clear or of TLS. */
static uint64_t
heard(const struct stream *s)
{
	return s->ssl == NULL ? s->heard_clear
			      : BIO_number_read(SSL_get_rbio(s->ssl));
}

/*
 * All that came is read, and there has to be more.  Many peers hold a small
 * piece back until the one before is acknowledged (RFC 896), and the kernel
 * delays that for 40 ms in the hope of an answer to send it with.
 */
static enum stream_status
want_more(struct stream *s)
{
	const int on = 1;

	if (heard(s) != s->acknowledged)
		setsockopt(s->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
	s->acknowledged = heard(s);
	return STREAM_WANT_READ;
}

/* The one translation of what an SSL call returned. */
static enum stream_status
translate(struct stream *s, int rc)
{
	int saved_errno = errno;

	switch (SSL_get_error(s->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		/* It left something out, for which the peer will refuse it. */
		if (library_memory_errors())
			s->shake.facts.no_memory = true;
		return want_more(s);
	case SSL_ERROR_WANT_WRITE:
		return STREAM_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return stream_ended(s);
	case SSL_ERROR_SYSCALL:
		return stream_fail_errno(s, saved_errno);
	default:
		return stream_fail_tls(s);
	}
}

/*
 * OpenSSL reads until it has something to tell, and a peer that sends
 * KeyUpdates without end never lets it: then others wait for this one.
 */
static long
limit_reads(BIO *b, int what, const char *data, size_t len, int number,
    long more, int rc, size_t *done)
{
	struct stream *s = (struct stream *)BIO_get_callback_arg(b);

	(void)data;
	(void)len;
	(void)number;
	(void)more;
	(void)done;
	if (what != BIO_CB_READ || s->reads_left-- > 0)
		return rc;
	BIO_set_retry_read(b);
	return -1;
}

/*
 * Look at the peer's first byte before OpenSSL does, which would only complain
 * of a wrong version: whoever greets here speaks no TLS on this port.
 */
static enum stream_status
hear_first(struct stream *s)
{
	char *data = s->plaintext;
	ssize_t n = peek(s, data, STREAM_QUOTED_MAX);

	if (n <= 0 && s->peek_errno != 0)
		return stream_fail_errno(s, s->peek_errno);
	if (n == -1)
		return STREAM_WANT_READ;
	if (n == 0)
		return stream_fail_errno(s, 0);
	if (data[0] >= 0x14 && data[0] <= 0x17) {
		if (SSL_set_rfd(s->ssl, s->fd) != 1)
			return stream_fail_no_memory(s);
		BIO_set_callback_arg(SSL_get_rbio(s->ssl), (char *)s);
		BIO_set_callback_ex(SSL_get_rbio(s->ssl), limit_reads);
		s->listening = true;
		data[0] = '\0';
		return STREAM_DONE;
	}
	data[n == STREAM_QUOTED_MAX
		? (ssize_t)text_whole(data, STREAM_QUOTED_MAX)
		: n] = '\0';
	data[strcspn(data, "\r\n")] = '\0';
	stream_fail(s, STREAM_PLAINTEXT, "");
	snprintf(s->error, sizeof s->error,
	    "the server spoke plaintext: \"%s\"", data);
	return STREAM_PLAINTEXT;
}

enum stream_status
stream_handshake(struct stream *s)
{
	enum stream_status status;
	uint64_t said;
	int rc;

	if (!s->listening) {
		status = hear_first(s);
		if (status != STREAM_DONE && status != STREAM_WANT_READ)
			return status;
	}
	ERR_clear_error();
	errno = 0;
	s->reads_left = READS_AT_ONCE;
	said = BIO_number_written(SSL_get_wbio(s->ssl));
	rc = SSL_do_handshake(s->ssl);
	if (BIO_number_written(SSL_get_wbio(s->ssl)) != said)
		s->acknowledged = heard(s);
	if (rc != 1) {
		s->shake.facts.wants_1_3 =
		    SSL_get_min_proto_version(s->ssl) >= TLS1_3_VERSION;
		return translate(s, rc);
	}
	tls_take_facts(&s->shake, s->ssl, s->tls);
	return s->shake.facts.no_memory ? stream_fail_no_memory(s)
					: STREAM_DONE;
}

enum stream_status
stream_read(struct stream *s, void *data, size_t size, size_t *got)
{
	ssize_t n;
	int rc;

	if (s->ssl != NULL) {
		ERR_clear_error();
		errno = 0;
		s->reads_left = READS_AT_ONCE;
		rc = SSL_read_ex(s->ssl, data, size, got);
		return rc == 1 ? STREAM_DONE : translate(s, rc);
	}
	do
		n = recv(s->fd, data, size, 0);
	while (n == -1 && errno == EINTR);
	if (n <= 0 && s->peek_errno != 0)
		return stream_fail_errno(s, s->peek_errno);
	if (n > 0) {
		*got = (size_t)n;
		s->heard_clear += (size_t)n;
		return STREAM_DONE;
	}
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return want_more(s);
	return stream_fail_errno(s, n == 0 ? 0 : errno);
}

enum stream_status
stream_write(struct stream *s, const void *data, size_t len, size_t *put)
{
	ssize_t n;
	int rc;

	if (s->ssl != NULL) {
		ERR_clear_error();
		errno = 0;
		s->reads_left = READS_AT_ONCE;
		rc = SSL_write_ex(s->ssl, data, len, put);
		if (rc != 1)
			return translate(s, rc);
		s->acknowledged = heard(s);
		return STREAM_DONE;
	}
	do
		n = send(s->fd, data, len, MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	if (n >= 0) {
		*put = (size_t)n;
		s->acknowledged = heard(s);
		return STREAM_DONE;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return STREAM_WANT_WRITE;
	return stream_fail_errno(s, errno);
}

void
stream_close_notify(struct stream *s)
{
	if (s->ssl == NULL || s->broken || !s->shake.facts.done)
		return;
	ERR_clear_error();
	SSL_shutdown(s->ssl);
	ERR_clear_error();
}

const char *
stream_error(const struct stream *s)
{
	return s->error;
}

const char *
stream_plaintext(const struct stream *s)
{
	return s->plaintext;
}

const struct tls_facts *
stream_tls_facts(const struct stream *s)
{
	return &s->shake.facts;
}

struct tls_binding
stream_binding(struct stream *s)
{
	struct tls_binding b = { .type = NULL };

	if (s->ssl != NULL && s->shake.facts.done)
		tls_binding_take(&b, s->ssl);
	return b;
}
