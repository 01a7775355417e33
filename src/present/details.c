#include "present/details.h"

#include <string.h>

#include "base/span.h"
#include "check/trust.h"
#include "net/tls_pin.h"
#include "plugin/terminal.h"
#include "present/timeline.h"
#include "verdict/symptom.h"
#include "verdict/wording.h"

enum { FILE_SHOWN_MAX = 1000 };

static void
add_outside(struct buf *b, const struct facts *f, const char *text)
{
	word_outside(b, f, text, strlen(text));
}

/* A message without account and server, which the first line has named. */
static void
add_rest(struct buf *b, const char *message, const char *where)
{
	const char *at = where[0] != '\0' ? strstr(message, where) : NULL;

	if (at == NULL) {
		buf_adds(b, message);
		return;
	}
	buf_add(b, message, (size_t)(at - message));
	buf_adds(b, at + strlen(where));
}

static void
add_findings(
    struct buf *b, const struct verdict *v, const struct settings *asked)
{
	struct buf where = BUF_INIT(1024), server = BUF_INIT(1024);
	const struct finding *n, *decided;
	size_t i;

	word_where(&where, asked);
	word_at(&server, asked);
	for (i = 0; i < v->finding_count; i++) {
		n = &v->findings[i];
		decided = &v->findings[v->decided];
		/* It is the first line already. */
		if (strcmp(buf_str(&n->message), buf_str(&decided->message)) ==
		    0)
			continue;
		buf_addf(b, "also %s (%s): ", status_name(n->state),
		    condition_name(n->condition));
		add_rest(b, buf_str(&n->message),
		    condition_has(n->condition, CONDITION_IS_CERTIFICATE)
			? buf_str(&server)
			: buf_str(&where));
		buf_addc(b, '\n');
	}
	b->failed = b->failed || where.failed || server.failed;
	buf_free(&where);
	buf_free(&server);
}

static void
add_phase(struct buf *b, const char *name, int64_t us, bool finished)
{
	const int64_t hundredths = (us + 5) / 10;

	buf_addf(b, "%-9s %8lld.%02lld ms%s\n", name,
	    (long long)(hundredths / 100), (long long)(hundredths % 100),
	    finished ? "" : ", not finished");
}

static void
add_phases(struct buf *b, const struct facts *f, const struct settings *asked)
{
	const enum phase *order = timeline_order(asked);
	enum phase p;
	int i;

	for (i = 0; i < PHASES; i++) {
		p = order[i];
		if (f->phase_us[p] != 0 || f->phase_done[p])
			add_phase(
			    b, phase_name(p), f->phase_us[p], f->phase_done[p]);
	}
	add_phase(b, "total", f->total_us, true);
}

static void
add_tls(struct buf *b, const struct facts *f)
{
	const struct tls_facts *t = &f->tls;
	char pin[TLS_PIN_TEXT];

	if (!t->done)
		return;
	buf_addf(b, "TLS: %s, %s, server %s\n", t->version, t->cipher,
	    f->verified ? "verified" : "not verified");
	if (!t->has_certificate)
		return;
	buf_adds(b, "certificate: ");
	add_outside(b, f, t->subject);
	buf_adds(b, ", issued by ");
	add_outside(b, f, t->issuer);
	if (t->not_after <= f->now_unix) {
		buf_adds(b, ", expired ");
		span_add(b, f->now_unix - t->not_after);
		buf_adds(b, " ago, on ");
	} else {
		buf_adds(b, ", ");
		word_days(b, trust_days_left(t->not_after, f->now_unix));
		buf_adds(b, " left, until ");
	}
	word_date(b, t->not_after);
	tls_pin_text(t->pin, pin);
	buf_addf(b, "\nkey: %s\n", pin);
}

static void
add_middlebox(struct buf *b, const struct facts *f)
{
	if (!symptom_is_rewritten(f))
		return;
	buf_adds(b, "a middlebox rewrites SMTP here: ");
	symptom_word_rewritten(b, f);
	buf_addc(b, '\n');
}

static void
add_negotiated(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct smtp_facts *s = f->smtp;

	if (f->address[0] != '\0')
		buf_addf(b, "address: %s\n", f->address);
	add_tls(b, f);
	add_middlebox(b, f);
	if (s == NULL || s->ehlo.code == 0)
		return;
	buf_adds(b, "mechanisms offered: ");
	word_mechanisms(b, f, &s->ehlo);
	if (s->mech != NULL) {
		buf_addf(b, ", chosen: %s, ", s->mech->name);
		word_choice(b, f, asked);
	}
	buf_addc(b, '\n');
	if (s->iterations > 0)
		buf_addf(b, "password: %lu iterations\n", s->iterations);
}

static void
add_attempts(struct buf *b, const struct facts *f)
{
	size_t i;

	/* Where none is connected to, the first line lists them. */
	for (i = 0; i < f->attempt_count && f->address[0] != '\0'; i++) {
		if (f->attempts[i].error == 0)
			continue;
		buf_adds(b, "failed: ");
		word_attempt(b, &f->attempts[i]);
		buf_addc(b, '\n');
	}
}

static void
add_dns(struct buf *b, const struct facts *f)
{
	static const char *const types[] = { "AAAA", "A" };
	const struct facts_dns *d;
	size_t i;

	for (i = 0; i < 2; i++) {
		d = &f->dns[i];
		if (d->asked)
			buf_addf(b, "DNS %s: %s\n", types[i],
			    d->error != NULL           ? d->error
				: d->addresses.len > 0 ? buf_str(&d->addresses)
						       : "no answer yet");
	}
}

static void
add_chain(struct buf *b, const struct facts *f)
{
	const struct tls_facts *t = &f->tls;
	size_t i;

	for (i = 0; i < t->chain_count; i++) {
		buf_addf(b, "chain %zu: ", i);
		add_outside(b, f, t->chain[i].subject);
		buf_adds(b, ", until ");
		word_date(b, t->chain[i].not_after);
		buf_addc(b, '\n');
	}
	for (i = 0; i < t->fault_count; i++) {
		buf_addf(b, "fault at depth %d: %s (", t->faults[i].depth,
		    tls_fault_text(&t->faults[i]));
		add_outside(b, f, t->faults[i].subject);
		buf_adds(b, ")\n");
	}
}

/* Whether the session ended while SMTP was spoken, and not as it should. */
static bool
broke_off(const struct facts *f)
{
	if (f->end == END_TIMEOUT || f->end == END_TLS)
		return f->reached > PHASE_TLS;
	return f->end == END_COMPLETE && f->smtp->outcome != SMTP_OK &&
	    f->smtp->outcome != SMTP_SECRET_WITHHELD &&
	    phase_of_smtp(f->smtp->ended_in) > PHASE_TLS;
}

/* All of the dialogue, or what a failure makes one want to see of it. */
static void
add_dialogue(struct buf *b, const struct verdict *v, const struct facts *f)
{
	if (f->trace.whole || (v->state != STATUS_OK && broke_off(f)))
		trace_show(b, &f->trace, f->censor);
}

/* What a pin would have to be, where neither hint nor -v tells it. */
static void
add_key(struct buf *b, const struct verdict *v, const struct facts *f,
    const struct present_style *style)
{
	char pin[TLS_PIN_TEXT];

	/* It does not stand in for dates. */
	if (!f->tls.has_certificate || f->verified || style->verbosity >= 1 ||
	    f->tls.leaf[TLS_FAULT_EXPIRED].error != 0 ||
	    f->tls.leaf[TLS_FAULT_NOT_YET_VALID].error != 0 ||
	    strstr(buf_str(&v->hint), "--pin=") != NULL)
		return;
	tls_pin_text(f->tls.pin, pin);
	buf_addf(b, "not verified; the server's key: --pin=%s\n", pin);
}

/* What the hint says of the secret is not said again. */
static void
add_faults(struct buf *b, const struct verdict *v, const struct facts *f)
{
	struct buf line = BUF_INIT(VERDICT_TEXT_MAX);
	enum secret_fault fault;
	int i;

	for (i = 0; i < SECRET_FAULTS; i++) {
		fault = (enum secret_fault)i;
		if (!secret_look_has(&f->look, fault, f->now_unix))
			continue;
		buf_truncate(&line, 0);
		word_secret(&line, &f->look, fault, f->now_unix);
		b->failed = b->failed || line.failed;
		if (strstr(buf_str(&v->hint), buf_str(&line)) == NULL)
			buf_addf(b, "warning: %s\n", buf_str(&line));
	}
	buf_free(&line);
}

static void
add_secret(struct buf *b, const struct verdict *v, const struct facts *f,
    const struct present_style *style)
{
	const struct token *t = &f->look.token;

	add_faults(b, v, f);
	if (style->verbosity < 1 || !t->has_expiry || facts_token_ttl(f) <= 0)
		return;
	buf_adds(b, "token: expires ");
	word_date(b, t->expires_at);
	buf_adds(b, ", in ");
	span_add(b, facts_token_ttl(f));
	buf_addc(b, '\n');
}

static void
add_accepted(struct buf *b, const struct facts *f, const struct settings *asked)
{
	struct buf changes = BUF_INIT(VERDICT_TEXT_MAX);

	if (f->baseline == NULL || !f->baseline->accepted)
		return;
	word_changes(&changes, f, asked);
	b->failed = b->failed || changes.failed;
	if (changes.len > 0)
		buf_addf(b, "accepted: %s\n", buf_str(&changes));
	buf_free(&changes);
}

/* Nobody should rely on a guard that was not there. */
static void
add_memory(struct buf *b, const struct facts *f)
{
	if (f->guard_trouble[0] != '\0') {
		buf_adds(b, "warning: --guard did not work: ");
		add_outside(b, f, f->guard_trouble);
		buf_adds(b, "\n");
	}
	if (f->state_trouble[0] != '\0') {
		buf_adds(b, "warning: ");
		add_outside(b, f, f->state_trouble);
		buf_adds(b, "\n");
	}
}

/* A drawing where it can be seen, else a table. */
static void
add_times(struct details *d, const struct verdict *v, const struct facts *f,
    const struct settings *asked, const struct terminal *t)
{
	d->drawing_at = d->text.len;
	if (t->draws)
		timeline_add(&d->drawing, v, f, asked, t);
	else
		add_phases(&d->text, f, asked);
}

void
details_fill(struct details *d, const struct verdict *v, const struct facts *f,
    const struct settings *asked, const struct present_style *style)
{
	struct buf *out = &d->text;

	add_findings(out, v, asked);
	if (f->secret_world_readable) {
		buf_adds(out, "warning: others may read ");
		word_cut(out, asked->secret.text, FILE_SHOWN_MAX);
		buf_adds(out, ": chmod o-r it\n");
	}
	if (asked->exposed_file != NULL) {
		buf_adds(out, "warning: others may read ");
		word_cut(out, asked->exposed_file, FILE_SHOWN_MAX);
		buf_adds(out, ", which holds a secret: chmod o-r it\n");
	}
	add_secret(out, v, f, style);
	add_memory(out, f);
	add_accepted(out, f, asked);
	add_key(out, v, f, style);
	if (style->verbosity >= 1 && f->begun) {
		add_times(d, v, f, asked, &style->terminal);
		add_attempts(out, f);
		add_negotiated(out, f, asked);
	}
	add_dialogue(out, v, f);
	if (style->verbosity >= 3) {
		add_dns(out, f);
		add_chain(out, f);
	}
}

void
details_free(struct details *d)
{
	buf_free(&d->text);
	buf_free(&d->drawing);
}
