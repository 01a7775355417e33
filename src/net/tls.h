/*
 * tls.h - how a server proves who it is: one TLS context for any number of
 * connections that trust the same roots and show the same client certificate.
 * It judges nothing: every fault is recorded, none ends the handshake.
 */

#ifndef NET_TLS_H
#define NET_TLS_H

#include "base/err.h"
#include "net/tls_facts.h"

struct tls_settings {
	const char *ca_file;     /* PEM; with ca_path instead of the system's */
	const char *ca_path;     /* hashed directory */
	const char *client_cert; /* PEM, chain allowed */
	const char *client_key;  /* PEM; NULL: in client_cert */
	enum tls_version min_version;
};

/* Which of the settings an error is about. */
enum tls_file {
	TLS_FILE_NONE,
	TLS_FILE_CA_FILE,
	TLS_FILE_CA_PATH,
	TLS_FILE_CLIENT_CERT,
	TLS_FILE_CLIENT_KEY,
};

struct tls_context;

/*
 * Everything in settings is borrowed until tls_context_free().  Trust: the
 * hashed directory is asked first and the bundle is loaded only when an
 * issuer is not found there; without ca_file and ca_path the system's, with
 * SSL_CERT_FILE and SSL_CERT_DIR honoured.  Returns NULL with *e set: "FILE:
 * what is wrong" for ERR_USAGE, and *culprit says which of the files it is.
 */
struct tls_context *tls_context_new(
    const struct tls_settings *settings, enum tls_file *culprit, struct err *e);
void tls_context_free(struct tls_context *t);

/*
 * The TLS library in use, with its version, and in *built_with that of the
 * headers; static.
 */
const char *tls_library(const char **built_with);

#endif
