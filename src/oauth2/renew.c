#include "oauth2/renew.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "oauth2/keep.h"
#include "oauth2/worker.h"

/* Returns 1 with *out filled, 0 if there is none, or -1 with *f set. */
static int
load_token(const struct store *s, const struct account *a, struct renewed *out,
    struct failure *f)
{
	struct buf text = BUF_INIT(STORE_FILE_MAX);
	int rc = store_read(s, a->name, "token", &text, f);

	renewed_free(out);
	/* A damaged one is no loss: it is made anew. */
	if (rc == 1 && renewed_read(out, buf_str(&text), text.len) == -1) {
		rc = out->token.failed
		    ? failure_set(f, FAILURE_LOCAL, "out of memory")
		    : 0;
		renewed_free(out);
	}
	buf_free(&text);
	return rc;
}

/* What is wanted, and when that began. */
struct wish {
	const struct store *store;
	const struct account *account;
	bool always;
	bool waited; /* for another who was at it */
	int64_t since;
};

/* Whether the token kept will do. */
static bool
is_enough(const struct wish *w, const struct renewed *t)
{
	if (!w->always)
		return renewed_is_fresh(t, (int64_t)time(NULL));
	return w->waited && t->token.len > 0 && t->obtained_at >= w->since;
}

/* Another asked while we waited, and in vain: so would we. */
static int
share_failure(const struct wish *w, struct failure *f)
{
	struct record r;
	int rc = record_load(&r, w->store, w->account->name, f);

	if (rc == 1 && r.last.class != FAILURE_NONE && r.failed_at >= w->since)
		*f = r.last;
	record_free(&r);
	return f->class != FAILURE_NONE ? -1 : 0;
}

/*
 * Returns 1 with *out filled, 0 if it is to be tried again, or -1 with *f set.
 */
static int
wait_for_other(const struct wish *w, struct renewed *out, struct failure *f)
{
	int lock = store_lock(w->store, w->account->name, STORE_WAIT, f);

	if (lock == -1)
		return -1;
	if (lock >= 0)
		close(lock);
	if (load_token(w->store, w->account, out, f) == -1)
		return -1;
	if (is_enough(w, out))
		return 1;
	return share_failure(w, f);
}

/* With the lock held, which is closed here.  Returns 1, or -1 with *f set. */
static int
ask(const struct wish *w, int lock, struct renewed *out, struct failure *f)
{
	int rc = load_token(w->store, w->account, out, f);

	if (rc == -1 || is_enough(w, out)) {
		close(lock);
		return rc == -1 ? -1 : 1;
	}
	if (worker_run(w->store, w->account, lock, f) == -1)
		return -1;
	return load_token(w->store, w->account, out, f) == 1
	    ? 1
	    : failure_set(f, FAILURE_LOCAL,
		  "the new token is gone again: somebody removed it");
}

/* Returns 1 with *out filled, or -1 with *f set. */
static int
get(struct wish *w, struct renewed *out, struct failure *f)
{
	int lock, rc = load_token(w->store, w->account, out, f);

	if (rc == -1 || is_enough(w, out))
		return rc == -1 ? -1 : 1;
	do {
		lock = store_lock(w->store, w->account->name, STORE_TRY, f);
		if (lock == -1)
			return -1;
		if (lock >= 0)
			return ask(w, lock, out, f);
		/* Somebody is at it: what is still valid will do. */
		if (!w->always && renewed_is_valid(out, (int64_t)time(NULL)))
			return 1;
		w->waited = true;
		rc = wait_for_other(w, out, f);
	} while (rc == 0);
	return rc;
}

int
renew_get(const struct store *s, const struct account *a, bool always,
    struct renewed *out, struct failure *f)
{
	struct wish w = { .store = s,
		.account = a,
		.always = always,
		.since = (int64_t)time(NULL) };
	struct failure ignored = { .class = FAILURE_NONE };

	renewed_init(out);
	if (get(&w, out, f) == 1)
		return 0;
	if (!always && load_token(s, a, out, &ignored) == 1 &&
	    renewed_is_valid(out, (int64_t)time(NULL)))
		return 0;
	renewed_free(out);
	return -1;
}

int
renew_keep(const struct store *s, const struct account *a,
    struct document *answer, struct failure *f)
{
	struct record r;
	struct keep k;
	int rc = -1;

	keep_init(&k);
	if (record_load(&r, s, a->name, f) == -1 ||
	    keep_prepare(&k, s, a, f) == -1)
		goto out;
	r.refresh_ends_at = 0;
	r.signed_in_at = (int64_t)time(NULL);
	if (answer->refresh_token != NULL &&
	    record_bind(&r, a, &answer->refresh_token) == -1)
		failure_set(f, FAILURE_LOCAL, "out of memory");
	else
		rc = keep_all(&k, &r, answer, f);
out:
	keep_free(&k);
	record_free(&r);
	return rc;
}
