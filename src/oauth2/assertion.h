/*
 * assertion.h - what is signed in place of a client's secret (RFC 7523), and
 * how long what signs it is valid.
 */

#ifndef OAUTH2_ASSERTION_H
#define OAUTH2_ASSERTION_H

#include <stdint.h>

#include "base/buf.h"
#include "oauth2/account.h"
#include "oauth2/failure.h"

/*
 * Append a JWT that shows who the client is, for a->token_url: PS256 with
 * x5t#S256, signed by a->key.  now is the Unix time.  Returns 0, or -1 with *f
 * set.
 */
int assertion_client(
    struct buf *out, const struct account *a, int64_t now, struct failure *f);

/* The same for Google's service account, with a->user as its subject. */
int assertion_service(
    struct buf *out, const struct account *a, int64_t now, struct failure *f);

/* notAfter of a->certificate as Unix time; 0: it cannot be read. */
int64_t assertion_ends_at(const struct account *a);

#endif
