#include <string.h>

#include "check/trust.h"
#include "net/tls_pin.h"
#include "verdict/internal.h"
#include "verdict/wording.h"

static int
add_where(struct buf *b, const struct settings *asked, const char *what)
{
	return buf_adds(b, what) || word_where(b, asked) || buf_adds(b, ": ")
	    ? -1
	    : 0;
}

static int
add_outside(struct buf *b, const struct facts *f, const char *text)
{
	return word_outside(b, f, text, strlen(text));
}

static int
write_untrusted(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct tls_fault *t =
	    trust_fault(&f->tls, asked, TLS_FAULT_UNTRUSTED);

	if (add_where(b, asked, "certificate not trusted"))
		return -1;
	if (t == NULL)
		return buf_adds(b, "the server sent none");
	if (buf_addf(b, "%s (certificate of ", tls_fault_text(t)) ||
	    add_outside(b, f, t->subject) || buf_addc(b, ')'))
		return -1;
	return f->tls.roots_error[0] != '\0'
	    ? buf_addf(b, "; no roots from %s", f->tls.roots_error)
	    : 0;
}

static int
write_name(struct buf *b, const struct facts *f, const struct settings *asked)
{
	size_t i;

	if (buf_addf(
		b, "certificate does not name %.255s", asked->verify_name) ||
	    add_where(b, asked, ""))
		return -1;
	if (!f->tls.has_certificate)
		return buf_adds(b, "the server sent none");
	if (!f->tls.has_san)
		return buf_adds(b, "it has no subjectAltName");
	if (buf_adds(b, "it names "))
		return -1;
	if (f->tls.name_count == 0)
		return buf_adds(b, "no host");
	for (i = 0; i < f->tls.name_count; i++)
		if ((i > 0 && buf_adds(b, ", ")) ||
		    add_outside(b, f, f->tls.names[i]))
			return -1;
	return 0;
}

static int
write_expired(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct tls_fault *t =
	    trust_fault(&f->tls, asked, TLS_FAULT_EXPIRED);
	int64_t days = (f->now_unix - t->when) / 86400;

	return add_where(b, asked, "certificate expired") ||
		add_outside(b, f, t->subject) || buf_adds(b, ", since ") ||
		word_date(b, t->when) ||
		buf_addf(b, " (%lld day%s ago)", (long long)days,
		    days == 1 ? "" : "s")
	    ? -1
	    : 0;
}

static int
write_not_yet_valid(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct tls_fault *t =
	    trust_fault(&f->tls, asked, TLS_FAULT_NOT_YET_VALID);

	return add_where(b, asked, "certificate not yet valid") ||
		add_outside(b, f, t->subject) || buf_adds(b, ", from ") ||
		word_date(b, t->when)
	    ? -1
	    : 0;
}

static int
write_pin(struct buf *b, const struct facts *f, const struct settings *asked)
{
	char pin[TLS_PIN_TEXT];

	if (add_where(b, asked, "certificate has another key than pinned"))
		return -1;
	if (!f->tls.has_certificate)
		return buf_adds(b, "the server sent none");
	tls_pin_text(f->tls.pin, pin);
	return buf_adds(b, pin);
}

static int
write_fault(struct buf *b, enum condition c, const struct facts *f,
    const struct settings *asked)
{
	if (c == CONDITION_CERT_UNTRUSTED)
		return write_untrusted(b, f, asked);
	if (c == CONDITION_CERT_NAME)
		return write_name(b, f, asked);
	if (c == CONDITION_CERT_EXPIRED)
		return write_expired(b, f, asked);
	if (c == CONDITION_CERT_NOT_YET_VALID)
		return write_not_yet_valid(b, f, asked);
	return write_pin(b, f, asked);
}

/* -D: the days of validity that are left. */
static int
judge_days(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	int64_t left = trust_days_left(&f->tls, f->now_unix);
	bool critical =
	    asked->days_critical >= 0 && left < asked->days_critical;
	long limit = critical ? asked->days_critical : asked->days_warning;
	struct finding *n;
	struct buf *b;

	if (!critical && left >= asked->days_warning)
		return 0;
	n = judge_add(v, asked, CONDITION_CERT_EXPIRING);
	if (n == NULL)
		return 0;
	if (critical && !asked->remapped[CONDITION_CERT_EXPIRING])
		n->state = STATUS_CRITICAL;
	b = &n->message;
	if (left < 0)
		return buf_adds(b, "certificate expired") ||
			word_where(b, asked) || buf_adds(b, ": ") ||
			word_date(b, f->tls.not_after)
		    ? -1
		    : 0;
	return buf_addf(b, "certificate expires in %lld day%s", (long long)left,
		   left == 1 ? "" : "s") ||
		word_where(b, asked) || buf_adds(b, ": ") ||
		word_date(b, f->tls.not_after) ||
		buf_addf(b, " (%s below %ld)",
		    critical ? "critical" : "warning", limit)
	    ? -1
	    : 0;
}

int
judge_certificate(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const struct trust t = trust_judge(&f->tls, asked);
	struct finding *n;
	bool expired = false;
	size_t i;

	if (!f->tls.done)
		return 0;
	for (i = 0; i < t.raised_count; i++) {
		expired = expired || t.raised[i] == CONDITION_CERT_EXPIRED;
		n = judge_add(v, asked, t.raised[i]);
		if (n != NULL &&
		    write_fault(&n->message, t.raised[i], f, asked) == -1)
			return -1;
	}
	if (asked->has_days && f->tls.has_certificate && !expired)
		return judge_days(v, f, asked);
	return 0;
}
