#include "verdict/explain.h"

#include <stdio.h>
#include <stdlib.h>

#include "verdict/hints.h"
#include "verdict/outcome.h"
#include "verdict/symptom.h"
#include "verdict/wording.h"

enum { TEXT_MAX = SMTP_REPLY_MAX * 2 };

/* The row for what the server's challenge said before the reply. */
static const struct hint *
find_challenge(struct hint_query q, const struct buf *error)
{
	q.code = HINT_CHALLENGE;
	q.enhanced = "";
	q.text = buf_str(error);
	return error->len > 0 ? hints_find(&q) : NULL;
}

static const struct hint *
find_reply(struct hint_query q, const struct smtp_answer *a, const char *text)
{
	const struct smtp_reply r = smtp_answer_reply(a);
	const char *code = "";
	char enhanced[16];
	size_t n = smtp_reply_enhanced(&r, &code);

	snprintf(enhanced, sizeof enhanced, "%.*s", (int)n, code);
	q.code = a->code;
	q.enhanced = enhanced;
	q.text = text;
	return hints_find(&q);
}

/*
 * A challenge's error says why, the reply after it only that.  If the error is
 * unknown, a reply about passwords would put a wrong cause in its place.
 */
static const struct hint *
find(const struct hint_query *whose, const struct smtp_facts *s,
    const char *text)
{
	const struct hint *h = find_challenge(*whose, &s->challenge_error);

	if (h != NULL)
		return h;
	h = find_reply(*whose, &s->last, text);
	if (h != NULL && s->challenge_error.len > 0 &&
	    cause_has(h->cause, CAUSE_IS_VAGUE))
		return NULL;
	return h;
}

/*
 * One line that is kept: a server that is full says so before it would begin
 * with TLS; a secret that is not sent again had a reply before.
 */
static const struct hint *
find_line(const struct hint_query *whose, const char *text)
{
	struct smtp_answer a = { .code = atoi(text),
		.text = BUF_INIT(TEXT_MAX) };
	const struct hint *h = NULL;

	if (buf_adds(&a.text, text) == 0)
		h = find_reply(*whose, &a, text);
	buf_free(&a.text);
	return h;
}

static bool
is_of_login(enum smtp_outcome o)
{
	return o == SMTP_MECHANISM_REFUSED || o == SMTP_AUTH_REJECTED ||
	    o == SMTP_AUTH_TEMPORARY;
}

void
explain_refusal(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	struct buf greeting = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX);
	struct hint_query whose = { .host = asked->host };

	const bool kept =
	    f->end == END_COMPLETE && f->smtp->outcome == SMTP_SECRET_WITHHELD;

	if (f->end == END_TLS && symptom_is_smtp(f->plaintext) &&
	    f->plaintext[0] >= '4')
		v->row = find_line(&whose, f->plaintext);
	if (!kept &&
	    (f->end != END_COMPLETE || !outcome_is_refusal(f->smtp->outcome)))
		return;
	/* Whose it is shows in the greeting as often as in the name. */
	word_reply(&greeting, f, &f->smtp->greeting);
	word_reply(&text, f, &f->smtp->last);
	whose.greeting = buf_str(&greeting);
	whose.login = kept || is_of_login(f->smtp->outcome);
	v->row = kept ? find_line(&whose, f->guard.reply)
		      : find(&whose, f->smtp, buf_str(&text));
	v->failed = v->failed || greeting.failed || text.failed;
	buf_free(&greeting);
	buf_free(&text);
}
