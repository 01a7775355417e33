#include "net/stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "net/tls_internal.h"

enum { QUOTED_MAX = 60 }; /* of plaintext where TLS was expected */

struct stream {
	int fd;
	SSL *ssl; /* NULL: in the clear */
	struct tls_context *tls;
	const char *verify_name;
	bool heard_record; /* the peer's first byte began a TLS record */
	bool broken;	   /* no close_notify can be sent any more */
	char error[256];
	struct tls_facts facts;
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
stream_start_tls(struct stream *s, struct tls_context *t, const char *sni,
    const char *verify_name, struct err *e)
{
	ERR_clear_error();
	s->tls = t;
	s->verify_name = verify_name;
	if ((s->ssl = tls_context_connect(t)) == NULL ||
	    SSL_set_fd(s->ssl, s->fd) != 1)
		return err_set(e, ERR_INTERNAL, "TLS: %s", tls_take_reason());
	SSL_set_app_data(s->ssl, &s->facts);
	SSL_set_connect_state(s->ssl);
	if (sni != NULL && SSL_set_tlsext_host_name(s->ssl, sni) != 1)
		return err_set(e, ERR_USAGE,
		    "--sni %.200s: no name that TLS can send", sni);
	return 0;
}

bool
stream_has_unread(struct stream *s)
{
	char c;

	return recv(s->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

static enum stream_status
fail(struct stream *s, enum stream_status status, const char *why)
{
	s->broken = true;
	snprintf(s->error, sizeof s->error, "%s", why);
	return status;
}

static const char closed[] = "connection closed";

static enum stream_status
fail_errno(struct stream *s, int error)
{
	if (error == ENOMEM || error == ENOBUFS)
		return fail(s, STREAM_NO_MEMORY, "out of memory");
	return fail(s, STREAM_CLOSED, error != 0 ? strerror(error) : closed);
}

/* What OpenSSL's protocol machine complains of. */
static enum stream_status
fail_tls(struct stream *s)
{
	unsigned long code = ERR_peek_error();
	int reason = ERR_GET_REASON(code);

	if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
		ERR_clear_error();
		return fail(s, STREAM_CLOSED, closed);
	}
	if (reason == ERR_R_MALLOC_FAILURE) {
		ERR_clear_error();
		return fail(s, STREAM_NO_MEMORY, "out of memory");
	}
	if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
	    reason > SSL_AD_REASON_OFFSET) {
		ERR_clear_error();
		fail(s, STREAM_FAILED, "");
		snprintf(s->error, sizeof s->error,
		    "the server sent the alert \"%s\"",
		    SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET));
		return STREAM_FAILED;
	}
	return fail(s, STREAM_FAILED, tls_take_reason());
}

/* The one translation of what an SSL call returned. */
static enum stream_status
translate(struct stream *s, int rc, int saved_errno)
{
	switch (SSL_get_error(s->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		return STREAM_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return STREAM_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		snprintf(s->error, sizeof s->error, "%s", closed);
		return STREAM_CLOSED;
	case SSL_ERROR_SYSCALL:
		ERR_clear_error();
		return fail_errno(s, saved_errno);
	default:
		return fail_tls(s);
	}
}

/* Whoever greets where TLS is expected speaks no TLS on this port. */
static bool
is_plaintext(struct stream *s)
{
	char data[QUOTED_MAX + 1];
	ssize_t n;

	if (s->heard_record)
		return false;
	n = recv(s->fd, data, QUOTED_MAX, MSG_PEEK | MSG_DONTWAIT);
	if (n <= 0)
		return false;
	if (data[0] >= 0x14 && data[0] <= 0x17) {
		s->heard_record = true;
		return false;
	}
	data[n] = '\0';
	data[strcspn(data, "\r\n")] = '\0';
	s->broken = true;
	snprintf(s->error, sizeof s->error,
	    "the server spoke plaintext: \"%s\"", data);
	return true;
}

enum stream_status
stream_handshake(struct stream *s)
{
	int rc;

	if (is_plaintext(s))
		return STREAM_PLAINTEXT;
	ERR_clear_error();
	errno = 0;
	rc = SSL_do_handshake(s->ssl);
	if (rc != 1)
		return translate(s, rc, errno);
	tls_facts_take(&s->facts, s->ssl, s->tls, s->verify_name);
	return STREAM_DONE;
}

enum stream_status
stream_read(struct stream *s, void *data, size_t size, size_t *got)
{
	ssize_t n;
	int rc;

	if (s->ssl != NULL) {
		ERR_clear_error();
		errno = 0;
		rc = SSL_read_ex(s->ssl, data, size, got);
		return rc == 1 ? STREAM_DONE : translate(s, rc, errno);
	}
	do
		n = recv(s->fd, data, size, 0);
	while (n == -1 && errno == EINTR);
	if (n > 0) {
		*got = (size_t)n;
		return STREAM_DONE;
	}
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return STREAM_WANT_READ;
	return fail_errno(s, n == 0 ? 0 : errno);
}

enum stream_status
stream_write(struct stream *s, const void *data, size_t len, size_t *put)
{
	ssize_t n;
	int rc;

	if (s->ssl != NULL) {
		ERR_clear_error();
		errno = 0;
		rc = SSL_write_ex(s->ssl, data, len, put);
		return rc == 1 ? STREAM_DONE : translate(s, rc, errno);
	}
	do
		n = send(s->fd, data, len, MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	if (n >= 0) {
		*put = (size_t)n;
		return STREAM_DONE;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return STREAM_WANT_WRITE;
	return fail_errno(s, errno);
}

void
stream_close_notify(struct stream *s)
{
	if (s->ssl == NULL || s->broken || !s->facts.done)
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

const struct tls_facts *
stream_tls_facts(const struct stream *s)
{
	return &s->facts;
}
