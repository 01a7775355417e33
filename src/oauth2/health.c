#include "oauth2/health.h"

#include <stdio.h>
#include <string.h>

#include "oauth2/credential.h"
#include "oauth2/words.h"

enum { DAY = 24 * 3600, SKEW_MAX = 120 };

const char *
health_name(enum health_state s)
{
	static const char *const names[] = {
		[HEALTH_OK] = "OK",
		[HEALTH_WARNING] = "WARNING",
		[HEALTH_CRITICAL] = "CRITICAL",
		[HEALTH_UNKNOWN] = "UNKNOWN",
	};

	return names[s];
}

bool
health_is_worse(enum health_state a, enum health_state b)
{
	static const int rank[] = {
		[HEALTH_OK] = 0,
		[HEALTH_UNKNOWN] = 1,
		[HEALTH_WARNING] = 2,
		[HEALTH_CRITICAL] = 3,
	};

	return rank[a] > rank[b];
}

/* The first finding is the line; later ones are appended. */
static void
find(struct health *h, struct buf *text, enum health_state state)
{
	if (text->len > 0)
		buf_adds(text, "; ");
	if (health_is_worse(state, h->state))
		h->state = state;
}

static void
judge_last(struct health *h, struct buf *text)
{
	const struct failure *f = &h->last;
	enum health_state state = HEALTH_CRITICAL;

	if (f->class == FAILURE_NONE)
		return;
	if (h->token_is_valid)
		state = HEALTH_WARNING;
	find(h, text, state);
	buf_addf(text, "%s: %s%s%s", failure_class_name(f->class), f->text,
	    f->remedy[0] != '\0' ? "; " : "", f->remedy);
}

static void
judge_sign_in(struct health *h, struct buf *text, const struct account *a,
    const struct record *r)
{
	if (!account_is_refreshed(a))
		return;
	if (r->refresh_token == NULL) {
		find(h, text, HEALTH_CRITICAL);
		buf_addf(text, "nobody has signed in: smtp-oauth2 setup %s",
		    a->name);
	} else if (!record_fits(r, a)) {
		find(h, text, HEALTH_CRITICAL);
		buf_addf(text,
		    "signed in with another token-url or client-id: "
		    "smtp-oauth2 setup %s",
		    a->name);
	}
}

static void
judge_credential(struct health *h, struct buf *text,
    const struct health_limits *limits, int64_t now)
{
	enum health_state state;

	if (h->credential_ends_at == 0)
		return;
	h->credential_days = (long)((h->credential_ends_at - now) / DAY -
	    (h->credential_ends_at < now));
	if (limits->critical >= 0 && h->credential_days < limits->critical)
		state = HEALTH_CRITICAL;
	else if (h->credential_days < limits->warning)
		state = HEALTH_WARNING;
	else
		return;
	find(h, text, state);
	if (h->credential_ends_at <= now)
		buf_addf(text, "the %s has ended", h->credential);
	else
		buf_addf(text, "the %s ends in %ld day%s", h->credential,
		    h->credential_days, h->credential_days == 1 ? "" : "s");
	words_add_time(text, ", ", h->credential_ends_at);
}

static void
judge_mark(struct health *h, struct buf *text, const struct record *r)
{
	h->in_flight = r->in_flight_since != 0;
	if (r->lost_at == 0)
		return;
	find(h, text, HEALTH_WARNING);
	words_add_time(
	    text, "an answer of the provider's was lost at ", r->lost_at);
	buf_addf(text, ": if the next renewal is refused, smtp-oauth2 setup %s",
	    h->name);
}

static void
judge_clock(struct health *h, struct buf *text, int64_t ahead)
{
	if (ahead <= SKEW_MAX && ahead >= -SKEW_MAX)
		return;
	find(h, text, HEALTH_WARNING);
	words_add_skew(text, ahead);
}

static void
word_good(struct health *h, struct buf *text)
{
	if (!h->has_token)
		buf_adds(text, "no token yet");
	else if (h->token_expires_at == 0)
		buf_adds(text, "token does not tell when it expires");
	else
		words_add_time(text,
		    h->token_is_valid ? "token valid until " : "token expired ",
		    h->token_expires_at);
	if (h->renewed_at != 0)
		words_add_time(text, ", renewed ", h->renewed_at);
	if (h->has_token && !h->token_is_valid)
		buf_adds(text, "; the next check renews it");
}

static void
take_token(
    struct health *h, const struct store *s, int64_t now, struct failure *f)
{
	struct buf text = BUF_INIT(STORE_FILE_MAX);
	struct renewed t;

	renewed_init(&t);
	if (store_read(s, h->name, "token", &text, f) != 1)
		;
	else if (renewed_read(&t, buf_str(&text), text.len) == -1) {
		if (t.token.failed)
			failure_set(f, FAILURE_LOCAL, "out of memory");
	} else {
		h->has_token = true;
		h->token_is_valid = renewed_is_valid(&t, now);
		h->token_expires_at = t.expires_at;
		h->renew_at = t.renew_at;
	}
	renewed_free(&t);
	buf_free(&text);
}

void
health_look(struct health *h, const struct store *s, const struct account *a,
    const struct health_limits *limits, int64_t now)
{
	struct failure f = { .class = FAILURE_NONE };
	struct buf text = BUF_INIT(8192);
	struct record r;

	*h = (struct health){ .provider = a->provider->name,
		.flow = account_flow_name(a->flow),
		.credential = "" };
	snprintf(h->name, sizeof h->name, "%s", a->name);
	failure_harmless(
	    h->user, sizeof h->user, a->user != NULL ? a->user : "");
	if (record_load(&r, s, a->name, &f) != -1)
		take_token(h, s, now, &f);
	if (f.class != FAILURE_NONE) {
		record_free(&r);
		health_of_failure(h, a->name, &f);
		return;
	}
	h->last = r.last;
	h->signed_in_at = r.signed_in_at;
	h->renewed_at = r.renewed_at;
	h->failed_at = r.failed_at;
	h->ahead = r.ahead;
	h->credential_ends_at = credential_ends_at(a, &r, &h->credential);
	judge_last(h, &text);
	judge_sign_in(h, &text, a, &r);
	judge_credential(h, &text, limits, now);
	judge_mark(h, &text, &r);
	judge_clock(h, &text, r.ahead);
	if (text.len == 0)
		word_good(h, &text);
	snprintf(h->text, sizeof h->text, "%s", buf_str(&text));
	record_free(&r);
	if (text.failed) {
		failure_set(&f, FAILURE_LOCAL, "out of memory");
		health_of_failure(h, a->name, &f);
	}
	buf_free(&text);
}

void
health_of_failure(struct health *h, const char *name, const struct failure *f)
{
	*h = (struct health){
		.state = HEALTH_UNKNOWN, .credential = "", .last = *f
	};
	snprintf(h->name, sizeof h->name, "%s", name);
	snprintf(h->text, sizeof h->text, "%s%s%s", f->text,
	    f->remedy[0] != '\0' ? "; " : "", f->remedy);
}
