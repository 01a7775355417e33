/*
 * job.h - one check from its secret to its facts: fetch the secret, look at it,
 * run the probe.  It borrows what it shares with others, and judges nothing.
 */

#ifndef RUN_JOB_H
#define RUN_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "check/facts.h"
#include "check/settings.h"
#include "run/memory.h"
#include "run/shared.h"
#include "secret/censor.h"
#include "secret/fetch.h"
#include "secret/secret.h"

struct job;

/* Called from the loop when the facts are complete. */
typedef void job_fn(void *arg);

enum job_state {
	JOB_NEW,
	JOB_SECRET, /* it is being fetched */
	JOB_MEMORY, /* is the secret to be held back? */
	JOB_PROBE,
	JOB_DONE, /* the facts are complete */
};

struct job {
	enum job_state state;
	struct settings *asked; /* its secret source is let go once read */
	struct shared *shared;
	struct shared_lent lent;
	int64_t deadline_us;
	job_fn *done;
	void *arg;
	struct loop_timer timer; /* where there is nothing to fetch */
	struct secret_fetch *fetch;
	struct secret secret;
	struct censor *censor;
	struct memory memory;
	struct probe *probe;
	const char *place;  /* where it is, for the last word; static */
	struct facts facts; /* from first to last */
};

/*
 * Zero *j and make it ready; its facts may be filled from now on.  Everything
 * is borrowed until job_free().
 */
void job_init(struct job *j, struct settings *asked);

/*
 * Begin.  deadline_us is on clock_now_us().  done() is called from the loop,
 * never from within.  Variables of env: are read in this call, commands are run
 * from the loop: whoever starts jobs erases the variables of all of them, with
 * secret_source_erase(), before the loop turns.
 */
void job_start(struct job *j, struct shared *shared, int64_t deadline_us,
    job_fn *done, void *arg);

/*
 * Somebody ends it, in these words (static); done() is called as ever.  Not
 * before it was started.
 */
void job_cut(struct job *j, const char *why);

/* Erase the secret, and what was made of it; it is fetched no more. */
void job_forget(struct job *j);

/* Release everything, at any time.  Nobody is told. */
void job_free(struct job *j);

#endif
