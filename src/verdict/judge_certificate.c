/* What is wrong with the server's certificate, and how long it will last. */

#include <string.h>

#include "check/trust.h"
#include "net/tls_pin.h"
#include "verdict/internal.h"
#include "verdict/wording.h"

enum { NAME_SHOWN_MAX = 255 };

static void
add_outside(struct buf *b, const struct facts *f, const char *text)
{
	word_outside(b, f, text, strlen(text));
}

/* "1 day", "2 days". */
static void
add_days(struct buf *b, int64_t days)
{
	buf_addf(b, "%lld day%s", (long long)days, days == 1 ? "" : "s");
}

static void
write_untrusted(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct tls_fault *t =
	    trust_fault(&f->tls, asked, TLS_FAULT_UNTRUSTED);

	word_event(b, asked, "certificate not trusted");
	if (t == NULL) {
		buf_adds(b, ": the server sent none");
		return;
	}
	buf_addf(b, ": %s (certificate of ", tls_fault_text(t));
	add_outside(b, f, t->subject);
	buf_addc(b, ')');
	if (f->tls.roots_error[0] != '\0')
		buf_addf(b, "; no roots from %s", f->tls.roots_error);
}

static void
write_name(struct buf *b, const struct facts *f, const struct settings *asked)
{
	size_t i;

	buf_adds(b, "certificate does not name ");
	word_cut(b, asked->verify_name, NAME_SHOWN_MAX);
	word_where(b, asked);
	if (!f->tls.has_certificate) {
		buf_adds(b, ": the server sent none");
		return;
	}
	if (!f->tls.has_san) {
		buf_adds(b, ": it has no subjectAltName");
		return;
	}
	buf_adds(b, ": it names ");
	if (f->tls.name_count == 0)
		buf_adds(b, "no host");
	for (i = 0; i < f->tls.name_count; i++) {
		if (i > 0)
			buf_adds(b, ", ");
		add_outside(b, f, f->tls.names[i]);
	}
}

static void
write_expired(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct tls_fault *t =
	    trust_fault(&f->tls, asked, TLS_FAULT_EXPIRED);

	word_event(b, asked, "certificate expired");
	buf_adds(b, ": ");
	add_outside(b, f, t->subject);
	buf_adds(b, ", since ");
	word_date(b, t->when);
	buf_adds(b, " (");
	add_days(b, (f->now_unix - t->when) / 86400);
	buf_adds(b, " ago)");
}

static void
write_not_yet_valid(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct tls_fault *t =
	    trust_fault(&f->tls, asked, TLS_FAULT_NOT_YET_VALID);

	word_event(b, asked, "certificate not yet valid");
	buf_adds(b, ": ");
	add_outside(b, f, t->subject);
	buf_adds(b, ", from ");
	word_date(b, t->when);
}

static void
write_pin(struct buf *b, const struct facts *f, const struct settings *asked)
{
	char pin[TLS_PIN_TEXT];

	word_event(b, asked, "certificate has another key than pinned");
	if (f->tls.has_certificate)
		tls_pin_text(f->tls.pin, pin);
	buf_addf(
	    b, ": %s", f->tls.has_certificate ? pin : "the server sent none");
}

typedef void write_fn(
    struct buf *b, const struct facts *f, const struct settings *asked);

/* One for each condition that trust_judge() raises. */
static write_fn *const writers[CONDITIONS] = {
	[CONDITION_CERT_UNTRUSTED] = write_untrusted,
	[CONDITION_CERT_NAME] = write_name,
	[CONDITION_CERT_EXPIRED] = write_expired,
	[CONDITION_CERT_NOT_YET_VALID] = write_not_yet_valid,
	[CONDITION_CERT_PIN] = write_pin,
};

/* -D: the days of validity that are left. */
static void
judge_days(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const struct trust_end end = trust_end(&f->tls, asked);
	int64_t left = trust_days_left(end.not_after, f->now_unix);
	bool critical =
	    asked->days_critical >= 0 && left < asked->days_critical;
	long limit = critical ? asked->days_critical : asked->days_warning;
	struct finding *n;
	struct buf *b;

	if (!critical && left >= asked->days_warning)
		return;
	n = judge_add(v, asked, CONDITION_CERT_EXPIRING);
	if (critical && !asked->remapped[CONDITION_CERT_EXPIRING])
		n->state = STATUS_CRITICAL;
	b = &n->message;
	buf_adds(b, "certificate ");
	if (end.issuer != NULL) {
		buf_adds(b, "of ");
		add_outside(b, f, end.issuer);
		buf_adds(b, ", which the server's depends on, ");
	}
	if (left < 0) {
		buf_adds(b, "expired");
	} else {
		buf_adds(b, "expires in ");
		add_days(b, left);
	}
	word_where(b, asked);
	buf_adds(b, ": ");
	word_date(b, end.not_after);
	if (left >= 0)
		buf_addf(b, " (%s below %ld)",
		    critical ? "critical" : "warning", limit);
}

void
judge_certificate(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const struct trust t = trust_judge(&f->tls, asked);
	/* What was found first made us leave. */
	bool ends = f->end == END_COMPLETE && f->smtp != NULL &&
	    f->smtp->outcome == SMTP_SERVER_UNVERIFIED;
	struct finding *n;
	bool expired = false;
	size_t i;

	if (!f->tls.done)
		return;
	for (i = 0; i < t.raised_count; i++) {
		expired = expired || t.raised[i] == CONDITION_CERT_EXPIRED;
		n = ends && i == 0 ? judge_end(v, asked, t.raised[i])
				   : judge_add(v, asked, t.raised[i]);
		writers[t.raised[i]](&n->message, f, asked);
	}
	if (asked->has_days && f->tls.has_certificate && !expired)
		judge_days(v, f, asked);
}
