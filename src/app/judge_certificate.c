#include <string.h>

#include "app/judge.h"
#include "app/trust.h"
#include "app/wording.h"
#include "net/tls_pin.h"

static int
add_where(struct buf *b, const struct options *o, const char *what)
{
	return buf_adds(b, what) || word_where(b, o) || buf_adds(b, ": ") ? -1
									  : 0;
}

static int
add_outside(struct buf *b, const struct facts *f, const char *text)
{
	return word_outside(b, f, text, strlen(text));
}

static int
write_untrusted(struct buf *b, const struct facts *f, const struct options *o)
{
	const struct tls_fault *t =
	    trust_fault(&f->tls, o, TLS_FAULT_UNTRUSTED);

	if (add_where(b, o, "certificate not trusted"))
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
write_name(struct buf *b, const struct facts *f, const struct options *o)
{
	size_t i;

	if (buf_addf(b, "certificate does not name %.255s", o->verify_name) ||
	    add_where(b, o, ""))
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
write_expired(struct buf *b, const struct facts *f, const struct options *o)
{
	const struct tls_fault *t = trust_fault(&f->tls, o, TLS_FAULT_EXPIRED);
	int64_t days = (f->now_unix - t->when) / 86400;

	return add_where(b, o, "certificate expired") ||
		add_outside(b, f, t->subject) || buf_adds(b, ", since ") ||
		word_date(b, t->when) ||
		buf_addf(b, " (%lld day%s ago)", (long long)days,
		    days == 1 ? "" : "s")
	    ? -1
	    : 0;
}

static int
write_not_yet_valid(
    struct buf *b, const struct facts *f, const struct options *o)
{
	const struct tls_fault *t =
	    trust_fault(&f->tls, o, TLS_FAULT_NOT_YET_VALID);

	return add_where(b, o, "certificate not yet valid") ||
		add_outside(b, f, t->subject) || buf_adds(b, ", from ") ||
		word_date(b, t->when)
	    ? -1
	    : 0;
}

static int
write_pin(struct buf *b, const struct facts *f, const struct options *o)
{
	char pin[TLS_PIN_TEXT];

	if (add_where(b, o, "certificate has another key than pinned"))
		return -1;
	if (!f->tls.has_certificate)
		return buf_adds(b, "the server sent none");
	tls_pin_text(f->tls.pin, pin);
	return buf_adds(b, pin);
}

static int
write_fault(struct buf *b, enum condition c, const struct facts *f,
    const struct options *o)
{
	if (c == CONDITION_CERT_UNTRUSTED)
		return write_untrusted(b, f, o);
	if (c == CONDITION_CERT_NAME)
		return write_name(b, f, o);
	if (c == CONDITION_CERT_EXPIRED)
		return write_expired(b, f, o);
	if (c == CONDITION_CERT_NOT_YET_VALID)
		return write_not_yet_valid(b, f, o);
	return write_pin(b, f, o);
}

/* -D: the days of validity that are left. */
static int
judge_days(struct verdict *v, const struct facts *f, const struct options *o)
{
	int64_t left = trust_days_left(&f->tls, f->now_unix);
	bool critical = o->days_critical >= 0 && left < o->days_critical;
	long limit = critical ? o->days_critical : o->days_warning;
	struct finding *n;
	struct buf *b;

	if (!critical && left >= o->days_warning)
		return 0;
	n = judge_add(v, o, CONDITION_CERT_EXPIRING);
	if (n == NULL)
		return 0;
	if (critical && !o->remapped[CONDITION_CERT_EXPIRING])
		n->state = STATUS_CRITICAL;
	b = &n->message;
	if (left < 0)
		return buf_adds(b, "certificate expired") || word_where(b, o) ||
			buf_adds(b, ": ") || word_date(b, f->tls.not_after)
		    ? -1
		    : 0;
	return buf_addf(b, "certificate expires in %lld day%s", (long long)left,
		   left == 1 ? "" : "s") ||
		word_where(b, o) || buf_adds(b, ": ") ||
		word_date(b, f->tls.not_after) ||
		buf_addf(b, " (%s below %ld)",
		    critical ? "critical" : "warning", limit)
	    ? -1
	    : 0;
}

int
judge_certificate(
    struct verdict *v, const struct facts *f, const struct options *o)
{
	const struct trust t = trust_judge(&f->tls, o);
	struct finding *n;
	bool expired = false;
	size_t i;

	if (!f->tls.done)
		return 0;
	for (i = 0; i < t.raised_count; i++) {
		expired = expired || t.raised[i] == CONDITION_CERT_EXPIRED;
		n = judge_add(v, o, t.raised[i]);
		if (n != NULL &&
		    write_fault(&n->message, t.raised[i], f, o) == -1)
			return -1;
	}
	if (o->has_days && f->tls.has_certificate && !expired)
		return judge_days(v, f, o);
	return 0;
}
