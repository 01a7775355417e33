/* The provider that hands out what TLS needs: when it is in place and when it
   stands back.  Each case is a process, because it lasts as long as that. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/decoder.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>

#include "net/tls_provider.h"

static bool
has_cipher(const char *name)
{
	EVP_CIPHER *c = EVP_CIPHER_fetch(NULL, name, NULL);

	EVP_CIPHER_free(c);
	return c != NULL;
}

static bool
has_digest(const char *name)
{
	EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);

	EVP_MD_free(md);
	return md != NULL;
}

static bool
has_decoder(const char *properties)
{
	OSSL_DECODER *d = OSSL_DECODER_fetch(NULL, "RSA", properties);

	OSSL_DECODER_free(d);
	return d != NULL;
}

/* No handshake uses these. */
static bool
is_stock(void)
{
	return has_cipher("AES-256-XTS") && has_digest("BLAKE2B-512");
}

static bool
is_ours(void)
{
	return has_cipher("AES-256-GCM") && has_cipher("AES256") &&
	    has_digest("SHA256") && !has_cipher("AES-256-XTS") &&
	    !has_digest("BLAKE2B-512") &&
	    has_decoder("input=der,structure=SubjectPublicKeyInfo");
}

/* This version of OpenSSL is known. */
static bool
is_known(void)
{
	return OPENSSL_version_major() == 3 && OPENSSL_version_minor() == 0;
}

static bool
without_keys(void)
{
	if (!is_known())
		return !tls_provider_install(false) && is_stock();
	return tls_provider_install(false) && is_ours() &&
	    !has_decoder("input=der,structure=PrivateKeyInfo") &&
	    tls_provider_install(true); /* the first call decides */
}

static bool
with_keys(void)
{
	if (!is_known())
		return !tls_provider_install(true) && is_stock();
	return tls_provider_install(true) && is_ours() &&
	    has_decoder("input=der,structure=PrivateKeyInfo");
}

/* What was fetched before would be of another provider than what comes. */
static bool
after_a_fetch(void)
{
	return has_digest("SHA256") && !tls_provider_install(false) &&
	    is_stock();
}

/* And nothing is put in the place of what was chosen, or beside it. */
static bool
beside(const char *name, bool stock)
{
	OSSL_PROVIDER *other = OSSL_PROVIDER_load(NULL, name);
	bool ok = other != NULL && !tls_provider_install(false) &&
	    !tls_provider_install(false) && is_stock() == stock &&
	    has_digest("SHA256") == stock;

	OSSL_PROVIDER_unload(other);
	return ok;
}

static bool
beside_default(void)
{
	return beside("default", true);
}

static bool
beside_base(void)
{
	return beside("base", false);
}

static bool
with_configuration(const char *text, bool installed)
{
	char name[] = "/tmp/test_tls_provider.XXXXXX";
	int fd = mkstemp(name);
	FILE *f = fdopen(fd, "w");
	bool ok;

	fputs(text, f);
	fclose(f);
	setenv("OPENSSL_CONF", name, 1);
	OPENSSL_init_ssl(0, NULL);
	unlink(name);
	ok = tls_provider_install(false) == installed;
	return ok && (installed ? is_ours() : is_stock());
}

static bool
configured_providers(void)
{
	return with_configuration("openssl_conf = start\n"
				  "[start]\nproviders = providers\n"
				  "[providers]\ndefault = chosen\n"
				  "[chosen]\nactivate = 1\n",
	    false);
}

/* As OpenSSL itself installs it. */
static bool
providers_not_activated(void)
{
	return with_configuration("openssl_conf = start\n"
				  "[start]\nproviders = providers\n"
				  "[providers]\ndefault = chosen\n"
				  "[chosen]\n# activate = 1\n",
	    is_known());
}

static bool
context_after_context(void)
{
	SSL_CTX *ctx;
	int i;

	tls_provider_install(false);
	for (i = 0; i < 3; i++) {
		ctx = SSL_CTX_new(TLS_client_method());
		if (ctx == NULL)
			return false;
		SSL_CTX_free(ctx);
	}
	return true;
}

static const struct {
	const char *what;
	bool (*holds)(void);
} cases[] = {
	{ "certificates only", without_keys },
	{ "keys, too", with_keys },
	{ "after a fetch", after_a_fetch },
	{ "beside the default provider", beside_default },
	{ "beside another", beside_base },
	{ "openssl.cnf activates one", configured_providers },
	{ "openssl.cnf names one", providers_not_activated },
	{ "several contexts", context_after_context },
};

static void
test_cases(void **state)
{
	size_t i;
	int status;
	pid_t child;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		child = fork();
		assert_int_not_equal(child, -1);
		if (child == 0) /* not _exit(): leaks count */
			exit(cases[i].holds() ? 0 : 1);
		assert_int_equal(waitpid(child, &status, 0), child);
		if (status != 0)
			fail_msg("%s: status %d", cases[i].what, status);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
