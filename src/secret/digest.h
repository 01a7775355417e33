/*
 * digest.h - know a secret again by what cannot be turned back into it: scrypt
 * (RFC 7914) with a salt.  It takes as long as a few handshakes, on purpose.
 */

#ifndef SECRET_DIGEST_H
#define SECRET_DIGEST_H

#include <stddef.h>

enum { SECRET_SALT = 16, SECRET_DIGEST = 32 };

/* A salt that nobody had before.  Returns 0, or -1 without randomness. */
int secret_digest_salt(unsigned char salt[SECRET_SALT]);

/*
 * The digest of secret[0..len).  It needs 16 MiB for the time of the call.
 * Returns 0, ENOMEM, or ENOSYS where OpenSSL has no scrypt.
 *
 * It leaves OpenSSL's default library context alone; but whoever wants one of
 * his own making there (net/tls_provider.h) has made it before.
 */
int secret_digest(unsigned char digest[SECRET_DIGEST], const char *secret,
    size_t len, const unsigned char salt[SECRET_SALT]);

#endif
