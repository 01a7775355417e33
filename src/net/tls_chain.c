/* Whether a server's chain can be trusted, and all that is wrong with it. */

#include "net/tls_internal.h"

#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "base/library_memory.h"

/* Where there is none yet. */
static void
set_fault(struct tls_fault *fault, int error, int depth, X509 *cert)
{
	if (fault->error != X509_V_OK)
		return;
	fault->error = error;
	fault->depth = depth;
	if (cert == NULL)
		return;
	tls_text_owner(fault->subject, cert);
	tls_text_short(fault->issuer, X509_get_issuer_name(cert));
	if (error == X509_V_ERR_CERT_HAS_EXPIRED)
		tls_time(X509_get0_notAfter(cert), &fault->when);
	else if (error == X509_V_ERR_CERT_NOT_YET_VALID)
		tls_time(X509_get0_notBefore(cert), &fault->when);
}

static enum tls_fault_kind
kind_of(int error)
{
	if (error == X509_V_ERR_CERT_HAS_EXPIRED)
		return TLS_FAULT_EXPIRED;
	if (error == X509_V_ERR_CERT_NOT_YET_VALID)
		return TLS_FAULT_NOT_YET_VALID;
	if (error == X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD ||
	    error == X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD)
		return TLS_FAULT_NO_DATE;
	return TLS_FAULT_UNTRUSTED;
}

void
tls_fault_add(struct tls_facts *f, int error, int depth, X509 *cert)
{
	enum tls_fault_kind kind;
	size_t i;

	if (error == X509_V_OK)
		error = X509_V_ERR_UNSPECIFIED;
	kind = kind_of(error);
	set_fault(&f->first[kind], error, depth, cert);
	if (depth == 0)
		set_fault(&f->leaf[kind], error, depth, cert);
	for (i = 0; i < f->fault_count; i++)
		if (f->faults[i].error == error && f->faults[i].depth == depth)
			return;
	if (f->fault_count < TLS_FAULTS_MAX)
		set_fault(&f->faults[f->fault_count++], error, depth, cert);
}

static void
forget_faults(struct tls_facts *f)
{
	memset(&f->ends_first, 0, sizeof f->ends_first);
	memset(f->first, 0, sizeof f->first);
	memset(f->leaf, 0, sizeof f->leaf);
	memset(f->faults, 0, sizeof f->faults);
	f->fault_count = 0;
}

static struct tls_handshake *
handshake_of(X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
	    store, SSL_get_ex_data_X509_STORE_CTX_idx());

	return SSL_get_app_data(ssl);
}

/* Called for each fault: note it and go on, to find all of them. */
static int
note_fault(int ok, X509_STORE_CTX *store)
{
	struct tls_facts *f = &handshake_of(store)->facts;
	int error = X509_STORE_CTX_get_error(store);

	if (!ok && error == X509_V_ERR_OUT_OF_MEM)
		f->no_memory = true;
	if (!ok)
		tls_fault_add(f, error, X509_STORE_CTX_get_error_depth(store),
		    X509_STORE_CTX_get_current_cert(store));
	return 1;
}

/* In 64 bits, without the C library, which would look for a time zone. */
static void
judge_dates(struct tls_facts *f, X509 *cert, int depth, int64_t now)
{
	int64_t from, until;

	if (tls_time(X509_get0_notBefore(cert), &from) == -1)
		tls_fault_add(
		    f, X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, depth, cert);
	else if (from > now)
		tls_fault_add(f, X509_V_ERR_CERT_NOT_YET_VALID, depth, cert);
	if (tls_time(X509_get0_notAfter(cert), &until) == -1) {
		tls_fault_add(
		    f, X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, depth, cert);
		return;
	}
	if (until <= now)
		tls_fault_add(f, X509_V_ERR_CERT_HAS_EXPIRED, depth, cert);
	/* From the root down: of two that end at once the lower one. */
	if (f->ends_first.subject[0] == '\0' ||
	    until <= f->ends_first.not_after) {
		f->ends_first.not_after = until;
		f->ends_first.depth = depth;
		tls_text_owner(f->ends_first.subject, cert);
	}
}

/* The path that was found, as far as it leads. */
static void
judge_path(struct tls_facts *f, X509_STORE_CTX *store)
{
	STACK_OF(X509) *path = X509_STORE_CTX_get0_chain(store);
	int64_t now = (int64_t)time(NULL);
	int i = sk_X509_num(path);

	if (i <= 0)
		tls_fault_add(f, X509_V_ERR_UNSPECIFIED, 0,
		    X509_STORE_CTX_get0_cert(store));
	while (--i >= 0)
		judge_dates(f, sk_X509_value(path, i), i, now);
	f->from_store_at = X509_STORE_CTX_get_num_untrusted(store);
}

static void
verify_once(X509_STORE_CTX *store)
{
	struct tls_facts *f = &handshake_of(store)->facts;

	forget_faults(f);
	X509_STORE_CTX_set_verify_cb(store, note_fault);
	/* note_fault() objects to nothing, so something else went wrong. */
	if (X509_verify_cert(store) <= 0) {
		if (X509_STORE_CTX_get_error(store) == X509_V_ERR_OUT_OF_MEM)
			f->no_memory = true;
		tls_fault_add(f, X509_V_ERR_UNSPECIFIED, 0,
		    X509_STORE_CTX_get0_cert(store));
	}
	judge_path(f, store);
}

/*
 * The same question once more: an X509_STORE_CTX answers only one.  Now with
 * OpenSSL's own eye on dates: of two issuers it takes the one that is valid.
 */
static void
verify_again(X509_STORE_CTX *first)
{
	const int ssl_index = SSL_get_ex_data_X509_STORE_CTX_idx();
	X509_STORE_CTX *again = X509_STORE_CTX_new();

	if (again != NULL &&
	    X509_STORE_CTX_init(again, X509_STORE_CTX_get0_store(first),
		X509_STORE_CTX_get0_cert(first),
		X509_STORE_CTX_get0_untrusted(first)) == 1 &&
	    X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(again),
		X509_STORE_CTX_get0_param(first)) == 1 &&
	    X509_VERIFY_PARAM_clear_flags(X509_STORE_CTX_get0_param(again),
		X509_V_FLAG_NO_CHECK_TIME) == 1 &&
	    X509_STORE_CTX_set_ex_data(again, ssl_index,
		X509_STORE_CTX_get_ex_data(first, ssl_index)) == 1)
		verify_once(again);
	X509_STORE_CTX_free(again);
}

/* SHA-256 of the SubjectPublicKeyInfo.  Returns 0, or -1 without memory. */
static int
make_pin(unsigned char pin[32], X509 *cert)
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der), ok;

	ok = len > 0 &&
	    EVP_Digest(der, (size_t)len, pin, NULL, EVP_sha256(), NULL) == 1;
	OPENSSL_free(der);
	return ok ? 0 : -1;
}

void
tls_pin_take(struct tls_handshake *shake, X509 *cert)
{
	shake->facts.pin_matches = make_pin(shake->facts.pin, cert) == 0 &&
	    tls_pins_hold(&shake->pins, shake->facts.pin);
}

/* Whether another root could help: the issuers, not the leaf, are wrong. */
static bool
lacks_root(const struct tls_facts *f)
{
	return f->first[TLS_FAULT_UNTRUSTED].error != X509_V_OK ||
	    f->first[TLS_FAULT_EXPIRED].depth > 0 ||
	    f->first[TLS_FAULT_NOT_YET_VALID].depth > 0;
}

static bool
breaks_dates(const struct tls_facts *f)
{
	return f->first[TLS_FAULT_EXPIRED].error != X509_V_OK ||
	    f->first[TLS_FAULT_NOT_YET_VALID].error != X509_V_OK;
}

/*
 * Instead of OpenSSL's own verification at the end of which it would break
 * off: who judges needs to know all that is wrong.  A key that is pinned needs
 * no root: no bundle is worth its parsing then.
 */
static int
verify(X509_STORE_CTX *store, void *trust)
{
	struct tls_handshake *shake = handshake_of(store);
	struct tls_facts *f = &shake->facts;
	int loaded = 0;

	verify_once(store);
	tls_pin_take(shake, X509_STORE_CTX_get0_cert(store));
	if (lacks_root(f) && !f->pin_matches)
		loaded = tls_trust_load_bundle(trust);
	if (loaded == 1 || breaks_dates(f))
		verify_again(store);
	f->chain_judged = true;
	if (library_memory_errors() || loaded == -1)
		f->no_memory = true;
	return !f->no_memory;
}

void
tls_verify_install(SSL_CTX *ctx, struct tls_trust *trust)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);

	/* An intermediate, or the server's own, in --ca-file is trusted. */
	X509_VERIFY_PARAM_set_flags(
	    param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, verify, trust);
}
