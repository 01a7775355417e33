/* What the user demands of the server, and what came of the answer's file. */

#include <string.h>

#include "base/pattern.h"
#include "verdict/internal.h"
#include "verdict/wording.h"

/* What a user gave as long as this is known by its beginning. */
enum {
	EXPECT_SHOWN_MAX = 200,
	COMMAND_SHOWN_MAX = 100,
	RESPONSE_SHOWN_MAX = 100,
};

typedef bool offers_fn(const struct smtp_reply *ehlo, const char *word);

/* "WHAT A", "WHATs A, B": those of the list that are offered, or are not. */
static void
add_words(struct buf *b, const char *what, const struct word_list *list,
    const struct smtp_reply *ehlo, offers_fn *offers, bool offered)
{
	const char *between = " ";
	size_t i, count = 0;

	for (i = 0; i < list->count; i++)
		if (offers(ehlo, list->word[i]) == offered)
			count++;
	buf_addf(b, "%s%s", what, count > 1 ? "s" : "");
	for (i = 0; i < list->count; i++) {
		if (offers(ehlo, list->word[i]) != offered)
			continue;
		buf_addf(b, "%s%s", between, list->word[i]);
		between = ", ";
	}
}

static bool
has_words(const struct word_list *list, const struct smtp_reply *ehlo,
    offers_fn *offers, bool offered)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (offers(ehlo, list->word[i]) == offered)
			return true;
	return false;
}

/* Whether what ehlo does not offer was offered in the clear. */
static bool
offers_missing(const struct word_list *list, const struct smtp_reply *ehlo,
    const struct smtp_reply *clear)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (!smtp_reply_offers(ehlo, list->word[i]) &&
		    smtp_reply_offers(clear, list->word[i]))
			return true;
	return false;
}

static void
judge_extensions(struct verdict *v, const struct facts *f,
    const struct settings *asked, const struct smtp_reply *ehlo)
{
	const struct smtp_reply clear = smtp_answer_reply(&f->smtp->ehlo_clear);
	const struct word_list *list = &asked->require_extension;
	struct buf *b;

	if (!has_words(list, ehlo, smtp_reply_offers, false))
		return;
	b = &judge_add(v, asked, CONDITION_EXTENSION)->message;
	add_words(b, "extension", list, ehlo, smtp_reply_offers, false);
	buf_adds(b, " not offered");
	/* Not above a line that offers it. */
	if (f->tls.done && offers_missing(list, ehlo, &clear))
		buf_adds(b, " in TLS");
	word_where_login(b, asked, v->login);
}

static void
judge_mechanisms(struct verdict *v, const struct facts *f,
    const struct settings *asked, bool forbidden)
{
	const struct smtp_reply ehlo = smtp_answer_reply(&f->smtp->ehlo);
	const struct word_list *list =
	    forbidden ? &asked->forbid_mechanism : &asked->require_mechanism;
	struct buf *b;

	if (!has_words(list, &ehlo, smtp_reply_offers_mechanism, forbidden))
		return;
	b = &judge_add(v, asked, CONDITION_MECHANISM)->message;
	add_words(b, forbidden ? "forbidden mechanism" : "mechanism", list,
	    &ehlo, smtp_reply_offers_mechanism, forbidden);
	buf_adds(b, forbidden ? " offered" : " not offered");
	word_where_login(b, asked, v->login);
	buf_adds(b, ": offered ");
	word_mechanisms(b, f, &f->smtp->ehlo);
}

static void
judge_cleartext(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const struct smtp_reply clear = smtp_answer_reply(&f->smtp->ehlo_clear);
	struct buf *b;

	if (!asked->forbid_cleartext_auth || !smtp_reply_offers(&clear, "AUTH"))
		return;
	b = &judge_add(v, asked, CONDITION_CLEARTEXT_AUTH)->message;
	buf_adds(b, "AUTH offered without TLS");
	word_where_login(b, asked, v->login);
	buf_adds(b, ": ");
	word_mechanisms(b, f, &f->smtp->ehlo_clear);
}

/* As it was written: what is expected is no keyword. */
static bool
holds(const struct smtp_answer *a, const char *text)
{
	return memmem(buf_str(&a->text), a->text.len, text, strlen(text)) !=
	    NULL;
}

/* -e: the greeting or an EHLO reply, before TLS or in it, must contain it. */
static void
judge_expect(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const struct smtp_facts *s = f->smtp;
	struct buf *b;

	if (asked->expect == NULL || s->greeting.code == 0 ||
	    holds(&s->greeting, asked->expect) ||
	    holds(&s->ehlo_clear, asked->expect) ||
	    holds(&s->ehlo, asked->expect))
		return;
	b = &judge_add(v, asked, CONDITION_EXPECT)->message;
	buf_adds(b, "expected \"");
	word_cut(b, asked->expect, EXPECT_SHOWN_MAX);
	buf_adds(b, "\" not found");
	word_where_login(b, asked, v->login);
	buf_adds(b, ": ");
	word_reply(b, f, &s->greeting);
}

/* Every line of the reply without its CR, and no blanks at the end. */
static void
strip(struct buf *b, const struct smtp_answer *a)
{
	const char *s = buf_str(&a->text), *end = s + a->text.len;
	size_t n;

	for (; s < end; s += n + 1) {
		n = strcspn(s, "\r");
		buf_add(b, s, n);
	}
	while (b->len > 0 && strchr(" \t\n", b->data[b->len - 1]) != NULL)
		buf_truncate(b, b->len - 1);
}

static void
word_mismatch(struct buf *b, const struct facts *f,
    const struct settings *asked, const struct command_pair *p,
    const struct smtp_answer *a, enum pattern_match match)
{
	buf_adds(b, "reply to ");
	word_cut(b, p->command, COMMAND_SHOWN_MAX);
	buf_adds(b,
	    match == PATTERN_DIFFERS
		? " does not match \""
		: " takes too much memory to be matched with \"");
	word_cut(b, p->response, RESPONSE_SHOWN_MAX);
	buf_addc(b, '"');
	word_where_login(b, asked, f->smtp->login);
	buf_adds(b, ": ");
	word_reply(b, f, a);
}

static void
judge_response(struct verdict *v, const struct facts *f,
    const struct settings *asked, const struct command_pair *p,
    const struct smtp_answer *a)
{
	struct buf text = BUF_INIT(a->text.len + 1);
	enum pattern_match match;

	strip(&text, a);
	/* Half a reply must not be taken for what the server said. */
	v->failed = v->failed || text.failed;
	match = v->failed ? PATTERN_MATCHES
			  : pattern_match(p->response, buf_str(&text));
	if (match != PATTERN_MATCHES)
		word_mismatch(&judge_add(v, asked, CONDITION_EXPECT)->message,
		    f, asked, p, a, match);
	buf_free(&text);
}

/* -C and -R: what was answered must match; what was not is told elsewhere. */
static void
judge_responses(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const struct command_pair *p;
	const struct smtp_answer *a;
	size_t i;

	for (i = 0; i < asked->command_count; i++) {
		p = &asked->commands[i];
		a = &f->smtp->command_answers[i];
		if (p->response != NULL && a->code != 0)
			judge_response(v, f, asked, p, a);
	}
}

/* Whether it is known what the server offers: after HELO, nothing. */
static bool
knows_offers(const struct facts *f)
{
	return f->smtp->ehlo.code != 0 ||
	    (f->end == END_COMPLETE && f->smtp->outcome == SMTP_OK);
}

void
judge_policy(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	struct smtp_reply ehlo;

	/* Without memory the replies were not kept either. */
	if (f->smtp == NULL || f->smtp->outcome == SMTP_NO_MEMORY)
		return;
	judge_cleartext(v, f, asked);
	judge_expect(v, f, asked);
	judge_responses(v, f, asked);
	/* What counts is offered inside TLS, where TLS is wanted. */
	if (f->smtp->greeting.code != 220 || !knows_offers(f) ||
	    (asked->tls_mode == SMTP_TLS_STARTTLS && !f->smtp->tls))
		return;
	ehlo = smtp_answer_reply(&f->smtp->ehlo);
	judge_extensions(v, f, asked, &ehlo);
	judge_mechanisms(v, f, asked, false);
	judge_mechanisms(v, f, asked, true);
}

void
judge_output(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	struct buf *b;

	if (f->output_error[0] == '\0')
		return;
	b = &judge_add(v, asked, CONDITION_INTERNAL)->message;
	word_event(b, asked, "result not written");
	buf_addf(b, ": %s", f->output_error);
}
