/* How the message reads of a dialogue that did not end well. */

#include <string.h>

#include "base/text.h"
#include "check/trust.h"
#include "verdict/internal.h"
#include "verdict/wording.h"

enum { ADDRESS_SHOWN_MAX = 120 }; /* of a sender or a recipient */

/* "WHAT for USER at HOST:PORT: REPLY" with the reply that decided. */
static void
add_reply(struct buf *b, const struct facts *f, const struct settings *asked,
    const char *what)
{
	word_event(b, asked, what);
	buf_adds(b, ": ");
	word_reply(b, f, &f->smtp->last);
}

/* "login of USER WHAT at HOST:PORT: REPLY". */
static void
add_login(struct buf *b, const struct facts *f, const struct settings *asked,
    const char *what)
{
	word_login(b, asked);
	buf_addf(b, " %s at ", what);
	word_server(b, asked);
	buf_adds(b, ": ");
	word_reply(b, f, &f->smtp->last);
}

/* "WHAT ADDRESS refused for USER at HOST:PORT: REPLY". */
static void
add_envelope(struct buf *b, const struct facts *f, const struct settings *asked,
    const char *what, const char *address)
{
	buf_adds(b, what);
	word_cut(b, address, ADDRESS_SHOWN_MAX);
	add_reply(b, f, asked, " refused");
}

static void
write_greeting(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	add_reply(b, f, asked, "greeting refused");
}

static void
write_ehlo(struct buf *b, const struct facts *f, const struct settings *asked)
{
	buf_adds(b, asked->lmtp ? "LHLO refused" : "EHLO refused");
	/* Whose reply it is cannot be told. */
	add_reply(b, f, asked,
	    asked->proxy != PROXY_NONE ? ", or the PROXY header before it,"
				       : "");
}

static void
write_starttls(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	if (f->smtp->last.code >= 400)
		add_reply(b, f, asked, "STARTTLS refused");
	else
		word_event(b, asked, "STARTTLS not offered");
}

static void
write_injection(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	(void)f;
	word_event(b, asked, "bytes in the clear after STARTTLS");
	buf_adds(b, ": somebody may be in between");
}

static void
write_no_mechanism(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	size_t i;

	word_event(b, asked, "no usable mechanism");
	buf_adds(b, ": wanted ");
	for (i = 0; i < asked->mech_count; i++)
		buf_addf(b, "%s%s", i > 0 ? ", " : "", asked->mechs[i]->name);
	buf_adds(b, ", offered ");
	word_mechanisms(b, f, &f->smtp->ehlo);
	if (f->smtp->detail[0] != '\0')
		buf_addf(b, "; %s", f->smtp->detail);
}

static void
write_mechanism_refused(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	buf_addf(b, "AUTH %s refused", f->smtp->mech->name);
	add_reply(b, f, asked, "");
	buf_adds(b, ", offered ");
	word_mechanisms(b, f, &f->smtp->ehlo);
}

static void
write_held_back(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct trust t = trust_judge(&f->tls, asked);
	size_t i;

	word_event(b, asked, "secret held back");
	if (f->smtp->secret_needs_tls) {
		buf_adds(b, ": the connection has no TLS");
		return;
	}
	buf_adds(b, ": the server is unverified (");
	for (i = 0; i < t.fault_count; i++)
		buf_addf(
		    b, "%s%s", i > 0 ? ", " : "", condition_name(t.fault[i]));
	buf_addc(b, ')');
}

static void
write_too_long(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	word_event(b, asked, "no secret");
	buf_addf(b,
	    ": too long for %s, which may take 12284 characters of "
	    "base64; nothing was sent",
	    f->smtp->mech->name);
}

static void
write_rejected(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct buf *error = &f->smtp->challenge_error;

	/* Only what proves nothing comes here then. */
	add_login(b, f, asked,
	    asked->expect_rejected ? "refused, but the credential not judged,"
				   : "rejected");
	if (error->len == 0)
		return;
	buf_adds(b, "; the server's error: ");
	word_outside(b, f, error->data, error->len);
}

/* What the server said when the secret was sent for the last time. */
static void
write_withheld(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	word_login(b, asked);
	buf_adds(b, " rejected at ");
	word_server(b, asked);
	buf_adds(b, ": ");
	word_kept_reply(b, f);
}

static void
write_temporary(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	add_login(b, f, asked, "not decided");
}

static void
write_unproven(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	word_event(b, asked, "unproven server");
	buf_addf(b, ": %s (%s)", f->smtp->detail, f->smtp->mech->name);
}

static void
write_sender(struct buf *b, const struct facts *f, const struct settings *asked)
{
	add_envelope(b, f, asked, "sender ", asked->from);
}

static void
write_recipient(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	add_envelope(b, f, asked, "recipient ", asked->rcpt);
}

static void
write_utf8_missing(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	bool sender = !text_is_ascii(asked->from);

	(void)f;
	buf_adds(b, sender ? "sender " : "recipient ");
	word_cut(b, sender ? asked->from : asked->rcpt, ADDRESS_SHOWN_MAX);
	buf_adds(b, " not tried");
	word_where(b, asked);
	buf_adds(b, ": it is not ASCII, and SMTPUTF8 is not offered");
}

/* Where the login itself broke off, that is what is told. */
static enum smtp_login
known_login(const struct facts *f)
{
	return f->smtp->login == SMTP_LOGIN_ACCEPTED ? SMTP_LOGIN_ACCEPTED
						     : SMTP_LOGIN_NOT_TRIED;
}

static void
write_protocol(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct smtp_facts *s = f->smtp;

	buf_adds(b, "protocol error in ");
	word_awaited(b, phase_of_smtp(s->ended_in), asked);
	word_where_login(b, asked, known_login(f));
	buf_addf(b, ": %s", s->detail);
	if (s->malformed && s->babble.len > 0) {
		buf_adds(b, ": ");
		word_babble(b, f);
	}
	if (s->malformed || s->last.code == 0)
		return;
	buf_adds(b, "; last reply: ");
	word_reply(b, f, &s->last);
}

/* Whether it is no more than that. */
static bool
is_closing(const char *why)
{
	static const char *const known[] = { "", "connection closed",
		"connection closed without close_notify",
		"connection reset by peer" };
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(why, known[i]) == 0)
			return true;
	return false;
}

static void
write_disconnected(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	const struct smtp_facts *s = f->smtp;
	const char *why = f->stream_error;

	if (s->last.code == 421) {
		buf_adds(b, "connection given up by the server");
		word_where_login(b, asked, known_login(f));
		buf_adds(b, ": ");
		word_reply(b, f, &s->last);
		return;
	}
	word_while(b,
	    strstr(why, "reset") != NULL ? "connection reset"
					 : "connection closed",
	    f->reached, asked);
	word_where_login(b, asked, known_login(f));
	if (s->babble.len > 0) {
		buf_adds(b, ": only ");
		word_babble(b, f);
		buf_adds(b, " had come");
	}
	if (is_closing(why))
		return;
	buf_adds(b, ": ");
	word_outside(b, f, why, strlen(why));
}

static void
write_no_memory(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	(void)f;
	word_event(b, asked, "internal error (out of memory)");
}

typedef void write_fn(
    struct buf *b, const struct facts *f, const struct settings *asked);

/* One for each outcome that is a condition. */
static write_fn *const by_outcome[SMTP_OUTCOMES] = {
	[SMTP_GREETING_REFUSED] = write_greeting,
	[SMTP_EHLO_REFUSED] = write_ehlo,
	[SMTP_STARTTLS_MISSING] = write_starttls,
	[SMTP_STARTTLS_INJECTION] = write_injection,
	[SMTP_MECHANISM_MISSING] = write_no_mechanism,
	[SMTP_MECHANISM_REFUSED] = write_mechanism_refused,
	[SMTP_SECRET_HELD_BACK] = write_held_back,
	[SMTP_SECRET_TOO_LONG] = write_too_long,
	[SMTP_SECRET_WITHHELD] = write_withheld,
	[SMTP_AUTH_REJECTED] = write_rejected,
	[SMTP_AUTH_TEMPORARY] = write_temporary,
	[SMTP_SERVER_UNPROVEN] = write_unproven,
	[SMTP_SENDER_REFUSED] = write_sender,
	[SMTP_RECIPIENT_REFUSED] = write_recipient,
	[SMTP_UTF8_MISSING] = write_utf8_missing,
	[SMTP_PROTOCOL_BROKEN] = write_protocol,
	[SMTP_DISCONNECTED] = write_disconnected,
	[SMTP_NO_MEMORY] = write_no_memory,
};

void
judge_word_outcome(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	by_outcome[f->smtp->outcome](b, f, asked);
}
