/* The stopwatch of a check, and how one comes to its end. */

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/library_memory.h"
#include "check/trust.h"
#include "probe/internal.h"

enum { LEAVE_US = 1000 * 1000 }; /* to wait for QUIT's reply */

/* The stopwatch: phases follow each other without overlap or gap. */
static void
stamp(struct probe *p, bool finished)
{
	int64_t now = clock_now_us(), elapsed = now - p->phase_since_us;
	struct facts *f = p->facts;

	f->phase_us[p->phase] += elapsed;
	f->phase_done[p->phase] = finished;
	if (f->span_count < FACTS_SPANS_MAX)
		f->spans[f->span_count++] = (struct facts_span){ p->phase,
			p->phase_since_us - p->since_us, elapsed };
	p->phase_since_us = now;
}

void
probe_enter(struct probe *p, enum phase next)
{
	if (next == p->phase)
		return;
	stamp(p, true);
	p->phase = next;
	p->facts->phase_done[next] = false;
	if (p->setup.entered != NULL)
		p->setup.entered(p->setup.arg, next);
}

static void
call_done(void *arg)
{
	struct probe *p = arg;

	p->setup.done(p->setup.arg, p);
}

void
probe_stop_watching(struct probe *p)
{
	struct loop *l = p->setup.loop;

	if (p->stream != NULL)
		loop_unwatch(l, stream_fd(p->stream));
	loop_timer_cancel(l, &p->deadline);
	loop_timer_cancel(l, &p->patience);
	loop_work_cancel(l, &p->work);
	loop_timer_cancel(l, &p->leave);
}

/* The attempts are copied once, when nothing more can be added to them. */
static int
take_attempts(struct probe *p)
{
	const struct dialer_attempt *list, *winner;
	struct facts *f = p->facts;
	size_t count, i;

	if (p->dialer == NULL)
		return 0;
	list = dialer_attempts(p->dialer, &count);
	winner = dialer_winner(p->dialer);
	f->address_count = count;
	f->attempts = calloc(count > 0 ? count : 1, sizeof *f->attempts);
	if (f->attempts == NULL)
		return -1;
	for (i = 0; i < count; i++) {
		if (!list[i].started)
			continue;
		address_text(
		    &list[i].address, f->attempts[f->attempt_count].address);
		f->attempts[f->attempt_count++].error = list[i].error;
	}
	if (winner != NULL)
		address_text(&winner->address, f->address);
	return 0;
}

static void
take_dns(struct probe *p)
{
	static const int families[] = { AF_INET6, AF_INET };
	const struct resolver_answer *a;
	char text[ADDRESS_TEXT_MAX];
	struct facts_dns *d;
	size_t i, k;

	if (p->lookup == NULL || !p->asked->keep_answers)
		return;
	for (i = 0; i < 2; i++) {
		a = lookup_answer(p->lookup, families[i]);
		d = &p->facts->dns[i];
		d->asked = a->state != RESOLVER_NOT_ASKED;
		if (a->state == RESOLVER_FAILED)
			d->error = a->text;
		for (k = 0; k < a->count; k++) {
			address_text(&a->addresses[k], text);
			buf_addf(&d->addresses, "%s%s", k > 0 ? " " : "", text);
		}
	}
}

/*
 * Whether the outcome is one that lack of memory in a library may have brought
 * about: what that was, nobody knows.
 */
static bool
is_doubtful(const struct probe *p)
{
	const struct facts *f = p->facts;

	/* Of an earlier check, too: OpenSSL's tables are made once. */
	if (library_memory_lacks() == 0)
		return false;
	return f->end == END_DNS || f->end == END_TLS ||
	    (f->tls.done && !trust_judge(&f->tls, p->asked).may_go_on);
}

void
probe_finish(struct probe *p, enum facts_end end)
{
	struct facts *f = p->facts;

	if (p->over)
		return;
	p->over = true;
	f->end = end;
	f->reached = p->phase;
	stamp(p,
	    p->phase == PHASE_QUIT && p->client != NULL &&
		smtp_client_has_quit(p->client));
	f->total_us = p->phase_since_us - p->since_us;
	f->now_unix = time(NULL);
	if (p->client != NULL && end == END_TIMEOUT)
		smtp_client_run_out(p->client);
	if (p->client != NULL)
		f->smtp = smtp_client_facts(p->client);
	if (p->stream != NULL)
		f->tls = *stream_tls_facts(p->stream);
	if (is_doubtful(p) || take_attempts(p) == -1) {
		f->end = END_ERROR;
		err_nomem(&f->err);
	}
	/* What the handshake seemed to show is no finding then. */
	if (f->end == END_ERROR && f->err.kind == ERR_INTERNAL)
		f->tls = (struct tls_facts){ .done = false };
	take_dns(p);
	probe_stop_watching(p);
	if (p->stream != NULL)
		stream_close_notify(p->stream);
	loop_timer_set(p->setup.loop, &p->last, 0, call_done, p);
}

void
probe_finish_error(struct probe *p)
{
	probe_finish(p, END_ERROR);
}

void
probe_finish_nomem(struct probe *p)
{
	err_nomem(&p->facts->err);
	probe_finish_error(p);
}

bool
probe_is_leaving(const struct probe *p)
{
	return p->client != NULL && smtp_client_is_leaving(p->client);
}

static void
on_left(void *arg)
{
	probe_finish(arg, END_COMPLETE);
}

void
probe_bound_leave(struct probe *p)
{
	if (!probe_is_leaving(p) || p->leave.fn != NULL)
		return;
	if (p->setup.known != NULL)
		p->setup.known(p->setup.arg);
	loop_timer_set(
	    p->setup.loop, &p->leave, clock_now_us() + LEAVE_US, on_left, p);
}
