/* The way to a connected socket: the look-up, and who is dialled when. */

#include "probe/internal.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"

enum { RESOLUTION_DELAY_US = 50 * 1000 }; /* RFC 8305, 3 */

/* Whether an address was given up for nothing of its own. */
static bool
lacked_memory(const struct probe *p)
{
	const struct dialer_attempt *list;
	size_t count, i;

	list = dialer_attempts(p->dialer, &count);
	for (i = 0; i < count; i++)
		if (list[i].error == ENOMEM || list[i].error == ENOBUFS)
			return true;
	return false;
}

static void
on_connected(void *arg, int fd)
{
	struct probe *p = arg;

	loop_timer_cancel(p->setup.loop, &p->patience);
	if (p->over) {
		if (fd != -1)
			close(fd);
	} else if (fd == -1 && lacked_memory(p)) {
		probe_finish_nomem(p);
	} else if (fd == -1) {
		probe_finish(p, END_CONNECT);
	} else {
		probe_talk(p, fd);
	}
}

static void
dial(struct probe *p, const struct address *list, size_t count)
{
	if (!p->dialing)
		probe_enter(p, PHASE_CONNECT);
	p->dialing = true;
	if (dialer_add(p->dialer, list, count) == -1)
		probe_finish_nomem(p);
}

static void
dial_answer(struct probe *p, const struct resolver_answer *a)
{
	if (a->state == RESOLVER_ANSWERED)
		dial(p, a->addresses, a->count);
}

/* An AAAA answer that does not come must not hold up a usable A. */
static void
on_patience_over(void *arg)
{
	struct probe *p = arg;

	if (!p->dialing)
		dial_answer(p, lookup_answer(p->lookup, AF_INET));
}

static void
on_lookup(void *arg, int family)
{
	struct probe *p = arg;
	const struct resolver_answer *a6, *a4, *a;
	bool waiting;

	if (p->over)
		return;
	a6 = lookup_answer(p->lookup, AF_INET6);
	a4 = lookup_answer(p->lookup, AF_INET);
	a = family == AF_INET6 ? a6 : a4;
	waiting = a6->state == RESOLVER_ASKED || a4->state == RESOLVER_ASKED;
	if (a->state == RESOLVER_ANSWERED &&
	    (p->dialing || family == AF_INET6)) {
		dial_answer(p, a);
		if (!waiting && family == AF_INET6 && !p->over)
			dial_answer(p, a4);
	} else if (a->state == RESOLVER_ANSWERED && waiting) {
		loop_timer_set(p->setup.loop, &p->patience,
		    clock_now_us() + RESOLUTION_DELAY_US, on_patience_over, p);
	} else if (!waiting && !p->dialing) {
		dial_answer(p, a6);
		dial_answer(p, a4);
	}
	if (p->over || waiting)
		return;
	if (p->dialing) {
		dialer_complete(p->dialer);
		return;
	}
	/* Then nothing is known of the name. */
	if (lookup_lacks_memory(p->lookup)) {
		probe_finish_nomem(p);
		return;
	}
	p->facts->dns_error = lookup_error(p->lookup);
	probe_finish(p, END_DNS);
}

static int
start_lookup(struct probe *p)
{
	const struct settings *asked = p->asked;
	struct facts *f = p->facts;

	if (p->setup.resolver == NULL)
		return -1; /* the error says why there is none */
	p->lookup = lookup_new(p->setup.resolver, asked->host, asked->port,
	    asked->family, on_lookup, p, &f->err);
	return p->lookup != NULL ? 0 : -1;
}

/* Literals are never looked up: the phase is empty, not merely short. */
int
probe_connect(struct probe *p)
{
	const struct settings *asked = p->asked;

	p->dialer = dialer_new(p->setup.loop, on_connected, p);
	if (p->dialer == NULL)
		return err_nomem(&p->facts->err);
	if (!asked->has_address)
		return start_lookup(p);
	p->facts->phase_done[PHASE_DNS] = true;
	p->phase = PHASE_CONNECT;
	p->dialing = true;
	if (p->setup.entered != NULL)
		p->setup.entered(p->setup.arg, PHASE_CONNECT);
	if (dialer_add(p->dialer, &asked->address, 1) == -1)
		return err_nomem(&p->facts->err);
	dialer_complete(p->dialer);
	return 0;
}
