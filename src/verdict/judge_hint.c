/* What to do about the condition that decided. */

#include <string.h>

#include "check/trust.h"
#include "verdict/hints.h"
#include "verdict/internal.h"
#include "verdict/outcome.h"
#include "verdict/wording.h"

static void
hint_injection(struct buf *b)
{
	buf_adds(b,
	    "nothing secret was sent; look for a proxy or an attacker between "
	    "this machine and the server");
}

static void
hint_unproven(struct buf *b)
{
	buf_adds(b,
	    "whoever answers does not have this account's password: an "
	    "impostor, or a server that takes any; look at certificate and "
	    "address before the password is used there again");
}

static void
hint_changed(struct buf *b)
{
	buf_adds(b,
	    "if that was meant to be, run this check once with "
	    "--accept-changes");
}

/* By what is wrong with the connection, or first with the server. */
static void
hint_held_back(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct trust t = trust_judge(&f->tls, asked);

	if (f->smtp != NULL && f->smtp->secret_needs_tls) {
		buf_adds(b,
		    "leave out --no-tls, for TLS protects the secret; "
		    "--allow-cleartext sends it all the same");
		return;
	}
	if (t.fault_count > 0) {
		judge_hint_certificate(b, t.fault[0], f, asked);
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
		(f->end == END_TLS ? c == CONDITION_TLS
				   : c == outcome_condition(f->smtp->outcome)));
}

/*
 * What a row advises about TLS depends on what there is: with a login it is
 * --no-tls alone that leaves it out.
 */
static const char *
fit_advice(
    const struct hint *row, const struct facts *f, const struct settings *asked)
{
	if (row->cause != CAUSE_ENCRYPTION || row->code == HINT_SIGN ||
	    f->end != END_COMPLETE || f->smtp->outcome == SMTP_STARTTLS_MISSING)
		return row->advice;
	if (!f->tls.done && asked->login)
		return "the server wants TLS before that: leave out --no-tls";
	if (f->tls.done && (row->code >= 500 || row->code == HINT_LOGIN))
		return "the server does not see the TLS that is there: "
		       "something between it and this machine ends it";
	return row->advice;
}

void
judge_hint(struct verdict *v, enum condition c, const struct facts *f,
    const struct settings *asked)
{
	if (is_explained(v, c, f)) {
		v->cause = v->row->cause;
		buf_adds(&v->hint, fit_advice(v->row, f, asked));
	} else if (c == CONDITION_CLEARTEXT_REFUSED) {
		hint_held_back(&v->hint, f, asked);
	} else if (c == CONDITION_STARTTLS_INJECTION) {
		hint_injection(&v->hint);
	} else if (c == CONDITION_SERVER_PROOF) {
		hint_unproven(&v->hint);
	} else if (c == CONDITION_CHANGED) {
		hint_changed(&v->hint);
	} else {
		judge_hint_certificate(&v->hint, c, f, asked);
	}
	if (v->hint.len == 0 && f->end == END_ERROR)
		word_outside(&v->hint, f, f->remedy, strlen(f->remedy));
	if (v->hint.len == 0)
		judge_mistake(v, c, f, asked);
	judge_secret(v, c, f);
}
