#include "run/guard.h"

#include <errno.h>
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
	secret_digesting_abandon(g->digesting);
	g->digesting = NULL;
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

/* Before the check it is what the check says; after it the verdict stands. */
static enum guard_answer
lack_memory(struct guard *g, struct facts *f)
{
	if (g->on)
		return give_up(g, f, "out of memory");
	leave(g);
	err_nomem(&f->err);
	return GUARD_BARRED;
}

/* The state failed. */
static enum guard_answer
lose_state(struct guard *g, struct facts *f)
{
	return g->state.lacks_memory ? lack_memory(g, f)
				     : give_up(g, f, g->state.why);
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

/* From the loop. */
static void
on_digest(void *arg, int error, const unsigned char digest[SECRET_DIGEST])
{
	struct guard *g = arg;

	g->digesting = NULL;
	g->digest_error = error;
	g->has_digest = error == 0;
	memcpy(g->digest, digest, sizeof g->digest);
	g->woken(g->arg);
}

/* Without the lock: it takes its time.  judge_digest() knows what came of it.
 */
static void
begin_digest(struct guard *g, const struct secret *secret)
{
	g->has_digest = false;
	if (g->known.has_salt) {
		memcpy(g->salt, g->known.salt, sizeof g->salt);
	} else if (secret_digest_salt(g->salt) == -1) {
		g->digest_error = ENOSYS;
		return;
	}
	if (g->digester != NULL) {
		g->digesting = secret_digesting_start(g->digester,
		    secret->value, secret->len, g->salt, on_digest, g);
		g->digest_error = g->digesting == NULL ? errno : 0;
		/* Without another thread it is for this one to do. */
		if (g->digest_error != EAGAIN)
			return;
	}
	g->digest_error =
	    secret_digest(g->digest, secret->value, secret->len, g->salt);
	g->has_digest = g->digest_error == 0;
}

/* Only DONE may go on, if the state is open. */
static enum guard_answer
judge_digest(struct guard *g, struct facts *f)
{
	if (g->digesting != NULL)
		return GUARD_WORKING;
	if (g->digest_error == ENOMEM)
		return lack_memory(g, f);
	if (g->digest_error != 0)
		return give_up(
		    g, f, "OpenSSL cannot compute scrypt on this machine");
	return GUARD_DONE;
}

/*
 * Lock and read, with the digest made if seconds is 0 or somebody refused
 * something within so many.  Only DONE has the lock, if the state is open.
 */
static enum guard_answer
look(struct guard *g, const struct secret *secret, int64_t seconds,
    struct facts *f)
{
	enum guard_answer answer;

	for (;;) {
		answer = judge_digest(g, f);
		if (answer != GUARD_DONE || !g->open)
			return answer;
		switch (state_lock(&g->state)) {
		case STATE_BUSY:
			return GUARD_AGAIN;
		case STATE_FAILED:
			return lose_state(g, f);
		case STATE_OK:
		default:
			break;
		}
		if (read_known(g, f) == STATE_FAILED)
			return lose_state(g, f);
		if (has_right_digest(g) ||
		    (seconds > 0 &&
			!refusals_recent(&g->known, time(NULL), seconds)))
			return GUARD_DONE;
		state_unlock(&g->state);
		begin_digest(g, secret);
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
		return lose_state(g, f);
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
	enum state_result result = STATE_FAILED;

	refusals_forget(&g->known, now);
	memcpy(g->known.salt, g->salt, sizeof g->salt);
	g->known.has_salt = true;
	refusals_note(&g->known, g->digest, now, reply);
	refusals_write(&g->known, &text);
	/* What is there is better than half of it. */
	g->state.lacks_memory = text.failed;
	if (!text.failed)
		result = state_write(&g->state, kind, text.data, text.len);
	buf_free(&text);
	if (result == STATE_FAILED)
		return lose_state(g, f);
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
