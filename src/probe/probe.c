#include "probe/probe.h"

#include <stdlib.h>

#include "base/clock.h"
#include "probe/internal.h"

static void
on_deadline(void *arg)
{
	struct probe *p = arg;

	/* Once the verdict is known no failure changes it. */
	probe_finish(p, probe_is_leaving(p) ? END_COMPLETE : END_TIMEOUT);
}

struct probe *
probe_start(const struct probe_setup *setup)
{
	struct probe *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	p->setup = *setup;
	p->asked = setup->asked;
	p->facts = setup->facts;
	p->head.max = 256;
	p->facts->censor = setup->censor;
	p->facts->begun = true;
	p->phase = PHASE_DNS;
	if (setup->entered != NULL)
		setup->entered(setup->arg, PHASE_DNS);
	p->since_us = p->phase_since_us = clock_now_us();
	loop_timer_set(
	    setup->loop, &p->deadline, setup->deadline_us, on_deadline, p);
	if (probe_connect(p) == -1)
		probe_finish_error(p);
	return p;
}

void
probe_use_tls(struct probe *p, struct tls_context *t)
{
	p->tls = t;
}

void
probe_fail(struct probe *p)
{
	probe_finish_error(p);
}

void
probe_cut(struct probe *p, const char *why)
{
	if (probe_is_leaving(p)) {
		probe_finish(p, END_COMPLETE);
		return;
	}
	err_set(&p->facts->err, ERR_INTERNAL, "%s while %s", why,
	    phase_doing(p->phase));
	probe_finish_error(p);
}

void
probe_free(struct probe *p)
{
	if (p == NULL)
		return;
	probe_stop_watching(p);
	loop_timer_cancel(p->setup.loop, &p->last);
	lookup_free(p->lookup);
	dialer_free(p->dialer);
	stream_free(p->stream);
	smtp_client_free(p->client);
	buf_free(&p->head);
	free(p);
}
