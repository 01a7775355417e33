/* Common mistakes, known by their looks. */

#include "verdict/internal.h"
#include "verdict/symptom.h"
#include "verdict/wording.h"

/* Add what to do, and say what kind of trouble it is. */
static void
advise(struct verdict *v, enum cause cause, const char *advice)
{
	v->cause = cause;
	buf_adds(&v->hint, advice);
}

/* Another protocol than SMTP is spoken. */
static void
name_protocol(struct verdict *v, const struct facts *f)
{
	const char *name = symptom_protocol(f);

	if (name == NULL)
		return;
	v->cause = CAUSE_PROTOCOL;
	buf_addf(&v->hint,
	    "this is %s: compare host and port (-p); mail is "
	    "submitted on 587 or 465",
	    name);
}

/* -s where the server waits for no handshake, or wants none now. */
static void
name_plaintext(struct verdict *v, const struct facts *f)
{
	if (!symptom_is_smtp(f->plaintext))
		name_protocol(v, f);
	else if (f->plaintext[0] == '2')
		advise(v, CAUSE_ENCRYPTION,
		    "the server speaks plain SMTP on this port: use -S "
		    "(STARTTLS) instead of -s");
	else
		advise(v, CAUSE_UNKNOWN,
		    "the server turned us away before TLS, as Exim does when "
		    "it has too many connections");
}

static void
name_silence(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	if (f->tls.done)
		return;
	/* What is known to take its time, where nobody expects TLS at once. */
	if (asked->port == 25 || asked->port == 587)
		advise(v, CAUSE_UNKNOWN,
		    "no greeting yet: some servers look up the client's name "
		    "first, or make it wait on purpose (postscreen, "
		    "greet_pause): raise -t");
	else
		advise(v, CAUSE_ENCRYPTION,
		    "no greeting: if the server speaks TLS from the first byte "
		    "on this port (as on 465), use -s");
}

static void
name_timeout(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	if (f->hung_in != NULL)
		return;
	if (f->reached == PHASE_GREETING)
		name_silence(v, f, asked);
	else if (f->smtp != NULL && f->smtp->working)
		buf_addf(&v->hint,
		    "%s asks for %lu iterations here, more than there is time "
		    "for: lower them on the server, or raise -t",
		    f->smtp->mech->name, f->smtp->iterations);
	else if (f->reached == PHASE_AUTH)
		advise(v, CAUSE_UNKNOWN,
		    "servers delay their answer after failed log-ins, also of "
		    "others from this address: raise -t");
}

/* Measured of Courier, and of Postfix in front of Dovecot. */
static void
name_disconnect(struct verdict *v, const struct facts *f)
{
	if (f->smtp == NULL)
		return;
	if (f->smtp->babble.len > 0)
		name_protocol(v, f);
	else if (f->smtp->ended_in == SMTP_PHASE_GREETING)
		advise(v, CAUSE_UNKNOWN,
		    "closed without a greeting: some servers do that to an "
		    "address with too many connections (Courier), or when "
		    "their SASL backend is down (Postfix); the server's log "
		    "says which");
	else if (f->smtp->ended_in == SMTP_PHASE_EHLO)
		advise(v, CAUSE_UNKNOWN,
		    "closed instead of an answer to EHLO: some servers do that "
		    "when their SASL backend is down (Postfix); see the "
		    "server's log");
}

static void
name_garbage(struct verdict *v, const struct facts *f)
{
	if (f->smtp == NULL)
		return;
	if (symptom_is_alert(&f->smtp->babble))
		advise(v, CAUSE_ENCRYPTION,
		    "the server answered with a TLS alert: it speaks TLS from "
		    "the first byte on this port: use -s");
	else
		name_protocol(v, f);
}

/* AUTH is not offered, but something that leads to it is. */
static void
name_missing_auth(struct verdict *v, const struct facts *f)
{
	const struct smtp_reply ehlo = smtp_answer_reply(&f->smtp->ehlo);
	const char *name;
	size_t pos = 0, n;

	if (!f->tls.done && !smtp_reply_mechanism(&ehlo, &pos, &name, &n) &&
	    smtp_reply_offers(&ehlo, "STARTTLS"))
		advise(v, CAUSE_ENCRYPTION,
		    "the server offers STARTTLS, and perhaps AUTH only after "
		    "it: use -S");
}

static void
name_middlebox(struct verdict *v, const struct facts *f)
{
	v->cause = CAUSE_PROTOCOL;
	buf_adds(&v->hint, "a middlebox rewrites SMTP here (");
	symptom_word_rewritten(&v->hint, f);
	buf_adds(&v->hint,
	    "): switch its SMTP inspection off (Cisco: inspect esmtp, fixup "
	    "protocol smtp), or use -s, which it cannot read");
}

static void
name_looks(struct verdict *v, enum condition c, const struct facts *f,
    const struct settings *asked)
{
	if (c == CONDITION_TLS && f->plaintext[0] != '\0')
		name_plaintext(v, f);
	else if (c == CONDITION_TIMEOUT && f->end == END_TIMEOUT)
		name_timeout(v, f, asked);
	else if (c == CONDITION_DISCONNECTED)
		name_disconnect(v, f);
	else if (c == CONDITION_PROTOCOL)
		name_garbage(v, f);
	else if (c == CONDITION_EHLO || c == CONDITION_GREETING)
		name_protocol(v, f);
}

void
judge_mistake(struct verdict *v, enum condition c, const struct facts *f,
    const struct settings *asked)
{
	name_looks(v, c, f, asked);
	if (v->hint.len == 0 && condition_has(c, CONDITION_MAY_BE_REWRITTEN) &&
	    symptom_is_rewritten(f))
		name_middlebox(v, f);
	if (v->hint.len == 0 && c == CONDITION_MECHANISM && f->smtp != NULL)
		name_missing_auth(v, f);
}
