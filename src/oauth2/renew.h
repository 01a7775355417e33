/*
 * renew.h - a token for an account: the one kept while it is fresh, else one
 * request for all who ask at that time, made by a process of its own.
 */

#ifndef OAUTH2_RENEW_H
#define OAUTH2_RENEW_H

#include <stdbool.h>
#include <stdint.h>

#include "oauth2/account.h"
#include "oauth2/document.h"
#include "oauth2/failure.h"
#include "oauth2/record.h"
#include "oauth2/store.h"
#include "secret/renewed.h"

/*
 * Get a token; always: also where the one kept is fresh.  Returns 0 with *out
 * filled, to be freed by renewed_free(), or -1 with *f set.  A token that is
 * still valid is given in place of a failure, which *f has then, too; but not
 * with always.
 */
int renew_get(const struct store *s, const struct account *a, bool always,
    struct renewed *out, struct failure *f);

/*
 * Keep what a sign-in brought; the lock is held.  The refresh token is stored
 * first, and taken out of *answer.  Returns 0, or -1 with *f set.
 */
int renew_keep(const struct store *s, const struct account *a,
    struct document *answer, struct failure *f);

#endif
