/*
 * tls_internal.h - what the context, the stream and the verification share,
 * for net/tls*.c and net/stream*.c alone.
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
	const char *verify_name;
	struct tls_pins pins;
	tls_accept_fn *accepts; /* see struct stream_identity */
	void *arg;
	struct tls_facts facts;
};

/* A connection with the context's settings, not yet tied to a socket. */
SSL *tls_context_connect(struct tls_context *t);

/*
 * Fill the facts of *shake from the finished handshake of ssl, whose faults
 * were recorded there while it went on (tls_verify_install()).
 */
void tls_take_facts(
    struct tls_handshake *shake, SSL *ssl, const struct tls_context *t);

/* Record every fault of the chain in the facts of the SSL's tls_handshake. */
void tls_verify_install(SSL_CTX *ctx, struct tls_trust *trust);

/* Read the server's certificate and chain into the facts, once. */
void tls_verify_take(struct tls_handshake *shake, SSL *ssl);

/*
 * However many faults there are: what decides has a place, only the list is
 * full.
 */
void tls_fault_add(struct tls_facts *f, int error, int depth, X509 *cert);

/* The digest of the key of cert, and whether it is pinned. */
void tls_pin_take(struct tls_handshake *shake, X509 *cert);

enum { TLS_TEXT_MAX = 256 }; /* of subjects and names in struct tls_facts */

/* Copy UTF-8 that may hold NULs, which are made visible. */
void tls_text_copy(char *out, const unsigned char *text, size_t len);

/* The whole name, "CN=mail.example.org,O=..." (RFC 2253). */
void tls_text_name(char *out, const X509_NAME *name);

/* Whose it is, in short: the common name if there is one. */
void tls_text_short(char *out, const X509_NAME *name);

/* The same of the certificate's subject. */
void tls_text_owner(char *out, X509 *cert);

/* Returns 0, or -1 if it is no time that a certificate may have. */
int tls_time(const ASN1_TIME *t, int64_t *seconds);

/* What the finished handshake of ssl can be bound to. */
void tls_binding_take(struct tls_binding *b, SSL *ssl);

#endif
