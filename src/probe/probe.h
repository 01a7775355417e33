/*
 * probe.h - one check: resolve, connect, TLS, the SMTP dialogue, and the
 * stopwatch over all of it.  The one place where time, sockets and SMTP meet;
 * it assumes nothing of other probes in the process
 * and borrows what they share.
 */

#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "check/facts.h"
#include "check/settings.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "secret/censor.h"

struct probe;

/* Called from the loop when the check is over and the facts are complete. */
typedef void probe_fn(void *arg, struct probe *p);

/* Told of every phase entered; for whoever answers if the process hangs. */
typedef void probe_phase_fn(void *arg, enum phase phase);

/* Told once, when all that matters is known and only QUIT is left. */
typedef void probe_known_fn(void *arg);

struct probe_setup {
	const struct settings *asked;
	const char *secret;    /* NULL: none */
	struct censor *censor; /* what must not be shown of the peer; what is
				  made of the secret is added */
	struct loop *loop;
	struct resolver *resolver; /* NULL: the target is an address, or
				      facts->err says why there is none */
	int64_t deadline_us;       /* on clock_now_us() */
	struct facts *facts;       /* what is to be filled */
	probe_fn *done;
	probe_phase_fn *entered; /* may be NULL */
	probe_known_fn *known;   /* may be NULL */
	void *arg;
};

/*
 * Start a check: the look-up or the connection.  Everything in setup is
 * borrowed until probe_free(); the facts are complete once done() was called,
 * and point into the probe.  Returns NULL only when memory is exhausted; every
 * other failure is a fact.
 */
struct probe *probe_start(const struct probe_setup *setup);

/*
 * The context for TLS, made while the network was at work; before the loop
 * turns, if the check has TLS at all.  Borrowed until probe_free().
 */
void probe_use_tls(struct probe *p, struct tls_context *t);

/* The check cannot go on, for what stands in the facts' err. */
void probe_fail(struct probe *p);

/*
 * Somebody ends it, in these words (static): it fails with an internal error,
 * unless its verdict is known already.
 */
void probe_cut(struct probe *p, const char *why);

/* Drop everything still open, and release.  Accepts NULL. */
void probe_free(struct probe *p);

#endif
