/*
 * tls_peer.h - a server at the other end of a stream, in the same process and
 * in lock step with it.  Whatever goes wrong fails the test, but for what a
 * test makes go wrong.
 */

#ifndef TESTS_UNIT_TLS_PEER_H
#define TESTS_UNIT_TLS_PEER_H

#include <openssl/ssl.h>

#include "net/stream.h"
#include "tests/unit/certs.h"

struct tls_peer {
	struct stream *stream; /* ours */
	int fd;                /* the server's end */
	SSL_CTX *ctx;
	SSL *ssl; /* not yet tied to fd in tls_peer_open() */
};

/*
 * Once, before anything of OpenSSL is used: it is set up as in the program,
 * error texts and all; and SIGPIPE is ignored.
 */
void peer_init(void);

/* Connect a stream: a socket pair, or TCP on loopback. */
void peer_open(struct tls_peer *p);
void peer_open_tcp(struct tls_peer *p);

/*
 * Let the server speak TLS with c, sending up to `issuers` of its issuers.
 * max_version 0: the newest.
 */
void peer_serve(
    struct tls_peer *p, const struct cert *c, int issuers, int max_version);

/* Let our end speak TLS; name NULL: "mail.example.org". */
void peer_start_tls(
    struct tls_peer *p, struct tls_context *t, const char *name);

/* The same, as it expects the server to be. */
void peer_start_tls_as(struct tls_peer *p, struct tls_context *t,
    const struct stream_identity *id);

/* Take turns until our end is done or has failed, and let the server end. */
enum stream_status peer_shake(struct tls_peer *p);

/* Close the server's end, or tear it down (TCP only). */
void peer_close(struct tls_peer *p);
void peer_reset(struct tls_peer *p);

/* Write to, or read all from, the server's end in the clear. */
void peer_write_raw(struct tls_peer *p, const void *data, size_t len);
size_t peer_read_raw(struct tls_peer *p, void *data, size_t size);

void peer_end(struct tls_peer *p);

#endif
