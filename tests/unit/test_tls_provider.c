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
#include <openssl/rand.h>
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
	unsigned version =
	    OPENSSL_version_major() * 100 + OPENSSL_version_minor();

	return version == 300 || version == 305 || version == 306 ||
	    version == 400;
}

static bool
without_keys(void)
{
	if (!is_known())
		return !tls_provider_start(0, false) && is_stock();
	return tls_provider_start(0, false) && is_ours() &&
	    !has_decoder("input=der,structure=PrivateKeyInfo") &&
	    tls_provider_start(0, true); /* the first call decides */
}

static bool
with_keys(void)
{
	if (!is_known())
		return !tls_provider_start(0, true) && is_stock();
	return tls_provider_start(0, true) && is_ours() &&
	    has_decoder("input=der,structure=PrivateKeyInfo");
}

/* What was fetched before would be of another provider than what comes. */
static bool
after_a_fetch(void)
{
	return has_digest("SHA256") && !tls_provider_start(0, false) &&
	    is_stock();
}

/* And nothing is put in the place of what was chosen, or beside it. */
static bool
beside(const char *name, bool stock)
{
	OSSL_PROVIDER *other = OSSL_PROVIDER_load(NULL, name);
	bool ok = other != NULL && !tls_provider_start(0, false) &&
	    !tls_provider_start(0, false) && is_stock() == stock &&
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

/* Whatever [random] asks for. */
static bool
has_random(void)
{
	unsigned char byte;

	return RAND_bytes(&byte, sizeof byte) == 1;
}

enum { WHOLE = 0, OURS = 1, NOTHING = 2 };

/* What there is after a start with an openssl.cnf. */
static const struct {
	const char *what;
	const char *text;
	int there;
} files[] = {
	{ "empty", "", OURS },
	{ "nothing for a library", "[ca]\ndefault_ca = x\n", OURS },
	{ "ssl_conf",
	    "openssl_conf = start\n[start]\nssl_conf = ssl\n"
	    "[ssl]\nsystem_default = tls\n[tls]\nMinProtocol = TLSv1.2\n",
	    OURS },
	{ "as it comes with OpenSSL",
	    "config_diagnostics = 1\nopenssl_conf = start\n"
	    "[start]\nproviders = providers\n[providers]\n"
	    "default = chosen\n[chosen]\n# activate = 1\n",
	    OURS },
	{ "a provider",
	    "openssl_conf = start\n[start]\nproviders = providers\n"
	    "[providers]\ndefault = chosen\n[chosen]\nactivate = 1\n",
	    WHOLE },
	{ "two providers, the first by name only",
	    "openssl_conf = start\n[start]\nproviders = providers\n"
	    "[providers]\nlegacy = none\ndefault = chosen\n"
	    "[none]\n[chosen]\nactivate = 1\n",
	    WHOLE },
	{ "a setting of a provider",
	    "openssl_conf = start\n[start]\nproviders = providers\n"
	    "[providers]\nfips = chosen\n[chosen]\nsecurity-checks = 1\n",
	    WHOLE },
	{ "a provider without a section",
	    "openssl_conf = start\n[start]\nproviders = providers\n"
	    "[providers]\nfips = missing\n",
	    WHOLE },
	{ "random",
	    "openssl_conf = start\n[start]\nrandom = random\n"
	    "[random]\nrandom = HASH-DRBG\ndigest = BLAKE2S-256\n",
	    WHOLE },
	{ "random, the second module",
	    "openssl_conf = start\n[start]\nssl_conf = ssl\n"
	    "random = random\n[ssl]\n[random]\nrandom = HMAC-DRBG\n"
	    "digest = SHA512\nmac = HMAC\n",
	    WHOLE },
	{ "random, numbered",
	    "openssl_conf = start\n[start]\nrandom.1 = random\n"
	    "[random]\nrandom = CTR-DRBG\ncipher = AES-128-CTR\n",
	    WHOLE },
	{ "a property query",
	    "openssl_conf = start\n[start]\nalg_section = algorithms\n"
	    "[algorithms]\ndefault_properties = ?provider=other\n",
	    WHOLE },
	{ "no FIPS",
	    "openssl_conf = start\n[start]\nalg_section = algorithms\n"
	    "[algorithms]\nfips_mode = no\n",
	    WHOLE },
	{ "FIPS, of which there is nothing",
	    "openssl_conf = start\n[start]\nalg_section = algorithms\n"
	    "[algorithms]\nfips_mode = yes\n",
	    NOTHING },
	{ "a section that nobody knows",
	    "openssl_conf = start\n[start]\nof_tomorrow = x\n[x]\n", WHOLE },
	{ "object identifiers",
	    "openssl_conf = start\n[start]\noid_section = x\n[x]\n"
	    "ours = 1.2.3.4\n",
	    WHOLE },
	{ "the section is missing", "openssl_conf = start\n", WHOLE },
	{ "no configuration but a word", "nonsense\n", WHOLE },
};

static bool
is_there(int what)
{
	if (what == NOTHING)
		return !has_cipher("AES-256-GCM");
	return has_random() && (what == OURS ? is_ours() : is_stock());
}

static bool
with_file(size_t i)
{
	char name[] = "/tmp/test_tls_provider.XXXXXX";
	int fd = mkstemp(name);
	FILE *f = fdopen(fd, "w");
	int there =
	    files[i].there == OURS && !is_known() ? WHOLE : files[i].there;
	bool ok;

	fputs(files[i].text, f);
	fclose(f);
	setenv("OPENSSL_CONF", name, 1);
	ok = tls_provider_start(0, false) == (there == OURS);
	unlink(name);
	return ok && is_there(there);
}

/* Read where the file is that includes it. */
static bool
random_in_another_file(void)
{
	char name[] = "/tmp/test_tls_provider.XXXXXX", main_name[64];
	FILE *f = fdopen(mkstemp(name), "w");
	bool ok;

	fputs("random = random\n[random]\nrandom = HASH-DRBG\n"
	      "digest = SHA512\n",
	    f);
	fclose(f);
	snprintf(main_name, sizeof main_name, "%s.cnf", name);
	f = fopen(main_name, "w");
	fprintf(f, "openssl_conf = start\n[start]\n.include %s\n", name);
	fclose(f);
	setenv("OPENSSL_CONF", main_name, 1);
	ok = !tls_provider_start(0, false);
	unlink(name);
	unlink(main_name);
	return ok && is_there(WHOLE);
}

static bool
no_file(void)
{
	setenv("OPENSSL_CONF", "/tmp/test_tls_provider.none/openssl.cnf", 1);
	return tls_provider_start(0, false) == is_known() &&
	    is_there(is_known() ? OURS : WHOLE);
}

static bool
no_file_wanted(void)
{
	setenv("OPENSSL_CONF", "", 1);
	return tls_provider_start(0, false) == is_known() &&
	    is_there(is_known() ? OURS : WHOLE);
}

/* The low octet of a context's oldest protocol, or 255 without a context. */
static int
oldest_protocol(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	long version = ctx != NULL ? SSL_CTX_get_min_proto_version(ctx) : 255;

	SSL_CTX_free(ctx);
	return (int)version & 255;
}

static int
in_a_process(bool ours)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		if (ours)
			tls_provider_start(0, false);
		else
			OPENSSL_init_ssl(0, NULL);
		exit(oldest_protocol());
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What it says of TLS is done, and what it says wrongly is as wrong. */
static bool
tls_configured(void)
{
	static const char *const texts[] = {
		"ssl_conf = ssl\n[ssl]\nsystem_default = tls\n"
		"[tls]\nMinProtocol = TLSv1.3\n",
		"ssl_conf = ssl\n[ssl]\nsystem_default = tls\n"
		"[tls]\nMinProtocol = none such\n",
		"ssl_conf = ssl\n[ssl]\nsystem_default = missing\n",
		"ssl_conf = missing\n",
	};
	char name[] = "/tmp/test_tls_provider.XXXXXX";
	bool ok = true;
	int i, got;
	FILE *f;

	close(mkstemp(name));
	setenv("OPENSSL_CONF", name, 1);
	for (i = 0; i < 8; i++) {
		f = fopen(name, "w");
		fprintf(f,
		    "config_diagnostics = %d\nopenssl_conf = start\n"
		    "[start]\n%s",
		    i % 2, texts[i / 2]);
		fclose(f);
		got = in_a_process(true);
		ok = ok && got == in_a_process(false) &&
		    (i >= 2 || got == (TLS1_3_VERSION & 255));
	}
	unlink(name);
	return ok;
}

static bool
context_after_context(void)
{
	SSL_CTX *ctx;
	int i;

	tls_provider_start(0, false);
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
	{ "[random] in another file", random_in_another_file },
	{ "no openssl.cnf", no_file },
	{ "no openssl.cnf wanted", no_file_wanted },
	{ "TLS configured", tls_configured },
	{ "several contexts", context_after_context },
};

/* Each in a process of its own. */
static void
see(const char *what, bool (*holds)(void), size_t file)
{
	int status;
	pid_t child = fork();

	assert_int_not_equal(child, -1);
	if (child == 0) /* not _exit(): leaks count */
		exit((holds != NULL ? holds() : with_file(file)) ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (status != 0)
		fail_msg("%s: status %d", what, status);
}

static void
test_cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		see(cases[i].what, cases[i].holds, 0);
}

static void
test_files(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof files / sizeof files[0]; i++)
		see(files[i].what, NULL, i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
