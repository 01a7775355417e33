#include <string.h>

#include "check/trust.h"
#include "verdict/internal.h"
#include "verdict/wording.h"

/* Each writer fills the message of one kind of end. */
typedef int write_fn(
    struct buf *b, const struct facts *f, const struct settings *asked);

static int
add_where(struct buf *b, const struct settings *asked, const char *what)
{
	return buf_adds(b, what) || word_where(b, asked) ? -1 : 0;
}

/* "WHAT for USER at HOST:PORT: REPLY" with the reply that decided. */
static int
add_reply(struct buf *b, const struct facts *f, const struct settings *asked,
    const char *what)
{
	return add_where(b, asked, what) || buf_adds(b, ": ") ||
		word_reply(b, f, &f->smtp->last)
	    ? -1
	    : 0;
}

/* "login of USER WHAT at HOST:PORT". */
static int
add_login(struct buf *b, const struct settings *asked, const char *what)
{
	if (buf_adds(b, "login") ||
	    (asked->user != NULL &&
		(buf_adds(b, " of ") || word_user(b, asked))))
		return -1;
	return buf_addf(b, " %s at ", what) || word_server(b, asked) ? -1 : 0;
}

static int
write_greeting(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	return add_reply(b, f, asked, "greeting refused");
}

static int
write_ehlo(struct buf *b, const struct facts *f, const struct settings *asked)
{
	return add_reply(
	    b, f, asked, asked->lmtp ? "LHLO refused" : "EHLO refused");
}

static int
write_starttls(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	if (f->smtp->last.code >= 400)
		return add_reply(b, f, asked, "STARTTLS refused");
	return add_where(b, asked, "STARTTLS not offered");
}

static int
write_injection(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	(void)f;
	return add_where(b, asked, "bytes in the clear after STARTTLS") ||
		buf_adds(b, ": somebody may be in between")
	    ? -1
	    : 0;
}

static int
write_no_mechanism(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	size_t i;

	if (add_where(b, asked, "no usable mechanism") ||
	    buf_adds(b, ": wanted "))
		return -1;
	for (i = 0; i < asked->mech_count; i++)
		if (buf_addf(
			b, "%s%s", i > 0 ? ", " : "", asked->mechs[i]->name))
			return -1;
	return buf_adds(b, ", offered ") ||
		word_mechanisms(b, f, &f->smtp->ehlo)
	    ? -1
	    : 0;
}

static int
write_mechanism_refused(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	return buf_addf(b, "AUTH %s refused", f->smtp->mech->name) ||
		add_reply(b, f, asked, "") || buf_adds(b, ", offered ") ||
		word_mechanisms(b, f, &f->smtp->ehlo)
	    ? -1
	    : 0;
}

static int
write_held_back(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct trust t = trust_judge(&f->tls, asked);
	size_t i;

	if (add_where(b, asked, "secret held back"))
		return -1;
	if (f->smtp->secret_needs_tls)
		return buf_adds(b, ": the connection has no TLS");
	if (buf_adds(b, ": the server is unverified ("))
		return -1;
	for (i = 0; i < t.fault_count; i++)
		if (buf_addf(b, "%s%s", i > 0 ? ", " : "",
			condition_name(t.fault[i])))
			return -1;
	return buf_addc(b, ')');
}

static int
write_too_long(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	return add_where(b, asked, "no secret") ||
		buf_addf(b,
		    ": too long for %s, which may take 12284 characters of "
		    "base64; nothing was sent",
		    f->smtp->mech->name)
	    ? -1
	    : 0;
}

static int
write_rejected(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct buf *error = &f->smtp->challenge_error;

	if (add_login(b, asked, "rejected") || buf_adds(b, ": ") ||
	    word_reply(b, f, &f->smtp->last))
		return -1;
	if (error->len == 0)
		return 0;
	return buf_adds(b, "; the server's error: ") ||
		word_outside(b, f, error->data, error->len)
	    ? -1
	    : 0;
}

static int
write_temporary(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	return add_login(b, asked, "not decided") || buf_adds(b, ": ") ||
		word_reply(b, f, &f->smtp->last)
	    ? -1
	    : 0;
}

static int
write_rate_limited(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	return add_reply(b, f, asked, "rate limited");
}

static int
write_sender(struct buf *b, const struct facts *f, const struct settings *asked)
{
	return buf_addf(b, "sender %.120s refused", asked->from) ||
		add_reply(b, f, asked, "")
	    ? -1
	    : 0;
}

static int
write_recipient(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	return buf_addf(b, "recipient %.120s refused", asked->rcpt) ||
		add_reply(b, f, asked, "")
	    ? -1
	    : 0;
}

static int
write_protocol(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct smtp_facts *s = f->smtp;

	if (buf_addf(b, "protocol error in %s",
		phase_name(phase_of_smtp(s->ended_in))) ||
	    word_where(b, asked) || buf_addf(b, ": %s", s->detail))
		return -1;
	if (s->last.code == 0)
		return 0;
	return buf_adds(b, "; last reply: ") || word_reply(b, f, &s->last) ? -1
									   : 0;
}

static int
write_disconnected(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const char *why = f->stream_error;

	if (buf_addf(b, "connection closed in %s", phase_name(f->reached)) ||
	    word_where(b, asked))
		return -1;
	if (why[0] == '\0' || strcmp(why, "connection closed") == 0)
		return 0;
	return buf_adds(b, ": ") || word_outside(b, f, why, strlen(why)) ? -1
									 : 0;
}

static int
write_no_memory(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	(void)f;
	return add_where(b, asked, "internal error") ||
		buf_adds(b, ": out of memory")
	    ? -1
	    : 0;
}

static int
write_error(struct buf *b, const struct facts *f, const struct settings *asked)
{
	static const char *const words[] = {
		[ERR_NONE] = "internal error",
		[ERR_USAGE] = "usage",
		[ERR_SECRET] = "no secret",
		[ERR_TIMEOUT] = "timeout",
		[ERR_INTERNAL] = "internal error",
	};

	return add_where(b, asked, words[f->err.kind]) || buf_adds(b, ": ") ||
		word_outside(b, f, f->err.text, strlen(f->err.text))
	    ? -1
	    : 0;
}

static int
write_dns(struct buf *b, const struct facts *f, const struct settings *asked)
{
	return buf_addf(b, "look-up of %.255s failed", asked->host) ||
		word_where(b, asked) || buf_addf(b, ": %s", f->dns_error)
	    ? -1
	    : 0;
}

/* ": ADDRESS: what became of it, ..." for each that was tried. */
static int
add_attempts(struct buf *b, const struct facts *f)
{
	const struct facts_attempt *a;
	bool waiting = false;
	size_t i;

	for (i = 0; i < f->attempt_count; i++) {
		a = &f->attempts[i];
		waiting = waiting || a->error == 0;
		if (buf_addf(b, "%s %s: %s", i > 0 ? "," : ":", a->address,
			a->error != 0 ? strerror(a->error) : "no answer"))
			return -1;
	}
	/* Then it was the other family's addresses that did not come. */
	return f->end == END_TIMEOUT && !waiting
	    ? buf_adds(b, "; DNS still owes an answer")
	    : 0;
}

static int
write_connect(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	return add_where(b, asked, "no connection") || add_attempts(b, f) ? -1
									  : 0;
}

static int
write_timeout(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	if (buf_adds(b, "timeout after ") ||
	    word_duration(b, asked->timeout_us) ||
	    buf_addf(b, " s in %s",
		f->hung_in != NULL ? f->hung_in : phase_name(f->reached)) ||
	    word_where(b, asked))
		return -1;
	return f->reached == PHASE_CONNECT && f->attempt_count > 0
	    ? add_attempts(b, f)
	    : 0;
}

static int
write_tls(struct buf *b, const struct facts *f, const struct settings *asked)
{
	if ((f->tls.done
		    ? buf_addf(b, "TLS failed in %s", phase_name(f->reached))
		    : buf_adds(b, "TLS handshake failed")) ||
	    word_where(b, asked) || buf_adds(b, ": "))
		return -1;
	return word_outside(b, f, f->stream_error, strlen(f->stream_error));
}

static const struct {
	enum condition condition;
	write_fn *write;
} by_outcome[SMTP_OUTCOMES] = {
	[SMTP_OK] = { CONDITION_NONE, NULL },
	[SMTP_GREETING_REFUSED] = { CONDITION_GREETING, write_greeting },
	[SMTP_EHLO_REFUSED] = { CONDITION_EHLO, write_ehlo },
	[SMTP_STARTTLS_MISSING] = { CONDITION_STARTTLS_MISSING,
	    write_starttls },
	[SMTP_STARTTLS_INJECTION] = { CONDITION_STARTTLS_INJECTION,
	    write_injection },
	[SMTP_SERVER_UNVERIFIED] = { CONDITION_NONE, NULL },
	[SMTP_MECHANISM_MISSING] = { CONDITION_MECHANISM, write_no_mechanism },
	[SMTP_MECHANISM_REFUSED] = { CONDITION_MECHANISM,
	    write_mechanism_refused },
	[SMTP_SECRET_HELD_BACK] = { CONDITION_CLEARTEXT_REFUSED,
	    write_held_back },
	[SMTP_SECRET_TOO_LONG] = { CONDITION_SECRET, write_too_long },
	[SMTP_AUTH_REJECTED] = { CONDITION_AUTH_REJECTED, write_rejected },
	[SMTP_AUTH_TEMPORARY] = { CONDITION_AUTH_TEMPORARY, write_temporary },
	[SMTP_SENDER_REFUSED] = { CONDITION_SENDER, write_sender },
	[SMTP_RECIPIENT_REFUSED] = { CONDITION_RECIPIENT, write_recipient },
	[SMTP_PROTOCOL_BROKEN] = { CONDITION_PROTOCOL, write_protocol },
	[SMTP_DISCONNECTED] = { CONDITION_DISCONNECTED, write_disconnected },
	[SMTP_NO_MEMORY] = { CONDITION_INTERNAL, write_no_memory },
};

static const enum condition by_error[] = {
	[ERR_NONE] = CONDITION_INTERNAL,
	[ERR_USAGE] = CONDITION_USAGE,
	[ERR_SECRET] = CONDITION_SECRET,
	[ERR_TIMEOUT] = CONDITION_TIMEOUT,
	[ERR_INTERNAL] = CONDITION_INTERNAL,
};

/* What ended the session, if anything did, and who words it. */
static enum condition
find_end(const struct facts *f, write_fn **write)
{
	switch (f->end) {
	case END_ERROR:
		*write =
		    f->err.kind == ERR_TIMEOUT ? write_timeout : write_error;
		return by_error[f->err.kind];
	case END_DNS:
		*write = write_dns;
		return CONDITION_DNS;
	case END_CONNECT:
		*write = write_connect;
		return CONDITION_CONNECT;
	case END_TIMEOUT:
		*write = write_timeout;
		return CONDITION_TIMEOUT;
	case END_TLS:
		*write = write_tls;
		return CONDITION_TLS;
	case END_COMPLETE:
	default:
		*write = by_outcome[f->smtp->outcome].write;
		return by_outcome[f->smtp->outcome].condition;
	}
}

bool
judge_is_expected_rejection(const struct verdict *v, const struct facts *f,
    const struct settings *asked)
{
	return asked->expect_rejected && f->end == END_COMPLETE &&
	    f->smtp->outcome == SMTP_AUTH_REJECTED && !v->rate_limited;
}

static int
judge_accepted(
    struct verdict *v, const struct settings *asked, const struct facts *f)
{
	struct finding *n = judge_add(v, asked, CONDITION_AUTH_ACCEPTED);

	if (n == NULL)
		return 0;
	return buf_adds(&n->message, "login of ") ||
		(asked->user != NULL ? word_user(&n->message, asked)
				     : buf_adds(&n->message, "nobody")) ||
		buf_addf(&n->message, " accepted with %s at ",
		    f->smtp->mech->name) ||
		word_server(&n->message, asked) ||
		buf_adds(&n->message, ", it should have been rejected")
	    ? -1
	    : 0;
}

int
judge_session(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	write_fn *write;
	struct finding *n;
	enum condition c = find_end(f, &write);

	if (asked->expect_rejected && f->smtp != NULL &&
	    f->smtp->login == SMTP_LOGIN_ACCEPTED &&
	    judge_accepted(v, asked, f) == -1)
		return -1;
	if (c == CONDITION_NONE || judge_is_expected_rejection(v, f, asked))
		return 0;
	if (v->rate_limited) {
		c = CONDITION_RATE_LIMITED;
		write = write_rate_limited;
	}
	if ((n = judge_add(v, asked, c)) == NULL)
		return 0;
	return write(&n->message, f, asked);
}
