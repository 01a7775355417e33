#include "net/tls_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/base64.h"
#include "net/tls_provider.h"

struct tls_context {
	SSL_CTX *ctx;
	const char *bundle; /* roots not loaded yet, or NULL */
	bool bundle_given;  /* somebody named it; else it need not be there */
	char bundle_error[ROOTS_ERROR_MAX];
	struct tls_settings settings;
};

static const char pin_prefix[] = "sha256//";

static bool
is_lack_of_memory(unsigned long code)
{
	return ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
}

bool
tls_lacked_memory(void)
{
	unsigned long code;
	bool lacked = false;

	while ((code = ERR_get_error()) != 0)
		lacked = lacked || is_lack_of_memory(code);
	return lacked;
}

bool
tls_take_reason(char *text, size_t size)
{
	unsigned long code, first = ERR_peek_error();
	const char *reason = NULL, *next;
	bool lacked = false;

	/* The first cause; but "X lib" only says where to look. */
	while ((code = ERR_get_error()) != 0) {
		lacked = lacked || is_lack_of_memory(code);
		next = ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code))
					      : ERR_reason_error_string(code);
		if (next == NULL || (reason != NULL && ERR_COMMON_ERROR(code)))
			continue;
		reason = next;
		if (!ERR_COMMON_ERROR(code))
			break;
	}
	lacked = tls_lacked_memory() || lacked;
	if (lacked)
		snprintf(text, size, "out of memory");
	else if (reason != NULL)
		snprintf(text, size, "%s", reason);
	else /* "openssl errstr" knows it */
		snprintf(text, size, "OpenSSL error %08lX", first);
	return !lacked;
}

/*
 * What is wrong with a file of ours; otherwise if OpenSSL has no good words.
 * NULL if nothing is, but memory was lacking.
 */
static const char *
file_fault(const char *otherwise)
{
	unsigned long first = ERR_peek_error(), last = ERR_peek_last_error();
	const char *why = otherwise;

	if (ERR_SYSTEM_ERROR(first))
		why = strerror(ERR_GET_REASON(first));
	else if (ERR_GET_LIB(last) == ERR_LIB_SSL && !ERR_COMMON_ERROR(last) &&
	    ERR_reason_error_string(last) != NULL)
		why = ERR_reason_error_string(last);
	return tls_lacked_memory() ? NULL : why;
}

int
tls_context_load_bundle(struct tls_context *t)
{
	const char *file = t->bundle, *why;

	if (file == NULL)
		return 0;
	t->bundle = NULL;
	if (X509_STORE_load_file(SSL_CTX_get_cert_store(t->ctx), file) == 1)
		return 1;
	if ((why = file_fault("no certificate in it")) == NULL)
		return -1;
	if (t->bundle_given)
		snprintf(t->bundle_error, sizeof t->bundle_error, "%.200s: %s",
		    file, why);
	return 0;
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
	return err_set(e, ERR_USAGE,
	    "--ca-path %s: %s; give a directory made "
	    "by openssl rehash",
	    path, strerror(errno));
}

/* Not by opening it: it may be a pipe. */
static int
check_file(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		errno = EISDIR;
	else if (access(path, R_OK) == 0)
		return 0;
	return err_set(e, ERR_USAGE, "--ca-file %s: %s", path, strerror(errno));
}

static int
refuse_file(
    struct err *e, const char *option, const char *file, const char *otherwise)
{
	const char *why = file_fault(otherwise);

	if (why == NULL)
		return err_nomem(e);
	return err_set(e, ERR_USAGE, "%s %s: %s", option, file, why);
}

static int
load_roots(X509_STORE *store, const char *file, struct err *e)
{
	if (X509_STORE_load_file(store, file) == 1)
		return 0;
	if (check_file(file, e) == -1) {
		ERR_clear_error();
		return -1;
	}
	return refuse_file(
	    e, "--ca-file", file, "no certificate in it; give a PEM file");
}

static int
add_trust(struct tls_context *t, struct err *e)
{
	const struct tls_settings *s = &t->settings;
	X509_STORE *store = SSL_CTX_get_cert_store(t->ctx);
	const char *dir = s->ca_path, *file = s->ca_file;

	if (dir == NULL && file != NULL)
		return load_roots(store, file, e);
	if ((dir != NULL && check_directory(dir, e) == -1) ||
	    (file != NULL && check_file(file, e) == -1))
		return -1;
	if (file == NULL && dir == NULL) {
		dir = from_environment(X509_get_default_cert_dir_env(),
		    X509_get_default_cert_dir());
		file = from_environment(X509_get_default_cert_file_env(), NULL);
	}
	t->bundle_given = file != NULL;
	if (file == NULL && s->ca_path == NULL)
		file = X509_get_default_cert_file();
	if (add_directory(store, dir) == -1)
		return err_nomem(e);
	t->bundle = file;
	return 0;
}

/* Never ask on the terminal: nobody is there. */
static int
refuse_pass_phrase(char *buf, int size, int writing, void *asked)
{
	(void)buf;
	(void)size;
	(void)writing;
	*(bool *)asked = true;
	return -1;
}

static bool
is_mismatch(unsigned long code)
{
	return ERR_GET_LIB(code) == ERR_LIB_X509 &&
	    (ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH ||
		ERR_GET_REASON(code) == X509_R_KEY_TYPE_MISMATCH);
}

static int
add_client_key(
    struct tls_context *t, const char *option, const char *key, struct err *e)
{
	bool asked = false;
	int rc;

	SSL_CTX_set_default_passwd_cb_userdata(t->ctx, &asked);
	rc = SSL_CTX_use_PrivateKey_file(t->ctx, key, SSL_FILETYPE_PEM);
	SSL_CTX_set_default_passwd_cb_userdata(t->ctx, NULL);
	if (rc == 1 && SSL_CTX_check_private_key(t->ctx) == 1)
		return 0;
	if (rc == 1 || is_mismatch(ERR_peek_last_error()))
		return err_set(e, ERR_USAGE,
		    "%s %s: the key does not belong "
		    "to the certificate in %s",
		    option, key, t->settings.client_cert);
	return refuse_file(e, option, key,
	    asked ? "the key has a pass phrase; give one without"
		  : "no usable key in it; give a PEM key without a pass "
		    "phrase");
}

static int
add_client_certificate(struct tls_context *t, struct err *e)
{
	const struct tls_settings *s = &t->settings;
	bool asked;

	if (s->client_cert == NULL)
		return 0;
	SSL_CTX_set_default_passwd_cb(t->ctx, refuse_pass_phrase);
	SSL_CTX_set_default_passwd_cb_userdata(t->ctx, &asked);
	if (SSL_CTX_use_certificate_chain_file(t->ctx, s->client_cert) != 1)
		return refuse_file(e, "--client-cert", s->client_cert,
		    "no certificate in it; give a PEM file");
	if (s->client_key == NULL)
		return add_client_key(t, "--client-cert", s->client_cert, e);
	return add_client_key(t, "--client-key", s->client_key, e);
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
	char reason[128];

	if (t == NULL) {
		err_nomem(e);
		return NULL;
	}
	t->settings = *settings;
	/*
	 * What is left out here can be loaded later by deprecated calls only.
	 * The texts of TLS errors cost little.
	 */
	tls_provider_start(OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
		OPENSSL_INIT_LOAD_SSL_STRINGS |
		OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS,
	    settings->client_cert != NULL);
	if ((t->ctx = SSL_CTX_new(TLS_client_method())) == NULL ||
	    SSL_CTX_set_min_proto_version(t->ctx, settings->min_version) != 1) {
		tls_take_reason(reason, sizeof reason);
		err_set(e, ERR_INTERNAL, "TLS: %s", reason);
		goto fail;
	}
	SSL_CTX_set_options(t->ctx, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(t->ctx,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	/* One read() takes all that has come, not each record's two parts. */
	SSL_CTX_set_read_ahead(t->ctx, 1);
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

bool
tls_context_has_pin(const struct tls_context *t, const unsigned char pin[32])
{
	size_t i;

	for (i = 0; i < t->settings.pin_count; i++)
		if (memcmp(pin, t->settings.pins[i], 32) == 0)
			return true;
	return false;
}

void
tls_facts_take(struct tls_facts *f, SSL *ssl, const struct tls_context *t,
    const char *verify_name)
{
	f->done = true;
	snprintf(f->version, sizeof f->version, "%s", SSL_get_version(ssl));
	snprintf(f->cipher, sizeof f->cipher, "%s", SSL_get_cipher_name(ssl));
	tls_verify_take(f, ssl, verify_name);
	snprintf(f->roots_error, sizeof f->roots_error, "%s", t->bundle_error);
	f->pin_matches = f->has_certificate && tls_context_has_pin(t, f->pin);
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

const char *
tls_library(const char **built_with)
{
	*built_with = OPENSSL_VERSION_TEXT;
	return OpenSSL_version(OPENSSL_VERSION);
}
