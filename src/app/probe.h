/*
 * probe.h - one check: resolve, connect, TLS, the SMTP dialogue, and the
 * stopwatch over all of it.  The one place where time, sockets and SMTP meet;
 * it assumes nothing of other probes in the process.
 */

#ifndef APP_PROBE_H
#define APP_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "secret/censor.h"
#include "app/facts.h"
#include "app/options.h"
#include "base/loop.h"
#include "net/resolver.h"

struct probe;

/* Called from the loop when the check is over and the facts are complete. */
typedef void probe_fn(void *arg, struct probe *p);

/* Told of every phase entered; for whoever answers if the process hangs. */
typedef void probe_phase_fn(void *arg, enum phase phase);

struct probe_setup {
	const struct options *options;
	const char *secret;          /* NULL: none */
	const struct censor *censor; /* what must not be kept of the peer */
	struct loop *loop;
	int64_t deadline_us; /* on clock_now_us() */
	probe_fn *done;
	probe_phase_fn *entered; /* may be NULL */
	void *arg;
};

/*
 * Start a check.  Everything in setup is borrowed until probe_free().
 * Returns NULL only when memory is exhausted; every other failure is a fact.
 */
struct probe *probe_start(const struct probe_setup *setup);

/* What was seen; complete once done() was called.  Owned by p. */
struct facts *probe_facts(struct probe *p);

/* Drop everything still open, and release.  Accepts NULL. */
void probe_free(struct probe *p);

#endif
