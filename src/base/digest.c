#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/locked.h"
#include "base/wipe.h"

enum { BLOCK_MAX = 128 };

static const struct {
	const char *name, *fetched;
	size_t size, block;
} digests[] = {
	[DIGEST_MD5] = { "MD5", "MD5", 16, 64 },
	[DIGEST_SHA1] = { "SHA-1", "SHA1", 20, 64 },
	[DIGEST_SHA256] = { "SHA-256", "SHA2-256", 32, 64 },
	[DIGEST_SHA512] = { "SHA-512", "SHA2-512", 64, 128 },
};

/*
 * Both states that a key brings about (RFC 2104, 4), to be copied for each
 * message: two blocks less to hash each time.
 */
struct digest_key {
	enum digest d;
	EVP_MD_CTX *inner, *outer;
	EVP_MD_CTX *work;
};

struct derived {
	unsigned char u[DIGEST_SIZE_MAX], t[DIGEST_SIZE_MAX];
};

struct digest_derivation {
	struct digest_key *key;
	unsigned long left;
	struct derived *so_far; /* locked */
};

const char *
digest_name(enum digest d)
{
	return digests[d].name;
}

size_t
digest_size(enum digest d)
{
	return digests[d].size;
}

/* What the library says of a failure is nobody else's business. */
static EVP_MD *
fetch(enum digest d)
{
	EVP_MD *md = EVP_MD_fetch(NULL, digests[d].fetched, NULL);

	if (md == NULL)
		ERR_clear_error();
	return md;
}

bool
digest_is_available(enum digest d)
{
	EVP_MD *md = fetch(d);

	EVP_MD_free(md);
	return md != NULL;
}

int
digest_hash(enum digest d, const void *data, size_t len, void *out)
{
	EVP_MD *md = fetch(d);
	int rc = -1;

	if (md != NULL && EVP_Digest(data, len, out, NULL, md, NULL) == 1)
		rc = 0;
	else
		ERR_clear_error();
	EVP_MD_free(md);
	return rc;
}

/* The state after a block of the key, each octet with pad. */
static EVP_MD_CTX *
begin(EVP_MD *md, const unsigned char key[BLOCK_MAX], size_t block,
    unsigned char pad)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned char padded[BLOCK_MAX];
	size_t i;

	for (i = 0; i < block; i++)
		padded[i] = key[i] ^ pad;
	if (c != NULL &&
	    (EVP_DigestInit_ex(c, md, NULL) != 1 ||
		EVP_DigestUpdate(c, padded, block) != 1)) {
		EVP_MD_CTX_free(c);
		c = NULL;
	}
	wipe(padded, sizeof padded);
	return c;
}

struct digest_key *
digest_key_new(enum digest d, const void *key, size_t len)
{
	struct digest_key *k = calloc(1, sizeof *k);
	unsigned char block[BLOCK_MAX] = { 0 };
	EVP_MD *md = fetch(d);

	if (k == NULL || md == NULL)
		goto fail;
	k->d = d;
	if (len <= digests[d].block)
		memcpy(block, key, len);
	else if (digest_hash(d, key, len, block) == -1)
		goto fail;
	k->inner = begin(md, block, digests[d].block, 0x36);
	k->outer = begin(md, block, digests[d].block, 0x5c);
	k->work = EVP_MD_CTX_new();
	if (k->inner == NULL || k->outer == NULL || k->work == NULL)
		goto fail;
	wipe(block, sizeof block);
	EVP_MD_free(md);
	return k;
fail:
	ERR_clear_error();
	wipe(block, sizeof block);
	EVP_MD_free(md);
	digest_key_free(k);
	return NULL;
}

void
digest_key_free(struct digest_key *k)
{
	if (k == NULL)
		return;
	EVP_MD_CTX_free(k->inner);
	EVP_MD_CTX_free(k->outer);
	EVP_MD_CTX_free(k->work);
	free(k);
}

static int
finish(EVP_MD_CTX *work, const EVP_MD_CTX *start, const void *data, size_t len,
    void *out)
{
	if (EVP_MD_CTX_copy_ex(work, start) == 1 &&
	    EVP_DigestUpdate(work, data, len) == 1 &&
	    EVP_DigestFinal_ex(work, out, NULL) == 1)
		return 0;
	ERR_clear_error();
	return -1;
}

int
digest_key_mac(
    const struct digest_key *k, const void *data, size_t len, void *out)
{
	if (finish(k->work, k->inner, data, len, out) == -1)
		return -1;
	return finish(k->work, k->outer, out, digests[k->d].size, out);
}

int
digest_mac(enum digest d, const void *key, size_t key_len, const void *data,
    size_t len, void *out)
{
	struct digest_key *k = digest_key_new(d, key, key_len);
	int rc = k != NULL ? digest_key_mac(k, data, len, out) : -1;

	digest_key_free(k);
	return rc;
}

struct digest_derivation *
digest_derive(enum digest d, const void *password, size_t len, const void *salt,
    size_t salt_len, unsigned long iterations)
{
	static const unsigned char first_block[4] = { 0, 0, 0, 1 };
	struct digest_derivation *v = calloc(1, sizeof *v);
	unsigned char *text = malloc(salt_len + sizeof first_block);
	int rc = -1;

	if (v == NULL || text == NULL)
		goto out;
	memcpy(text, salt, salt_len);
	memcpy(text + salt_len, first_block, sizeof first_block);
	v->left = iterations - 1;
	v->key = digest_key_new(d, password, len);
	v->so_far = (void *)locked_new(sizeof *v->so_far);
	if (v->key == NULL || v->so_far == NULL)
		goto out;
	rc = digest_key_mac(
	    v->key, text, salt_len + sizeof first_block, v->so_far->u);
	memcpy(v->so_far->t, v->so_far->u, sizeof v->so_far->t);
out:
	free(text);
	if (rc == 0)
		return v;
	digest_derivation_free(v);
	return NULL;
}

void
digest_derivation_free(struct digest_derivation *v)
{
	if (v == NULL)
		return;
	digest_key_free(v->key);
	locked_free((void *)v->so_far, sizeof *v->so_far);
	free(v);
}

int
digest_derivation_step(
    struct digest_derivation *v, unsigned long iterations, void *out)
{
	const size_t size = digests[v->key->d].size;
	struct derived *s = v->so_far;
	size_t i;

	for (; v->left > 0 && iterations > 0; v->left--, iterations--) {
		if (digest_key_mac(v->key, s->u, size, s->u) == -1)
			return -1;
		for (i = 0; i < size; i++)
			s->t[i] ^= s->u[i];
	}
	if (v->left > 0)
		return 0;
	memcpy(out, s->t, size);
	return 1;
}

bool
digest_is_equal(const void *a, const void *b, size_t len)
{
	const unsigned char *x = a, *y = b;
	unsigned char differ = 0;
	size_t i;

	for (i = 0; i < len; i++)
		differ |= x[i] ^ y[i];
	return differ == 0;
}
