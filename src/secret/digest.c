#include "secret/digest.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/library_memory.h"

/* 40 ms and 128 * R * N octets: what RFC 7914's authors ask of a login. */
static const uint64_t COST_N = 16384;
static const uint32_t COST_R = 8, COST_P = 1;

int
secret_digest_salt(unsigned char salt[SECRET_SALT])
{
	return getentropy(salt, SECRET_SALT);
}

static int
derive(EVP_KDF_CTX *context, unsigned char digest[SECRET_DIGEST],
    const char *secret, size_t len, const unsigned char salt[SECRET_SALT])
{
	uint64_t n = COST_N;
	uint32_t r = COST_R, p = COST_P;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_PASSWORD, (void *)(uintptr_t)secret, len),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt, SECRET_SALT),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
		OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
		OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
		OSSL_PARAM_construct_end(),
	};

	return EVP_KDF_derive(context, digest, SECRET_DIGEST, params) == 1 ? 0
									   : -1;
}

/*
 * In a library context of its own, because the default one has only what TLS
 * needs; the configuration's providers are not asked for either.
 */
int
secret_digest(unsigned char digest[SECRET_DIGEST], const char *secret,
    size_t len, const unsigned char salt[SECRET_SALT])
{
	const unsigned long lacks = library_memory_lacks();
	OSSL_LIB_CTX *library = OSSL_LIB_CTX_new();
	EVP_KDF *kdf = NULL;
	EVP_KDF_CTX *context = NULL;
	int rc = -1;

	if (library != NULL)
		kdf = EVP_KDF_fetch(library, "SCRYPT", NULL);
	if (kdf != NULL)
		context = EVP_KDF_CTX_new(kdf);
	if (context != NULL)
		rc = derive(context, digest, secret, len, salt);
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	OSSL_LIB_CTX_free(library);
	if (library_memory_errors() || library_memory_lacks() != lacks)
		return rc == 0 ? 0 : ENOMEM;
	return rc == 0 ? 0 : ENOSYS;
}
