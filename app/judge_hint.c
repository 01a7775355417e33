#include "app/judge.h"

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
	return buf_adds(b, "trust its CA with --ca-file=FILE, or its key, "
			   "after comparing it on the server, with ") ||
		add_pin(b, f)
	    ? -1
	    : 0;
}

static int
hint_name(struct buf *b, const struct facts *f, const struct options *o)
{
	if (o->host_is_literal)
		return buf_adds(b, "the host was given as an address: add "
				   "--verify-name=NAME, or give -H NAME -I "
				   "ADDRESS");
	return buf_adds(b, "use the server's own name (-H), say with "
			   "--verify-name=NAME which one it must carry, or, "
			   "after comparing it on the server, ") ||
		add_pin(b, f)
	    ? -1
	    : 0;
}

static int
hint_held_back(struct buf *b, const struct facts *f)
{
	if (f->smtp != NULL && f->smtp->secret_needs_tls)
		return buf_adds(b, "use STARTTLS (-S) or implicit TLS (-s); "
				   "--allow-cleartext sends the secret all "
				   "the same");
	return add_ways_to_trust(b, f) ||
		buf_adds(b, "; --allow-unverified sends the secret all the "
			    "same")
	    ? -1
	    : 0;
}

int
judge_hint(struct buf *b, enum condition c, const struct facts *f,
    const struct options *o)
{
	if (c == CONDITION_CERT_UNTRUSTED)
		return add_ways_to_trust(b, f);
	if (c == CONDITION_CERT_NAME)
		return hint_name(b, f, o);
	if (c == CONDITION_CERT_EXPIRED)
		return buf_adds(b, "renew the certificate on the server; "
				   "--ignore-certificate-expiration logs in "
				   "until then");
	if (c == CONDITION_CERT_NOT_YET_VALID)
		return buf_adds(b, "compare the clocks of this machine and "
				   "of the server's CA");
	if (c == CONDITION_CERT_PIN)
		return buf_adds(b, "the server has a new key, or this is not "
				   "the server: compare it there before ") ||
			add_pin(b, f)
		    ? -1
		    : 0;
	if (c == CONDITION_CLEARTEXT_REFUSED)
		return hint_held_back(b, f);
	if (c == CONDITION_STARTTLS_INJECTION)
		return buf_adds(b, "nothing secret was sent; look for a proxy "
				   "or an attacker between this machine and "
				   "the server");
	return 0;
}
