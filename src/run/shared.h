/*
 * shared.h - what the checks of one process have in common: the loop, and a
 * resolver and a TLS context for each set of settings that asks for another.
 * Made when first needed.
 */

#ifndef RUN_SHARED_H
#define RUN_SHARED_H

#include "base/err.h"
#include "base/loop.h"
#include "check/settings.h"
#include "net/resolver.h"
#include "net/tls.h"

struct shared;

/* Returns NULL without memory. */
struct shared *shared_new(void);

/* Release, after everything that borrows from it.  Accepts NULL. */
void shared_free(struct shared *s);

struct loop *shared_loop(struct shared *s);

/*
 * A secret is to be fetched, and was, whatever came of it.  With the last one
 * the process renounces privileges: a command may have needed sudo.
 */
void shared_want_secret(struct shared *s);
void shared_had_secret(struct shared *s);

/* What the settings need; borrowed.  NULL with *e set, as the makers say. */
struct resolver *shared_resolver(
    struct shared *s, const struct settings *asked, struct err *e);
struct tls_context *shared_tls(
    struct shared *s, const struct settings *asked, struct err *e);

#endif
