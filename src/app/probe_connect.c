#include "app/probe_internal.h"

#include <unistd.h>

#include <ares.h>

#include "base/clock.h"

enum { RESOLUTION_DELAY_US = 50 * 1000 }; /* RFC 8305, 3 */

static void
on_connected(void *arg, int fd)
{
	struct probe *p = arg;

	loop_timer_cancel(p->setup.loop, &p->patience);
	if (p->over) {
		if (fd != -1)
			close(fd);
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

/* Which of two failures tells more. */
static const char *
choose_dns_error(
    const struct resolver_answer *a, const struct resolver_answer *b)
{
	if (a->state != RESOLVER_FAILED)
		return b->text;
	if (b->state != RESOLVER_FAILED)
		return a->text;
	if (a->status == ARES_ENODATA && b->status == ARES_ENODATA)
		return "the name has no address";
	if (a->status == ARES_ENODATA)
		return b->text;
	if (b->status == ARES_ENODATA || a->status != ARES_ENOTFOUND)
		return a->text;
	return b->text;
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
	p->facts.dns_error = choose_dns_error(a6, a4);
	probe_finish(p, END_DNS);
}

static int
start_lookup(struct probe *p)
{
	const struct options *o = p->o;
	struct facts *f = &p->facts;

	p->resolver = resolver_new(p->setup.loop, o->resolver, &f->err);
	if (p->resolver == NULL)
		return -1;
	p->lookup = lookup_new(
	    p->resolver, o->host, o->port, o->family, on_lookup, p, &f->err);
	return p->lookup != NULL ? 0 : -1;
}

/* Literals are never looked up: the phase is empty, not merely short. */
int
probe_connect(struct probe *p)
{
	const struct options *o = p->o;
	struct address literal;
	const char *text =
	    o->connect_address != NULL ? o->connect_address : o->host;

	p->dialer = dialer_new(p->setup.loop, on_connected, p);
	if (p->dialer == NULL)
		return err_nomem(&p->facts.err);
	if (!address_parse(&literal, text, o->port))
		return start_lookup(p);
	p->facts.phase_done[PHASE_DNS] = true;
	p->phase = PHASE_CONNECT;
	p->dialing = true;
	if (p->setup.entered != NULL)
		p->setup.entered(p->setup.arg, PHASE_CONNECT);
	if (dialer_add(p->dialer, &literal, 1) == -1)
		return err_nomem(&p->facts.err);
	dialer_complete(p->dialer);
	return 0;
}
