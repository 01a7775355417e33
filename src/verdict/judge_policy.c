#include <string.h>

#include "base/pattern.h"
#include "verdict/internal.h"
#include "verdict/wording.h"

/* The words of the list that are offered, or that are not. */
static int
pick_words(struct buf *b, const struct word_list *list,
    const struct smtp_reply *ehlo,
    bool (*offers)(const struct smtp_reply *, const char *), bool offered)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (offers(ehlo, list->word[i]) == offered &&
		    buf_addf(
			b, "%s%s", b->len > 0 ? ", " : "", list->word[i]) == -1)
			return -1;
	return 0;
}

static int
judge_extensions(struct verdict *v, const struct settings *asked,
    const struct smtp_reply *ehlo)
{
	struct buf words = BUF_INIT(VERDICT_TEXT_MAX);
	struct finding *n;
	int rc;

	rc = pick_words(
	    &words, &asked->require_extension, ehlo, smtp_reply_offers, false);
	if (rc == 0 && words.len > 0 &&
	    (n = judge_add(v, asked, CONDITION_EXTENSION)) != NULL)
		rc = buf_addf(
			 &n->message, "extension %s not offered", words.data) ||
			word_where(&n->message, asked)
		    ? -1
		    : 0;
	buf_free(&words);
	return rc;
}

static int
judge_mechanisms(struct verdict *v, const struct facts *f,
    const struct settings *asked, bool forbidden)
{
	const struct smtp_reply ehlo = smtp_answer_reply(&f->smtp->ehlo);
	struct buf words = BUF_INIT(VERDICT_TEXT_MAX);
	struct finding *n;
	int rc;

	rc = pick_words(&words,
	    forbidden ? &asked->forbid_mechanism : &asked->require_mechanism,
	    &ehlo, smtp_reply_offers_mechanism, forbidden);
	if (rc == 0 && words.len > 0 &&
	    (n = judge_add(v, asked, CONDITION_MECHANISM)) != NULL)
		rc = buf_addf(&n->message,
			 forbidden ? "forbidden mechanism %s offered"
				   : "mechanism %s not offered",
			 words.data) ||
			word_where(&n->message, asked) ||
			buf_adds(&n->message, ": offered ") ||
			word_mechanisms(&n->message, f, &f->smtp->ehlo)
		    ? -1
		    : 0;
	buf_free(&words);
	return rc;
}

static int
judge_cleartext(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const struct smtp_reply clear = smtp_answer_reply(&f->smtp->ehlo_clear);
	struct finding *n;

	if (!asked->forbid_cleartext_auth || !smtp_reply_offers(&clear, "AUTH"))
		return 0;
	if ((n = judge_add(v, asked, CONDITION_CLEARTEXT_AUTH)) == NULL)
		return 0;
	return buf_adds(&n->message, "AUTH offered without TLS") ||
		word_where(&n->message, asked) || buf_adds(&n->message, ": ") ||
		word_mechanisms(&n->message, f, &f->smtp->ehlo_clear)
	    ? -1
	    : 0;
}

static bool
holds(const struct smtp_answer *a, const char *text)
{
	return memmem(buf_str(&a->text), a->text.len, text, strlen(text)) !=
	    NULL;
}

/* -e: the greeting or an EHLO reply, before TLS or in it, must contain it. */
static int
judge_expect(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const struct smtp_facts *s = f->smtp;
	struct finding *n;

	if (asked->expect == NULL || s->greeting.code == 0 ||
	    holds(&s->greeting, asked->expect) ||
	    holds(&s->ehlo_clear, asked->expect) ||
	    holds(&s->ehlo, asked->expect))
		return 0;
	if ((n = judge_add(v, asked, CONDITION_EXPECT)) == NULL)
		return 0;
	return buf_addf(&n->message, "expected \"%.200s\" not found",
		   asked->expect) ||
		word_where(&n->message, asked) || buf_adds(&n->message, ": ") ||
		word_reply(&n->message, f, &s->greeting)
	    ? -1
	    : 0;
}

/* Every line of the reply without its CR, and no blanks at the end. */
static int
strip(struct buf *b, const struct smtp_answer *a)
{
	const char *s = buf_str(&a->text), *end = s + a->text.len;
	size_t n;

	for (; s < end; s += n + 1) {
		n = strcspn(s, "\r");
		if (buf_add(b, s, n) == -1)
			return -1;
	}
	while (b->len > 0 && strchr(" \t\n", b->data[b->len - 1]) != NULL)
		buf_truncate(b, b->len - 1);
	return 0;
}

static int
judge_response(struct verdict *v, const struct facts *f,
    const struct settings *asked, const struct command_pair *p,
    const struct smtp_answer *a)
{
	struct buf text = BUF_INIT(a->text.len + 1);
	enum pattern_match match;
	struct finding *n;
	int rc = -1;

	if (strip(&text, a) == -1)
		goto out;
	match = pattern_match(p->response, buf_str(&text));
	if (match == PATTERN_MATCHES ||
	    (n = judge_add(v, asked, CONDITION_EXPECT)) == NULL)
		rc = 0;
	else if (buf_addf(&n->message, "reply to %.100s %s \"%.100s\"",
		     p->command,
		     match == PATTERN_DIFFERS
			 ? "does not match"
			 : "takes too much memory to be matched with",
		     p->response) == 0 &&
	    word_where(&n->message, asked) == 0 &&
	    buf_adds(&n->message, ": ") == 0 &&
	    word_reply(&n->message, f, a) == 0)
		rc = 0;
out:
	buf_free(&text);
	return rc;
}

/* -C and -R: what was answered must match; what was not is told elsewhere. */
static int
judge_responses(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const struct command_pair *p;
	const struct smtp_answer *a;
	size_t i;

	for (i = 0; i < asked->command_count; i++) {
		p = &asked->commands[i];
		a = &f->smtp->command_answers[i];
		if (p->response != NULL && a->code != 0 &&
		    judge_response(v, f, asked, p, a) == -1)
			return -1;
	}
	return 0;
}

/* Whether it is known what the server offers: after HELO, nothing. */
static bool
knows_offers(const struct facts *f)
{
	return f->smtp->ehlo.code != 0 ||
	    (f->end == END_COMPLETE && f->smtp->outcome == SMTP_OK);
}

int
judge_policy(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	struct smtp_reply ehlo;

	/* Without memory the replies were not kept either. */
	if (f->smtp == NULL || f->smtp->outcome == SMTP_NO_MEMORY)
		return 0;
	if (judge_cleartext(v, f, asked) || judge_expect(v, f, asked) ||
	    judge_responses(v, f, asked))
		return -1;
	/* What counts is offered inside TLS, where TLS is wanted. */
	if (f->smtp->greeting.code != 220 || !knows_offers(f) ||
	    (asked->tls_mode == SMTP_TLS_STARTTLS && !f->smtp->tls))
		return 0;
	ehlo = smtp_answer_reply(&f->smtp->ehlo);
	return judge_extensions(v, asked, &ehlo) ||
		judge_mechanisms(v, f, asked, false) ||
		judge_mechanisms(v, f, asked, true)
	    ? -1
	    : 0;
}

int
judge_output(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	struct finding *n;

	if (f->output_error[0] == '\0' ||
	    (n = judge_add(v, asked, CONDITION_INTERNAL)) == NULL)
		return 0;
	return buf_adds(&n->message, "result") ||
		word_where(&n->message, asked) ||
		buf_addf(&n->message, " not written to %s", f->output_error)
	    ? -1
	    : 0;
}

static int
word_value(struct buf *b, int what, int64_t value_us)
{
	if (what == THRESHOLD_TOKEN)
		return value_us > 0 ? buf_addf(b, "token expires in %lld s",
					  (long long)(value_us / 1000000))
				    : buf_addf(b, "token expired %lld s ago",
					  (long long)(-value_us / 1000000));
	return buf_addf(b, "%s took ",
		   what == PHASE_TOTAL ? "check"
				       : phase_name((enum phase)what)) ||
		word_seconds(b, value_us) || buf_adds(b, " s")
	    ? -1
	    : 0;
}

/* Warning and critical on one value; critical goes first. */
static int
judge_value(
    struct verdict *v, const struct settings *asked, int what, int64_t value_us)
{
	bool critical = range_violated(&asked->critical[what], value_us);
	const struct range *r =
	    critical ? &asked->critical[what] : &asked->warning[what];
	struct finding *n;
	struct buf *b;

	if (!critical && !range_violated(r, value_us))
		return 0;
	if ((n = judge_add(v, asked, CONDITION_SLOW)) == NULL)
		return 0;
	if (critical && !asked->remapped[CONDITION_SLOW])
		n->state = STATUS_CRITICAL;
	b = &n->message;
	return word_value(b, what, value_us) ||
		buf_addf(b, " (%s at %s)", critical ? "critical" : "warning",
		    r->text) ||
		word_where(b, asked)
	    ? -1
	    : 0;
}

int
judge_slow(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	int p;

	/* A lazy QUIT is not the account's fault. */
	if (judge_value(v, asked, PHASE_TOTAL,
		f->total_us - f->phase_us[PHASE_QUIT]) == -1)
		return -1;
	for (p = 0; p < PHASES; p++)
		if (f->phase_done[p] &&
		    judge_value(v, asked, p, f->phase_us[p]) == -1)
			return -1;
	if (!f->look.token.has_expiry)
		return 0;
	return judge_value(
	    v, asked, THRESHOLD_TOKEN, facts_token_ttl(f) * 1000000);
}
