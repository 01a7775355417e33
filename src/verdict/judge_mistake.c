/* Common mistakes, known by their looks. */

#include <errno.h>
#include <string.h>

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

/* Whether what came so far begins a greeting. */
static bool
has_begun(const struct facts *f)
{
	return f->smtp != NULL && f->smtp->babble.len >= 3 &&
	    memcmp(f->smtp->babble.data, "220", 3) == 0;
}

static void
name_silence(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	if (f->tls.done)
		return;
	if (has_begun(f))
		advise(v, CAUSE_UNKNOWN,
		    "the server has begun to greet and makes its clients wait "
		    "for the rest (postscreen, greet_pause): raise -t");
	/* What is known to take its time, where nobody expects TLS at once. */
	else if (asked->port == 25 || asked->port == 587)
		advise(v, CAUSE_UNKNOWN,
		    "no greeting yet: some servers look up the client's name "
		    "first, or make it wait on purpose (postscreen, "
		    "greet_pause): raise -t; one behind a proxy may wait for "
		    "its header: -r");
	else
		advise(v, CAUSE_ENCRYPTION,
		    "no greeting: if the server speaks TLS from the first byte "
		    "on this port (as on 465), use -s");
}

static void
name_no_answer(struct verdict *v)
{
	advise(v, CAUSE_UNKNOWN,
	    "no answer at all: a firewall drops it, or this machine's provider "
	    "blocks the mail ports (25, and at some 465 and 587): try from "
	    "another network");
}

static void
name_timeout(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	if (f->hung_in != NULL)
		return;
	if (f->reached == PHASE_GREETING)
		name_silence(v, f, asked);
	else if (f->reached == PHASE_CONNECT && f->attempt_count > 0)
		name_no_answer(v);
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

/* Why nobody was there, if it is the same everywhere, or a silence. */
static void
name_no_connection(struct verdict *v, const struct facts *f)
{
	bool silent = false, refused = f->attempt_count > 0;
	size_t i;

	for (i = 0; i < f->attempt_count; i++) {
		silent = silent || f->attempts[i].error == ETIMEDOUT;
		refused = refused && f->attempts[i].error == ECONNREFUSED;
	}
	if (silent)
		name_no_answer(v);
	else if (refused)
		advise(v, CAUSE_UNKNOWN,
		    "nothing listens on this port there, or a firewall refuses "
		    "it: compare host and port (-p); mail is submitted on 587 "
		    "or 465");
}

/* Measured of Courier, and of Postfix in front of Dovecot. */
static void
name_disconnect(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	if (f->smtp == NULL)
		return;
	if (f->smtp->babble.len > 0)
		name_protocol(v, f);
	else if (f->tls.done && f->smtp->login == SMTP_LOGIN_NOT_TRIED &&
	    judge_wants_client_cert(f))
		judge_hint_client_cert(&v->hint, asked);
	else if (f->smtp->ended_in == SMTP_PHASE_GREETING)
		advise(v, CAUSE_UNKNOWN,
		    "closed without a greeting: some servers do that to an "
		    "address with too many connections (Courier), when their "
		    "SASL backend is down (Postfix), or when they wait for "
		    "a proxy's header (-r); the server's log says which");
	else if (f->smtp->ended_in == SMTP_PHASE_EHLO)
		advise(v, CAUSE_UNKNOWN,
		    "closed instead of an answer to EHLO: some servers do that "
		    "when their SASL backend is down (Postfix); see the "
		    "server's log");
}

/*
 * A server that knows no PROXY protocol takes the header for a command, or
 * for TLS that is broken.
 */
static void
name_proxy(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	enum phase place = f->reached;

	if (f->end == END_COMPLETE)
		place = phase_of_smtp(f->smtp->ended_in);
	if (asked->proxy == PROXY_NONE || f->smtp == NULL ||
	    f->smtp->login != SMTP_LOGIN_NOT_TRIED || f->smtp->ehlo.code != 0 ||
	    place > PHASE_EHLO)
		return;
	advise(v, CAUSE_PROTOCOL,
	    "the server may have refused the PROXY header, which it takes for "
	    "a command if it does not expect one: leave out -r, or switch the "
	    "PROXY protocol on there; -vv shows the header");
}

/* EHLO carries our name; no other word of it can be refused. */
static void
name_ehlo(struct verdict *v, const struct facts *f)
{
	switch (f->smtp->last.code) {
	case 501:
	case 504:
	case 550:
	case 553:
	case 554:
		advise(v, CAUSE_POLICY,
		    "the server does not like the name that this machine "
		    "gives itself: give a full one, that DNS knows, with "
		    "-F NAME");
		break;
	case 500:
	case 502:
		advise(v, CAUSE_PROTOCOL,
		    "the server knows no EHLO: it is very old, or no server "
		    "for submission; compare host and port (-p)");
		break;
	default:
		break;
	}
}

static void
name_starttls(struct verdict *v, const struct facts *f)
{
	const struct smtp_reply ehlo = smtp_answer_reply(&f->smtp->ehlo);

	if (!smtp_reply_offers(&ehlo, "STARTTLS"))
		advise(v, CAUSE_ENCRYPTION,
		    "the server has TLS switched off, or something in between "
		    "takes the offer away, or the port is another: compare -p "
		    "(587, or 465 with -s)");
	else if (f->smtp->last.code == 454)
		advise(v, CAUSE_ENCRYPTION,
		    "the server's TLS set-up is broken (certificate, key, "
		    "permissions), or it is overloaded: see its log");
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

static void
name_mechanism(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	const char *advice = judge_hint_mechanism(f, asked);

	if (advice != NULL)
		advise(v, f->tls.done ? CAUSE_MECHANISM : CAUSE_ENCRYPTION,
		    advice);
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

/* Nothing that a server says which understood the first bytes of TLS. */
static bool
is_no_handshake(const struct facts *f)
{
	return f->plaintext[0] != '\0' ||
	    strncmp(f->stream_error, "connection", strlen("connection")) == 0 ||
	    strcmp(f->stream_error, "wrong version number") == 0;
}

static void
name_looks(struct verdict *v, enum condition c, const struct facts *f,
    const struct settings *asked)
{
	if (c == CONDITION_TLS && f->plaintext[0] != '\0')
		name_plaintext(v, f);
	else if (c == CONDITION_TLS)
		judge_hint_tls(&v->hint, f, asked);
	else if (c == CONDITION_CONNECT)
		name_no_connection(v, f);
	else if (c == CONDITION_TIMEOUT && f->end == END_TIMEOUT)
		name_timeout(v, f, asked);
	else if (c == CONDITION_DISCONNECTED)
		name_disconnect(v, f, asked);
	else if (c == CONDITION_PROTOCOL)
		name_garbage(v, f);
	else if (c == CONDITION_EHLO || c == CONDITION_GREETING)
		name_protocol(v, f);
}

void
judge_mistake(struct verdict *v, enum condition c, const struct facts *f,
    const struct settings *asked)
{
	if (condition_has(c, CONDITION_MAY_BE_PROXY) &&
	    (c != CONDITION_TLS || is_no_handshake(f)))
		name_proxy(v, f, asked);
	if (v->hint.len == 0)
		name_looks(v, c, f, asked);
	if (v->hint.len == 0 && condition_has(c, CONDITION_MAY_BE_REWRITTEN) &&
	    symptom_is_rewritten(f))
		name_middlebox(v, f);
	if (v->hint.len > 0 || f->end != END_COMPLETE || f->smtp == NULL)
		return;
	if (c == CONDITION_EHLO)
		name_ehlo(v, f);
	else if (c == CONDITION_STARTTLS_MISSING)
		name_starttls(v, f);
	else if (c == CONDITION_MECHANISM)
		name_mechanism(v, f, asked);
}
