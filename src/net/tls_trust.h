/*
 * tls_trust.h - the roots that a server's certificate may lead to, for
 * src/net alone.
 */

#ifndef NET_TLS_TRUST_H
#define NET_TLS_TRUST_H

#include <openssl/x509.h>

#include "net/tls.h"

struct tls_trust {
	X509_STORE *store;  /* borrowed */
	const char *bundle; /* roots not loaded yet, or NULL; borrowed */
	bool bundle_given;  /* somebody named it; else it need not be there */
	char bundle_error[ROOTS_ERROR_MAX]; /* "FILE: why", or "" */
	const char *folder; /* of roots under hashed names, or NULL; borrowed */
	bool folder_given;  /* somebody named it */
	bool has_bundle;    /* one was loaded */
};

/*
 * Fill *t and store, both the context's, from the settings.  Returns 0, or -1
 * with *e and *culprit set as tls_context_new() does.
 */
int tls_trust_init(struct tls_trust *t, X509_STORE *store,
    const struct tls_settings *settings, enum tls_file *culprit, struct err *e);

/*
 * Load the roots that were left out at the start, because parsing them takes
 * longer than all the rest of a connection.  Returns 1, 0 if there were none,
 * or -1 without memory.
 */
int tls_trust_load_bundle(struct tls_trust *t);

/*
 * Say where the roots are missing, if they are: what a chain without a known
 * issuer may be due to.
 */
void tls_trust_look(const struct tls_trust *t, struct tls_facts *f);

#endif
