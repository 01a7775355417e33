/*
 * tls_internal.h - what the context, the stream and the verification share,
 * for net/tls*.c and net/stream.c alone.
 */

#ifndef NET_TLS_INTERNAL_H
#define NET_TLS_INTERNAL_H

#include <openssl/ssl.h>

#include "net/tls.h"
#include "net/tls_binding.h"
#include "net/tls_pin.h"
#include "net/tls_trust.h"

/* What a connection expects and what it shows: its SSL's app data. */
struct tls_handshake {
	struct tls_pins pins;
	struct tls_facts facts;
};

/* A connection with the context's settings, not yet tied to a socket. */
SSL *tls_context_connect(struct tls_context *t);

/*
 * Fill the facts of *shake from the finished handshake of ssl, whose faults
 * were recorded there while it went on (tls_verify_install()).
 */
void tls_take_facts(struct tls_handshake *shake, SSL *ssl,
    const struct tls_context *t, const char *verify_name);

/* Record every fault of the chain in the facts of the SSL's tls_handshake. */
void tls_verify_install(SSL_CTX *ctx, struct tls_trust *trust);

/* Read the server's certificate and chain into the facts. */
void tls_verify_take(
    struct tls_handshake *shake, SSL *ssl, const char *verify_name);

/* What the finished handshake of ssl can be bound to. */
void tls_binding_take(struct tls_binding *b, SSL *ssl);

#endif
