/* What to do where no mechanism is offered that the login could use. */

#include <string.h>
#include <strings.h>

#include "verdict/internal.h"
#include "verdict/wording.h"

/* What kinds of mechanisms are offered. */
struct offers {
	size_t count;
	bool password;
	bool token;
	bool unbuilt;    /* what this program leaves out on purpose */
	bool disallowed; /* it would do, but -A or --authzid forbids it */
	bool unasked;    /* it would do, but is used by name only */
};

static bool
is_any(const char *name, size_t n, const char *const words[])
{
	for (; *words != NULL; words++)
		if (strlen(*words) == n && strncasecmp(*words, name, n) == 0)
			return true;
	return false;
}

static void
take_offer(
    struct offers *o, const struct settings *asked, const char *name, size_t n)
{
	static const char *const passwords[] = { "PLAIN", "LOGIN", "CRAM-MD5",
		NULL };
	static const char *const tokens[] = { "XOAUTH2", "OAUTHBEARER", NULL };
	static const char *const unbuilt[] = { "NTLM", "GSSAPI", "GSS-SPNEGO",
		"DIGEST-MD5", "KERBEROS_V4", NULL };
	const struct sasl_mech *ours = sasl_find(name, n);
	bool fits = ours != NULL && asked->login && ours->proof == asked->proof;

	o->count++;
	o->password = o->password || is_any(name, n, passwords) ||
	    (n > 6 && strncasecmp(name, "SCRAM-", 6) == 0);
	o->token = o->token || is_any(name, n, tokens);
	o->unbuilt = o->unbuilt || is_any(name, n, unbuilt);
	if (fits && ours->binds_channel && !asked->mechs_named)
		o->unasked = true;
	else
		o->disallowed = o->disallowed || fits;
}

static struct offers
look(const struct smtp_reply *ehlo, const struct settings *asked)
{
	struct offers o = { .count = 0 };
	const char *name;
	size_t pos = 0, n;

	while (smtp_reply_mechanism(ehlo, &pos, &name, &n))
		take_offer(&o, asked, name, n);
	return o;
}

/* AUTH is not offered, but something that leads to it may be. */
static const char *
find_nothing(const struct facts *f, const struct settings *asked,
    const struct smtp_reply *ehlo)
{
	if (!f->tls.done && smtp_reply_offers(ehlo, "STARTTLS"))
		return asked->login
		    ? "the server offers STARTTLS, and perhaps AUTH only "
		      "after it: leave out --no-tls"
		    : "the server offers STARTTLS, and perhaps AUTH only "
		      "after it: use -S";
	if (!f->tls.done)
		return "AUTH is not offered without TLS here: leave out "
		       "--no-tls, or compare the port (-p 587 or 465)";
	return "AUTH is not offered here: it usually is on 587 or 465 (-p), or "
	       "it is switched off on the server for this port or for this "
	       "machine's address";
}

const char *
judge_hint_mechanism(const struct facts *f, const struct settings *asked)
{
	const struct smtp_reply ehlo = smtp_answer_reply(&f->smtp->ehlo);
	const struct offers o = look(&ehlo, asked);

	if (o.count == 0)
		return find_nothing(f, asked, &ehlo);
	if (!asked->login || f->smtp->outcome != SMTP_MECHANISM_MISSING)
		return NULL;
	/* Allowed, but of no use: the message says why. */
	if (f->smtp->passed != NULL)
		return f->smtp->passed_for == SMTP_PASSED_UNBOUND &&
			!f->tls.done
		    ? "use STARTTLS (-S) or implicit TLS (-s), or allow "
		      "another mechanism with -A"
		    : "allow another mechanism with -A";
	if (o.unasked)
		return "the server offers mechanisms that bind the login to "
		       "the TLS connection: allow them with -A strongest";
	if (o.disallowed)
		return "the server offers one that fits, but it is not "
		       "allowed here: leave out -A or --authzid, or allow it";
	if (asked->proof == SASL_PROOF_NONE)
		return "the server offers it only to those that it knows "
		       "already (EXTERNAL: by --client-cert=FILE), or not at "
		       "all: log in with a password or a token";
	if (asked->proof == SASL_PROOF_TOKEN && o.password)
		return "the server takes passwords here and no access "
		       "tokens: --password-from=SOURCE instead of the token";
	if (asked->proof == SASL_PROOF_PASSWORD && o.token && !o.password)
		return "the server takes access tokens only (OAuth 2.0): "
		       "--token-from=SOURCE instead of the password";
	if (o.unbuilt)
		return "not built in: DIGEST-MD5 (historic, RFC 6331), NTLM "
		       "(its maker withdraws it), GSSAPI: let the server offer "
		       "PLAIN within TLS";
	return NULL;
}
