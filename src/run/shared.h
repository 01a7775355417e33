/*
 * shared.h - what the checks of one process have in common: the loop, and a
 * resolver and a TLS context for each set of settings that asks for another.
 * Made when first needed; of those that nobody uses any more a few are kept,
 * for whoever comes next.
 */

#ifndef RUN_SHARED_H
#define RUN_SHARED_H

#include "base/err.h"
#include "base/loop.h"
#include "check/settings.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "secret/digester.h"
#include "secret/readers.h"

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

/* What one check has borrowed; zero-initialise. */
struct shared_lent {
	struct shared_resolver *resolver;
	struct shared_context *context;
};

/*
 * What the settings need, borrowed until shared_return().  NULL with *e set, as
 * the makers say.
 */
struct resolver *shared_resolver(struct shared *s, const struct settings *asked,
    struct shared_lent *lent, struct err *e);
struct tls_context *shared_tls(struct shared *s, const struct settings *asked,
    struct shared_lent *lent, struct err *e);
void shared_return(struct shared *s, struct shared_lent *lent);

/*
 * From now on files of secrets are read, and digests made, by threads, for many
 * checks at once.  Returns 0, or -1 without memory or descriptors.
 */
int shared_work_beside(struct shared *s);

/* Who reads them; NULL: everybody himself. */
struct secret_readers *shared_readers(struct shared *s);

/* And who makes them. */
struct secret_digester *shared_digester(struct shared *s);

#endif
