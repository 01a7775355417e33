/*
 * credential.h - what an account is renewed with, besides a refresh token: the
 * client's secret, and when all of that ends.
 */

#ifndef OAUTH2_CREDENTIAL_H
#define OAUTH2_CREDENTIAL_H

#include <stdint.h>

#include "oauth2/account.h"
#include "oauth2/failure.h"
#include "oauth2/record.h"
#include "secret/secret.h"

/*
 * Fetch the client's secret; it waits.  Returns 0 with *out to be freed by
 * secret_free(), empty if the account has none, or -1 with *f set.
 */
int credential_fetch(
    const struct account *a, struct secret *out, struct failure *f);

/*
 * When what the account is renewed with ends, the first of all, and which that
 * is ("client secret", "certificate", "refresh token"; static); 0: not known.
 */
int64_t credential_ends_at(
    const struct account *a, const struct record *r, const char **which);

#endif
