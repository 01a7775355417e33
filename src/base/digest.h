/*
 * digest.h - hashes, HMAC (RFC 2104) and PBKDF2 (RFC 8018, 5.2) by the
 * cryptographic library, so that nobody else has to name it.  It decides
 * nothing: whether MD5 is to be had is the library's to say.
 */

#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

enum digest {
	DIGEST_MD5,
	DIGEST_SHA1,
	DIGEST_SHA256,
	DIGEST_SHA512,
};

enum { DIGEST_SIZE_MAX = 64 };

/* "MD5", "SHA-1" and so on; static. */
const char *digest_name(enum digest d);

/* Octets of its values. */
size_t digest_size(enum digest d);

/* Whether the library computes it; MD5 is refused where FIPS 140 rules. */
bool digest_is_available(enum digest d);

/*
 * Hash data[0..len) into out, digest_size() octets.  Returns 0, or -1 if it is
 * not available or there is no memory.
 */
int digest_hash(enum digest d, const void *data, size_t len, void *out);

/* A key of HMAC, made ready for any number of messages. */
struct digest_key;

/* key is not needed any more afterwards.  Returns NULL as digest_hash() -1. */
struct digest_key *digest_key_new(enum digest d, const void *key, size_t len);

/* Wipe and release.  Accepts NULL. */
void digest_key_free(struct digest_key *k);

/* out is digest_size() octets and may be data.  Returns 0 or -1. */
int digest_key_mac(
    const struct digest_key *k, const void *data, size_t len, void *out);

/* The same with a key that is used once. */
int digest_mac(enum digest d, const void *key, size_t key_len, const void *data,
    size_t len, void *out);

/* PBKDF2 with HMAC, a bounded number of iterations at a time. */
struct digest_derivation;

/*
 * Derive one block, digest_size() octets; iterations >= 1.  Nothing is needed
 * any more afterwards.  Returns NULL as digest_hash() -1.
 */
struct digest_derivation *digest_derive(enum digest d, const void *password,
    size_t len, const void *salt, size_t salt_len, unsigned long iterations);

/* Wipe and release.  Accepts NULL. */
void digest_derivation_free(struct digest_derivation *v);

/*
 * Go on for at most so many iterations.  Returns 1 when out was filled with
 * the key, 0 when there is more to do, or -1.
 */
int digest_derivation_step(
    struct digest_derivation *v, unsigned long iterations, void *out);

/* Whether a[0..len) and b[0..len) are the same, in time that len alone sets. */
bool digest_is_equal(const void *a, const void *b, size_t len);

#endif
