#include "run/guard.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/wipe.h"

/* What a file of state is called that has them. */
static const char kind[] = "guard";

bool
guard_is_wanted(const struct settings *asked, const struct secret *secret)
{
	return asked->guard_count > 0 && secret->value != NULL;
}

static void
leave(struct guard *g)
{
	if (g->open)
		state_close(&g->state);
	g->open = g->on = false;
}

/* The check runs as if nobody had asked for a guard. */
static enum guard_answer
give_up(struct guard *g, struct facts *f, const char *why)
{
	if (f->guard_trouble[0] == '\0')
		snprintf(f->guard_trouble, sizeof f->guard_trouble, "%s", why);
	leave(g);
	return GUARD_DONE;
}

/* With the lock. */
static enum state_result
read_known(struct guard *g, struct facts *f)
{
	struct buf text = BUF_INIT(STATE_TEXT_MAX);
	enum state_result result;
	bool aside = false;

	result = state_read(&g->state, kind, &text, &aside);
	if (result == STATE_OK &&
	    refusals_read(&g->known, buf_str(&text), text.len) == -1) {
		state_set_aside(&g->state, kind, "damaged");
		aside = true;
	}
	if (aside)
		snprintf(f->state_trouble, sizeof f->state_trouble, "%s",
		    g->state.why);
	buf_free(&text);
	return result;
}

/* Whether the secret's digest is the one that what is known has, if any. */
static bool
has_right_digest(const struct guard *g)
{
	return g->has_digest &&
	    (!g->known.has_salt ||
		memcmp(g->salt, g->known.salt, sizeof g->salt) == 0);
}

/* Without the lock: it takes its time.  Returns 0, or -1. */
static int
make_digest(struct guard *g, const struct secret *secret)
{
	if (g->known.has_salt)
		memcpy(g->salt, g->known.salt, sizeof g->salt);
	else if (secret_digest_salt(g->salt) == -1)
		return -1;
	if (secret_digest(g->digest, secret->value, secret->len, g->salt) == -1)
		return -1;
	g->has_digest = true;
	return 0;
}

/*
 * Lock and read, with the digest made if needed is set or somebody refused
 * something of late.  Only DONE has the lock.
 */
static enum guard_answer
look(struct guard *g, const struct secret *secret, int64_t seconds,
    struct facts *f)
{
	for (;;) {
		switch (state_lock(&g->state)) {
		case STATE_BUSY:
			return GUARD_AGAIN;
		case STATE_FAILED:
			return give_up(g, f, g->state.why);
		case STATE_OK:
		default:
			break;
		}
		if (read_known(g, f) == STATE_FAILED)
			return give_up(g, f, g->state.why);
		if (has_right_digest(g) ||
		    (seconds > 0 &&
			!refusals_recent(&g->known, time(NULL), seconds)))
			return GUARD_DONE;
		state_unlock(&g->state);
		if (make_digest(g, secret) == -1)
			return give_up(g, f,
			    "OpenSSL cannot compute scrypt on this machine");
	}
}

static bool
is_held_back(struct guard *g, const struct standing *s,
    const struct settings *asked, struct facts *f)
{
	if (s->refused < asked->guard_count)
		return false;
	f->guard = (struct facts_guard){ .held_back = true,
		.refused = s->refused,
		.since = s->since,
		.next_try = s->next_try };
	snprintf(f->guard.reply, sizeof f->guard.reply, "%s",
	    refusals_find(&g->known, g->digest)->reply);
	return true;
}

/*
 * With the lock.  Each check that is under way may end in one more refusal: so
 * those count, too, until it is known what came of them.
 */
static enum guard_answer
decide(struct guard *g, const struct settings *asked, struct facts *f)
{
	struct standing s = { .refused = 0 };

	if (g->has_digest)
		s = refusals_standing(refusals_find(&g->known, g->digest),
		    time(NULL), asked->guard_seconds, asked->guard_count);
	if (is_held_back(g, &s, asked, f)) {
		leave(g);
		return GUARD_DONE;
	}
	if (s.refused + state_others(&g->state) >= asked->guard_count) {
		state_unlock(&g->state);
		return GUARD_AGAIN;
	}
	if (state_sit(&g->state) == STATE_FAILED)
		return give_up(g, f, g->state.why);
	state_unlock(&g->state);
	g->on = true;
	return GUARD_DONE;
}

enum guard_answer
guard_ask(struct guard *g, const struct settings *asked,
    const struct secret *secret, struct facts *f)
{
	enum guard_answer answer;

	if (!g->open) {
		g->open = true;
		if (state_open(&g->state, asked, &f->err) == STATE_FAILED) {
			answer = give_up(g, f, g->state.why);
			return f->err.kind == ERR_NONE ? answer : GUARD_BARRED;
		}
	}
	answer = look(g, secret, asked->guard_seconds, f);
	if (answer != GUARD_DONE || !g->open)
		return answer;
	return decide(g, asked, f);
}

/* With the lock. */
static enum guard_answer
write_known(struct guard *g, const char *reply, struct facts *f)
{
	const int64_t now = time(NULL);
	struct buf text = BUF_INIT(STATE_TEXT_MAX);
	enum state_result result;

	refusals_forget(&g->known, now);
	memcpy(g->known.salt, g->salt, sizeof g->salt);
	g->known.has_salt = true;
	refusals_note(&g->known, g->digest, now, reply);
	refusals_write(&g->known, &text);
	result = state_write(&g->state, kind, text.data, text.len);
	buf_free(&text);
	if (result == STATE_FAILED)
		return give_up(g, f, g->state.why);
	leave(g);
	return GUARD_DONE;
}

enum guard_answer
guard_note(struct guard *g, const struct secret *secret, bool refused,
    const char *reply, struct facts *f)
{
	enum guard_answer answer;

	if (!g->on || !refused) {
		leave(g);
		return GUARD_DONE;
	}
	answer = look(g, secret, 0, f);
	if (answer != GUARD_DONE || !g->open)
		return answer;
	return write_known(g, reply, f);
}

void
guard_free(struct guard *g)
{
	leave(g);
	wipe(g->digest, sizeof g->digest);
}
