/* What is wrong with the server's certificate, and how long it will last. */

#include <string.h>
#include <strings.h>

#include "base/span.h"
#include "check/trust.h"
#include "net/address.h"
#include "net/tls_pin.h"
#include "verdict/internal.h"
#include "verdict/wording.h"

enum { NAME_SHOWN_MAX = 255 };

static void
add_outside(struct buf *b, const struct facts *f, const char *text)
{
	word_outside(b, f, text, strlen(text));
}

/* It is the server's, and what it prevents is the login. */
static void
add_event(struct buf *b, const struct settings *asked, const char *what)
{
	buf_adds(b, what);
	word_at(b, asked);
}

/* "TEXT \"NAME\"TEXT": a name of the peer's in our words. */
static void
add_quoted(struct buf *b, const struct facts *f, const char *before,
    const char *name, const char *behind)
{
	buf_adds(b, before);
	buf_addc(b, '"');
	add_outside(b, f, name);
	buf_addc(b, '"');
	buf_adds(b, behind);
}

/* Where there should be roots. */
static void
add_roots(struct buf *b, const struct facts *f)
{
	static const char *const words[] = {
		[TLS_ROOTS_NONE] = "this machine has no roots",
		[TLS_ROOTS_EMPTY] = "no certificate",
		[TLS_ROOTS_UNHASHED] = "no certificate under a hashed name",
	};

	if (f->tls.roots_error[0] != '\0')
		buf_addf(b, "; no roots from %s", f->tls.roots_error);
	else if (f->tls.roots != TLS_ROOTS_FINE)
		buf_addf(
		    b, "; %s in %s", words[f->tls.roots], f->tls.roots_folder);
}

static void
write_untrusted(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct tls_fault *t =
	    trust_fault(&f->tls, asked, TLS_FAULT_UNTRUSTED);
	enum tls_why why;

	add_event(b, asked, "certificate not trusted");
	buf_adds(b, ": ");
	if (t == NULL) {
		buf_adds(b, "the server sent none");
		return;
	}
	why = tls_fault_why(t);
	if (why == TLS_WHY_SELF_SIGNED) {
		add_quoted(b, f, "self-signed certificate ", t->subject, "");
	} else if (why == TLS_WHY_ROOT) {
		add_quoted(b, f, "its root ", t->subject, " is unknown here");
	} else if (why == TLS_WHY_NO_ISSUER && f->tls.chain_count == 1) {
		add_quoted(b, f, "the server sent ", t->subject, " alone");
		add_quoted(b, f, ", without its issuer ", t->issuer, "");
	} else if (why == TLS_WHY_NO_ISSUER) {
		add_quoted(b, f, "unknown issuer ", t->issuer, "");
		add_quoted(b, f, " of ", t->subject, "");
	} else {
		buf_addf(b, "%s ", tls_fault_text(t));
		add_quoted(b, f, "(certificate of ", t->subject, ")");
	}
	add_roots(b, f);
}

/* An address that stands there as a name is not what was asked for. */
static bool
is_address_as_name(const char *name, const char *wanted)
{
	struct address a, w;

	return address_parse(&a, name, 0) && address_parse(&w, wanted, 0) &&
	    address_equal(&a, &w);
}

static void
list_names(struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct tls_facts *t = &f->tls;
	size_t i;

	buf_adds(b, ": it names ");
	if (t->name_count == 0)
		buf_adds(b, "no host");
	for (i = 0; i < t->name_count; i++) {
		if (i > 0)
			buf_adds(b, ", ");
		add_outside(b, f, t->names[i]);
		if (is_address_as_name(t->names[i], asked->verify_name))
			buf_adds(b, " (as a DNS name, not as an address)");
	}
	if (t->name_total > t->name_count)
		buf_addf(b, " and %zu more", t->name_total - t->name_count);
}

static void
write_name(struct buf *b, const struct facts *f, const struct settings *asked)
{
	struct buf what = BUF_INIT(NAME_SHOWN_MAX * 2);

	buf_adds(&what, "certificate does not name ");
	if (strcasecmp(asked->verify_name, asked->host) == 0)
		buf_adds(&what, "the host");
	else
		word_cut(&what, asked->verify_name, NAME_SHOWN_MAX);
	add_event(b, asked, buf_str(&what));
	b->failed = b->failed || what.failed;
	buf_free(&what);
	if (!f->tls.has_certificate)
		buf_adds(b, ": the server sent none");
	else if (!f->tls.has_san)
		buf_adds(b, ": it has no subjectAltName");
	else
		list_names(b, f, asked);
}

/* Whose certificate a fault of its dates is in: the issuers' need not be. */
static void
add_dated(struct buf *b, const struct facts *f, const struct settings *asked,
    const struct tls_fault *t, const char *what)
{
	add_event(b, asked, what);
	buf_adds(b, ": ");
	add_outside(b, f, t->subject);
	if (t->depth > 0)
		buf_adds(b,
		    t->depth >= f->tls.from_store_at
			? " (an issuer, from the roots here)"
			: " (an issuer, sent by the server)");
}

static void
write_expired(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct tls_fault *t =
	    trust_fault(&f->tls, asked, TLS_FAULT_EXPIRED);

	add_dated(b, f, asked, t, "certificate expired");
	buf_adds(b, ", since ");
	word_date(b, t->when);
	buf_adds(b, " (");
	span_add(b, f->now_unix - t->when);
	buf_adds(b, " ago)");
}

static void
write_not_yet_valid(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct tls_fault *t =
	    trust_fault(&f->tls, asked, TLS_FAULT_NOT_YET_VALID);

	add_dated(b, f, asked, t, "certificate not yet valid");
	buf_adds(b, ", from ");
	word_date(b, t->when);
}

static void
write_pin(struct buf *b, const struct facts *f, const struct settings *asked)
{
	char pin[TLS_PIN_TEXT];

	add_event(b, asked, "certificate has another key than pinned");
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
		word_days(b, left);
	}
	word_where_login(b, asked, v->login);
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
