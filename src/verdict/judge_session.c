/* What ended the session. */

#include <string.h>

#include "verdict/hints.h"
#include "verdict/internal.h"
#include "verdict/outcome.h"
#include "verdict/wording.h"

/* Each writer fills the message of one kind of end. */
typedef void write_fn(
    struct buf *b, const struct facts *f, const struct settings *asked);

static void
write_rate_limited(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	word_event(b, asked, "rate limited");
	buf_adds(b, ": ");
	if (f->end == END_TLS) /* it was said in place of a handshake */
		word_outside(b, f, f->plaintext, strlen(f->plaintext));
	else
		word_reply(b, f, &f->smtp->last);
}

static void
write_error(struct buf *b, const struct facts *f, const struct settings *asked)
{
	word_event(b, asked,
	    f->err.kind == ERR_USAGE
		? asked->in_section ? "wrong options" : "wrong command line"
		: f->err.kind == ERR_SECRET ? "no secret"
					    : "no token");
	buf_adds(b, ": ");
	word_outside(b, f, f->err.text, strlen(f->err.text));
}

/* The cause first: no name may push it off the last word's line. */
static void
write_internal(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	buf_addf(b, "internal error (%s)", f->err.text);
	word_where(b, asked);
}

static void
write_dns(struct buf *b, const struct facts *f, const struct settings *asked)
{
	word_event(b, asked, "look-up failed");
	buf_addf(b, ": %s", f->dns_error);
}

/* ": ADDRESS: what became of it, ..." for each that was tried. */
static void
list_attempts(struct buf *b, const struct facts *f)
{
	bool waiting = false;
	size_t i;

	for (i = 0; i < f->attempt_count; i++) {
		waiting = waiting || f->attempts[i].error == 0;
		buf_adds(b, i > 0 ? ", " : ": ");
		word_attempt(b, &f->attempts[i]);
	}
	/* Then it was the other family's addresses that did not come. */
	if (f->end == END_TIMEOUT && !waiting)
		buf_adds(b, "; DNS still owes an answer");
}

static void
write_connect(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	word_event(b, asked, "no connection");
	list_attempts(b, f);
}

/* Where the login itself broke off, that is what is told. */
static enum smtp_login
known_login(const struct facts *f)
{
	return f->smtp != NULL && f->smtp->login == SMTP_LOGIN_ACCEPTED
	    ? SMTP_LOGIN_ACCEPTED
	    : SMTP_LOGIN_NOT_TRIED;
}

static void
word_place(struct buf *b, const struct facts *f, const struct settings *asked)
{
	if (f->hung_in != NULL)
		buf_adds(b, f->hung_in);
	else
		word_doing(b, f->reached, asked);
}

static void
write_timeout(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	buf_adds(b, "timeout ");
	if (!f->run_is_over) {
		buf_adds(b, "after ");
		word_duration(b, asked->timeout_us);
		buf_adds(b, " s ");
		word_place(b, f, asked);
	} else if (f->begun || f->hung_in != NULL) {
		word_place(b, f, asked);
		buf_adds(b, ", at the end of the whole run,");
	} else {
		buf_adds(b, "of the whole run before it began");
	}
	word_where_login(b, asked, known_login(f));
	if (f->reached == PHASE_CONNECT && f->attempt_count > 0)
		list_attempts(b, f);
	if (f->smtp == NULL || f->smtp->babble.len == 0)
		return;
	buf_adds(b, ": only ");
	word_babble(b, f);
	buf_adds(b, " had come");
}

/*
 * With TLS 1.3 a server refuses a client's certificate, or its lack, once the
 * client thinks the handshake done; a reset may overtake the alert that says
 * so.
 */
static bool
has_lost_alert(const struct facts *f)
{
	return f->end == END_COMPLETE && f->tls.done &&
	    f->tls.client_cert_requested &&
	    f->smtp->outcome == SMTP_DISCONNECTED && f->smtp->ehlo.code == 0 &&
	    f->smtp->babble.len == 0 && f->smtp->last.code != 421 &&
	    f->smtp->ended_in ==
	    (f->smtp->ehlo_clear.code != 0 ? SMTP_PHASE_EHLO
					   : SMTP_PHASE_GREETING) &&
	    strstr(f->stream_error, "reset") != NULL;
}

static void
write_tls(struct buf *b, const struct facts *f, const struct settings *asked)
{
	if (f->tls.done)
		word_while(b, "TLS failed", f->reached, asked);
	else
		buf_adds(b, "TLS handshake failed");
	word_where_login(b, asked, known_login(f));
	buf_adds(b, ": ");
	word_outside(b, f, f->stream_error, strlen(f->stream_error));
	if (has_lost_alert(f))
		buf_adds(
		    b, ", after the server asked for a client certificate");
}

static const enum condition by_error[] = {
	[ERR_NONE] = CONDITION_INTERNAL,
	[ERR_USAGE] = CONDITION_USAGE,
	[ERR_SECRET] = CONDITION_SECRET,
	[ERR_REFUSED] = CONDITION_TOKEN,
	[ERR_UNAVAILABLE] = CONDITION_TOKEN_TEMPORARY,
	[ERR_TIMEOUT] = CONDITION_TIMEOUT,
	[ERR_INTERNAL] = CONDITION_INTERNAL,
};

static write_fn *const by_kind[] = {
	[ERR_NONE] = write_internal,
	[ERR_USAGE] = write_error,
	[ERR_SECRET] = write_error,
	[ERR_REFUSED] = write_error,
	[ERR_UNAVAILABLE] = write_error,
	[ERR_TIMEOUT] = write_timeout,
	[ERR_INTERNAL] = write_internal,
};

/* What ended the session, if anything did, and who words it. */
static enum condition
find_end(const struct facts *f, write_fn **write)
{
	switch (f->end) {
	case END_ERROR:
		*write = by_kind[f->err.kind];
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
		if (has_lost_alert(f)) {
			*write = write_tls;
			return CONDITION_TLS;
		}
		*write = judge_word_outcome;
		return outcome_condition(f->smtp->outcome);
	}
}

bool
judge_is_expected_rejection(const struct verdict *v, const struct facts *f,
    const struct settings *asked)
{
	return asked->expect_rejected && f->end == END_COMPLETE &&
	    (f->smtp->outcome == SMTP_AUTH_REJECTED ||
		f->smtp->outcome == SMTP_SECRET_WITHHELD) &&
	    (v->row == NULL || cause_has(v->row->cause, CAUSE_IS_JUDGEMENT));
}

static void
judge_accepted(
    struct verdict *v, const struct settings *asked, const struct facts *f)
{
	struct buf *b = &judge_add(v, asked, CONDITION_AUTH_ACCEPTED)->message;

	word_login(b, asked);
	buf_addf(b, " accepted with %s at ", f->smtp->mech->name);
	word_server(b, asked);
	buf_adds(b, ", it should have been rejected");
}

void
judge_session(
    struct verdict *v, const struct facts *f, const struct settings *asked)
{
	write_fn *write;
	enum condition c = find_end(f, &write);

	if (asked->expect_rejected && f->smtp != NULL &&
	    f->smtp->login == SMTP_LOGIN_ACCEPTED)
		judge_accepted(v, asked, f);
	if (c == CONDITION_NONE || judge_is_expected_rejection(v, f, asked))
		return;
	if (v->rate_limited) {
		c = CONDITION_RATE_LIMITED;
		write = write_rate_limited;
	}
	write(&judge_end(v, asked, c)->message, f, asked);
}
