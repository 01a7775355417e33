/*
 * memory.h - what a check has to do with earlier ones: it asks before it goes
 * to the server, and tells afterwards, without keeping the loop waiting.
 */

#ifndef RUN_MEMORY_H
#define RUN_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "check/facts.h"
#include "check/settings.h"
#include "run/guard.h"
#include "run/state.h"
#include "secret/secret.h"

/* Called from the loop, or from within. */
typedef void memory_fn(void *arg);

struct memory {
	const struct settings *asked;
	const struct secret *secret;
	struct facts *facts;
	struct loop *loop;
	struct secret_digester *digester; /* or NULL */
	int64_t deadline_us;              /* on clock_now_us() */
	struct loop_timer timer;
	int64_t wait_us;
	void (*turn)(struct memory *m);
	memory_fn *done;
	void *arg;
	struct guard guard;
	struct state watched;
	bool watching; /* it is open */
};

/* Where a check is first, as facts and the last word have it. */
extern const char memory_place[];

/* Whether anything is to be remembered at all. */
bool memory_is_wanted(
    const struct settings *asked, const struct secret *secret);

/*
 * Everything in *m up to the deadline is filled in and borrowed, the rest is
 * zero.  When done() is called, the facts have an error, or say whether the
 * secret is to be held back.
 */
void memory_ask(struct memory *m, memory_fn *done, void *arg);

/* The facts are complete: remember them. */
void memory_note(struct memory *m, memory_fn *done, void *arg);

/* At any time.  Nobody is told. */
void memory_free(struct memory *m);

#endif
