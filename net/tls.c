#include "net/tls_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/base64.h"

struct tls_context {
	SSL_CTX *ctx;
	const char *bundle; /* roots not loaded yet, or NULL */
	struct tls_settings settings;
};

static const char pin_prefix[] = "sha256//";

const char *
tls_take_reason(void)
{
	unsigned long code;
	const char *reason;

	/* Left out at the start, for most checks meet no error. */
	OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS |
		OPENSSL_INIT_LOAD_CRYPTO_STRINGS,
	    NULL);
	code = ERR_get_error();
	ERR_clear_error();
	if (ERR_SYSTEM_ERROR(code))
		return strerror(ERR_GET_REASON(code));
	reason = ERR_reason_error_string(code);
	return reason != NULL ? reason : "unknown error";
}

bool
tls_context_load_bundle(struct tls_context *t)
{
	const char *file = t->bundle;

	if (file == NULL)
		return false;
	t->bundle = NULL;
	if (X509_STORE_load_file(SSL_CTX_get_cert_store(t->ctx), file) == 1)
		return true;
	ERR_clear_error();
	return false;
}

static int
add_directory(X509_STORE *store, const char *path)
{
	X509_LOOKUP *lookup =
	    X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());

	if (lookup == NULL ||
	    X509_LOOKUP_add_dir(lookup, path, X509_FILETYPE_PEM) != 1)
		return -1;
	return 0;
}

static const char *
from_environment(const char *name, const char *otherwise)
{
	const char *value = secure_getenv(name);

	return value != NULL && value[0] != '\0' ? value : otherwise;
}

static int
check_directory(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		errno = ENOTDIR;
	else if (access(path, R_OK | X_OK) == 0)
		return 0;
	return err_set(e, ERR_USAGE, "--ca-path %s: %s; give a directory made "
				     "by openssl rehash",
	    path, strerror(errno));
}

static int
load_roots(X509_STORE *store, const char *file, struct err *e)
{
	if (access(file, R_OK) == -1)
		return err_set(e, ERR_USAGE, "--ca-file %s: %s", file,
		    strerror(errno));
	if (X509_STORE_load_file(store, file) == 1)
		return 0;
	ERR_clear_error();
	return err_set(e, ERR_USAGE,
	    "--ca-file %s: no certificate in it; give a PEM file", file);
}

static int
add_trust(struct tls_context *t, struct err *e)
{
	const struct tls_settings *s = &t->settings;
	X509_STORE *store = SSL_CTX_get_cert_store(t->ctx);
	const char *dir = s->ca_path, *file = s->ca_file;

	if (dir != NULL && check_directory(dir, e) == -1)
		return -1;
	if (file != NULL && dir == NULL)
		return load_roots(store, file, e);
	if (file != NULL && access(file, R_OK) == -1)
		return err_set(e, ERR_USAGE, "--ca-file %s: %s", file,
		    strerror(errno));
	if (file == NULL && dir == NULL) {
		dir = from_environment(X509_get_default_cert_dir_env(),
		    X509_get_default_cert_dir());
		file = from_environment(X509_get_default_cert_file_env(),
		    X509_get_default_cert_file());
	}
	if (add_directory(store, dir) == -1)
		return err_nomem(e);
	t->bundle = file;
	return 0;
}

/* Never ask on the terminal: nobody is there. */
static int
no_pass_phrase(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static int
add_client_certificate(struct tls_context *t, struct err *e)
{
	const struct tls_settings *s = &t->settings;
	const char *key = s->client_key != NULL ? s->client_key
						: s->client_cert;

	if (s->client_cert == NULL)
		return 0;
	SSL_CTX_set_default_passwd_cb(t->ctx, no_pass_phrase);
	if (SSL_CTX_use_certificate_chain_file(t->ctx, s->client_cert) != 1)
		return err_set(e, ERR_USAGE, "--client-cert %s: %s",
		    s->client_cert, tls_take_reason());
	if (SSL_CTX_use_PrivateKey_file(t->ctx, key, SSL_FILETYPE_PEM) != 1)
		return err_set(e, ERR_USAGE,
		    "--client-key %s: %s; it must be a PEM key without a pass "
		    "phrase",
		    key, tls_take_reason());
	if (SSL_CTX_check_private_key(t->ctx) != 1)
		return err_set(e, ERR_USAGE,
		    "--client-key %s: does not belong to %s", key,
		    s->client_cert);
	return 0;
}

/* Called when the server asks for a certificate. */
static int
note_request(SSL *ssl, void *arg)
{
	struct tls_facts *f = SSL_get_app_data(ssl);

	(void)arg;
	f->client_cert_requested = true;
	return 1;
}

struct tls_context *
tls_context_new(const struct tls_settings *settings, struct err *e)
{
	struct tls_context *t = calloc(1, sizeof *t);

	if (t == NULL) {
		err_nomem(e);
		return NULL;
	}
	t->settings = *settings;
	OPENSSL_init_ssl(OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
		OPENSSL_INIT_NO_LOAD_SSL_STRINGS |
		OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS,
	    NULL);
	if ((t->ctx = SSL_CTX_new(TLS_client_method())) == NULL ||
	    SSL_CTX_set_min_proto_version(t->ctx, settings->min_version) != 1) {
		err_set(e, ERR_INTERNAL, "TLS: %s", tls_take_reason());
		goto fail;
	}
	SSL_CTX_set_options(t->ctx, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(t->ctx,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_cert_cb(t->ctx, note_request, NULL);
	tls_verify_install(t->ctx, t);
	if (add_trust(t, e) == -1 || add_client_certificate(t, e) == -1)
		goto fail;
	return t;
fail:
	tls_context_free(t);
	return NULL;
}

void
tls_context_free(struct tls_context *t)
{
	if (t == NULL)
		return;
	SSL_CTX_free(t->ctx);
	free(t);
}

SSL *
tls_context_connect(struct tls_context *t)
{
	return SSL_new(t->ctx);
}

void
tls_facts_take(struct tls_facts *f, SSL *ssl, const struct tls_context *t,
    const char *verify_name)
{
	size_t i;

	f->done = true;
	snprintf(f->version, sizeof f->version, "%s", SSL_get_version(ssl));
	snprintf(f->cipher, sizeof f->cipher, "%s", SSL_get_cipher_name(ssl));
	tls_verify_take(f, ssl, verify_name);
	for (i = 0; i < t->settings.pin_count; i++)
		if (f->has_certificate &&
		    memcmp(f->pin, t->settings.pins[i], sizeof f->pin) == 0)
			f->pin_matches = true;
}

void
tls_pin_text(const unsigned char digest[32], char *text)
{
	struct buf b = BUF_INIT(TLS_PIN_TEXT);

	buf_adds(&b, pin_prefix);
	base64_encode(&b, digest, 32);
	snprintf(text, TLS_PIN_TEXT, "%s", buf_str(&b));
	buf_free(&b);
}

int
tls_pin_parse(const char *text, unsigned char digest[32])
{
	struct buf raw = BUF_INIT(64);
	int rc = -1;

	if (strncmp(text, pin_prefix, sizeof pin_prefix - 1) != 0)
		return -1;
	text += sizeof pin_prefix - 1;
	if (base64_decode(&raw, text, strlen(text)) == 0 && raw.len == 32) {
		memcpy(digest, raw.data, 32);
		rc = 0;
	}
	buf_free(&raw);
	return rc;
}
