#include "present/details.h"

#include <string.h>

#include "check/trust.h"
#include "net/tls_pin.h"
#include "plugin/terminal.h"
#include "present/timeline.h"
#include "verdict/symptom.h"
#include "verdict/wording.h"

static int
add_findings(struct buf *b, const struct verdict *v, const char *decided)
{
	const struct finding *n;
	size_t i;

	for (i = 0; i < v->finding_count; i++) {
		n = &v->findings[i];
		if (strcmp(buf_str(&n->message), decided) == 0)
			continue; /* it is the first line already */
		if (buf_addf(b, "also %s (%s): %s\n", status_name(n->state),
			condition_name(n->condition), buf_str(&n->message)))
			return -1;
	}
	return 0;
}

static const char *
decided_message(const struct verdict *v)
{
	size_t i;

	for (i = 0; i < v->finding_count; i++)
		if (v->findings[i].condition == v->condition &&
		    v->findings[i].state == v->state)
			return buf_str(&v->findings[i].message);
	return "";
}

static int
add_phases(struct buf *b, const struct facts *f)
{
	int p;

	for (p = 0; p < PHASES; p++) {
		if (f->phase_us[p] == 0 && !f->phase_done[p])
			continue;
		if (buf_addf(b, "%-9s ", phase_name((enum phase)p)) ||
		    word_seconds(b, f->phase_us[p]) ||
		    buf_adds(
			b, f->phase_done[p] ? " s\n" : " s, not finished\n"))
			return -1;
	}
	return buf_addf(b, "%-9s ", "total") || word_seconds(b, f->total_us) ||
		buf_adds(b, " s\n")
	    ? -1
	    : 0;
}

static int
add_tls(struct buf *b, const struct facts *f)
{
	const struct tls_facts *t = &f->tls;
	char pin[TLS_PIN_TEXT];

	if (!t->done)
		return 0;
	if (buf_addf(b, "TLS: %s, %s, server %s\n", t->version, t->cipher,
		f->verified ? "verified" : "not verified"))
		return -1;
	if (!t->has_certificate)
		return 0;
	tls_pin_text(t->pin, pin);
	return buf_adds(b, "certificate: ") ||
		word_outside(b, f, t->subject, strlen(t->subject)) ||
		buf_adds(b, ", issued by ") ||
		word_outside(b, f, t->issuer, strlen(t->issuer)) ||
		buf_addf(b, ", %lld days left, until ",
		    (long long)trust_days_left(t, f->now_unix)) ||
		word_date(b, t->not_after) || buf_addf(b, "\nkey: %s\n", pin)
	    ? -1
	    : 0;
}

static int
add_middlebox(struct buf *b, const struct facts *f)
{
	struct buf seen = BUF_INIT(SMTP_REPLY_MAX);
	int rc = symptom_middlebox(&seen, f);

	if (rc == 0 && seen.len > 0)
		rc = buf_addf(
		    b, "a middlebox rewrites SMTP here: %s\n", buf_str(&seen));
	buf_free(&seen);
	return rc;
}

static int
add_negotiated(struct buf *b, const struct facts *f)
{
	const struct smtp_facts *s = f->smtp;

	if (f->address[0] != '\0' &&
	    buf_addf(b, "address: %s\n", f->address) == -1)
		return -1;
	if (add_tls(b, f) == -1)
		return -1;
	if (add_middlebox(b, f) == -1)
		return -1;
	if (s == NULL || s->ehlo.code == 0)
		return 0;
	return buf_adds(b, "mechanisms offered: ") ||
		word_mechanisms(b, f, &s->ehlo) ||
		(s->mech != NULL &&
		    buf_addf(b, ", chosen: %s", s->mech->name)) ||
		buf_addc(b, '\n')
	    ? -1
	    : 0;
}

static int
add_attempts(struct buf *b, const struct facts *f)
{
	const struct facts_attempt *a;
	size_t i;

	for (i = 0; i < f->attempt_count; i++) {
		a = &f->attempts[i];
		if (a->error != 0 &&
		    buf_addf(
			b, "failed: %s: %s\n", a->address, strerror(a->error)))
			return -1;
	}
	return 0;
}

static int
add_dns(struct buf *b, const struct facts *f)
{
	static const char *const types[] = { "AAAA", "A" };
	const struct facts_dns *d;
	size_t i;

	for (i = 0; i < 2; i++) {
		d = &f->dns[i];
		if (d->asked &&
		    buf_addf(b, "DNS %s: %s\n", types[i],
			d->error != NULL           ? d->error
			    : d->addresses.len > 0 ? buf_str(&d->addresses)
						   : "no answer yet"))
			return -1;
	}
	return 0;
}

static int
add_chain(struct buf *b, const struct facts *f)
{
	const struct tls_facts *t = &f->tls;
	size_t i;

	for (i = 0; i < t->chain_count; i++)
		if (buf_addf(b, "chain %zu: ", i) ||
		    word_outside(b, f, t->chain[i].subject,
			strlen(t->chain[i].subject)) ||
		    buf_adds(b, ", until ") ||
		    word_date(b, t->chain[i].not_after) || buf_addc(b, '\n'))
			return -1;
	for (i = 0; i < t->fault_count; i++)
		if (buf_addf(b, "fault at depth %d: %s (", t->faults[i].depth,
			tls_fault_text(&t->faults[i])) ||
		    word_outside(b, f, t->faults[i].subject,
			strlen(t->faults[i].subject)) ||
		    buf_adds(b, ")\n"))
			return -1;
	return 0;
}

/* Whether the session ended while SMTP was spoken, and not as it should. */
static bool
broke_off(const struct facts *f)
{
	if (f->end == END_TIMEOUT || f->end == END_TLS)
		return f->reached > PHASE_TLS;
	return f->end == END_COMPLETE && f->smtp->outcome != SMTP_OK &&
	    phase_of_smtp(f->smtp->ended_in) > PHASE_TLS;
}

/* All of the dialogue, or what a failure makes one want to see of it. */
static int
add_dialogue(struct buf *b, const struct verdict *v, const struct facts *f)
{
	if (!f->trace.whole && (v->state == STATUS_OK || !broke_off(f)))
		return 0;
	return trace_show(b, &f->trace, f->censor);
}

/* What a pin would have to be, where neither hint nor -v tells it. */
static int
add_key(struct buf *b, const struct verdict *v, const struct facts *f,
    const struct present_style *style)
{
	char pin[TLS_PIN_TEXT];

	if (!f->tls.has_certificate || f->verified || style->verbosity >= 1 ||
	    strstr(buf_str(&v->hint), "--pin=") != NULL)
		return 0;
	tls_pin_text(f->tls.pin, pin);
	return buf_addf(b, "not verified; the server's key: --pin=%s\n", pin);
}

/* What the hint says of the secret is not said again. */
static int
add_faults(struct buf *b, const struct verdict *v, const struct facts *f)
{
	struct buf line = BUF_INIT(VERDICT_TEXT_MAX);
	int i, rc = 0;

	for (i = 0; rc == 0 && i < SECRET_FAULTS; i++) {
		if (!secret_look_has(
			&f->look, (enum secret_fault)i, f->now_unix))
			continue;
		buf_truncate(&line, 0);
		rc = word_secret(
		    &line, &f->look, (enum secret_fault)i, f->now_unix);
		if (rc == 0 &&
		    strstr(buf_str(&v->hint), buf_str(&line)) == NULL)
			rc = buf_addf(b, "warning: %s\n", buf_str(&line));
	}
	buf_free(&line);
	return rc;
}

static int
add_secret(struct buf *b, const struct verdict *v, const struct facts *f,
    const struct settings *asked, const struct present_style *style)
{
	const struct token *t = &f->look.token;

	if (add_faults(b, v, f) == -1)
		return -1;
	if (f->look.is_token && !t->has_expiry &&
	    (asked->warning[THRESHOLD_TOKEN].set ||
		asked->critical[THRESHOLD_TOKEN].set))
		return buf_adds(b,
		    "warning: the token does not tell when it expires: -w and "
		    "-c token= judge nothing\n");
	if (style->verbosity < 1 || !t->has_expiry || facts_token_ttl(f) <= 0)
		return 0;
	return buf_adds(b, "token: expires ") || word_date(b, t->expires_at) ||
		buf_adds(b, ", in ") || word_span(b, facts_token_ttl(f)) ||
		buf_addc(b, '\n')
	    ? -1
	    : 0;
}

/* A drawing where it can be seen, else a table. */
static int
add_times(struct details *d, const struct verdict *v, const struct facts *f,
    const struct settings *asked, const struct terminal *t)
{
	d->drawing_at = d->text.len;
	return t->draws ? timeline_add(&d->drawing, v, f, asked, t)
			: add_phases(&d->text, f);
}

int
details_fill(struct details *d, const struct verdict *v, const struct facts *f,
    const struct settings *asked, const struct present_style *style)
{
	struct buf *out = &d->text;

	if (add_findings(out, v, decided_message(v)) == -1)
		return -1;
	if (f->secret_world_readable &&
	    buf_addf(out, "warning: others may read %.1000s: chmod o-r it\n",
		asked->secret.text) == -1)
		return -1;
	if (add_secret(out, v, f, asked, style) == -1)
		return -1;
	if (add_key(out, v, f, style) == -1)
		return -1;
	if (style->verbosity >= 1 && f->begun &&
	    (add_times(d, v, f, asked, &style->terminal) ||
		add_attempts(out, f) || add_negotiated(out, f)))
		return -1;
	if (add_dialogue(out, v, f) == -1)
		return -1;
	if (style->verbosity >= 3 && (add_dns(out, f) || add_chain(out, f)))
		return -1;
	return 0;
}

void
details_free(struct details *d)
{
	buf_free(&d->text);
	buf_free(&d->drawing);
}
