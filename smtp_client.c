#include "smtp_client.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "smtp/auth.h"

enum {
	OUTPUT_MAX = 16 * 1024,
	INPUT_MAX = 2 * SMTP_REPLY_MAX,
};

enum state {
	ST_GREETING,
	ST_EHLO,
	ST_HELO,
	ST_STARTTLS,
	ST_HANDSHAKE,
	ST_AUTH,
	ST_WORK,
	ST_CANCEL,
	ST_MAIL,
	ST_RCPT,
	ST_COMMAND,
	ST_RSET,
	ST_AWAIT_GREETING, /* only to be able to say QUIT */
	ST_QUIT,
	ST_AWAIT_QUIT, /* what came was no answer to it */
	ST_END,
	STATES,
};

struct smtp_client {
	struct smtp_params p;
	enum state state;
	bool verified; /* the TLS server is the one that it should be */
	bool has_quit;
	bool spoke_unasked; /* as it was left: more may be on its way */
	bool sent_mail;
	size_t command; /* -C commands sent so far */
	struct sasl_channel channel;
	struct auth auth;
	struct buf in, out;
	struct smtp_reply_progress in_progress;
	struct smtp_facts facts;
};

/*
 * One row per state: what to say on the way in, who reads the reply.
 * A reader returns the next state; enter() is the only place that sets it.
 */
struct step {
	const char *name;
	enum smtp_phase phase;
	bool leaving;
	int (*say)(struct smtp_client *);
	enum state (*hear)(struct smtp_client *, const struct smtp_reply *);
};

static int say_ehlo(struct smtp_client *);
static int say_helo(struct smtp_client *);
static int say_starttls(struct smtp_client *);
static int say_auth(struct smtp_client *);
static int say_cancel(struct smtp_client *);
static int say_mail(struct smtp_client *);
static int say_rcpt(struct smtp_client *);
static int say_command(struct smtp_client *);
static int say_rset(struct smtp_client *);
static int say_quit(struct smtp_client *);
static enum state hear_greeting(
    struct smtp_client *, const struct smtp_reply *);
static enum state hear_ehlo(struct smtp_client *, const struct smtp_reply *);
static enum state hear_helo(struct smtp_client *, const struct smtp_reply *);
static enum state hear_starttls(
    struct smtp_client *, const struct smtp_reply *);
static enum state hear_auth(struct smtp_client *, const struct smtp_reply *);
static enum state hear_mail(struct smtp_client *, const struct smtp_reply *);
static enum state hear_rcpt(struct smtp_client *, const struct smtp_reply *);
static enum state hear_command(struct smtp_client *, const struct smtp_reply *);
static enum state hear_anything(
    struct smtp_client *, const struct smtp_reply *);
static enum state hear_quit(struct smtp_client *, const struct smtp_reply *);

/* clang-format off */
static const struct step steps[STATES] = {
	[ST_GREETING] = { "greeting", SMTP_PHASE_GREETING, false, NULL,         hear_greeting },
	[ST_EHLO]     = { "ehlo",     SMTP_PHASE_EHLO,     false, say_ehlo,     hear_ehlo },
	[ST_HELO]     = { "helo",     SMTP_PHASE_EHLO,     false, say_helo,     hear_helo },
	[ST_STARTTLS] = { "starttls", SMTP_PHASE_STARTTLS, false, say_starttls, hear_starttls },
	[ST_HANDSHAKE] = { "handshake", SMTP_PHASE_TLS,    false, NULL,         NULL },
	[ST_AUTH]     = { "auth",     SMTP_PHASE_AUTH,     false, say_auth,     hear_auth },
	[ST_WORK]     = { "work",     SMTP_PHASE_AUTH,     false, NULL,         NULL },
	[ST_CANCEL]   = { "cancel",   SMTP_PHASE_AUTH,     true,  say_cancel,   hear_anything },
	[ST_MAIL]     = { "mail",     SMTP_PHASE_ENVELOPE, false, say_mail,     hear_mail },
	[ST_RCPT]     = { "rcpt",     SMTP_PHASE_ENVELOPE, false, say_rcpt,     hear_rcpt },
	[ST_COMMAND]  = { "command",  SMTP_PHASE_ENVELOPE, false, say_command,  hear_command },
	[ST_RSET]     = { "rset",     SMTP_PHASE_ENVELOPE, true,  say_rset,     hear_anything },
	[ST_AWAIT_GREETING] = { "await-greeting", SMTP_PHASE_QUIT, true, NULL,  hear_anything },
	[ST_QUIT]     = { "quit",     SMTP_PHASE_QUIT,     true,  say_quit,     hear_quit },
	[ST_AWAIT_QUIT] = { "await-quit", SMTP_PHASE_QUIT, true,  NULL,         hear_quit },
	[ST_END]      = { "end",      SMTP_PHASE_QUIT,     true,  NULL,         NULL },
};
/* clang-format on */

static void
trace(struct smtp_client *c, char direction, const char *text, size_t len)
{
	if (c->p.trace != NULL)
		c->p.trace(c->p.trace_arg, direction, text, len);
}

/* Record why the dialogue ended: the first cause. */
static void
conclude(struct smtp_client *c, enum smtp_outcome outcome, const char *detail)
{
	struct smtp_facts *f = &c->facts;

	if (f->outcome != SMTP_OK || steps[c->state].leaving)
		return;
	f->outcome = outcome;
	f->ended_in = steps[c->state].phase;
	if (detail != NULL)
		snprintf(f->detail, sizeof f->detail, "%s", detail);
}

/* Conclude, and leave politely. */
static enum state
refuse(struct smtp_client *c, enum smtp_outcome outcome, const char *detail)
{
	conclude(c, outcome, detail);
	return c->sent_mail ? ST_RSET : ST_QUIT;
}

/* A well-formed reply that cannot answer what was said. */
static enum state
refuse_class(struct smtp_client *c, const struct smtp_reply *r)
{
	char detail[64];

	snprintf(detail, sizeof detail, "unexpected reply code %d", r->code);
	return refuse(c, SMTP_PROTOCOL_BROKEN, detail);
}

static void
enter(struct smtp_client *c, enum state next)
{
	const struct step *s = &steps[next];

	c->state = next;
	trace(c, '=', s->name, strlen(s->name));
	if (s->say != NULL && s->say(c) == -1) {
		conclude(c, SMTP_NO_MEMORY, NULL);
		c->state = ST_END;
	}
}

/* Queue a line.  shown replaces it in the trace when it holds a secret. */
static int
send_line(struct smtp_client *c, const char *line, const char *shown)
{
	trace(c, '>', shown, strlen(shown));
	if (buf_adds(&c->out, line) == -1)
		return -1;
	return buf_adds(&c->out, "\r\n");
}

static int
send_pair(struct smtp_client *c, const char *verb, const char *argument,
    const char *end)
{
	struct buf line = BUF_INIT(OUTPUT_MAX);
	int rc = buf_addf(&line, "%s%s%s", verb, argument, end);

	if (rc == 0)
		rc = send_line(c, line.data, line.data);
	buf_free(&line);
	return rc;
}

static int
keep(struct smtp_answer *a, const struct smtp_reply *r)
{
	buf_truncate(&a->text, 0);
	a->code = r->code;
	if (r->code == 334) /* its payload is shown nowhere */
		return buf_adds(&a->text, "334 [challenge]\r\n");
	return buf_add(&a->text, r->text, r->len);
}

static enum state
no_memory(struct smtp_client *c)
{
	conclude(c, SMTP_NO_MEMORY, NULL);
	return ST_END;
}

static enum state
hear_greeting(struct smtp_client *c, const struct smtp_reply *r)
{
	if (keep(&c->facts.greeting, r) == -1)
		return no_memory(c);
	if (r->code == 220)
		return ST_EHLO;
	return r->code >= 400 ? refuse(c, SMTP_GREETING_REFUSED, NULL)
			      : refuse_class(c, r);
}

static int
say_ehlo(struct smtp_client *c)
{
	return send_pair(c, c->p.lmtp ? "LHLO " : "EHLO ", c->p.ehlo_name, "");
}

static int
say_helo(struct smtp_client *c)
{
	return send_pair(c, "HELO ", c->p.ehlo_name, "");
}

/* Why the mechanism, wanted and offered, is not used. */
static enum smtp_passed
pass_over(const struct smtp_client *c, const struct sasl_mech *m)
{
	if (m->reveals_secret && !c->facts.tls && !c->p.allow_cleartext)
		return SMTP_PASSED_NO_TLS;
	if (m->reveals_secret && c->facts.tls && !c->verified &&
	    !c->p.allow_unverified)
		return SMTP_PASSED_UNVERIFIED;
	if (m->binds_channel && c->channel.type == NULL)
		return SMTP_PASSED_UNBOUND;
	return sasl_lacks(m) != NULL ? SMTP_PASSED_LACKING : SMTP_PASSED_NONE;
}

static bool
is_held_back(enum smtp_passed why)
{
	return why == SMTP_PASSED_NO_TLS || why == SMTP_PASSED_UNVERIFIED;
}

/* The first mechanism of ours that is offered and may be used, or NULL. */
static const struct sasl_mech *
choose(struct smtp_client *c, const struct smtp_reply *r)
{
	struct smtp_facts *f = &c->facts;
	enum smtp_passed why;
	size_t i;

	for (i = 0; i < c->p.mech_count; i++) {
		if (!smtp_reply_offers_mechanism(r, c->p.mechs[i]->name))
			continue;
		if ((why = pass_over(c, c->p.mechs[i])) == SMTP_PASSED_NONE)
			return c->p.mechs[i];
		/* One that TLS would help comes first: there is a way out. */
		if (f->passed != NULL &&
		    (is_held_back(f->passed_for) || !is_held_back(why)))
			continue;
		f->passed = c->p.mechs[i];
		f->passed_for = why;
	}
	return NULL;
}

/* Nothing that is offered may be used: for the first of it, for this reason. */
static enum state
refuse_mechanisms(struct smtp_client *c)
{
	struct smtp_facts *f = &c->facts;
	char detail[128];

	switch (f->passed_for) {
	case SMTP_PASSED_NO_TLS:
	case SMTP_PASSED_UNVERIFIED:
		f->mech = f->passed;
		f->secret_needs_tls = !f->tls;
		return refuse(c, SMTP_SECRET_HELD_BACK, NULL);
	case SMTP_PASSED_UNBOUND:
		snprintf(detail, sizeof detail,
		    "%s needs a channel to bind to, %s", f->passed->name,
		    f->tls ? "which this TLS connection does not have"
			   : "and there is no TLS");
		return refuse(c, SMTP_MECHANISM_MISSING, detail);
	case SMTP_PASSED_LACKING:
		snprintf(detail, sizeof detail,
		    "%s needs %s, which this OpenSSL does not compute",
		    f->passed->name, sasl_lacks(f->passed));
		return refuse(c, SMTP_MECHANISM_MISSING, detail);
	case SMTP_PASSED_NONE:
	default:
		return refuse(c, SMTP_MECHANISM_MISSING, NULL);
	}
}

/* Whether a mechanism with -PLUS is offered, ours to use or not. */
static bool
offers_binding(const struct smtp_reply *r)
{
	static const char suffix[] = "-PLUS";
	const size_t len = sizeof suffix - 1;
	const char *name;
	size_t pos = 0, n;

	while (smtp_reply_mechanism(r, &pos, &name, &n))
		if (n > len && strncasecmp(name + n - len, suffix, len) == 0)
			return true;
	return false;
}

static bool
needs_utf8(const struct smtp_client *c)
{
	return !text_is_ascii(c->p.from) ||
	    (c->p.rcpt != NULL && !text_is_ascii(c->p.rcpt));
}

/* RFC 6531, 3.2: other octets than ASCII's only where they are welcome. */
static enum state
begin_envelope(struct smtp_client *c)
{
	const struct smtp_reply ehlo = smtp_answer_reply(&c->facts.ehlo);

	if (c->p.from != NULL && needs_utf8(c) &&
	    !smtp_reply_offers(&ehlo, "SMTPUTF8"))
		return refuse(c, SMTP_UTF8_MISSING, NULL);
	if (c->p.from != NULL)
		return ST_MAIL;
	return c->p.command_count > 0 ? ST_COMMAND : ST_QUIT;
}

static enum state
begin_auth(struct smtp_client *c, const struct smtp_reply *r)
{
	struct smtp_facts *f = &c->facts;

	if (c->p.creds == NULL)
		return begin_envelope(c);
	if ((f->mech = choose(c, r)) == NULL)
		return refuse_mechanisms(c);
	if (!auth_fits(f->mech, c->p.creds))
		return refuse(c, SMTP_SECRET_TOO_LONG, NULL);
	if (c->p.withhold)
		return refuse(c, SMTP_SECRET_WITHHELD, NULL);
	c->channel.has_tls = f->tls;
	c->channel.server_binds = offers_binding(r);
	if (auth_init(&c->auth, f->mech, c->p.creds, &c->channel) == -1)
		return no_memory(c);
	return ST_AUTH;
}

static enum state
hear_ehlo(struct smtp_client *c, const struct smtp_reply *r)
{
	struct smtp_facts *f = &c->facts;

	/* RFC 5321, 3.2: an old server knows HELO only. */
	if ((r->code == 500 || r->code == 502) && !c->p.lmtp &&
	    c->p.tls != SMTP_TLS_STARTTLS && c->p.creds == NULL)
		return ST_HELO;
	if (r->code >= 400)
		return refuse(c, SMTP_EHLO_REFUSED, NULL);
	if (r->code != 250)
		return refuse_class(c, r);
	if (keep(&f->ehlo, r) == -1 ||
	    (!f->tls && keep(&f->ehlo_clear, r) == -1))
		return no_memory(c);
	if (c->p.tls == SMTP_TLS_STARTTLS && !f->tls) {
		if (smtp_reply_offers(r, "STARTTLS"))
			return ST_STARTTLS;
		return refuse(c, SMTP_STARTTLS_MISSING, NULL);
	}
	return begin_auth(c, r);
}

static enum state
hear_helo(struct smtp_client *c, const struct smtp_reply *r)
{
	if (r->code >= 400)
		return refuse(c, SMTP_EHLO_REFUSED, NULL);
	return r->code != 250 ? refuse_class(c, r) : begin_envelope(c);
}

static int
say_starttls(struct smtp_client *c)
{
	return send_line(c, "STARTTLS", "STARTTLS");
}

static enum state
hear_starttls(struct smtp_client *c, const struct smtp_reply *r)
{
	/* Bytes behind the reply may not be the server's, whatever it says. */
	if (c->in.len > r->len) {
		conclude(c, SMTP_STARTTLS_INJECTION, NULL);
		return ST_END;
	}
	if (r->code >= 400)
		return refuse(c, SMTP_STARTTLS_MISSING, NULL);
	return r->code == 220 ? ST_HANDSHAKE : refuse_class(c, r);
}

static int
say_auth(struct smtp_client *c)
{
	struct buf line = BUF_INIT(OUTPUT_MAX);
	char shown[64];
	int rc;

	/* What was sent is not needed again, and is the secret. */
	if (c->auth.challenged) {
		rc = send_line(c, buf_str(&c->auth.response), "[response]");
		buf_free(&c->auth.response);
		return rc;
	}
	c->facts.login = SMTP_LOGIN_UNDECIDED;
	rc = auth_command(&c->auth, &line);
	snprintf(shown, sizeof shown, "AUTH %s%s", c->auth.mech->name,
	    c->auth.mech->has_initial_response && !c->auth.held
		? " [initial response]"
		: "");
	if (rc == 0)
		rc = send_line(c, line.data, shown);
	buf_free(&line);
	return rc;
}

static enum state
refuse_login(
    struct smtp_client *c, enum smtp_login login, enum smtp_outcome outcome)
{
	c->facts.login = login;
	return refuse(c, outcome, c->auth.detail);
}

static enum state
follow_auth(struct smtp_client *c, enum auth_verdict verdict)
{
	switch (verdict) {
	case AUTH_RESPOND:
		return ST_AUTH;
	case AUTH_WORK:
		c->facts.working = true;
		return ST_WORK;
	case AUTH_DISTRUST:
		conclude(c, SMTP_SERVER_UNPROVEN,
		    "its proof that it knows the password is false");
		return ST_CANCEL;
	case AUTH_UNPROVEN:
		return refuse(c, SMTP_SERVER_UNPROVEN,
		    "it accepted the login without proving that it knows "
		    "the password");
	case AUTH_CANCEL:
		conclude(c, SMTP_PROTOCOL_BROKEN, c->auth.detail);
		return ST_CANCEL;
	case AUTH_ACCEPTED:
		c->facts.login = SMTP_LOGIN_ACCEPTED;
		return begin_envelope(c);
	case AUTH_REJECTED:
		return refuse_login(c, SMTP_LOGIN_REJECTED, SMTP_AUTH_REJECTED);
	case AUTH_TEMPORARY:
		return refuse(c, SMTP_AUTH_TEMPORARY, NULL);
	case AUTH_MECHANISM_REFUSED:
		return refuse(c, SMTP_MECHANISM_REFUSED, NULL);
	case AUTH_BROKEN:
		return refuse(c, SMTP_PROTOCOL_BROKEN, c->auth.detail);
	case AUTH_NO_MEMORY:
	default:
		return no_memory(c);
	}
}

static enum state
hear_auth(struct smtp_client *c, const struct smtp_reply *r)
{
	enum auth_verdict verdict = auth_hear(&c->auth, r);
	struct smtp_facts *f = &c->facts;

	f->response_len = c->auth.response_len;
	f->iterations = sasl_iterations(c->auth.sasl);
	if (c->auth.told_error && f->challenge_error.len == 0 &&
	    buf_add(&f->challenge_error, c->auth.error.data,
		c->auth.error.len) == -1)
		return no_memory(c);
	return follow_auth(c, verdict);
}

void
smtp_client_work(struct smtp_client *c)
{
	enum auth_verdict verdict;

	assert(c->state == ST_WORK);
	verdict = auth_work(&c->auth);
	c->facts.working = verdict == AUTH_WORK;
	c->facts.response_len = c->auth.response_len;
	if (verdict == AUTH_RESPOND)
		enter(c, ST_AUTH);
	else if (verdict != AUTH_WORK)
		enter(c, no_memory(c));
}

static int
say_cancel(struct smtp_client *c)
{
	return send_line(c, "*", "*");
}

static int
say_mail(struct smtp_client *c)
{
	c->sent_mail = true;
	return send_pair(
	    c, "MAIL FROM:<", c->p.from, needs_utf8(c) ? "> SMTPUTF8" : ">");
}

static enum state
begin_commands(const struct smtp_client *c)
{
	if (c->command < c->p.command_count)
		return ST_COMMAND;
	return c->sent_mail ? ST_RSET : ST_QUIT;
}

/* RFC 5321, 3.8: 421 to any command says that the server is closing. */
static enum state
give_up(struct smtp_client *c)
{
	conclude(c, SMTP_DISCONNECTED, NULL);
	return ST_QUIT;
}

/* MAIL or RCPT; some servers say only there what they think of our name. */
static enum state
refuse_envelope(struct smtp_client *c, const struct smtp_reply *r,
    enum smtp_outcome outcome)
{
	if (r->code == 421)
		return give_up(c);
	return refuse(c,
	    smtp_reply_blames_helo(r)         ? SMTP_EHLO_REFUSED
		: smtp_reply_blames_sender(r) ? SMTP_SENDER_REFUSED
					      : outcome,
	    NULL);
}

static enum state
hear_mail(struct smtp_client *c, const struct smtp_reply *r)
{
	if (r->code >= 400)
		return refuse_envelope(c, r, SMTP_SENDER_REFUSED);
	if (r->code != 250)
		return refuse_class(c, r);
	return c->p.rcpt != NULL ? ST_RCPT : begin_commands(c);
}

static int
say_rcpt(struct smtp_client *c)
{
	return send_pair(c, "RCPT TO:<", c->p.rcpt, ">");
}

static enum state
hear_rcpt(struct smtp_client *c, const struct smtp_reply *r)
{
	if (r->code >= 400)
		return refuse_envelope(c, r, SMTP_RECIPIENT_REFUSED);
	if (r->code != 250 && r->code != 251)
		return refuse_class(c, r);
	return begin_commands(c);
}

static int
say_command(struct smtp_client *c)
{
	return send_pair(c, c->p.commands[c->command], "", "");
}

static enum state
hear_command(struct smtp_client *c, const struct smtp_reply *r)
{
	if (keep(&c->facts.command_answers[c->command++], r) == -1)
		return no_memory(c);
	return r->code == 421 ? give_up(c) : begin_commands(c);
}

static int
say_rset(struct smtp_client *c)
{
	c->sent_mail = false;
	return send_line(c, "RSET", "RSET");
}

/* The outcome is known; only QUIT is left. */
static enum state
hear_anything(struct smtp_client *c, const struct smtp_reply *r)
{
	(void)c;
	(void)r;
	return ST_QUIT;
}

static int
say_quit(struct smtp_client *c)
{
	return send_line(c, "QUIT", "QUIT");
}

/* Of a server that is in step any reply is the answer to QUIT. */
static bool
answers_quit(const struct smtp_client *c, const struct smtp_reply *r)
{
	return (!c->spoke_unasked &&
		   c->facts.outcome != SMTP_PROTOCOL_BROKEN) ||
	    r->code == 221 || r->code == 421;
}

static enum state
hear_quit(struct smtp_client *c, const struct smtp_reply *r)
{
	if (!answers_quit(c, r))
		return ST_AWAIT_QUIT;
	c->has_quit = true;
	return ST_END;
}

/* Shown once it is understood; a challenge's payload is shown nowhere. */
static void
trace_reply(struct smtp_client *c, const struct smtp_reply *r)
{
	struct buf shown = BUF_INIT(SMTP_REPLY_MAX + 32);
	int rc;

	if (c->p.trace == NULL)
		return;
	if (r->code != 334) {
		trace(c, '<', r->text, r->len);
		return;
	}
	rc = c->auth.told_error
	    ? buf_addf(&shown, "334 [challenge: %s]", buf_str(&c->auth.error))
	    : buf_adds(&shown, "334 [challenge]");
	if (rc == 0)
		trace(c, '<', shown.data, shown.len);
	buf_free(&shown);
}

/*
 * What came and is no whole reply.  Once AUTH was sent it may be a part of an
 * echo, which nobody would recognise.
 */
static void
keep_babble(struct smtp_client *c)
{
	struct smtp_facts *f = &c->facts;

	if (f->login == SMTP_LOGIN_NOT_TRIED && !steps[c->state].leaving &&
	    c->in.len > 0 && buf_add(&f->babble, c->in.data, c->in.len) == 0)
		trace(c, '<', f->babble.data, f->babble.len);
}

/* A reply that is no answer, or more than one: no server does that. */
static void
stop_broken(struct smtp_client *c, const char *why)
{
	keep_babble(c);
	if (c->facts.outcome == SMTP_OK && !steps[c->state].leaving)
		c->facts.malformed = true;
	conclude(c, SMTP_PROTOCOL_BROKEN, why);
	enter(c, ST_END);
}

static const char spoke_early[] = "the server spoke before its turn";

/*
 * What came behind the reply that made us leave, and before we said so, was not
 * asked for: it is shown and answers nothing, unless it is the good-bye.
 */
static void
drop_unasked(struct smtp_client *c)
{
	const char *end = memrchr(buf_str(&c->in), '\n', c->in.len);
	struct smtp_reply r;
	size_t len;

	c->spoke_unasked = c->spoke_unasked || c->in.len > 0;
	if (end == NULL ||
	    (smtp_reply_parse(&r, c->in.data, c->in.len, NULL) > 0 &&
		answers_quit(c, &r)))
		return;
	/* A piece of an echo nobody would recognise: see keep_babble(). */
	len = (size_t)(end - c->in.data) + 1;
	if (c->facts.login == SMTP_LOGIN_NOT_TRIED)
		trace(c, '<', c->in.data, len);
	buf_drop(&c->in, len);
}

static enum state
hear(struct smtp_client *c, const struct smtp_reply *r)
{
	enum state next;

	if (!steps[c->state].leaving && keep(&c->facts.last, r) == -1)
		return no_memory(c);
	next = steps[c->state].hear(c, r);
	if (c->in.len > r->len && !steps[next].leaving)
		return refuse(c, SMTP_PROTOCOL_BROKEN, spoke_early);
	return next;
}

/* Read replies for as long as there is nothing to send first. */
static void
advance(struct smtp_client *c)
{
	struct smtp_reply r;
	enum state next;
	const char *why;
	bool leaves;
	ssize_t n;

	while (c->out.len == 0 && steps[c->state].hear != NULL) {
		n = smtp_reply_resume(
		    &c->in_progress, &r, buf_str(&c->in), c->in.len, &why);
		if (n == 0)
			return;
		if (n == -1) {
			stop_broken(c, why);
			return;
		}
		next = hear(c, &r);
		leaves = steps[next].leaving && !steps[c->state].leaving;
		trace_reply(c, &r);
		buf_drop(&c->in, (size_t)n);
		if (leaves)
			drop_unasked(c);
		c->in_progress = (struct smtp_reply_progress){ 0 };
		enter(c, next);
	}
}

struct smtp_client *
smtp_client_new(const struct smtp_params *params)
{
	struct smtp_client *c = calloc(1, sizeof *c);
	struct smtp_facts *f;
	size_t i, n = params->command_count;

	if (c == NULL)
		return NULL;
	f = &c->facts;
	c->p = *params;
	c->in.max = INPUT_MAX;
	c->out.max = OUTPUT_MAX;
	f->greeting.text.max = f->ehlo_clear.text.max = SMTP_REPLY_MAX;
	f->ehlo.text.max = f->last.text.max = SMTP_REPLY_MAX;
	f->challenge_error.max = SMTP_REPLY_MAX;
	f->babble.max = INPUT_MAX;
	if (n > 0) {
		f->command_answers = calloc(n, sizeof *f->command_answers);
		if (f->command_answers == NULL) {
			free(c);
			return NULL;
		}
	}
	for (i = 0; i < n; i++)
		f->command_answers[i].text.max = SMTP_REPLY_MAX;
	c->state =
	    params->tls == SMTP_TLS_IMPLICIT ? ST_HANDSHAKE : ST_GREETING;
	return c;
}

void
smtp_client_free(struct smtp_client *c)
{
	struct smtp_facts *f;
	size_t i;

	if (c == NULL)
		return;
	f = &c->facts;
	for (i = 0; i < c->p.command_count; i++)
		buf_free(&f->command_answers[i].text);
	free(f->command_answers);
	buf_free(&f->greeting.text);
	buf_free(&f->ehlo_clear.text);
	buf_free(&f->ehlo.text);
	buf_free(&f->last.text);
	buf_free(&f->challenge_error);
	buf_free(&f->babble);
	auth_free(&c->auth);
	buf_free(&c->in);
	buf_free(&c->out);
	free(c);
}

enum smtp_want
smtp_client_want(const struct smtp_client *c)
{
	if (c->state == ST_END)
		return SMTP_END;
	if (c->out.len > 0)
		return SMTP_WANT_WRITE;
	if (c->state == ST_WORK)
		return SMTP_WANT_WORK;
	return c->state == ST_HANDSHAKE ? SMTP_WANT_TLS : SMTP_WANT_READ;
}

enum smtp_phase
smtp_client_phase(const struct smtp_client *c)
{
	return steps[c->state].phase;
}

bool
smtp_client_is_leaving(const struct smtp_client *c)
{
	return steps[c->state].leaving;
}

bool
smtp_client_has_quit(const struct smtp_client *c)
{
	return c->has_quit;
}

/* However much comes at once, no more than a reply is kept of it. */
static void
take_bytes(struct smtp_client *c, const char *data, size_t len)
{
	size_t n;

	while (len > 0 && c->state != ST_END) {
		n = c->in.max - c->in.len;
		n = n < len ? n : len;
		if (n == 0) {
			stop_broken(c, "the server says more than it is asked");
		} else if (buf_add(&c->in, data, n) == -1) {
			conclude(c, SMTP_NO_MEMORY, NULL);
			enter(c, ST_END);
		} else {
			advance(c);
		}
		data += n;
		len -= n;
	}
}

void
smtp_client_input(struct smtp_client *c, const char *data, size_t len)
{
	if (c->state == ST_END)
		return;
	if (len == 0) {
		keep_babble(c);
		conclude(c, SMTP_DISCONNECTED, NULL);
		enter(c, ST_END);
	} else if (c->state == ST_HANDSHAKE) {
		smtp_client_injected(c);
	} else if (c->state == ST_WORK) {
		stop_broken(c, spoke_early);
	} else {
		take_bytes(c, data, len);
	}
}

void
smtp_client_run_out(struct smtp_client *c)
{
	if (c->state != ST_END && c->state != ST_HANDSHAKE)
		keep_babble(c);
}

const char *
smtp_client_output(const struct smtp_client *c, size_t *len)
{
	*len = c->out.len;
	return buf_str(&c->out);
}

void
smtp_client_sent(struct smtp_client *c, size_t n)
{
	buf_drop(&c->out, n);
	if (c->out.len == 0 && steps[c->state].leaving)
		drop_unasked(c);
	advance(c);
}

void
smtp_client_tls_done(
    struct smtp_client *c, bool verified, const struct sasl_channel *channel)
{
	assert(c->state == ST_HANDSHAKE);
	if (channel != NULL)
		c->channel = *channel;
	c->facts.tls = true;
	c->verified = verified;
	/* RFC 3207, 4.2: forget everything learned before TLS. */
	c->facts.ehlo.code = 0;
	buf_truncate(&c->facts.ehlo.text, 0);
	enter(c, c->p.tls == SMTP_TLS_STARTTLS ? ST_EHLO : ST_GREETING);
}

void
smtp_client_leave(struct smtp_client *c)
{
	assert(c->state == ST_HANDSHAKE);
	c->facts.tls = true;
	conclude(c, SMTP_SERVER_UNVERIFIED, NULL);
	enter(c, c->p.tls == SMTP_TLS_STARTTLS ? ST_QUIT : ST_AWAIT_GREETING);
}

void
smtp_client_injected(struct smtp_client *c)
{
	assert(c->state == ST_HANDSHAKE);
	conclude(c, SMTP_STARTTLS_INJECTION, NULL);
	enter(c, ST_END);
}

const struct smtp_facts *
smtp_client_facts(const struct smtp_client *c)
{
	return &c->facts;
}
