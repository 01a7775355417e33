/*
 * worker.h - one renewal from lock to file, in a process that nobody else's
 * end or signals reach.  When to ask is renew.h's to say.
 */

#ifndef OAUTH2_WORKER_H
#define OAUTH2_WORKER_H

#include "oauth2/account.h"
#include "oauth2/failure.h"
#include "oauth2/store.h"

/*
 * Ask for a token, unless the provider has refused this configuration or
 * named a time; keep what comes back.  Only for a process that holds the lock
 * and has nothing else to do.  Returns 0, or -1 with *f set.
 */
int worker_renew(
    const struct store *s, const struct account *a, struct failure *f);

/*
 * Do that in a process of its own, which keeps the lock: lock is closed here.
 * Returns 0 or -1 with *f set as it said.
 */
int worker_run(const struct store *s, const struct account *a, int lock,
    struct failure *f);

#endif
