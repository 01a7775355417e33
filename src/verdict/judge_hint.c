/* What to do about the condition that decided. */

#include <string.h>

#include "check/trust.h"
#include "net/address.h"
#include "net/tls_pin.h"
#include "verdict/hints.h"
#include "verdict/internal.h"
#include "verdict/outcome.h"
#include "verdict/wording.h"

static void
add_pin(struct buf *b, const struct facts *f)
{
	char pin[TLS_PIN_TEXT];

	buf_adds(b, "--pin");
	if (!f->tls.has_certificate)
		return;
	tls_pin_text(f->tls.pin, pin);
	buf_addf(b, "=%s", pin);
}

/* Two ways to trust the server as it is; a pin must be compared first. */
static void
hint_untrusted(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	(void)asked;
	buf_adds(b,
	    "trust its CA with --ca-file=FILE, or its key, after comparing it "
	    "on the server, with ");
	add_pin(b, f);
}

/*
 * The one name that the certificate can be asked for, fit to be copied into a
 * command; NULL if there is none.
 */
static const char *
only_name(const struct tls_facts *t)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
	const char *name = t->names[0];
	struct address a;

	if (t->name_count != 1 || name[strspn(name, letters)] != '\0' ||
	    name[0] == '-' || name[0] == '\0' || address_parse(&a, name, 0))
		return NULL;
	return name;
}

static void
hint_literal(struct buf *b, const struct facts *f)
{
	const char *name = only_name(&f->tls);

	buf_adds(b, "the host was given as an address: add --verify-name=");
	if (name != NULL)
		word_outside(b, f, name, strlen(name));
	else
		buf_adds(b, "NAME");
	buf_adds(b, ", or give -H NAME -I ADDRESS");
}

static void
hint_name(struct buf *b, const struct facts *f, const struct settings *asked)
{
	if (asked->host_is_literal) {
		hint_literal(b, f);
		return;
	}
	buf_adds(b,
	    "use the server's own name (-H), say with --verify-name=NAME which "
	    "one it must carry, or, after comparing it on the server, ");
	add_pin(b, f);
}

static void
hint_expired(struct buf *b, const struct facts *f, const struct settings *asked)
{
	(void)f;
	(void)asked;
	buf_adds(b,
	    "renew the certificate on the server; "
	    "--ignore-certificate-expiration logs in until then");
}

static void
hint_not_yet_valid(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	(void)f;
	(void)asked;
	buf_adds(
	    b, "compare the clocks of this machine and of the server's CA");
}

static void
hint_pin(struct buf *b, const struct facts *f, const struct settings *asked)
{
	(void)asked;
	buf_adds(b,
	    "the server has a new key, or this is not the server: compare it "
	    "there before ");
	add_pin(b, f);
}

static void
hint_injection(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	(void)f;
	(void)asked;
	buf_adds(b,
	    "nothing secret was sent; look for a proxy or an attacker between "
	    "this machine and the server");
}

static void
hint_unproven(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	(void)f;
	(void)asked;
	buf_adds(b,
	    "whoever answers does not have this account's password: an "
	    "impostor, or a server that takes any; look at certificate and "
	    "address before the password is used there again");
}

static void
hint_changed(struct buf *b, const struct facts *f, const struct settings *asked)
{
	(void)f;
	(void)asked;
	buf_adds(b,
	    "if that was meant to be, run this check once with "
	    "--accept-changes");
}

typedef void hint_fn(
    struct buf *b, const struct facts *f, const struct settings *asked);

/* What to do about a condition that needs no reply to be explained. */
static hint_fn *const hints[CONDITIONS] = {
	[CONDITION_CHANGED] = hint_changed,
	[CONDITION_STARTTLS_INJECTION] = hint_injection,
	[CONDITION_SERVER_PROOF] = hint_unproven,
	[CONDITION_CERT_UNTRUSTED] = hint_untrusted,
	[CONDITION_CERT_NAME] = hint_name,
	[CONDITION_CERT_EXPIRED] = hint_expired,
	[CONDITION_CERT_NOT_YET_VALID] = hint_not_yet_valid,
	[CONDITION_CERT_PIN] = hint_pin,
};

/* By what is wrong with the connection, or first with the server. */
static void
hint_held_back(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct trust t = trust_judge(&f->tls, asked);

	if (f->smtp != NULL && f->smtp->secret_needs_tls) {
		buf_adds(b,
		    "use STARTTLS (-S) or implicit TLS (-s); "
		    "--allow-cleartext sends the secret all the same");
		return;
	}
	if (t.fault_count > 0) {
		hints[t.fault[0]](b, f, asked);
		buf_adds(b, "; ");
	}
	buf_adds(b, "--allow-unverified sends the secret all the same");
}

/* Whether the condition is that a reply refused something, and why is known. */
static bool
is_explained(const struct verdict *v, enum condition c, const struct facts *f)
{
	return v->row != NULL &&
	    (c == CONDITION_RATE_LIMITED ||
		c == outcome_condition(f->smtp->outcome));
}

void
judge_hint(struct verdict *v, enum condition c, const struct facts *f,
    const struct settings *asked)
{
	if (is_explained(v, c, f)) {
		v->cause = v->row->cause;
		buf_adds(&v->hint, v->row->advice);
	} else if (c == CONDITION_CLEARTEXT_REFUSED) {
		hint_held_back(&v->hint, f, asked);
	} else if (hints[c] != NULL) {
		hints[c](&v->hint, f, asked);
	}
	if (v->hint.len == 0)
		judge_mistake(v, c, f, asked);
	judge_secret(v, c, f);
}
