#include <string.h>
#include <strings.h>

#include "verdict/internal.h"
#include "verdict/symptom.h"
#include "verdict/wording.h"

/* Add what to do, and say what kind of trouble it is. */
static int
advise(struct verdict *v, enum cause cause, const char *advice)
{
	v->cause = cause;
	return buf_adds(&v->hint, advice);
}

/* Another protocol than SMTP is spoken. */
static int
name_protocol(struct verdict *v, const struct facts *f)
{
	const char *name = symptom_protocol(f);

	if (name == NULL)
		return 0;
	v->cause = CAUSE_PROTOCOL;
	return buf_addf(&v->hint,
	    "this is %s: compare host and port (-p); mail is "
	    "submitted on 587 or 465",
	    name);
}

/* -s where the server waits for no handshake, or wants none now. */
static int
name_plaintext(struct verdict *v, const struct facts *f)
{
	if (!symptom_is_smtp(f->plaintext))
		return name_protocol(v, f);
	if (f->plaintext[0] == '2')
		return advise(v, CAUSE_ENCRYPTION,
		    "the server speaks plain SMTP on this port: use -S "
		    "(STARTTLS) instead of -s");
	return advise(v, CAUSE_UNKNOWN,
	    "the server turned us away before TLS, as Exim does when it has "
	    "too many connections");
}

static int
name_silence(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	if (f->tls.done)
		return 0;
	/* What is known to take its time, where nobody expects TLS at once. */
	if (asked->port == 25 || asked->port == 587)
		return advise(v, CAUSE_UNKNOWN,
		    "no greeting yet: some servers look up the client's name "
		    "first, or make it wait on purpose (postscreen, "
		    "greet_pause): raise -t");
	return advise(v, CAUSE_ENCRYPTION,
	    "no greeting: if the server speaks TLS from the first byte on "
	    "this port (as on 465), use -s");
}

static int
name_timeout(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	if (f->hung_in != NULL)
		return 0;
	if (f->reached == PHASE_GREETING)
		return name_silence(v, f, asked);
	if (f->reached == PHASE_AUTH)
		return advise(v, CAUSE_UNKNOWN,
		    "servers delay their answer after failed log-ins, also of "
		    "others from this address: raise -t");
	return 0;
}

/* Measured of Courier, and of Postfix in front of Dovecot. */
static int
name_disconnect(struct verdict *v, const struct facts *f)
{
	if (f->smtp == NULL)
		return 0;
	if (f->smtp->babble.len > 0)
		return name_protocol(v, f);
	if (f->smtp->ended_in == SMTP_PHASE_GREETING)
		return advise(v, CAUSE_UNKNOWN,
		    "closed without a greeting: some servers do that to an "
		    "address with too many connections (Courier), or when "
		    "their SASL backend is down (Postfix); the server's log "
		    "says which");
	if (f->smtp->ended_in == SMTP_PHASE_EHLO)
		return advise(v, CAUSE_UNKNOWN,
		    "closed instead of an answer to EHLO: some servers do that "
		    "when their SASL backend is down (Postfix); see the "
		    "server's log");
	return 0;
}

static int
name_garbage(struct verdict *v, const struct facts *f)
{
	if (f->smtp == NULL)
		return 0;
	if (symptom_is_alert(&f->smtp->babble))
		return advise(v, CAUSE_ENCRYPTION,
		    "the server answered with a TLS alert: it speaks TLS from "
		    "the first byte on this port: use -s");
	return name_protocol(v, f);
}

/* AUTH is not offered, but something that leads to it is. */
static int
name_missing_auth(struct verdict *v, const struct facts *f)
{
	const struct smtp_reply ehlo = smtp_answer_reply(&f->smtp->ehlo);
	const char *name;
	size_t pos = 0, n;

	if (f->tls.done || smtp_reply_mechanism(&ehlo, &pos, &name, &n) ||
	    !smtp_reply_offers(&ehlo, "STARTTLS"))
		return 0;
	return advise(v, CAUSE_ENCRYPTION,
	    "the server offers STARTTLS, and perhaps AUTH only after it: use "
	    "-S");
}

static int
name_middlebox(struct verdict *v, const struct facts *f)
{
	struct buf seen = BUF_INIT(SMTP_REPLY_MAX);
	int rc = symptom_middlebox(&seen, f);

	if (rc == 0 && seen.len > 0) {
		v->cause = CAUSE_PROTOCOL;
		rc = buf_adds(&v->hint, "a middlebox rewrites SMTP here (") ||
			buf_add(&v->hint, seen.data, seen.len) ||
			buf_adds(&v->hint,
			    "): switch its SMTP inspection off (Cisco: inspect "
			    "esmtp, fixup protocol smtp), or use -s, which it "
			    "cannot read")
		    ? -1
		    : 0;
	}
	buf_free(&seen);
	return rc;
}

static int
name_looks(struct verdict *v, enum condition c, const struct facts *f,
    const struct settings *asked)
{
	if (c == CONDITION_TLS && f->plaintext[0] != '\0')
		return name_plaintext(v, f);
	if (c == CONDITION_TIMEOUT && f->end == END_TIMEOUT)
		return name_timeout(v, f, asked);
	if (c == CONDITION_DISCONNECTED)
		return name_disconnect(v, f);
	if (c == CONDITION_PROTOCOL)
		return name_garbage(v, f);
	if (c == CONDITION_EHLO || c == CONDITION_GREETING)
		return name_protocol(v, f);
	return 0;
}

int
judge_mistake(struct verdict *v, enum condition c, const struct facts *f,
    const struct settings *asked)
{
	if (name_looks(v, c, f, asked) == -1)
		return -1;
	if (v->hint.len == 0 && condition_has(c, CONDITION_MAY_BE_REWRITTEN) &&
	    name_middlebox(v, f) == -1)
		return -1;
	if (v->hint.len == 0 && c == CONDITION_MECHANISM && f->smtp != NULL)
		return name_missing_auth(v, f);
	return 0;
}
