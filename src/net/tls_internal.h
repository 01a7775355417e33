/*
 * tls_internal.h - what the context and the stream share, for net/tls*.c and
 * net/stream.c alone.
 */

#ifndef NET_TLS_INTERNAL_H
#define NET_TLS_INTERNAL_H

#include <openssl/ssl.h>

#include "net/tls.h"

/* A connection with the context's settings, not yet tied to a socket. */
SSL *tls_context_connect(struct tls_context *t);

/*
 * Fill *f from the finished handshake of ssl, whose faults have been recorded
 * in *f while it went on (tls_verify_install()).
 */
void tls_facts_take(struct tls_facts *f, SSL *ssl, const struct tls_context *t,
    const char *verify_name);

/*
 * Record every fault of the chain in the tls_facts of the SSL's app data.  t
 * is the context that ctx belongs to.
 */
void tls_verify_install(SSL_CTX *ctx, struct tls_context *t);

/* Whether the key with this digest is one of those pinned. */
bool tls_context_has_pin(
    const struct tls_context *t, const unsigned char pin[32]);

/*
 * Load the roots that were left out at the start, because parsing them takes
 * longer than all the rest of a check.  Returns 1, 0 if there were none, or -1
 * without memory.
 */
int tls_context_load_bundle(struct tls_context *t);

/* Read the server's certificate and chain into *f. */
void tls_verify_take(struct tls_facts *f, SSL *ssl, const char *verify_name);

/*
 * Words for the errors queued into text; the queue is emptied.  Returns false
 * if memory was lacking: then that is the cause, and no other.
 */
bool tls_take_reason(char *text, size_t size);

/* Whether memory was lacking, by the errors queued; the queue is emptied. */
bool tls_lacked_memory(void);

#endif
