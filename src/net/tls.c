#include "net/tls_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/library_memory.h"
#include "net/tls_error.h"
#include "net/tls_provider.h"

struct tls_context {
	SSL_CTX *ctx;
	struct tls_trust trust;
	struct tls_settings settings;
};

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
add_client_key(struct tls_context *t, const char *key, struct err *e)
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
		    "%s: the key does not belong to the certificate in %s", key,
		    t->settings.client_cert);
	return tls_error_refuse(e, key,
	    asked ? "the key has a pass phrase; give one without"
		  : "no usable key in it; give a PEM key without a pass "
		    "phrase");
}

static int
add_client_certificate(
    struct tls_context *t, enum tls_file *culprit, struct err *e)
{
	const struct tls_settings *s = &t->settings;
	bool asked;

	if (s->client_cert == NULL)
		return 0;
	*culprit = TLS_FILE_CLIENT_CERT;
	SSL_CTX_set_default_passwd_cb(t->ctx, refuse_pass_phrase);
	SSL_CTX_set_default_passwd_cb_userdata(t->ctx, &asked);
	if (SSL_CTX_use_certificate_chain_file(t->ctx, s->client_cert) != 1)
		return tls_error_refuse(
		    e, s->client_cert, "no certificate in it; give a PEM file");
	if (s->client_key == NULL)
		return add_client_key(t, s->client_cert, e);
	*culprit = TLS_FILE_CLIENT_KEY;
	return add_client_key(t, s->client_key, e);
}

/*
 * Called when the server asks for a certificate and has shown its own: who we
 * are is nobody's business but that of the server that was meant.
 */
static int
on_request(SSL *ssl, void *arg)
{
	struct tls_handshake *shake = SSL_get_app_data(ssl);
	struct tls_facts *f = &shake->facts;

	(void)arg;
	f->client_cert_requested = true;
	tls_verify_take(shake, ssl);
	if (f->no_memory)
		return 0;
	if (shake->accepts == NULL || !shake->accepts(shake->arg, f))
		SSL_certs_clear(ssl);
	return 1;
}

/* The context has what openssl.cnf asks for. */
static int
oldest(SSL_CTX *ctx, enum tls_version v)
{
	if (v == TLS_VERSION_1_3)
		return TLS1_3_VERSION;
	if (v == TLS_VERSION_DEFAULT &&
	    SSL_CTX_get_min_proto_version(ctx) > TLS1_2_VERSION)
		return (int)SSL_CTX_get_min_proto_version(ctx);
	return TLS1_2_VERSION;
}

static void
set_manners(SSL_CTX *ctx)
{
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(ctx,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	/* One read() takes all that has come, not each record's two parts. */
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_cert_cb(ctx, on_request, NULL);
}

static int
fill(struct tls_context *t, enum tls_file *culprit, struct err *e)
{
	char reason[128];

	/*
	 * What is left out here can be loaded later by deprecated calls only.
	 * The texts of TLS errors cost little.
	 */
	tls_provider_start(OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
		OPENSSL_INIT_LOAD_SSL_STRINGS |
		OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS,
	    t->settings.client_cert != NULL);
	if ((t->ctx = SSL_CTX_new(TLS_client_method())) == NULL ||
	    SSL_CTX_set_min_proto_version(
		t->ctx, oldest(t->ctx, t->settings.min_version)) != 1) {
		tls_error_take(reason, sizeof reason);
		return err_set(e, ERR_INTERNAL, "TLS: %s", reason);
	}
	set_manners(t->ctx);
	tls_verify_install(t->ctx, &t->trust);
	if (tls_trust_init(&t->trust, SSL_CTX_get_cert_store(t->ctx),
		&t->settings, culprit, e) == -1)
		return -1;
	return add_client_certificate(t, culprit, e);
}

struct tls_context *
tls_context_new(
    const struct tls_settings *settings, enum tls_file *culprit, struct err *e)
{
	const unsigned long lacks = library_memory_lacks();
	struct tls_context *t = calloc(1, sizeof *t);

	*culprit = TLS_FILE_NONE;
	if (t == NULL) {
		err_nomem(e);
		return NULL;
	}
	t->settings = *settings;
	/* Without memory something is missing, whatever was said. */
	if (fill(t, culprit, e) == 0 && library_memory_lacks() == lacks)
		return t;
	if (library_memory_lacks() > 0) {
		*culprit = TLS_FILE_NONE;
		*e = (struct err){ .kind = ERR_NONE };
		err_nomem(e);
	}
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
tls_take_facts(
    struct tls_handshake *shake, SSL *ssl, const struct tls_context *t)
{
	struct tls_facts *f = &shake->facts;

	f->done = true;
	snprintf(f->version, sizeof f->version, "%s", SSL_get_version(ssl));
	snprintf(f->cipher, sizeof f->cipher, "%s", SSL_get_cipher_name(ssl));
	tls_verify_take(shake, ssl);
	snprintf(
	    f->roots_error, sizeof f->roots_error, "%s", t->trust.bundle_error);
	if (f->first[TLS_FAULT_UNTRUSTED].error != X509_V_OK)
		tls_trust_look(&t->trust, f);
}

const char *
tls_library(const char **built_with)
{
	*built_with = OPENSSL_VERSION_TEXT;
	return OpenSSL_version(OPENSSL_VERSION);
}
