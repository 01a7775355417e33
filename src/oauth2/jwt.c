#include "oauth2/jwt.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "base/base64.h"
#include "base/library_memory.h"
#include "oauth2/json.h"

enum {
	RSA_BITS_MIN = 2048,
	RSA_BITS_MAX = 16384,
	EC_BITS = 256,
	EC_HALF = EC_BITS / 8,
	JSON_MAX = 16 * 1024,
};

struct jwt_key {
	EVP_PKEY *pkey;
};

/* No pass phrase: it would be asked for on the terminal. */
static int
no_phrase(char *out, int size, int writes, void *arg)
{
	(void)out;
	(void)size;
	(void)writes;
	*(bool *)arg = true;
	return -1;
}

static bool
is_usable(EVP_PKEY *pkey)
{
	const int bits = EVP_PKEY_get_bits(pkey);
	char curve[32] = "";

	if (EVP_PKEY_is_a(pkey, "RSA"))
		return bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX;
	return EVP_PKEY_is_a(pkey, "EC") && bits == EC_BITS &&
	    EVP_PKEY_get_group_name(pkey, curve, sizeof curve, NULL) == 1 &&
	    OBJ_sn2nid(curve) == NID_X9_62_prime256v1;
}

struct jwt_key *
jwt_key_read(const char *pem, size_t len, char *why, size_t size)
{
	struct jwt_key *k = library_malloc(sizeof *k);
	BIO *in = BIO_new_mem_buf(pem, (int)len);
	bool encrypted = false;

	if (k == NULL || in == NULL) {
		free(k);
		BIO_free(in);
		snprintf(why, size, "out of memory");
		return NULL;
	}
	k->pkey = PEM_read_bio_PrivateKey(in, NULL, no_phrase, &encrypted);
	BIO_free(in);
	ERR_clear_error();
	if (k->pkey != NULL && is_usable(k->pkey))
		return k;
	snprintf(why, size, "%s",
	    encrypted ? "has a pass phrase, and nobody is there to type it; "
			"keep it without one, mode 0600"
		: k->pkey == NULL ? "is no private key in PEM"
				  : "is neither RSA of 2048 bits or more nor "
				    "EC on P-256");
	jwt_key_free(k);
	return NULL;
}

void
jwt_key_free(struct jwt_key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->pkey);
	free(k);
}

bool
jwt_key_is_rsa(const struct jwt_key *k)
{
	return EVP_PKEY_is_a(k->pkey, "RSA");
}

int
jwt_thumbprint(struct buf *out, const struct jwt_key *k, const char *pem,
    size_t len, char *why, size_t size)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	BIO *in = BIO_new_mem_buf(pem, (int)len);
	X509 *certificate;
	int rc = -1;

	certificate =
	    in != NULL ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
	BIO_free(in);
	if (certificate == NULL)
		snprintf(why, size, "is no certificate in PEM");
	else if (X509_check_private_key(certificate, k->pkey) != 1)
		snprintf(why, size, "is for another key than the one given");
	else if (X509_digest(certificate, EVP_sha256(), digest, NULL) != 1 ||
	    jwt_encode(out, digest, sizeof digest) == -1)
		snprintf(why, size, "cannot be digested");
	else
		rc = 0;
	X509_free(certificate);
	ERR_clear_error();
	return rc;
}

int
jwt_encode(struct buf *out, const void *data, size_t len)
{
	const size_t begin = out->len;
	size_t i;

	if (base64_encode(out, data, len) == -1)
		return -1;
	while (out->len > begin && out->data[out->len - 1] == '=')
		buf_truncate(out, out->len - 1);
	for (i = begin; i < out->len; i++)
		if (out->data[i] == '+')
			out->data[i] = '-';
		else if (out->data[i] == '/')
			out->data[i] = '_';
	return 0;
}

static void
add_json(struct buf *out, const json_t *value)
{
	struct buf text = BUF_INIT(JSON_MAX);

	json_print(value, &text);
	if (text.failed)
		out->failed = true;
	else
		jwt_encode(out, text.data, text.len);
	buf_free(&text);
}

/* Of DER the two numbers, each in 32 octets (RFC 7518, 3.4). */
static int
add_ec(struct buf *out, const unsigned char *der, size_t len)
{
	unsigned char raw[2 * EC_HALF];
	const BIGNUM *r, *s;
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)len);
	int rc = -1;

	if (signature == NULL)
		return -1;
	ECDSA_SIG_get0(signature, &r, &s);
	if (BN_bn2binpad(r, raw, EC_HALF) == EC_HALF &&
	    BN_bn2binpad(s, raw + EC_HALF, EC_HALF) == EC_HALF)
		rc = jwt_encode(out, raw, sizeof raw);
	ECDSA_SIG_free(signature);
	return rc;
}

static int
begin(EVP_MD_CTX *ctx, const struct jwt_key *k, bool pss)
{
	EVP_PKEY_CTX *how;

	if (EVP_DigestSignInit(ctx, &how, EVP_sha256(), NULL, k->pkey) != 1)
		return -1;
	if (!pss || !jwt_key_is_rsa(k))
		return 0;
	return EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) == 1 &&
		EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST) ==
		    1
	    ? 0
	    : -1;
}

static int
add_signature(struct buf *out, const struct jwt_key *k, bool pss, size_t from)
{
	unsigned char signature[RSA_BITS_MAX / 8];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = sizeof signature;
	int rc = -1;

	if (ctx != NULL && begin(ctx, k, pss) == 0 &&
	    EVP_DigestSign(ctx, signature, &len,
		(const unsigned char *)out->data + from,
		out->len - from) == 1) {
		buf_addc(out, '.');
		rc = jwt_key_is_rsa(k) ? jwt_encode(out, signature, len)
				       : add_ec(out, signature, len);
	}
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return rc;
}

int
jwt_sign(struct buf *out, const struct jwt_key *k, bool pss, json_t *header,
    const json_t *claims)
{
	const size_t from = out->len;
	const char *alg = !jwt_key_is_rsa(k) ? "ES256"
	    : pss                            ? "PS256"
					     : "RS256";

	if (json_object_set_new(header, "alg", json_string(alg)) == -1)
		return -1;
	add_json(out, header);
	buf_addc(out, '.');
	add_json(out, claims);
	return out->failed ? -1 : add_signature(out, k, pss, from);
}
