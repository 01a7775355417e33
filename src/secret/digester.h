/*
 * digester.h - make digests (digest.h) without holding up the loop: one thread,
 * so that no more memory is needed than for one at a time, makes them in the
 * order in which they were asked for.  Where the whole process waits for one
 * check it is not needed.
 */

#ifndef SECRET_DIGESTER_H
#define SECRET_DIGESTER_H

#include <stddef.h>

#include "base/loop.h"
#include "secret/digest.h"

struct secret_digester;

/*
 * error is what secret_digest() returned.  The digest lives during the call
 * only, and is wiped then.
 */
typedef void secret_digested_fn(
    void *arg, int error, const unsigned char digest[SECRET_DIGEST]);

/* Returns NULL without memory or descriptors. */
struct secret_digester *secret_digester_new(struct loop *l);

/*
 * Release, with all that it was asked for.  A digest that is being made is left
 * alone: the thread cleans up after itself.  Accepts NULL.
 */
void secret_digester_free(struct secret_digester *d);

struct secret_digesting;

/*
 * Ask for the digest of secret[0..len), which is copied into locked memory.
 * done() is called from the loop, and may do anything but free the digester.
 * Returns NULL with errno set.
 */
struct secret_digesting *secret_digesting_start(struct secret_digester *d,
    const char *secret, size_t len, const unsigned char salt[SECRET_SALT],
    secret_digested_fn *done, void *arg);

/*
 * It is not waited for any more; not after done().  One that is not being made
 * yet never is, and costs the others no time.  Accepts NULL.
 */
void secret_digesting_abandon(struct secret_digesting *q);

#endif
