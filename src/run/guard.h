/*
 * guard.h - keeps a secret that a server refused from being sent to it again
 * and again: so many refusals within so many seconds and no more, from all
 * processes together.  It judges no reply, and waits for nothing.
 */

#ifndef RUN_GUARD_H
#define RUN_GUARD_H

#include <stdbool.h>

#include "base/err.h"
#include "check/facts.h"
#include "check/settings.h"
#include "run/refusals.h"
#include "run/state.h"
#include "secret/digester.h"
#include "secret/secret.h"

enum guard_answer {
	GUARD_DONE,    /* it is known: see the facts */
	GUARD_AGAIN,   /* somebody else is at it: ask again soon */
	GUARD_WORKING, /* the digester is at it: ask again when woken */
	GUARD_BARRED,  /* it cannot go on: facts->err says why */
};

struct guard {
	/* To be filled in.  Who makes digests beside the loop, borrowed; NULL:
	 * they are made in place.  woken() is called when one is there. */
	struct secret_digester *digester;
	void (*woken)(void *arg);
	void *arg;
	/* The guard's: */
	struct secret_digesting *digesting;
	int digest_error; /* what came of it */
	struct state state;
	bool open;
	bool on;               /* what comes of this check is to be noted */
	struct refusals known; /* as last read */
	bool has_digest;
	unsigned char salt[SECRET_SALT]; /* that the digest was made with */
	unsigned char digest[SECRET_DIGEST];
};

/* Whether these settings ask for one, and have something to guard. */
bool guard_is_wanted(const struct settings *asked, const struct secret *secret);

/*
 * Before the check.  DONE: facts->guard says whether the secret is held back;
 * if not, its place among those under way is kept until guard_note() or
 * guard_free().  Where that cannot be known, facts->guard_trouble says so, and
 * the secret is sent.  BARRED: the folder must not be used, or memory lacks.
 * *g is all zeros the first time, but for what is to be filled in.
 */
enum guard_answer guard_ask(struct guard *g, const struct settings *asked,
    const struct secret *secret, struct facts *f);

/*
 * After it: refused tells that the secret was judged, and refused, with this
 * reply.  Not BARRED.
 */
enum guard_answer guard_note(struct guard *g, const struct secret *secret,
    bool refused, const char *reply, struct facts *f);

/* At any time; it is not woken after that. */
void guard_free(struct guard *g);

#endif
