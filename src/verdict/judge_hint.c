#include <stdio.h>
#include <string.h>

#include "check/trust.h"
#include "net/address.h"
#include "net/tls_pin.h"
#include "verdict/hints.h"
#include "verdict/internal.h"
#include "verdict/wording.h"

static int
add_pin(struct buf *b, const struct facts *f)
{
	char pin[TLS_PIN_TEXT];

	if (!f->tls.has_certificate)
		return buf_adds(b, "--pin");
	tls_pin_text(f->tls.pin, pin);
	return buf_addf(b, "--pin=%s", pin);
}

/* Two ways to trust the server as it is; a pin must be compared first. */
static int
add_ways_to_trust(struct buf *b, const struct facts *f)
{
	return buf_adds(b,
		   "trust its CA with --ca-file=FILE, or its key, "
		   "after comparing it on the server, with ") ||
		add_pin(b, f)
	    ? -1
	    : 0;
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

static int
hint_literal(struct buf *b, const struct facts *f)
{
	const char *name = only_name(&f->tls);

	if (buf_adds(b,
		"the host was given as an address: add "
		"--verify-name=") ||
	    (name != NULL ? word_outside(b, f, name, strlen(name))
			  : buf_adds(b, "NAME")))
		return -1;
	return buf_adds(b, ", or give -H NAME -I ADDRESS");
}

static int
hint_name(struct buf *b, const struct facts *f, const struct settings *asked)
{
	if (asked->host_is_literal)
		return hint_literal(b, f);
	return buf_adds(b,
		   "use the server's own name (-H), say with "
		   "--verify-name=NAME which one it must carry, or, "
		   "after comparing it on the server, ") ||
		add_pin(b, f)
	    ? -1
	    : 0;
}

/* What to do about a server that is not verified, by what is wrong with it. */
static int
hint_certificate(struct buf *b, enum condition c, const struct facts *f,
    const struct settings *asked)
{
	if (c == CONDITION_CERT_UNTRUSTED)
		return add_ways_to_trust(b, f);
	if (c == CONDITION_CERT_NAME)
		return hint_name(b, f, asked);
	if (c == CONDITION_CERT_EXPIRED)
		return buf_adds(b,
		    "renew the certificate on the server; "
		    "--ignore-certificate-expiration logs in "
		    "until then");
	if (c == CONDITION_CERT_NOT_YET_VALID)
		return buf_adds(b,
		    "compare the clocks of this machine and "
		    "of the server's CA");
	return buf_adds(b,
		   "the server has a new key, or this is not "
		   "the server: compare it there before ") ||
		add_pin(b, f)
	    ? -1
	    : 0;
}

static int
hint_held_back(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct trust t = trust_judge(&f->tls, asked);

	if (f->smtp != NULL && f->smtp->secret_needs_tls)
		return buf_adds(b,
		    "use STARTTLS (-S) or implicit TLS (-s); "
		    "--allow-cleartext sends the secret all "
		    "the same");
	return hint_certificate(b, t.fault[0], f, asked) ||
		buf_adds(b,
		    "; --allow-unverified sends the secret all the "
		    "same")
	    ? -1
	    : 0;
}

/* Whether the condition is that a reply refused something. */
static bool
is_refusal(enum condition c, const struct facts *f)
{
	static const struct {
		enum condition condition;
		enum smtp_outcome outcome;
	} refusals[] = {
		{ CONDITION_GREETING, SMTP_GREETING_REFUSED },
		{ CONDITION_EHLO, SMTP_EHLO_REFUSED },
		{ CONDITION_STARTTLS_MISSING, SMTP_STARTTLS_MISSING },
		{ CONDITION_MECHANISM, SMTP_MECHANISM_REFUSED },
		{ CONDITION_AUTH_REJECTED, SMTP_AUTH_REJECTED },
		{ CONDITION_AUTH_TEMPORARY, SMTP_AUTH_TEMPORARY },
		{ CONDITION_SENDER, SMTP_SENDER_REFUSED },
		{ CONDITION_RECIPIENT, SMTP_RECIPIENT_REFUSED },
		{ CONDITION_PROTOCOL, SMTP_PROTOCOL_BROKEN },
	};
	size_t i;

	if (f->end != END_COMPLETE)
		return false;
	for (i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
		if (refusals[i].condition == c)
			return refusals[i].outcome == f->smtp->outcome;
	return false;
}

/* Whose it is shows in the greeting as often as in the name. */
static int
find_row(const struct hint **h, struct hint_query *q, const struct facts *f,
    const struct settings *asked)
{
	struct buf greeting = BUF_INIT((size_t)SMTP_REPLY_MAX * 2);
	int rc = word_reply(&greeting, f, &f->smtp->greeting);

	if (rc == 0) {
		q->host = asked->host;
		q->greeting = buf_str(&greeting);
		*h = hints_find(q);
	}
	buf_free(&greeting);
	return rc;
}

/* Look up the reply that decided.  Returns 0, or -1 without memory. */
static int
find_reply(
    const struct hint **h, const struct facts *f, const struct settings *asked)
{
	const struct smtp_answer *a = &f->smtp->last;
	const struct smtp_reply r = smtp_answer_reply(a);
	struct buf text = BUF_INIT((size_t)SMTP_REPLY_MAX * 2);
	const char *code = "";
	char enhanced[16];
	size_t n = smtp_reply_enhanced(&r, &code);
	int rc = word_reply(&text, f, a);

	snprintf(enhanced, sizeof enhanced, "%.*s", (int)n, code);
	if (rc == 0)
		rc = find_row(h,
		    &(struct hint_query){ .code = a->code,
			.enhanced = enhanced,
			.text = buf_str(&text) },
		    f, asked);
	buf_free(&text);
	return rc;
}

/*
 * What explains a refusal; *h stays NULL where nothing is known.  A
 * challenge's error says why, the reply after it only that.  If the error is
 * unknown, a reply about passwords would put a wrong cause in its place.
 */
static int
explain(
    const struct hint **h, const struct facts *f, const struct settings *asked)
{
	const struct buf *error = &f->smtp->challenge_error;
	struct hint_query q = {
		.code = HINT_CHALLENGE, .enhanced = "", .text = buf_str(error)
	};

	*h = NULL;
	if (error->len > 0 && find_row(h, &q, f, asked) == -1)
		return -1;
	if (*h != NULL)
		return 0;
	if (find_reply(h, f, asked) == -1)
		return -1;
	if (*h != NULL && error->len > 0 &&
	    cause_has((*h)->cause, CAUSE_IS_VAGUE))
		*h = NULL;
	return 0;
}

static int
hint_refusal(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const struct hint *h;

	if (explain(&h, f, asked) == -1)
		return -1;
	if (h == NULL)
		return 0;
	v->cause = h->cause;
	return buf_adds(&v->hint, h->advice);
}

/* Whose reply, if it speaks of a limit, says that nothing was judged. */
static bool
may_be_limit(enum smtp_outcome outcome)
{
	static const bool may[SMTP_OUTCOMES] = {
		[SMTP_GREETING_REFUSED] = true,
		[SMTP_EHLO_REFUSED] = true,
		[SMTP_STARTTLS_MISSING] = true,
		[SMTP_MECHANISM_REFUSED] = true,
		[SMTP_AUTH_REJECTED] = true,
		[SMTP_AUTH_TEMPORARY] = true,
	};

	return may[outcome];
}

int
judge_login(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const struct hint *h;

	v->login = f->smtp != NULL ? f->smtp->login : SMTP_LOGIN_NOT_TRIED;
	if (f->end != END_COMPLETE || f->smtp == NULL ||
	    !may_be_limit(f->smtp->outcome) || f->smtp->last.code < 400)
		return 0;
	if (explain(&h, f, asked) == -1)
		return -1;
	v->rate_limited = h != NULL && cause_has(h->cause, CAUSE_IS_LIMIT);
	if (v->rate_limited && v->login == SMTP_LOGIN_REJECTED)
		v->login = SMTP_LOGIN_UNDECIDED;
	return 0;
}

/* What to do about a condition that needs no reply to be explained. */
static int
hint_condition(struct buf *b, enum condition c, const struct facts *f,
    const struct settings *asked)
{
	if (condition_has(c, CONDITION_IS_CERTIFICATE))
		return hint_certificate(b, c, f, asked);
	if (c == CONDITION_CLEARTEXT_REFUSED)
		return hint_held_back(b, f, asked);
	if (c == CONDITION_STARTTLS_INJECTION)
		return buf_adds(b,
		    "nothing secret was sent; look for a proxy "
		    "or an attacker between this machine and "
		    "the server");
	return 0;
}

int
judge_hint(struct verdict *v, enum condition c, const struct facts *f,
    const struct settings *asked)
{
	int rc;

	if (c == CONDITION_RATE_LIMITED || is_refusal(c, f))
		rc = hint_refusal(v, f, asked);
	else
		rc = hint_condition(&v->hint, c, f, asked);
	if (rc == 0 && v->hint.len == 0)
		rc = judge_mistake(v, c, f, asked);
	return rc == 0 ? judge_secret(v, c, f) : rc;
}
