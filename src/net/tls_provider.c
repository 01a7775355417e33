/*
 * The first fetch of any cipher makes OpenSSL register all 130 of them, and so
 * it is with digests, decoders and the rest; a handshake uses few.  This
 * provider has no code of its own for any algorithm: it asks the default
 * provider for its tables and hands out the rows that libssl can name.
 *
 * The default provider must be alive for that, with the library context that
 * everything else uses, but not active, or it would be asked as well.  So it
 * is loaded, something fetched is held, which keeps it alive, and it is
 * unloaded.
 */

#include "net/tls_provider.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <openssl/store.h>

#include "net/tls_config.h"

/* All that libssl's cipher suites name, default or not, and the DRBGs'. */
static const char *const ciphers[] = { "NULL", "AES-256-GCM", "AES-128-GCM",
	"ChaCha20-Poly1305", "AES-256-CCM", "AES-128-CCM", "AES-256-CBC",
	"AES-128-CBC", "AES-256-CBC-HMAC-SHA256", "AES-128-CBC-HMAC-SHA256",
	"AES-256-CBC-HMAC-SHA1", "AES-128-CBC-HMAC-SHA1", "ARIA-256-GCM",
	"ARIA-128-GCM", "CAMELLIA-256-CBC", "CAMELLIA-128-CBC", "DES-EDE3-CBC",
	"SM4-GCM", "SM4-CCM", "AES-256-CTR", "AES-192-CTR", "AES-128-CTR",
	"AES-256-ECB", "AES-192-ECB", "AES-128-ECB", NULL };

/*
 * All that a signature can be made with.  SHAKE-256 is a part of Ed448, both
 * SHAKEs and SHA-3 are parts of ML-KEM, ML-DSA and SLH-DSA.
 */
static const char *const digests[] = { "SHA2-256", "SHA2-384", "SHA2-512",
	"SHA1", "SHA2-224", "SHA2-512/224", "SHA2-512/256", "SHA3-224",
	"SHA3-256", "SHA3-384", "SHA3-512", "SHAKE-128", "SHAKE-256", "MD5",
	"MD5-SHA1", "RIPEMD-160", "SM3", NULL };

static const char *const macs[] = { "HMAC", NULL };
static const char *const kdfs[] = { "TLS13-KDF", "HKDF", "TLS1-PRF", NULL };

/* Keys that are in no certificate and no key share. */
static const char *const other_keys[] = { "TLS1-PRF", "HKDF", "SCRYPT",
	"SIPHASH", "POLY1305", "CMAC", NULL };

static bool is_tls_cipher(const OSSL_ALGORITHM *a);
static bool is_digest(const OSSL_ALGORITHM *a);
static bool is_mac(const OSSL_ALGORITHM *a);
static bool is_kdf(const OSSL_ALGORITHM *a);
static bool is_key(const OSSL_ALGORITHM *a);
static bool is_exchange(const OSSL_ALGORITHM *a);
static bool is_signature(const OSSL_ALGORITHM *a);
static bool is_decoder(const OSSL_ALGORITHM *a);

/* What has no row here is passed on whole: it is short, or never asked for. */
static const struct filter {
	int operation;
	bool (*passes)(const OSSL_ALGORITHM *);
} filters[] = {
	{ OSSL_OP_CIPHER, is_tls_cipher },
	{ OSSL_OP_DIGEST, is_digest },
	{ OSSL_OP_MAC, is_mac },
	{ OSSL_OP_KDF, is_kdf },
	{ OSSL_OP_KEYMGMT, is_key },
	{ OSSL_OP_KEYEXCH, is_exchange },
	{ OSSL_OP_SIGNATURE, is_signature },
	{ OSSL_OP_DECODER, is_decoder },
};

enum { FILTERS = sizeof filters / sizeof *filters, PASSED_MAX = 64 };

/*
 * Static, as the default library context is: a provider's functions are given
 * one pointer, and that has to be the one the default provider's algorithms
 * expect.
 */
static struct {
	bool tried;
	bool installed;
	bool reads_keys;
	bool all_groups; /* somebody may ask for them by name */
	OSSL_PROVIDER *ours;
	OSSL_PROVIDER *stock;    /* alive as long as held is */
	OSSL_STORE_LOADER *held; /* of all that can be, the cheapest to fetch */
	OSSL_ALGORITHM passed[FILTERS][PASSED_MAX + 1];
} state;

/* The first of the row's names; the others are its aliases. */
static bool
is_named(const OSSL_ALGORITHM *a, const char *name, size_t len)
{
	const char *first = a->algorithm_names;

	return first[0] == name[0] && strncmp(first, name, len) == 0 &&
	    (first[len] == '\0' || first[len] == ':');
}

static bool
is_one_of(const OSSL_ALGORITHM *a, const char *const *names)
{
	while (*names != NULL && !is_named(a, *names, strlen(*names)))
		names++;
	return *names != NULL;
}

static bool
is_tls_cipher(const OSSL_ALGORITHM *a)
{
	return is_one_of(a, ciphers);
}

static bool
is_digest(const OSSL_ALGORITHM *a)
{
	return is_one_of(a, digests);
}

static bool
is_mac(const OSSL_ALGORITHM *a)
{
	return is_one_of(a, macs);
}

static bool
is_kdf(const OSSL_ALGORITHM *a)
{
	return is_one_of(a, kdfs);
}

static bool
is_key(const OSSL_ALGORITHM *a)
{
	return !is_one_of(a, other_keys);
}

/*
 * What is done with a key is called as the key is, but for EC's.  By any other
 * name, as RSA-SHA256 is one, nothing of TLS asks for it.
 */
static bool
is_named_as_a_key(const OSSL_ALGORITHM *a)
{
	int no_cache;
	size_t len = strcspn(a->algorithm_names, ":");
	const OSSL_ALGORITHM *key = OSSL_PROVIDER_query_operation(
	    state.stock, OSSL_OP_KEYMGMT, &no_cache);

	while (key->algorithm_names != NULL &&
	    !is_named(key, a->algorithm_names, len))
		key++;
	return key->algorithm_names != NULL && is_key(key);
}

static bool
is_exchange(const OSSL_ALGORITHM *a)
{
	return is_named(a, "ECDH", 4) || is_named_as_a_key(a);
}

static bool
is_signature(const OSSL_ALGORITHM *a)
{
	return is_named(a, "ECDSA", 5) || is_named_as_a_key(a);
}

/* A certificate holds no other. */
static bool
is_decoder(const OSSL_ALGORITHM *a)
{
	return state.reads_keys ||
	    strstr(a->property_definition, "structure=SubjectPublicKeyInfo") !=
	    NULL;
}

/*
 * Fill passed[], once: libssl also asks for what is not there, and that is
 * looked for again each time.  Returns what to hand out.
 */
static const OSSL_ALGORITHM *
pick(const OSSL_ALGORITHM *all, OSSL_ALGORITHM *passed,
    bool (*passes)(const OSSL_ALGORITHM *))
{
	const OSSL_ALGORITHM *a;
	size_t n = 0;

	if (passed->algorithm_names != NULL)
		return passed;
	for (a = all; a->algorithm_names != NULL; a++) {
		if (!passes(a))
			continue;
		if (n == PASSED_MAX) {
			passed->algorithm_names = NULL;
			return all;
		}
		passed[n++] = *a;
	}
	return passed;
}

static const OSSL_ALGORITHM *
query(void *context, int operation, int *no_cache)
{
	const OSSL_ALGORITHM *all =
	    OSSL_PROVIDER_query_operation(state.stock, operation, no_cache);
	size_t i;

	(void)context;
	if (all == NULL)
		return NULL;
	for (i = 0; i < FILTERS; i++)
		if (filters[i].operation == operation)
			return pick(all, state.passed[i], filters[i].passes);
	return all;
}

struct receiver {
	OSSL_CALLBACK *callback;
	void *arg;
};

/*
 * No list of groups that libssl has by itself names one that is not for TLS
 * 1.3: they are the other curves of TLS 1.2, two of three.
 */
static int
hand_on_group(const OSSL_PARAM group[], void *arg)
{
	const struct receiver *r = arg;
	const OSSL_PARAM *newest =
	    OSSL_PARAM_locate_const(group, OSSL_CAPABILITY_TLS_GROUP_MAX_TLS);
	int version = 0;

	if (newest != NULL && OSSL_PARAM_get_int(newest, &version) == 1 &&
	    version != 0 && version < TLS1_3_VERSION)
		return 1;
	return r->callback(group, r->arg);
}

/* The groups of TLS and, since 3.2, signatures that libssl does not know. */
static int
get_capabilities(
    void *context, const char *name, OSSL_CALLBACK *callback, void *arg)
{
	struct receiver r = { callback, arg };

	(void)context;
	if (!state.all_groups && strcmp(name, "TLS-GROUP") == 0)
		return OSSL_PROVIDER_get_capabilities(
		    state.stock, name, hand_on_group, &r);
	return OSSL_PROVIDER_get_capabilities(state.stock, name, callback, arg);
}

static void
teardown(void *context)
{
	(void)context;
	OSSL_STORE_LOADER_free(state.held);
	state.held = NULL;
}

static const OSSL_DISPATCH functions[] = {
	{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
	{ OSSL_FUNC_PROVIDER_GET_CAPABILITIES,
	    (void (*)(void))get_capabilities },
	{ OSSL_FUNC_PROVIDER_TEARDOWN, (void (*)(void))teardown },
	{ 0, NULL },
};

static int
start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *core,
    const OSSL_DISPATCH **provided, void **context)
{
	(void)handle;
	(void)core;
	*provided = functions;
	*context = OSSL_PROVIDER_get0_provider_ctx(state.stock);
	return 1;
}

static int
count(OSSL_PROVIDER *provider, void *arg)
{
	(void)provider;
	++*(int *)arg;
	return 1;
}

/* At exit, before OpenSSL cleans up, if it does. */
static void
unload(void)
{
	OSSL_PROVIDER_unload(state.ours);
}

/*
 * With the default provider loaded.  Whether it was done; if not, it stays
 * loaded, which comes to the same as if nobody had loaded anything.
 */
static bool
replace(OSSL_PROVIDER *stock)
{
	state.stock = stock;
	state.held = OSSL_STORE_LOADER_fetch(NULL, "file", NULL);
	if (state.held == NULL)
		return false;
	if (OSSL_PROVIDER_add_builtin(NULL, "tls", start) == 1 &&
	    (state.ours = OSSL_PROVIDER_load(NULL, "tls")) != NULL) {
		atexit(unload);
		return OSSL_PROVIDER_unload(stock) == 1;
	}
	OSSL_STORE_LOADER_free(state.held);
	state.held = NULL;
	return false;
}

/* Others may look in other tables, or for more in these. */
static bool
is_known(void)
{
	static const struct {
		unsigned major, minor;
	} known[] = { { 3, 0 }, { 3, 5 }, { 3, 6 }, { 4, 0 } };
	size_t i;

	for (i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].major == OPENSSL_version_major() &&
		    known[i].minor == OPENSSL_version_minor())
			return true;
	return false;
}

static bool
install(void)
{
	OSSL_PROVIDER *none, *stock;
	bool installed = false;
	int active = 0;

	/* The provider without algorithms: or else counting loads a default. */
	if ((none = OSSL_PROVIDER_load(NULL, "null")) == NULL)
		return false;
	if (OSSL_PROVIDER_do_all(NULL, count, &active) == 1 && active == 1 &&
	    (stock = OSSL_PROVIDER_load(NULL, "default")) != NULL)
		installed = replace(stock);
	OSSL_PROVIDER_unload(none);
	return installed;
}

bool
tls_provider_start(uint64_t options, bool reads_keys)
{
	enum tls_config judged;

	if (state.tried)
		return state.installed;
	state.tried = true;
	/* Short of memory 3.0 can be left without, and then a load crashes. */
	if (OSSL_LIB_CTX_get0_global_default() == NULL) {
		OPENSSL_init_ssl(options, NULL);
		return false;
	}
	judged = tls_config_load(options);
	state.reads_keys = reads_keys;
	state.all_groups = judged != TLS_CONFIG_PLAIN;
	state.installed =
	    judged != TLS_CONFIG_ALGORITHMS && is_known() && install();
	ERR_clear_error();
	return state.installed;
}
