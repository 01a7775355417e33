/*
 * jwt.h - sign a JSON Web Token (RFC 7515, 7519) with OpenSSL: RS256, PS256
 * (RFC 7518, 3.3, 3.5), ES256 (3.4).  What it says is the caller's.
 */

#ifndef OAUTH2_JWT_H
#define OAUTH2_JWT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct jwt_key;

/*
 * Read a private key in PEM; there is nobody to ask for a pass phrase.
 * Returns NULL with the reason in why[0..size): it is none, is encrypted, or
 * is neither RSA of 2048 bits or more nor EC on P-256.
 */
struct jwt_key *jwt_key_read(
    const char *pem, size_t len, char *why, size_t size);
void jwt_key_free(struct jwt_key *k);

bool jwt_key_is_rsa(const struct jwt_key *k);

/*
 * Read a certificate in PEM, and append what x5t#S256 says of it.  Returns
 * 0, or -1 with the reason in why[0..size): it is none, or one of another key.
 */
int jwt_thumbprint(struct buf *out, const struct jwt_key *k, const char *pem,
    size_t len, char *why, size_t size);

/*
 * Append the token; "alg" is added to header: PS256 if pss, else RS256, for an
 * EC key ES256.  Returns 0, or -1 without memory.
 */
int jwt_sign(struct buf *out, const struct jwt_key *k, bool pss, json_t *header,
    const json_t *claims);

/* Append data in base64url without padding (RFC 7515, 2). */
int jwt_encode(struct buf *out, const void *data, size_t len);

#endif
