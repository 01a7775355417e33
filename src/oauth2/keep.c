#include "oauth2/keep.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "oauth2/credential.h"
#include "secret/renewed.h"
#include "secret/token.h"

enum {
	RECORD_MAX = 96 * 1024, /* a refresh token of 64 KiB, and the rest */
	TOKEN_FILE_MAX = 80 * 1024,
	MARGIN = 300, /* seconds before its end that a token is renewed */
	UNTOLD = 600, /* as long is one used that does not tell its end */
};

void
keep_init(struct keep *k)
{
	*k = (struct keep){ .record = { .fd = -1 }, .token = { .fd = -1 } };
}

int
keep_prepare(struct keep *k, const struct store *s, const struct account *a,
    struct failure *f)
{
	k->store = s;
	k->account = a;
	if (store_make_room(s, &k->record, a->name, "json", RECORD_MAX, f) ==
	    -1)
		return -1;
	return store_make_room(
	    s, &k->token, a->name, "token", TOKEN_FILE_MAX, f);
}

static int
fill(struct keep *k, const struct record *r, struct failure *f)
{
	struct buf out = BUF_INIT(RECORD_MAX);
	int rc = record_print(r, &out, f);

	if (rc == 0)
		rc = store_fill(k->store, &k->record, out.data, out.len, f);
	buf_free(&out);
	return rc;
}

/* What went wrong once may go right a moment later, in a file of its own. */
int
keep_record(struct keep *k, const struct record *r, struct failure *f)
{
	struct failure first = { .class = FAILURE_NONE };

	if (fill(k, r, &first) == 0)
		return 0;
	store_leave_room(k->store, &k->record);
	return record_save(r, k->store, k->account->name, f);
}

/* Seconds that the token lives, -1 if neither it nor the answer tells. */
static int64_t
lifetime(const struct document *answer, int64_t now)
{
	struct token t;

	if (answer->expires_in >= 0)
		return answer->expires_in;
	if (token_read(
		&t, answer->access_token, strlen(answer->access_token)) == -1 ||
	    !t.has_expiry)
		return -1;
	return t.expires_at > now ? t.expires_at - now : 0;
}

static void
set_times(struct renewed *t, const struct document *answer)
{
	const int64_t now = (int64_t)time(NULL);
	int64_t left = lifetime(answer, now), use = UNTOLD;

	t->obtained_at = now;
	if (left >= 0) {
		t->expires_at = now + left;
		/* Of a short life the half. */
		use = left > 2 * MARGIN ? left - MARGIN : left / 2;
	}
	if (answer->refresh_in >= 0 && answer->refresh_in < use)
		use = answer->refresh_in;
	t->renew_at = now + use;
}

static int
keep_token(struct keep *k, const struct record *r,
    const struct document *answer, struct failure *f)
{
	struct buf out = BUF_INIT(TOKEN_FILE_MAX);
	struct renewed t;
	const char *which;
	int rc;

	renewed_init(&t);
	buf_adds(&t.token, answer->access_token);
	set_times(&t, answer);
	t.credential_ends_at = credential_ends_at(k->account, r, &which);
	snprintf(t.credential, sizeof t.credential, "%s", which);
	renewed_print(&t, &out);
	if (t.token.failed || out.failed)
		rc = failure_set(f, FAILURE_LOCAL, "out of memory");
	else
		rc = store_fill(k->store, &k->token, out.data, out.len, f);
	renewed_free(&t);
	buf_free(&out);
	return rc;
}

int
keep_all(struct keep *k, struct record *r, const struct document *answer,
    struct failure *f)
{
	const int64_t now = (int64_t)time(NULL);

	r->renewed_at = now;
	if (answer->refresh_expires_in >= 0)
		r->refresh_ends_at = now + answer->refresh_expires_in;
	r->in_flight_since = 0;
	r->lost_at = 0;
	r->lost_by_death = false;
	r->failed_at = 0;
	r->last = (struct failure){ .class = FAILURE_NONE };
	if (keep_record(k, r, f) == -1)
		return -1;
	return keep_token(k, r, answer, f);
}

void
keep_free(struct keep *k)
{
	if (k->store == NULL)
		return;
	store_leave_room(k->store, &k->record);
	store_leave_room(k->store, &k->token);
}
