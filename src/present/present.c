#include "present/present.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check/trust.h"
#include "plugin/report.h"
#include "present/details.h"
#include "present/metrics.h"
#include "verdict/wording.h"

enum {
	DETAILS_MAX = 2 * 1024 * 1024,
	WORDS_MAX = 64, /* of a list taken from the peer */
};

/* A list of strings in one buffer. */
struct words {
	struct buf text; /* NUL-separated */
	const char *word[WORDS_MAX];
	size_t count;
};

/* What the report points at while it is written. */
struct page {
	struct report report;
	struct report_finding findings[VERDICT_FINDINGS_MAX];
	struct report_phase phases[PHASES];
	struct report_attempt *attempts;
	struct metrics metrics;
	struct words mechanisms;
	struct words extensions;
	struct buf choice;
	struct buf reply;
	struct buf subject;
	struct buf issuer;
	char enhanced[16];
	struct details details;
	const char **lines;
	bool failed; /* the memory for a list was not to be had */
};

/* Keep a word once; what goes beyond the list's size is left out. */
static void
words_add(struct words *w, const struct facts *f, const char *text, size_t len)
{
	size_t i, from = w->text.len;

	if (w->count == WORDS_MAX)
		return;
	word_outside(&w->text, f, text, len);
	buf_addc(&w->text, '\0');
	if (w->text.failed)
		return;
	for (i = 0, text = w->text.data; i < w->count; i++)
		if (strcasecmp(text, w->text.data + from) == 0) {
			buf_truncate(&w->text, from);
			return;
		} else {
			text += strlen(text) + 1;
		}
	w->count++;
}

/* The buffer does not move any more: point into it. */
static void
words_point(struct words *w)
{
	const char *text = buf_str(&w->text);
	size_t i;

	for (i = 0; i < w->count; i++) {
		w->word[i] = text;
		text += strlen(text) + 1;
	}
}

static void
fill_offers(struct page *p, const struct facts *f)
{
	struct smtp_reply ehlo;
	const char *word, *params;
	size_t pos = 0, n, params_len;

	if (f->smtp == NULL || f->smtp->ehlo.code == 0)
		return;
	ehlo = smtp_answer_reply(&f->smtp->ehlo);
	while (smtp_reply_mechanism(&ehlo, &pos, &word, &n))
		words_add(&p->mechanisms, f, word, n);
	pos = 0;
	while (smtp_reply_keyword(&ehlo, &pos, &word, &n, &params, &params_len))
		words_add(&p->extensions, f, word, n);
	words_point(&p->mechanisms);
	words_point(&p->extensions);
	p->report.mechanisms_offered = p->mechanisms.word;
	p->report.mechanism_count = p->mechanisms.count;
	p->report.extensions = p->extensions.word;
	p->report.extension_count = p->extensions.count;
}

static void
fill_reply(struct page *p, const struct facts *f)
{
	const struct smtp_answer *a;
	struct smtp_reply r;
	const char *text, *code;
	size_t n;

	/* To a secret that is not sent nobody replies. */
	if (f->smtp == NULL || f->smtp->last.code == 0 ||
	    f->smtp->outcome == SMTP_SECRET_WITHHELD)
		return;
	a = &f->smtp->last;
	r = smtp_answer_reply(a);
	p->report.reply.code = a->code;
	word_reply(&p->reply, f, a);
	text = buf_str(&p->reply);
	text += strspn(text, "0123456789"); /* the code */
	while (*text == ' ')
		text++;
	n = smtp_reply_enhanced(&r, &code);
	if (n > 0 && strncmp(text, code, n) == 0) {
		snprintf(p->enhanced, sizeof p->enhanced, "%.*s", (int)n, code);
		p->report.reply.enhanced = p->enhanced;
		text += n;
	}
	while (*text == ' ')
		text++;
	p->report.reply.text = text;
}

static void
fill_tls(struct page *p, const struct facts *f)
{
	const struct tls_facts *t = &f->tls;
	struct report *r = &p->report;

	r->tls.verified = t->done ? f->verified : -1;
	if (!t->done)
		return;
	r->tls.version = t->version;
	r->tls.cipher = t->cipher;
	if (!t->has_certificate)
		return;
	word_outside(&p->subject, f, t->subject, strlen(t->subject));
	word_outside(&p->issuer, f, t->issuer, strlen(t->issuer));
	r->tls.subject = buf_str(&p->subject);
	r->tls.issuer = buf_str(&p->issuer);
	r->tls.has_dates = true;
	r->tls.not_after = t->not_after;
	r->tls.days_left = trust_days_left(t->not_after, f->now_unix);
}

static const char *
login_word(enum smtp_login login)
{
	static const char *const words[] = {
		[SMTP_LOGIN_NOT_TRIED] = "not-tried",
		[SMTP_LOGIN_UNDECIDED] = NULL,
		[SMTP_LOGIN_ACCEPTED] = "accepted",
		[SMTP_LOGIN_REJECTED] = "rejected",
	};

	return words[login];
}

/* A fact, whatever --on and --expect-rejected make of it. */
static bool
is_up(const struct facts *f, const struct settings *asked)
{
	if (f->smtp == NULL)
		return false;
	if (asked->login)
		return f->smtp->login == SMTP_LOGIN_ACCEPTED;
	return f->end == END_COMPLETE && f->smtp->outcome == SMTP_OK;
}

static void
fill_metrics(struct page *p, const struct facts *f,
    const struct settings *asked, const struct present_style *style)
{
	metrics_fill(&p->metrics, f, asked);
	p->report.metrics = p->metrics.list;
	p->report.metric_count = p->metrics.count;
	p->report.known_metrics_only = style->known_metrics_only;
}

static void
fill_details(struct page *p, const struct verdict *v, const struct facts *f,
    const struct settings *asked, const struct present_style *style)
{
	struct buf *text = &p->details.text;
	size_t count = 0, i;
	char *line, *end;

	details_fill(&p->details, v, f, asked, style);
	for (i = 0; i < text->len; i++) {
		if (text->data[i] != '\n')
			continue;
		count++;
		if (i < p->details.drawing_at)
			p->report.drawing_line++;
	}
	p->report.drawing = buf_str(&p->details.drawing);
	if (count == 0)
		return;
	if ((p->lines = calloc(count, sizeof *p->lines)) == NULL) {
		p->failed = true;
		return;
	}
	end = text->data + text->len;
	for (i = 0, line = text->data; i < count; i++) {
		p->lines[i] = line;
		line = memchr(line, '\n', (size_t)(end - line));
		*line++ = '\0';
	}
	p->report.details = p->lines;
	p->report.detail_count = count;
}

static void
fill_attempts(struct page *p, const struct facts *f)
{
	size_t i;

	if (f->attempt_count == 0)
		return;
	p->attempts = calloc(f->attempt_count, sizeof *p->attempts);
	if (p->attempts == NULL) {
		p->failed = true;
		return;
	}
	for (i = 0; i < f->attempt_count; i++) {
		p->attempts[i].address = f->attempts[i].address;
		if (f->attempts[i].error != 0)
			p->attempts[i].error = strerror(f->attempts[i].error);
	}
	p->report.attempts = p->attempts;
	p->report.attempt_count = f->attempt_count;
}

static void
fill_verdict(struct page *p, const struct verdict *v)
{
	struct report *r = &p->report;
	size_t i;

	r->service = "SMTP_AUTH";
	r->prefix = "smtp_auth";
	r->state = v->state;
	if (v->condition != CONDITION_NONE)
		r->condition = condition_name(v->condition);
	for (i = 0; i < v->finding_count; i++)
		p->findings[i] = (struct report_finding){
			.condition = condition_name(v->findings[i].condition),
			.state = v->findings[i].state,
			.message = buf_str(&v->findings[i].message)
		};
	r->findings = p->findings;
	r->finding_count = v->finding_count;
	r->message = buf_str(&v->message);
	r->hint = v->hint.len > 0 ? buf_str(&v->hint) : NULL;
	r->cause = cause_name(v->cause);
	r->login = login_word(v->login);
}

static void
fill_mechanism(
    struct page *p, const struct facts *f, const struct settings *asked)
{
	p->report.mechanism = f->smtp->mech->name;
	word_choice(&p->choice, f, asked);
	p->report.mechanism_reason = buf_str(&p->choice);
}

static void
fill_facts(struct page *p, const struct facts *f, const struct settings *asked)
{
	struct report *r = &p->report;
	int i;

	r->up = is_up(f, asked);
	r->host = asked->host;
	r->address = f->address[0] != '\0' ? f->address : NULL;
	r->port = asked->port;
	r->user = settings_account(asked);
	if (f->smtp != NULL && f->smtp->mech != NULL)
		fill_mechanism(p, f, asked);
	for (i = 0; i < PHASES; i++)
		p->phases[i] =
		    (struct report_phase){ .name = phase_name((enum phase)i),
			    .known = f->phase_done[i],
			    .elapsed_us = f->phase_us[i] };
	r->phases = p->phases;
	r->phase_count = PHASES;
	r->token.has_expiry = f->look.token.has_expiry;
	r->token.expires_at = f->look.token.expires_at;
	r->token.ttl = facts_token_ttl(f);
	r->credential.name = f->credential[0] != '\0' ? f->credential : NULL;
	r->credential.has_end = f->credential_ends_at != 0;
	r->credential.ends_at = f->credential_ends_at;
	r->credential.days_left = facts_credential_days(f);
	r->guard.known = asked->guard_count > 0 && asked->login &&
	    f->guard_trouble[0] == '\0';
	r->guard.held_back = f->guard.held_back;
	r->guard.has_dates = f->guard.held_back;
	r->guard.since = f->guard.since;
	r->guard.next_try = f->guard.next_try;
	r->has_time = f->begun;
	r->time_us = f->total_us;
	r->now = f->now_unix;
}

/* Whether memory, or room, was too short for any of it. */
static bool
has_holes(const struct page *p)
{
	return p->failed || p->mechanisms.text.failed ||
	    p->extensions.text.failed || p->choice.failed || p->reply.failed ||
	    p->subject.failed || p->issuer.failed || p->details.text.failed ||
	    p->details.drawing.failed;
}

static void
page_free(struct page *p)
{
	buf_free(&p->mechanisms.text);
	buf_free(&p->extensions.text);
	buf_free(&p->choice);
	buf_free(&p->reply);
	buf_free(&p->subject);
	buf_free(&p->issuer);
	details_free(&p->details);
	free(p->attempts);
	free(p->lines);
}

int
present_to(present_fn *use, void *arg, const struct verdict *v,
    const struct facts *f, const struct settings *asked,
    const struct present_style *style)
{
	struct page p = { .mechanisms.text =
			      BUF_INIT((size_t)SMTP_REPLY_MAX * 2),
		.extensions.text = BUF_INIT((size_t)SMTP_REPLY_MAX * 2),
		.choice = BUF_INIT(1024),
		.reply = BUF_INIT((size_t)SMTP_REPLY_MAX * 2),
		.subject = BUF_INIT(1024),
		.issuer = BUF_INIT(1024),
		.details = { .text = BUF_INIT(DETAILS_MAX),
		    .drawing = BUF_INIT(DETAILS_MAX) } };
	int rc = -1;

	p.report.name = style->name;
	fill_verdict(&p, v);
	fill_facts(&p, f, asked);
	/* Without a host there was no check to measure. */
	if (!(f->end == END_ERROR && f->err.kind == ERR_USAGE))
		fill_metrics(&p, f, asked, style);
	fill_offers(&p, f);
	fill_reply(&p, f);
	fill_tls(&p, f);
	fill_attempts(&p, f);
	fill_details(&p, v, f, asked, style);
	if (!has_holes(&p))
		rc = use(arg, &p.report);
	page_free(&p);
	return rc;
}

/* Where a single report goes. */
struct single {
	struct buf *out;
	const struct report_format *format;
};

static int
write_single(void *arg, const struct report *r)
{
	const struct single *s = arg;

	return report_write(s->format, r, s->out);
}

int
present(struct buf *out, const struct report_format *format,
    const struct verdict *v, const struct facts *f,
    const struct settings *asked, const struct present_style *style)
{
	struct single s = { out, format };

	return present_to(write_single, &s, v, f, asked, style);
}
