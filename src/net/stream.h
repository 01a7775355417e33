/*
 * stream.h - bytes over one connected socket, in the clear or in TLS.  Every
 * step returns at once and says what it waits for.  It never heard of SMTP.
 *
 * OpenSSL writes to sockets without MSG_NOSIGNAL: the program blocks SIGPIPE.
 */

#ifndef NET_STREAM_H
#define NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "net/tls.h"
#include "net/tls_binding.h"
#include "net/tls_pin.h"

enum stream_status {
	STREAM_DONE,       /* the step is complete */
	STREAM_WANT_READ,  /* poll for POLLIN and call again */
	STREAM_WANT_WRITE, /* poll for POLLOUT and call again */
	STREAM_CLOSED,     /* the peer closed or reset the connection */
	STREAM_PLAINTEXT,  /* handshake: the peer sent bytes that are not TLS */
	STREAM_FAILED,     /* TLS failed, an alert included */
	STREAM_NO_MEMORY,
};

struct stream;

/* Takes fd over, connected and non-blocking.  Returns NULL without memory. */
struct stream *stream_new(int fd);

/* Close the socket without a word and release.  Accepts NULL. */
void stream_free(struct stream *s);

int stream_fd(const struct stream *s);

/* Who the peer should be; all borrowed until the handshake is done. */
struct stream_identity {
	const char *sni;         /* for the ClientHello; NULL: none */
	const char *verify_name; /* a DNS name or an IP literal that the
				    certificate must carry */
	struct tls_pins pins;    /* keys that it may have */
	/*
	 * Asked before our certificate is sent to a server that wants one;
	 * NULL: it is not sent.
	 */
	tls_accept_fn *accepts;
	void *arg;
};

/*
 * Get ready to speak TLS.  Returns 0, or -1 with *e set (ERR_USAGE: the SNI is
 * no name that TLS can send).
 */
int stream_start_tls(struct stream *s, struct tls_context *t,
    const struct stream_identity *id, struct err *e);

/* Whether bytes wait to be read that no step has taken. */
bool stream_has_unread(struct stream *s);

/*
 * One step of the handshake.  STREAM_PLAINTEXT when what came is not a TLS
 * record.  Peer verification never makes it fail: see stream_tls_facts().
 */
enum stream_status stream_handshake(struct stream *s);

/*
 * Read up to size bytes; *got > 0 on STREAM_DONE.  Poll only after
 * STREAM_WANT_READ: TLS may hold more than the socket still shows.
 */
enum stream_status stream_read(
    struct stream *s, void *data, size_t size, size_t *got);

/* Write up to len bytes; *put > 0 on STREAM_DONE. */
enum stream_status stream_write(
    struct stream *s, const void *data, size_t len, size_t *put);

/*
 * Say good-bye: close_notify if TLS is up, sent once and never waited for.
 */
void stream_close_notify(struct stream *s);

/*
 * Words for the last STREAM_CLOSED, STREAM_PLAINTEXT or STREAM_FAILED:
 * "connection closed", "connection closed without close_notify" (once TLS is
 * up), "connection reset by peer", OpenSSL's reason, an alert named as the
 * server's.  Owned by s, not yet printable.
 */
const char *stream_error(const struct stream *s);

/*
 * The beginning of the line that made a handshake STREAM_PLAINTEXT, otherwise
 * "".  Owned by s, not yet printable.
 */
const char *stream_plaintext(const struct stream *s);

/*
 * What a login may be bound to, once the handshake is done.  It is worked out
 * when it is asked for: most logins do without.
 */
struct tls_binding stream_binding(struct stream *s);

/* What the handshake showed, also after it failed; zeros before it. */
const struct tls_facts *stream_tls_facts(const struct stream *s);

#endif
