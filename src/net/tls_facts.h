/*
 * tls_facts.h - what one handshake showed of the peer, its certificate and
 * the faults of its chain.  It needs nothing of OpenSSL to be read.
 */

#ifndef NET_TLS_FACTS_H
#define NET_TLS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The oldest protocol that is accepted. */
enum tls_version {
	TLS_VERSION_DEFAULT, /* 1.2, or what openssl.cnf asks for if newer */
	TLS_VERSION_1_2,
	TLS_VERSION_1_3,
};

/* A fault's meaning. */
enum tls_fault_kind {
	TLS_FAULT_UNTRUSTED, /* and all that has no other name */
	TLS_FAULT_EXPIRED,
	TLS_FAULT_NOT_YET_VALID,
	TLS_FAULT_NO_DATE, /* one that cannot be read; nothing excuses it */
	TLS_FAULT_KINDS,
};

/* Why a chain is not trusted, as far as it tells what to do. */
enum tls_why {
	TLS_WHY_OTHER,
	TLS_WHY_NO_ISSUER,   /* it was neither sent nor is it a root here */
	TLS_WHY_SELF_SIGNED, /* the server's own, signed by itself */
	TLS_WHY_ROOT,        /* the root was sent, and is none here */
	TLS_WHY_WEAK,        /* a key or a signature */
	TLS_WHY_PURPOSE,     /* it is not made for servers */
	TLS_WHY_NAMES,       /* an issuer may not issue for these names */
	TLS_WHY_NO_CA,       /* an issuer is not allowed to issue */
};

/* One fault in the chain, as OpenSSL sees it. */
struct tls_fault {
	int error;         /* X509_V_ERR_...; X509_V_OK: there is none */
	int depth;         /* 0 is the server's own certificate */
	char subject[256]; /* whose certificate, its common name if it has
			      one; from the peer, raw */
	char issuer[256];  /* the same of its issuer */
	int64_t when;      /* notBefore/notAfter that was broken, or 0 (Unix) */
};

enum {
	TLS_FAULTS_MAX = 8,
	TLS_NAMES_MAX = 8,
	TLS_CHAIN_MAX = 10,
	ROOTS_ERROR_MAX = 300,
};

/* What was found where the roots should be, once they were looked for. */
enum tls_roots {
	TLS_ROOTS_FINE,     /* or nobody looked */
	TLS_ROOTS_NONE,     /* this machine has none */
	TLS_ROOTS_EMPTY,    /* the folder given has none */
	TLS_ROOTS_UNHASHED, /* there are, but not under names to find them by */
};

/* What one handshake showed.  All texts come from the peer: not printable. */
struct tls_facts {
	bool done;        /* the handshake was completed */
	char version[16]; /* "TLSv1.3" */
	char cipher[64];  /* "TLS_AES_256_GCM_SHA384" */
	bool has_certificate;
	char subject[256]; /* of the server's certificate, whole (RFC 2253) */
	char issuer[256];
	int64_t not_after;     /* Unix time */
	unsigned char pin[32]; /* SHA-256 of its SubjectPublicKeyInfo */
	bool pin_matches;      /* one of the pins given is this one */
	bool has_san;          /* it carries a subjectAltName */
	char names[TLS_NAMES_MAX][256]; /* the first of its SAN entries */
	size_t name_count;
	int from_store_at; /* of the path, from this depth on it is one of the
			      roots here, not sent by the server */
	size_t name_total; /* how many there are of its kinds */
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
	/*
	 * Of the path that was found from it to an anchor, whatever else the
	 * server sent, the one that ends first; the server's own if depth is 0.
	 */
	struct {
		char subject[256];
		int64_t not_after;
		int depth;
	} ends_first;
	bool client_cert_requested;
	bool wants_1_3;    /* nothing older was offered to the server */
	bool chain_judged; /* to its end: without that nothing is verified */
	bool no_memory;    /* and therefore nothing here is certain */
	/* "FILE: why": roots that were asked for and not had; else empty.  Of
	   all texts the one that does not come from the peer. */
	char roots_error[ROOTS_ERROR_MAX];
	enum tls_roots roots;
	char roots_folder[256]; /* where it was looked, if not FINE */
};

/* Whether a server that showed this may see who we are. */
typedef bool tls_accept_fn(void *arg, const struct tls_facts *f);

/* OpenSSL's words for it; static. */
const char *tls_fault_text(const struct tls_fault *f);

enum tls_why tls_fault_why(const struct tls_fault *f);

#endif
