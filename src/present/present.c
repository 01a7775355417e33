#include "present/present.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check/trust.h"
#include "plugin/report.h"
#include "present/details.h"
#include "verdict/wording.h"

enum {
	DETAILS_MAX = 2 * 1024 * 1024,
	WORDS_MAX = 64, /* of a list taken from the peer */
	METRICS_MAX = PHASES + 3,
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
	struct metric metrics[METRICS_MAX];
	struct words mechanisms;
	struct words extensions;
	struct buf reply;
	struct buf subject;
	struct buf issuer;
	char enhanced[16];
	char days_warning[32];
	char days_critical[32];
	struct details details;
	const char **lines;
};

/* Keep a word once; what goes beyond the list's size is left out. */
static int
words_add(struct words *w, const struct facts *f, const char *text, size_t len)
{
	size_t i, from = w->text.len;

	if (w->count == WORDS_MAX)
		return 0;
	if (word_outside(&w->text, f, text, len) || buf_addc(&w->text, '\0'))
		return -1;
	for (i = 0, text = w->text.data; i < w->count; i++)
		if (strcasecmp(text, w->text.data + from) == 0) {
			buf_truncate(&w->text, from);
			return 0;
		} else {
			text += strlen(text) + 1;
		}
	w->count++;
	return 0;
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

static int
fill_offers(struct page *p, const struct facts *f)
{
	struct smtp_reply ehlo;
	const char *word, *params;
	size_t pos = 0, n, params_len;

	if (f->smtp == NULL || f->smtp->ehlo.code == 0)
		return 0;
	ehlo = smtp_answer_reply(&f->smtp->ehlo);
	while (smtp_reply_mechanism(&ehlo, &pos, &word, &n))
		if (words_add(&p->mechanisms, f, word, n) == -1)
			return -1;
	pos = 0;
	while (smtp_reply_keyword(&ehlo, &pos, &word, &n, &params, &params_len))
		if (words_add(&p->extensions, f, word, n) == -1)
			return -1;
	words_point(&p->mechanisms);
	words_point(&p->extensions);
	p->report.mechanisms_offered = p->mechanisms.word;
	p->report.mechanism_count = p->mechanisms.count;
	p->report.extensions = p->extensions.word;
	p->report.extension_count = p->extensions.count;
	return 0;
}

static int
fill_reply(struct page *p, const struct facts *f)
{
	const struct smtp_answer *a;
	struct smtp_reply r;
	const char *text, *code;
	size_t n;

	if (f->smtp == NULL || f->smtp->last.code == 0)
		return 0;
	a = &f->smtp->last;
	r = smtp_answer_reply(a);
	p->report.reply.code = a->code;
	if (word_reply(&p->reply, f, a) == -1)
		return -1;
	text = buf_str(&p->reply) + 3; /* the code */
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
	return 0;
}

static int
fill_tls(struct page *p, const struct facts *f)
{
	const struct tls_facts *t = &f->tls;
	struct report *r = &p->report;

	r->tls.verified = t->done ? f->verified : -1;
	if (!t->done)
		return 0;
	r->tls.version = t->version;
	r->tls.cipher = t->cipher;
	if (!t->has_certificate)
		return 0;
	if (word_outside(&p->subject, f, t->subject, strlen(t->subject)) ||
	    word_outside(&p->issuer, f, t->issuer, strlen(t->issuer)))
		return -1;
	r->tls.subject = buf_str(&p->subject);
	r->tls.issuer = buf_str(&p->issuer);
	r->tls.has_dates = true;
	r->tls.not_after = t->not_after;
	r->tls.days_left = trust_days_left(t, f->now_unix);
	return 0;
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

static struct metric
make_metric(const struct settings *asked, int phase, bool known, int64_t us)
{
	const struct range *w = &asked->warning[phase],
			   *c = &asked->critical[phase];

	return (struct metric){ .label = phase_label((enum phase)phase),
		.unit = METRIC_SECONDS,
		.known = known,
		.value = us,
		.warning = w->set ? w->text : NULL,
		.critical = c->set ? c->text : NULL,
		.has_min = true,
		.max = phase == PHASE_TOTAL ? asked->timeout_us : 0 };
}

static struct metric
make_days(struct page *p, const struct facts *f, const struct settings *asked)
{
	struct metric m = { .label = "cert_days",
		.unit = METRIC_COUNT,
		.known = f->tls.has_certificate,
		.value = trust_days_left(&f->tls, f->now_unix) };

	if (asked->has_days) {
		snprintf(p->days_warning, sizeof p->days_warning,
		    "%ld:", asked->days_warning);
		m.warning = p->days_warning;
	}
	if (asked->has_days && asked->days_critical >= 0) {
		snprintf(p->days_critical, sizeof p->days_critical,
		    "%ld:", asked->days_critical);
		m.critical = p->days_critical;
	}
	return m;
}

/* No minimum: an expired token is below 0. */
static struct metric
make_token(const struct facts *f, const struct settings *asked)
{
	const struct range *w = &asked->warning[THRESHOLD_TOKEN],
			   *c = &asked->critical[THRESHOLD_TOKEN];

	return (struct metric){ .label = "token_ttl",
		.unit = METRIC_WHOLE_SECONDS,
		.known = f->look.token.has_expiry,
		.value = facts_token_ttl(f),
		.warning = w->set ? w->text : NULL,
		.critical = c->set ? c->text : NULL };
}

static void
fill_metrics(struct page *p, const struct facts *f,
    const struct settings *asked, const struct present_style *style)
{
	struct metric *m = p->metrics;
	int i;

	*m++ = make_metric(asked, PHASE_TOTAL, f->begun, f->total_us);
	for (i = 0; i < PHASES; i++)
		if (settings_plan(asked, (enum phase)i))
			*m++ = make_metric(
			    asked, i, f->phase_done[i], f->phase_us[i]);
	if (asked->tls_mode != SMTP_TLS_NONE)
		*m++ = make_days(p, f, asked);
	if (asked->proof == SASL_PROOF_TOKEN)
		*m++ = make_token(f, asked);
	p->report.metrics = p->metrics;
	p->report.metric_count = (size_t)(m - p->metrics);
	p->report.known_metrics_only = style->known_metrics_only;
}

static int
fill_details(struct page *p, const struct verdict *v, const struct facts *f,
    const struct settings *asked, const struct present_style *style)
{
	struct buf *text = &p->details.text;
	size_t count = 0, i;
	char *line, *end;

	if (details_fill(&p->details, v, f, asked, style) == -1)
		return -1;
	for (i = 0; i < text->len; i++) {
		if (text->data[i] != '\n')
			continue;
		count++;
		if (i < p->details.drawing_at)
			p->report.drawing_line++;
	}
	p->report.drawing = buf_str(&p->details.drawing);
	if (count == 0)
		return 0;
	if ((p->lines = calloc(count, sizeof *p->lines)) == NULL)
		return -1;
	end = text->data + text->len;
	for (i = 0, line = text->data; i < count; i++) {
		p->lines[i] = line;
		line = memchr(line, '\n', (size_t)(end - line));
		*line++ = '\0';
	}
	p->report.details = p->lines;
	p->report.detail_count = count;
	return 0;
}

static int
fill_attempts(struct page *p, const struct facts *f)
{
	size_t i;

	if (f->attempt_count == 0)
		return 0;
	p->attempts = calloc(f->attempt_count, sizeof *p->attempts);
	if (p->attempts == NULL)
		return -1;
	for (i = 0; i < f->attempt_count; i++) {
		p->attempts[i].address = f->attempts[i].address;
		if (f->attempts[i].error != 0)
			p->attempts[i].error = strerror(f->attempts[i].error);
	}
	p->report.attempts = p->attempts;
	p->report.attempt_count = f->attempt_count;
	return 0;
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
fill_facts(struct page *p, const struct facts *f, const struct settings *asked)
{
	struct report *r = &p->report;
	int i;

	r->up = is_up(f, asked);
	r->host = asked->host;
	r->address = f->address[0] != '\0' ? f->address : NULL;
	r->port = asked->port;
	r->user = asked->user;
	if (f->smtp != NULL && f->smtp->mech != NULL)
		r->mechanism = f->smtp->mech->name;
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
	r->has_time = f->begun;
	r->time_us = f->total_us;
}

static void
page_free(struct page *p)
{
	buf_free(&p->mechanisms.text);
	buf_free(&p->extensions.text);
	buf_free(&p->reply);
	buf_free(&p->subject);
	buf_free(&p->issuer);
	details_free(&p->details);
	free(p->attempts);
	free(p->lines);
}

int
present(struct buf *out, const struct report_format *format,
    const struct verdict *v, const struct facts *f,
    const struct settings *asked, const struct present_style *style)
{
	struct page p = { .mechanisms.text =
			      BUF_INIT((size_t)SMTP_REPLY_MAX * 2),
		.extensions.text = BUF_INIT((size_t)SMTP_REPLY_MAX * 2),
		.reply = BUF_INIT((size_t)SMTP_REPLY_MAX * 2),
		.subject = BUF_INIT(1024),
		.issuer = BUF_INIT(1024),
		.details = { .text = BUF_INIT(DETAILS_MAX),
		    .drawing = BUF_INIT(DETAILS_MAX) } };
	int rc = -1;

	fill_verdict(&p, v);
	fill_facts(&p, f, asked);
	/* Without a host there was no check to measure. */
	if (!(f->end == END_ERROR && f->err.kind == ERR_USAGE))
		fill_metrics(&p, f, asked, style);
	if (fill_offers(&p, f) == 0 && fill_reply(&p, f) == 0 &&
	    fill_tls(&p, f) == 0 && fill_attempts(&p, f) == 0 &&
	    fill_details(&p, v, f, asked, style) == 0)
		rc = report_write(format, &p.report, out);
	page_free(&p);
	return rc;
}
