/*
 * fingerprint.h - whether the configuration that a provider refused is still
 * the same one, without keeping it: a salted digest.
 */

#ifndef OAUTH2_FINGERPRINT_H
#define OAUTH2_FINGERPRINT_H

#include <stdbool.h>

#include "oauth2/account.h"
#include "oauth2/record.h"

/* Note it in r, secret (NULL: none) included.  Without memory: nothing. */
void fingerprint_take(
    struct record *r, const struct account *a, const char *secret);

/* Whether it is the one noted in r; without memory to tell, it is. */
bool fingerprint_is(
    const struct record *r, const struct account *a, const char *secret);

#endif
