/* A token that will not last, and what it is renewed with. */

#include "base/span.h"
#include "verdict/internal.h"
#include "verdict/wording.h"

static void
word_left(struct buf *b, const struct facts *f)
{
	const long long left = (long long)facts_token_ttl(f);

	if (!f->look.token.has_expiry) {
		buf_adds(b, "token does not tell when it expires");
	} else if (left > 0) {
		buf_adds(b, "token expires in ");
		span_add(b, left);
	} else {
		buf_adds(b, "token expired ");
		span_add(b, -left);
		buf_adds(b, " ago");
	}
}

/* One that does not tell has too little left for whoever asks. */
static bool
is_violated(const struct range *r, const struct facts *f)
{
	if (!f->look.token.has_expiry)
		return r->set;
	return range_violated(r, facts_token_ttl(f) * 1000000);
}

void
judge_token(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const struct range *r = &asked->critical[THRESHOLD_TOKEN];
	bool critical = is_violated(r, f);
	struct finding *n;

	/* Nothing is known of one that was not to be had. */
	if (!f->look.is_token)
		return;
	if (!critical)
		r = &asked->warning[THRESHOLD_TOKEN];
	if (!critical && !is_violated(r, f))
		return;
	n = judge_add(v, asked, CONDITION_TOKEN_EXPIRING);
	if (critical && !asked->remapped[CONDITION_TOKEN_EXPIRING])
		n->state = STATUS_CRITICAL;
	word_left(&n->message, f);
	buf_addf(&n->message, " (%s at %s)", critical ? "critical" : "warning",
	    r->text);
	word_where_login(&n->message, asked, v->login);
}

static void
word_credential(struct buf *b, const struct facts *f)
{
	const long long days = (long long)facts_credential_days(f);

	buf_addf(b, "the %s that the token is renewed with ",
	    f->credential[0] != '\0' ? f->credential : "credential");
	if (f->credential_ends_at <= f->now_unix)
		buf_adds(b, "has ended, ");
	else
		buf_addf(b, "ends in %lld day%s, ", days, days == 1 ? "" : "s");
	word_date(b, f->credential_ends_at);
}

void
judge_credential(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const int64_t days = facts_credential_days(f);
	struct finding *n;
	bool critical;

	if (!asked->has_credential_days || f->credential_ends_at == 0)
		return;
	critical = asked->credential_days_critical >= 0 &&
	    days < asked->credential_days_critical;
	if (!critical && days >= asked->credential_days_warning)
		return;
	n = judge_add(v, asked, CONDITION_CREDENTIAL_EXPIRING);
	if (critical && !asked->remapped[CONDITION_CREDENTIAL_EXPIRING])
		n->state = STATUS_CRITICAL;
	word_credential(&n->message, f);
	buf_addf(&n->message, " (%s at %ld days)",
	    critical ? "critical" : "warning",
	    critical ? asked->credential_days_critical
		     : asked->credential_days_warning);
	word_where_login(&n->message, asked, v->login);
}
