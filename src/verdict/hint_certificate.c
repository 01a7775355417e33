/* What to do about the server's certificate. */

#include <string.h>

#include "check/trust.h"
#include "net/address.h"
#include "net/tls_pin.h"
#include "verdict/internal.h"
#include "verdict/wording.h"

static void
add_outside(struct buf *b, const struct facts *f, const char *text)
{
	word_outside(b, f, text, strlen(text));
}

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

/* A pin stands in for chain and name, but never for the dates. */
static bool
may_be_pinned(const struct facts *f)
{
	return f->tls.has_certificate &&
	    f->tls.leaf[TLS_FAULT_EXPIRED].error == 0 &&
	    f->tls.leaf[TLS_FAULT_NOT_YET_VALID].error == 0;
}

/* BEFORE + "its key, after ...": the way that does without the chain. */
static void
add_pinning(struct buf *b, const struct facts *f, const char *before)
{
	if (!may_be_pinned(f))
		return;
	buf_adds(b, before);
	buf_adds(b, "its key, after comparing it on the server, with ");
	add_pin(b, f);
}

/* Roots that are not there: nothing else is worth mending first. */
static bool
hint_roots(struct buf *b, const struct facts *f)
{
	const struct tls_facts *t = &f->tls;

	if (t->roots == TLS_ROOTS_NONE)
		buf_adds(b,
		    "install this machine's roots (the package "
		    "ca-certificates; SSL_CERT_FILE and SSL_CERT_DIR say where "
		    "they are, if set), or give some with --ca-file=FILE");
	else if (t->roots_error[0] != '\0')
		buf_adds(b, "mend the file of roots that was given");
	else if (t->roots == TLS_ROOTS_EMPTY)
		buf_adds(b,
		    "put the roots into the folder of --ca-path and run "
		    "\"openssl rehash\" on it");
	else if (t->roots == TLS_ROOTS_UNHASHED)
		buf_addf(b,
		    "run \"openssl rehash %s\", and again after each "
		    "change there",
		    t->roots_folder);
	return t->roots_error[0] != '\0' || t->roots != TLS_ROOTS_FINE;
}

/* The commonest fault of a server, or a CA that is not known here. */
static void
hint_no_issuer(struct buf *b, const struct facts *f, const struct tls_fault *t)
{
	if (f->tls.chain_count == 1) {
		buf_adds(b, "the server must send its intermediate, \"");
		add_outside(b, f, t->issuer);
		buf_adds(b,
		    "\", with its certificate (the full chain): mend it there; "
		    "if that is a CA of your own, trust it with "
		    "--ca-file=FILE");
	} else {
		buf_adds(b, "trust the CA \"");
		add_outside(b, f, t->issuer);
		buf_adds(b,
		    "\" with --ca-file=FILE, or, if it is an intermediate, "
		    "let the server send it");
	}
	add_pinning(b, f, "; or trust ");
}

/* A certificate that has to be made anew; t says whose. */
static void
hint_reissue(struct buf *b, const struct facts *f, const struct tls_fault *t)
{
	static const char *const how[] = {
		[TLS_WHY_OTHER] = "",
		[TLS_WHY_WEAK] = ", with a longer key (RSA 2048, P-256) and a "
				 "signature with SHA-256",
		[TLS_WHY_PURPOSE] = ", for servers (extended key usage "
				    "serverAuth)",
		[TLS_WHY_NAMES] = ", by a CA that may issue for these names "
				  "(its name constraints forbid them)",
		[TLS_WHY_NO_CA] = ", by a CA that may issue certificates "
				  "(basic constraints, key usage)",
	};
	enum tls_why why = tls_fault_why(t);

	buf_adds(b, "have the certificate of \"");
	add_outside(b, f,
	    why == TLS_WHY_NO_CA && f->tls.chain_count > 0
		? f->tls.chain[0].subject
		: t->subject);
	buf_addf(b, "\" issued anew%s", how[why]);
	add_pinning(b, f, "; until then trust ");
}

static void
hint_untrusted(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct tls_fault *t =
	    trust_fault(&f->tls, asked, TLS_FAULT_UNTRUSTED);
	enum tls_why why;

	if (t == NULL) {
		buf_adds(b,
		    "the server needs a certificate: see its TLS set-up and "
		    "its log");
		return;
	}
	why = tls_fault_why(t);
	if (why != TLS_WHY_NO_ISSUER && why != TLS_WHY_SELF_SIGNED &&
	    why != TLS_WHY_ROOT) {
		hint_reissue(b, f, t);
		return;
	}
	if (hint_roots(b, f))
		return;
	if (why == TLS_WHY_NO_ISSUER) {
		hint_no_issuer(b, f, t);
		return;
	}
	if (why == TLS_WHY_SELF_SIGNED) {
		buf_adds(b, "trust the certificate itself with --ca-file=FILE");
	} else {
		buf_adds(b, "if the CA \"");
		add_outside(b, f, t->subject);
		buf_adds(b, "\" is yours, trust it with --ca-file=FILE");
	}
	add_pinning(b, f, ", or ");
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

/* Whether the wanted address stands there as a DNS name. */
static bool
names_address(const struct tls_facts *t, const struct settings *asked)
{
	struct address a, wanted;
	size_t i;

	if (!address_parse(&wanted, asked->verify_name, 0))
		return false;
	for (i = 0; i < t->name_count; i++)
		if (address_parse(&a, t->names[i], 0) &&
		    address_equal(&a, &wanted))
			return true;
	return false;
}

static void
hint_literal(struct buf *b, const struct facts *f, const struct settings *asked)
{
	const char *name = only_name(&f->tls);

	if (names_address(&f->tls, asked)) {
		buf_adds(b,
		    "the address stands in the certificate as a DNS name: "
		    "have it issued anew with an IP entry, or give -H NAME -I "
		    "ADDRESS with a name that it has");
		return;
	}
	buf_adds(b, "the host was given as an address: add --verify-name=");
	add_outside(b, f, name != NULL ? name : "NAME");
	buf_adds(b, ", or give -H NAME -I ADDRESS");
}

static void
hint_name(struct buf *b, const struct facts *f, const struct settings *asked)
{
	if (!f->tls.has_certificate) {
		hint_untrusted(b, f, asked);
	} else if (!f->tls.has_san) {
		buf_adds(b,
		    "no name that could be given here helps: have the "
		    "certificate issued anew with a subjectAltName (RFC 9525)");
		add_pinning(b, f, "; until then trust ");
	} else if (asked->host_is_literal) {
		hint_literal(b, f, asked);
	} else {
		buf_adds(b,
		    "use the server's own name (-H), or say with "
		    "--verify-name=NAME which one it must carry");
		add_pinning(b, f, "; or trust ");
	}
}

static void
hint_expired(struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct tls_fault *t =
	    trust_fault(&f->tls, asked, TLS_FAULT_EXPIRED);

	if (t == NULL || t->depth == 0)
		buf_adds(b,
		    "renew the certificate on the server, and make it load "
		    "the new one");
	else if (t->depth >= f->tls.from_store_at)
		buf_adds(b,
		    "renew the roots on this machine (update-ca-certificates, "
		    "or the file of --ca-file), or let the server send a "
		    "chain to another root");
	else
		buf_adds(b,
		    "let the server send its CA's present intermediate "
		    "instead of the old one: renew the chain there");
	buf_adds(b, "; --ignore-certificate-expiration logs in until then");
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

typedef void hint_fn(
    struct buf *b, const struct facts *f, const struct settings *asked);

/* What to do about a condition of the certificate. */
static hint_fn *const hints[CONDITIONS] = {
	[CONDITION_CERT_UNTRUSTED] = hint_untrusted,
	[CONDITION_CERT_NAME] = hint_name,
	[CONDITION_CERT_EXPIRED] = hint_expired,
	[CONDITION_CERT_NOT_YET_VALID] = hint_not_yet_valid,
	[CONDITION_CERT_PIN] = hint_pin,
};

void
judge_hint_certificate(struct buf *b, enum condition c, const struct facts *f,
    const struct settings *asked)
{
	if (c < CONDITIONS && hints[c] != NULL)
		hints[c](b, f, asked);
}
