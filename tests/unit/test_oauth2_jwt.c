/* Keys that are taken and that are not, what is signed with them, and that the
 * signature holds. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "oauth2/jwt.h"

enum { ROOM = 64 * 1024 };

static EVP_PKEY *rsa, *ec;

static int
make_keys(void **state)
{
	(void)state;
	rsa = EVP_RSA_gen(2048);
	ec = EVP_EC_gen("P-256");
	return rsa != NULL && ec != NULL ? 0 : -1;
}

static int
free_keys(void **state)
{
	(void)state;
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
	return 0;
}

static void
take(struct buf *out, BIO *bio)
{
	char *data;
	long n = BIO_get_mem_data(bio, &data);

	buf_truncate(out, 0);
	buf_add(out, data, (size_t)n);
	BIO_free(bio);
}

static void
print_key(struct buf *out, EVP_PKEY *key, const char *phrase)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_int_equal(PEM_write_bio_PrivateKey(bio, key,
			     phrase != NULL ? EVP_aes_128_cbc() : NULL, NULL, 0,
			     NULL, (void *)(uintptr_t)phrase),
	    1);
	take(out, bio);
}

static void
print_certificate(struct buf *out, EVP_PKEY *key)
{
	X509 *x = X509_new();
	BIO *bio = BIO_new(BIO_s_mem());

	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509(bio, x), 1);
	X509_free(x);
	take(out, bio);
}

static struct jwt_key *
read_key(EVP_PKEY *key)
{
	struct buf pem = BUF_INIT(ROOM);
	struct jwt_key *k;
	char why[128];

	print_key(&pem, key, NULL);
	k = jwt_key_read(buf_str(&pem), pem.len, why, sizeof why);
	assert_non_null(k);
	buf_free(&pem);
	return k;
}

static void
refuse(EVP_PKEY *key, const char *phrase, const char *text, const char *words)
{
	struct buf pem = BUF_INIT(ROOM);
	char why[128];

	if (key != NULL)
		print_key(&pem, key, phrase);
	else
		buf_adds(&pem, text);
	assert_null(jwt_key_read(buf_str(&pem), pem.len, why, sizeof why));
	assert_non_null(strstr(why, words));
	buf_free(&pem);
}

static void
test_keys(void **state)
{
	static const char weak[] = "is neither RSA of 2048 bits or more nor EC";
	EVP_PKEY *other;

	(void)state;
	jwt_key_free(NULL);
	refuse(NULL, NULL, "", "is no private key in PEM");
	refuse(NULL, NULL, "-----BEGIN PRIVATE KEY-----\nAA\n",
	    "is no private key in PEM");
	refuse(rsa, "phrase", NULL, "has a pass phrase");
	refuse(other = EVP_RSA_gen(1024), NULL, NULL, weak);
	EVP_PKEY_free(other);
	refuse(other = EVP_EC_gen("P-384"), NULL, NULL, weak);
	EVP_PKEY_free(other);
	refuse(other = EVP_EC_gen("brainpoolP256r1"), NULL, NULL, weak);
	EVP_PKEY_free(other);
	refuse(
	    other = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL, NULL, weak);
	EVP_PKEY_free(other);
}

static void
test_thumbprint(void **state)
{
	struct jwt_key *k = read_key(rsa);
	struct buf pem = BUF_INIT(ROOM), out = BUF_INIT(64);
	char why[128];

	(void)state;
	print_certificate(&pem, rsa);
	assert_int_equal(
	    jwt_thumbprint(&out, k, buf_str(&pem), pem.len, why, sizeof why),
	    0);
	assert_int_equal(out.len, 43);
	assert_null(strpbrk(buf_str(&out), "+/="));
	print_certificate(&pem, ec);
	assert_int_equal(
	    jwt_thumbprint(&out, k, buf_str(&pem), pem.len, why, sizeof why),
	    -1);
	assert_string_equal(why, "is for another key than the one given");
	assert_int_equal(
	    jwt_thumbprint(&out, k, "no PEM", 6, why, sizeof why), -1);
	assert_string_equal(why, "is no certificate in PEM");
	jwt_key_free(k);
	buf_free(&pem);
	buf_free(&out);
}

/* The octets of base64url text[0..len). */
static size_t
decode(unsigned char *out, const char *text, size_t len)
{
	char padded[8192];
	size_t i;
	int n;

	assert_true(len + 4 < sizeof padded);
	for (i = 0; i < len; i++)
		padded[i] = text[i] == '-' ? '+'
		    : text[i] == '_'       ? '/'
					   : text[i];
	while (i % 4 != 0)
		padded[i++] = '=';
	n = EVP_DecodeBlock(out, (unsigned char *)padded, (int)i);
	assert_true(n > 0);
	return (size_t)n - (i - len);
}

/* r and s of 32 octets each, as DER. */
static size_t
to_der(unsigned char *out, const unsigned char *raw)
{
	unsigned char *p = out;
	ECDSA_SIG *s = ECDSA_SIG_new();
	int n;

	ECDSA_SIG_set0(
	    s, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
	n = i2d_ECDSA_SIG(s, &p);
	ECDSA_SIG_free(s);
	return (size_t)n;
}

static void
verify(const char *jwt, EVP_PKEY *key, bool pss)
{
	const char *dot = strrchr(jwt, '.');
	unsigned char raw[1024], der[128];
	const unsigned char *signature = raw;
	size_t n = decode(raw, dot + 1, strlen(dot + 1));
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how;

	if (key == ec) {
		assert_int_equal(n, 64);
		n = to_der(der, raw);
		signature = der;
	}
	assert_int_equal(
	    EVP_DigestVerifyInit(ctx, &how, EVP_sha256(), NULL, key), 1);
	if (pss) {
		EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING);
		EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST);
	}
	assert_int_equal(EVP_DigestVerify(ctx, signature, n,
			     (const unsigned char *)jwt, (size_t)(dot - jwt)),
	    1);
	EVP_MD_CTX_free(ctx);
}

static void
test_sign(void **state)
{
	const struct {
		EVP_PKEY *key;
		bool pss;
		const char *header; /* in base64url */
	} cases[] = {
		{ rsa, true, "eyJhbGciOiJQUzI1NiJ9." },
		{ rsa, false, "eyJhbGciOiJSUzI1NiJ9." },
		{ ec, true, "eyJhbGciOiJFUzI1NiJ9." },
		{ ec, false, "eyJhbGciOiJFUzI1NiJ9." },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct jwt_key *k = read_key(cases[i].key);
		struct buf out = BUF_INIT(ROOM);
		json_t *header = json_object(), *claims = json_object();

		assert_int_equal(
		    jwt_sign(&out, k, cases[i].pss, header, claims), 0);
		assert_int_equal(strncmp(buf_str(&out), cases[i].header,
				     strlen(cases[i].header)),
		    0);
		verify(buf_str(&out), cases[i].key,
		    cases[i].pss && cases[i].key == rsa);
		json_decref(header);
		json_decref(claims);
		buf_free(&out);
		jwt_key_free(k);
	}
}

/* Claims that no assertion has, and a buffer that is too small. */
static void
test_room(void **state)
{
	struct jwt_key *k = read_key(ec);
	struct buf out = BUF_INIT(64);
	json_t *header = json_object(), *claims = json_object();
	char *text = calloc(1, 20 * 1024 + 1);

	(void)state;
	assert_int_equal(jwt_sign(&out, k, true, header, claims), -1);
	buf_free(&out);
	out.max = ROOM;
	memset(text, 'x', 20 * 1024);
	json_object_set_new(claims, "long", json_string(text));
	assert_int_equal(jwt_sign(&out, k, true, header, claims), -1);
	assert_true(out.failed);
	free(text);
	json_decref(header);
	json_decref(claims);
	buf_free(&out);
	jwt_key_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_thumbprint),
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
