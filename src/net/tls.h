/*
 * tls.h - how a server proves who it is: one TLS context for many
 * connections (trust store, client certificate, pins) and the facts about
 * one peer.  It judges nothing: every fault is recorded, none ends the
 * handshake.
 */

#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct tls_settings {
	const char *ca_file;     /* PEM; with ca_path instead of the system's */
	const char *ca_path;     /* hashed directory */
	const char *client_cert; /* PEM, chain allowed */
	const char *client_key;  /* PEM; NULL: in client_cert */
	int min_version;         /* TLS1_2_VERSION or TLS1_3_VERSION */
	/* SHA-256 digests of SubjectPublicKeyInfo, 32 bytes each. */
	const unsigned char (*pins)[32];
	size_t pin_count;
};

struct tls_context;

/*
 * Everything in settings is borrowed until tls_context_free().  Trust: the
 * hashed directory is asked first and the bundle is loaded only when an
 * issuer is not found there; without ca_file and ca_path the system's, with
 * SSL_CERT_FILE and SSL_CERT_DIR honoured.  Returns NULL with *e set
 * (ERR_USAGE names the file that cannot be used and why).
 */
struct tls_context *tls_context_new(
    const struct tls_settings *settings, struct err *e);
void tls_context_free(struct tls_context *t);

/* A fault's meaning. */
enum tls_fault_kind {
	TLS_FAULT_UNTRUSTED, /* and all that has no other name */
	TLS_FAULT_EXPIRED,
	TLS_FAULT_NOT_YET_VALID,
	TLS_FAULT_KINDS,
};

/* One fault in the chain, as OpenSSL sees it. */
struct tls_fault {
	int error;         /* X509_V_ERR_...; X509_V_OK: there is none */
	int depth;         /* 0 is the server's own certificate */
	char subject[256]; /* whose certificate, its common name if it has
			      one; from the peer, raw */
	int64_t when;      /* notBefore/notAfter that was broken, or 0 (Unix) */
};

enum {
	TLS_FAULTS_MAX = 8,
	TLS_NAMES_MAX = 8,
	TLS_CHAIN_MAX = 10,
	ROOTS_ERROR_MAX = 300,
};

/* What one handshake showed.  All texts come from the peer: not printable. */
struct tls_facts {
	bool done;        /* the handshake was completed */
	char version[16]; /* "TLSv1.3" */
	char cipher[64];  /* "TLS_AES_256_GCM_SHA384" */
	bool has_certificate;
	char subject[256]; /* of the server's certificate, whole (RFC 2253) */
	char issuer[256];
	int64_t not_before; /* Unix time */
	int64_t not_after;
	unsigned char pin[32]; /* SHA-256 of its SubjectPublicKeyInfo */
	bool pin_matches;      /* one of the pins given is this one */
	bool has_san;          /* it carries a subjectAltName */
	char names[TLS_NAMES_MAX][256]; /* the first of its SAN entries */
	size_t name_count;
	bool name_matches; /* it carries the wanted name or address */
	/*
	 * What decides, in places of its own: of each kind the first fault in
	 * the chain, and the one of the server's own certificate.
	 */
	struct tls_fault first[TLS_FAULT_KINDS];
	struct tls_fault leaf[TLS_FAULT_KINDS];
	/* What can be shown of them, from the root down; not names. */
	struct tls_fault faults[TLS_FAULTS_MAX];
	size_t fault_count;
	struct {
		char subject[256];
		int64_t not_after;
	} chain[TLS_CHAIN_MAX]; /* as the server sent it */
	size_t chain_count;
	bool client_cert_requested;
	bool chain_judged; /* to its end: without that nothing is verified */
	bool no_memory;    /* and therefore nothing here is certain */
	/* "FILE: why": roots that were asked for and not had; else empty.  Of
	   all texts the one that does not come from the peer. */
	char roots_error[ROOTS_ERROR_MAX];
};

/* OpenSSL's words for it; static. */
const char *tls_fault_text(const struct tls_fault *f);

/* "sha256//BASE64" of a digest, into text[TLS_PIN_TEXT]. */
enum { TLS_PIN_TEXT = 64 };
void tls_pin_text(const unsigned char digest[32], char *text);

/* Read "sha256//BASE64".  Returns 0, or -1 if it is not that. */
int tls_pin_parse(const char *text, unsigned char digest[32]);

/*
 * The TLS library in use, with its version, and in *built_with that of the
 * headers; static.
 */
const char *tls_library(const char **built_with);

#endif
