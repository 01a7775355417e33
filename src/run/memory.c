#include "run/memory.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "run/watch.h"
#include "verdict/verdict.h"
#include "verdict/wording.h"

const char memory_place[] = "waiting for other checks of this login";
static const char digest_place[] = "computing the digest of the secret";

enum { WAIT_US = 5 * 1000, WAIT_MOST_US = 100 * 1000, PATH_SHOWN = 100 };

bool
memory_is_wanted(const struct settings *asked, const struct secret *secret)
{
	return asked->baseline != 0 || guard_is_wanted(asked, secret);
}

static void
take_turn(void *arg)
{
	struct memory *m = arg;

	loop_timer_cancel(m->loop, &m->timer);
	m->turn(m);
}

/*
 * Again in a moment, less and less often, or as soon as the digest is there.
 * Returns whether there is time.
 */
static bool
wait(struct memory *m, enum guard_answer answer)
{
	const int64_t now = clock_now_us();
	int64_t due = m->deadline_us;

	if (answer == GUARD_AGAIN) {
		due = now + m->wait_us;
		if (m->wait_us < WAIT_MOST_US)
			m->wait_us *= 2;
	}
	if (now >= m->deadline_us ||
	    (answer == GUARD_AGAIN && due >= m->deadline_us))
		return false;
	loop_timer_set(m->loop, &m->timer, due, take_turn, m);
	return true;
}

static bool
is_later(enum guard_answer answer)
{
	return answer == GUARD_AGAIN || answer == GUARD_WORKING;
}

static void
ask(struct memory *m)
{
	struct facts *f = m->facts;
	enum guard_answer answer = GUARD_DONE;

	if (guard_is_wanted(m->asked, m->secret))
		answer = guard_ask(&m->guard, m->asked, m->secret, f);
	if (is_later(answer)) {
		f->hung_in =
		    answer == GUARD_WORKING ? digest_place : memory_place;
		if (wait(m, answer))
			return;
		guard_free(&m->guard);
		f->end = END_ERROR;
		err_set(&f->err, ERR_TIMEOUT, "guard");
	}
	m->done(m->arg);
}

static void
begin(
    struct memory *m, void (*turn)(struct memory *), memory_fn *done, void *arg)
{
	m->turn = turn;
	m->done = done;
	m->arg = arg;
	m->wait_us = WAIT_US;
	turn(m);
}

void
memory_ask(struct memory *m, memory_fn *done, void *arg)
{
	m->guard.digester = m->digester;
	m->guard.woken = take_turn;
	m->guard.arg = m;
	/* That the folder must not be used is known before anything is done. */
	if (m->asked->baseline != 0 &&
	    watch_open(&m->watched, &m->watching, m->asked, m->facts) == -1)
		done(arg);
	else
		begin(m, ask, done, arg);
}

static enum guard_answer
tell_guard(struct memory *m)
{
	const struct facts *f = m->facts;
	struct buf reply = BUF_INIT(SMTP_REPLY_MAX);
	bool refused = verdict_refuses_secret(f, m->asked);
	enum guard_answer answer;

	if (refused)
		word_reply(&reply, f, &f->smtp->last);
	answer = guard_note(
	    &m->guard, m->secret, refused, buf_str(&reply), m->facts);
	buf_free(&reply);
	return answer;
}

static void
tell_busy(char *out, size_t size, const struct settings *asked)
{
	snprintf(out, size,
	    "other checks of this login were at %.*s until time was up",
	    text_cut(asked->state_dir, PATH_SHOWN), asked->state_dir);
}

static void
note(struct memory *m)
{
	struct facts *f = m->facts;
	enum guard_answer answer = GUARD_DONE;

	if (guard_is_wanted(m->asked, m->secret))
		answer = tell_guard(m);
	if (is_later(answer)) {
		if (wait(m, answer))
			return;
		guard_free(&m->guard);
		if (answer == GUARD_WORKING)
			snprintf(f->guard_trouble, sizeof f->guard_trouble,
			    "time was up while %s", digest_place);
		else
			tell_busy(f->guard_trouble, sizeof f->guard_trouble,
			    m->asked);
	}
	if (m->watching &&
	    watch_note(&m->watched, &m->watching, m->asked, f) == GUARD_AGAIN) {
		if (wait(m, GUARD_AGAIN))
			return;
		tell_busy(f->state_trouble, sizeof f->state_trouble, m->asked);
	}
	m->done(m->arg);
}

void
memory_note(struct memory *m, memory_fn *done, void *arg)
{
	begin(m, note, done, arg);
}

void
memory_free(struct memory *m)
{
	if (m->loop != NULL)
		loop_timer_cancel(m->loop, &m->timer);
	watch_close(&m->watched, &m->watching);
	guard_free(&m->guard);
}
