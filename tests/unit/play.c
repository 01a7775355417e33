#include "tests/unit/play.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

enum {
	SHORTEST = 4, /* shorter words turn up anywhere */
	TEXT_MAX = 1024 * 1024,
};

static int __attribute__((format(printf, 2, 3)))
fault(struct play *p, const char *fmt, ...)
{
	va_list ap;

	if (p->fault[0] != '\0')
		return -1;
	va_start(ap, fmt);
	vsnprintf(p->fault, sizeof p->fault, fmt, ap);
	va_end(ap);
	return -1;
}

static bool
holds(const char *text, size_t len, const struct buf *word)
{
	return memmem(text, len, word->data, word->len) != NULL;
}

static bool
is_servers(const struct dialogue_step *s)
{
	return s->kind == DIALOGUE_SERVER || s->kind == DIALOGUE_RAW;
}

static bool
is_challenge(const struct dialogue_step *s)
{
	return is_servers(s) && strncmp(s->bytes, "334", 3) == 0;
}

static bool
begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* Whether the client's step s is its response to a challenge. */
static bool
is_response(const struct play *p, const struct dialogue_step *s)
{
	return s > p->d->steps && is_challenge(s - 1) &&
	    !begins(s->bytes, "QUIT\r");
}

static void
watch_for(struct play *p, const char *text, size_t len)
{
	struct needle *n = &p->needles[p->needle_count];
	const struct dialogue_step *s;
	size_t i;

	if (len < SHORTEST)
		return;
	if (p->needle_count == PLAY_NEEDLES) {
		fault(p, "too many words to watch for");
		return;
	}
	n->text = (struct buf)BUF_INIT(TEXT_MAX);
	if (buf_add(&n->text, text, len) == -1)
		fault(p, "no memory");
	else
		p->needle_count++;
	for (i = 0; i < p->d->step_count; i++) {
		s = &p->d->steps[i];
		if (is_servers(s) && !is_challenge(s) &&
		    holds(s->bytes, s->len, &n->text))
			n->echoed = true;
	}
}

/* The secret raw, and what of its base64 depends on nothing else. */
static void
watch_for_secret(struct play *p, const char *secret)
{
	static const size_t first[] = { 0, 2, 3 };
	struct buf raw = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX);
	size_t shift, last;

	watch_for(p, secret, strlen(secret));
	for (shift = 0; shift < 3; shift++) {
		buf_truncate(&raw, 0);
		buf_truncate(&text, 0);
		if (buf_add(&raw, "xx", shift) == -1 ||
		    buf_adds(&raw, secret) == -1 ||
		    base64_encode(&text, raw.data, raw.len) == -1)
			fault(p, "no memory");
		last = raw.len * 8 / 6;
		watch_for(p, text.data + first[shift], last - first[shift]);
	}
	buf_free(&raw);
	buf_free(&text);
}

/* The responses of the dialogue, and what the challenges hold. */
static void
watch_for_responses(struct play *p)
{
	const struct dialogue_step *s;
	const char *word;
	size_t i;

	for (i = 0; i < p->d->step_count; i++) {
		s = &p->d->steps[i];
		if (is_challenge(s) && s->len > 4)
			watch_for(
			    p, s->bytes + 4, strcspn(s->bytes + 4, "\r\n"));
		if (s->kind != DIALOGUE_CLIENT)
			continue;
		if (is_response(p, s))
			watch_for(p, s->bytes, s->len - 2);
		if (begins(s->bytes, "AUTH ") &&
		    (word = strchr(s->bytes + 5, ' ')) != NULL)
			watch_for(p, word + 1, strcspn(word + 1, "\r"));
	}
}

static void
remember(void *arg, char direction, const char *text, size_t len)
{
	struct play *p = arg;
	const struct needle *n;
	size_t i;

	for (i = 0; i < p->needle_count; i++) {
		n = &p->needles[i];
		if (n->echoed && direction == '<')
			continue;
		if (holds(text, len, &n->text))
			fault(p, "the trace shows %s: %c %.*s", n->text.data,
			    direction, (int)len, text);
	}
	if (direction == '>') {
		buf_truncate(&p->said, 0);
		if (buf_add(&p->said, text, len) == -1)
			fault(p, "no memory");
	} else if (direction != '<' && direction != '=') {
		fault(p, "direction %c in the trace", direction);
	}
}

static void
set_params(struct play *p)
{
	const struct dialogue *d = p->d;

	p->creds = (struct sasl_creds){ .user = d->user,
		.authzid = d->authzid,
		.secret = d->token != NULL ? d->token : d->password,
		.proof =
		    d->token != NULL ? SASL_PROOF_TOKEN : SASL_PROOF_PASSWORD,
		.nonce = DIALOGUE_NONCE,
		.host = "mail.example.org",
		.port = 587 };
	p->params = (struct smtp_params){ .ehlo_name = "probe.example.org",
		.lmtp = d->lmtp,
		.tls = d->tls,
		.creds = d->user != NULL ? &p->creds : NULL,
		.mechs = d->mechs,
		.mech_count = d->mech_count,
		.allow_cleartext = d->allow_cleartext,
		.allow_unverified = d->allow_unverified,
		.from = d->from,
		.rcpt = d->rcpt,
		.commands = d->commands,
		.command_count = d->command_count,
		.trace = remember,
		.trace_arg = p };
}

int
play_begin(struct play *p, const struct dialogue *d, size_t chunk)
{
	*p =
	    (struct play){ .d = d, .chunk = chunk, .said = BUF_INIT(TEXT_MAX) };
	set_params(p);
	if (d->user != NULL)
		watch_for_secret(p, p->creds.secret);
	watch_for_responses(p);
	if ((p->c = smtp_client_new(&p->params)) == NULL)
		return fault(p, "no machine");
	return p->fault[0] == '\0' ? 0 : -1;
}

void
play_feed(struct play *p, const char *bytes, size_t len)
{
	char *piece;
	size_t n;

	for (; len > 0; bytes += n, len -= n) {
		n = p->chunk < len ? p->chunk : len;
		while (n < len && bytes[n - 1] == '\n')
			n++;
		/* A copy, so that reading past its end is noticed. */
		if ((piece = malloc(n)) == NULL) {
			fault(p, "no memory");
			return;
		}
		memcpy(piece, bytes, n);
		smtp_client_input(p->c, piece, n);
		free(piece);
	}
}

void
play_close(struct play *p)
{
	smtp_client_input(p->c, "", 0);
}

static const char *
want_name(enum smtp_want want)
{
	static const char *const names[] = { [SMTP_WANT_READ] = "to read",
		[SMTP_WANT_WRITE] = "to write",
		[SMTP_WANT_TLS] = "TLS",
		[SMTP_WANT_WORK] = "to compute",
		[SMTP_END] = "nothing more" };

	return names[want];
}

static int
expect_want(struct play *p, const struct dialogue_step *s, enum smtp_want want)
{
	enum smtp_want wants = smtp_client_want(p->c);
	const char *out;
	size_t len;

	if (wants == want)
		return 0;
	out = smtp_client_output(p->c, &len);
	return fault(p, "line %d: it wants %s, not %s; queued: %.*s", s->line,
	    want_name(wants), want_name(want), (int)len, out);
}

/* The phase of a line of ours that no challenge asked for. */
static enum smtp_phase
phase_of(const char *line)
{
	if (begins(line, "EHLO ") || begins(line, "LHLO ") ||
	    begins(line, "HELO "))
		return SMTP_PHASE_EHLO;
	if (begins(line, "STARTTLS"))
		return SMTP_PHASE_STARTTLS;
	if (begins(line, "AUTH "))
		return SMTP_PHASE_AUTH;
	return begins(line, "QUIT") ? SMTP_PHASE_QUIT : SMTP_PHASE_ENVELOPE;
}

static int
check_line(struct play *p, const struct dialogue_step *s, bool answers)
{
	enum smtp_phase phase = answers ? SMTP_PHASE_AUTH : phase_of(s->bytes);
	bool leaving = begins(s->bytes, "QUIT\r") ||
	    begins(s->bytes, "RSET\r") || (answers && s->bytes[0] == '*');
	bool shown = !answers && !begins(s->bytes, "AUTH ");
	const char *out;
	size_t len;

	out = smtp_client_output(p->c, &len);
	if (len != s->len || memcmp(out, s->bytes, len) != 0)
		return fault(
		    p, "line %d: it sends %.*s", s->line, (int)len, out);
	if (smtp_client_phase(p->c) != phase)
		return fault(p, "line %d: wrong phase", s->line);
	if (smtp_client_is_leaving(p->c) != leaving)
		return fault(p, "line %d: leaving or not?", s->line);
	if (shown &&
	    (p->said.len != len - 2 ||
		memcmp(buf_str(&p->said), out, len - 2) != 0))
		return fault(
		    p, "line %d: traced as %s", s->line, buf_str(&p->said));
	if (begins(s->bytes, "AUTH "))
		p->sent_auth = true;
	return 0;
}

static int
play_client(struct play *p, const struct dialogue_step *s)
{
	bool answers = is_response(p, s);
	size_t left, n, len;

	if (expect_want(p, s, SMTP_WANT_WRITE) == -1 ||
	    check_line(p, s, answers) == -1)
		return -1;
	for (left = s->len; left > 0; left -= n) {
		if (expect_want(p, s, SMTP_WANT_WRITE) == -1)
			return -1;
		smtp_client_output(p->c, &len);
		if (len != left)
			return fault(p, "line %d: %zu of %zu bytes are left",
			    s->line, len, left);
		n = p->chunk < left ? p->chunk : left;
		smtp_client_sent(p->c, n);
	}
	return 0;
}

/* All lines of one reply at once, when nothing is to be cut in pieces. */
static size_t
play_run(struct play *p, size_t from, size_t to)
{
	const struct dialogue_step *s = &p->d->steps[from];
	size_t n, len = 0;

	for (n = 0; from + n < to && s[n].kind == DIALOGUE_SERVER; n++)
		len += s[n].len;
	if (expect_want(p, s, SMTP_WANT_READ) == 0)
		play_feed(p, s->bytes, len); /* they stand side by side */
	return n;
}

static int
play_server(struct play *p, const struct dialogue_step *s)
{
	if (expect_want(p, s, SMTP_WANT_READ) == -1)
		return -1;
	if (s->kind == DIALOGUE_RAW) {
		play_feed(p, s->bytes, s->len);
		return 0;
	}
	play_feed(p, s->bytes, s->len - 1);
	if (smtp_client_want(p->c) != SMTP_WANT_READ &&
	    smtp_client_want(p->c) != SMTP_END)
		return fault(
		    p, "line %d: it did not wait for the line's end", s->line);
	play_feed(p, s->bytes + s->len - 1, 1);
	return 0;
}

static int
play_step(struct play *p, const struct dialogue_step *s)
{
	switch (s->kind) {
	case DIALOGUE_SERVER:
	case DIALOGUE_RAW:
		return play_server(p, s);
	case DIALOGUE_CLIENT:
		return play_client(p, s);
	case DIALOGUE_TLS:
		if (expect_want(p, s, SMTP_WANT_TLS) == -1)
			return -1;
		if (smtp_client_phase(p->c) != SMTP_PHASE_TLS)
			return fault(p, "line %d: wrong phase", s->line);
		smtp_client_tls_done(p->c, !p->d->unverified, NULL);
		return 0;
	case DIALOGUE_CLOSE:
	default:
		play_close(p);
		return 0;
	}
}

/* What takes time is done at once. */
static void
play_work(struct play *p)
{
	while (smtp_client_want(p->c) == SMTP_WANT_WORK) {
		if (smtp_client_phase(p->c) != SMTP_PHASE_AUTH)
			fault(p, "work in the wrong phase");
		smtp_client_work(p->c);
	}
}

int
play_steps(struct play *p, size_t from, size_t to)
{
	while (from < to && p->fault[0] == '\0') {
		if (p->chunk == PLAY_WHOLE &&
		    p->d->steps[from].kind == DIALOGUE_SERVER)
			from += play_run(p, from, to);
		else if (play_step(p, &p->d->steps[from++]) == -1)
			return -1;
		if (from == to || p->d->steps[from].kind != DIALOGUE_CLOSE)
			play_work(p);
	}
	return p->fault[0] == '\0' ? 0 : -1;
}

/* Whether the facts about the login agree with what was said. */
static int
check_login(struct play *p, const struct smtp_facts *f)
{
	if (!p->sent_auth)
		return f->login == SMTP_LOGIN_NOT_TRIED
		    ? 0
		    : fault(p, "a login without AUTH");
	if (f->login == SMTP_LOGIN_NOT_TRIED)
		return fault(p, "AUTH, and no login");
	if ((f->outcome == SMTP_AUTH_REJECTED) !=
	    (f->login == SMTP_LOGIN_REJECTED))
		return fault(p, "rejected or not?");
	if ((f->outcome == SMTP_OK || f->outcome == SMTP_SENDER_REFUSED ||
		f->outcome == SMTP_RECIPIENT_REFUSED) &&
	    f->login != SMTP_LOGIN_ACCEPTED)
		return fault(p, "the login was accepted");
	if ((f->outcome == SMTP_AUTH_TEMPORARY ||
		f->outcome == SMTP_MECHANISM_REFUSED) &&
	    f->login != SMTP_LOGIN_UNDECIDED)
		return fault(p, "nothing was judged");
	return 0;
}

int
play_end(struct play *p)
{
	const struct smtp_facts *f = smtp_client_facts(p->c);
	enum smtp_outcome outcome = f->outcome;

	if (smtp_client_want(p->c) != SMTP_END)
		return fault(p, "at the end it wants %s",
		    want_name(smtp_client_want(p->c)));
	if (strcmp(dialogue_condition(outcome), p->d->end) != 0)
		return fault(p, "it ends in %s (%s), not %s",
		    dialogue_condition(outcome), f->detail, p->d->end);
	if (!smtp_client_is_leaving(p->c))
		return fault(p, "it ended and is not leaving");
	/* Whatever comes now changes nothing. */
	play_feed(p, "554 5.3.0 late\r\n", 16);
	play_close(p);
	if (smtp_client_want(p->c) != SMTP_END || f->outcome != outcome)
		return fault(p, "it goes on after the end");
	return check_login(p, f);
}

int
play_whole(struct play *p, const struct dialogue *d, size_t chunk)
{
	if (play_begin(p, d, chunk) == -1 ||
	    play_steps(p, 0, d->step_count) == -1)
		return -1;
	return play_end(p) == -1 || p->fault[0] != '\0' ? -1 : 0;
}

void
play_free(struct play *p)
{
	size_t i;

	for (i = 0; i < p->needle_count; i++)
		buf_free(&p->needles[i].text);
	buf_free(&p->said);
	smtp_client_free(p->c);
	p->c = NULL;
}
