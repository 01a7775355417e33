/*
 * The dialogue of a transcript, with the machine of the plugin and without a
 * network.  What the probe would do between the two is done here.
 */

#include <stdio.h>
#include <string.h>

#include "check/trust.h"
#include "tests/unit/transcript_internal.h"

/* As the probe does it: where in the dialogue an exchange begins. */
static void
take_trace(void *arg, char direction, const char *text, size_t len)
{
	struct transcript_scene *s = arg;
	struct trace *t = &s->f.trace;
	enum smtp_phase phase;

	if (direction == '>') {
		buf_truncate(&s->said, 0);
		buf_add(&s->said, text, len);
	}
	if (direction != '=') {
		trace_add(t, direction, text, len);
		return;
	}
	phase = smtp_client_phase(s->c);
	if (smtp_client_is_leaving(s->c))
		trace_end(t);
	else if (phase != SMTP_PHASE_TLS &&
	    (phase != SMTP_PHASE_AUTH || s->phase != PHASE_AUTH))
		trace_begin(t);
}

static int
enter(struct transcript_scene *s, enum phase next)
{
	if (s->passed_count > 0 && s->phase == next)
		return 0;
	if (s->passed_count == FACTS_SPANS_MAX)
		return transcript_fault(s->t, 0, "too many phases");
	s->phase = next;
	s->passed[s->passed_count++] = next;
	return 0;
}

static int
follow(struct transcript_scene *s)
{
	if (smtp_client_want(s->c) == SMTP_END)
		return 0;
	return enter(s, phase_of_smtp(smtp_client_phase(s->c)));
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
expect_want(struct transcript_scene *s, const struct dialogue_step *step,
    enum smtp_want want)
{
	enum smtp_want wants = smtp_client_want(s->c);

	if (wants == want)
		return 0;
	return transcript_fault(s->t, step->line,
	    "it wants %s, not %s; last said: %s", want_name(wants),
	    want_name(want), buf_str(&s->said));
}

static int
play_client(struct transcript_scene *s, const struct dialogue_step *step)
{
	size_t len;

	if (expect_want(s, step, SMTP_WANT_WRITE) == -1)
		return -1;
	if (s->said.len != step->len - 2 ||
	    memcmp(buf_str(&s->said), step->bytes, s->said.len) != 0)
		return transcript_fault(
		    s->t, step->line, "it says %s", buf_str(&s->said));
	smtp_client_output(s->c, &len);
	smtp_client_sent(s->c, len);
	return 0;
}

static int
play_tls(struct transcript_scene *s, const struct dialogue_step *step)
{
	struct tls_facts *t = &s->f.tls;
	struct trust trust;

	if (expect_want(s, step, SMTP_WANT_TLS) == -1)
		return -1;
	trust = trust_judge(t, s->asked);
	t->done = true;
	s->f.verified = trust.verified;
	if (trust.may_go_on)
		smtp_client_tls_done(s->c, trust.verified, NULL);
	else
		smtp_client_leave(s->c);
	return 0;
}

static int
play_step(struct transcript_scene *s, const struct dialogue_step *step)
{
	int rc = 0;

	switch (step->kind) {
	case DIALOGUE_CLIENT:
		return play_client(s, step);
	case DIALOGUE_TLS:
		return play_tls(s, step);
	case DIALOGUE_CLOSE:
		smtp_client_input(s->c, "", 0);
		return 0;
	case DIALOGUE_SERVER:
	case DIALOGUE_RAW:
	default:
		if ((rc = expect_want(s, step, SMTP_WANT_READ)) == 0)
			smtp_client_input(s->c, step->bytes, step->len);
		/* Unless it is the end: there was no time for it then. */
		while (step + 1 < s->t->d.steps + s->t->d.step_count &&
		    smtp_client_want(s->c) == SMTP_WANT_WORK)
			smtp_client_work(s->c);
		return rc;
	}
}

static void
withhold(void *arg, const char *text, size_t len)
{
	struct transcript_scene *s = arg;

	censor_add(s->censor, text, len);
}

static struct smtp_client *
new_client(struct transcript_scene *s)
{
	const struct settings *asked = s->asked;
	struct smtp_params p = { .ehlo_name = asked->ehlo_name != NULL
		    ? asked->ehlo_name
		    : "probe.example.org",
		.lmtp = asked->lmtp,
		.tls = asked->tls_mode,
		.withhold = s->f.guard.held_back,
		.allow_cleartext = asked->allow_cleartext,
		.allow_unverified = asked->allow_unverified,
		.from = asked->from,
		.rcpt = asked->rcpt,
		.commands = s->commands,
		.command_count = asked->command_count,
		.trace = take_trace,
		.trace_arg = s };
	size_t i;

	s->f.trace.whole = asked->keep_dialogue;
	for (i = 0; i < asked->command_count; i++)
		s->commands[i] = asked->commands[i].command;
	if (asked->login) {
		s->creds = (struct sasl_creds){ .user = asked->user,
			.authzid = asked->authzid,
			.secret = buf_str(&s->secret),
			.proof = asked->proof,
			.trace = "check_smtp_auth",
			.nonce = DIALOGUE_NONCE,
			.made = withhold,
			.made_arg = s,
			.host = asked->host,
			.port = asked->port };
		p.creds = &s->creds;
		p.mechs = asked->mechs;
		p.mech_count = asked->mech_count;
	}
	return smtp_client_new(&p);
}

/* The times must be of the phases that the dialogue went through. */
static int
compare_phases(struct transcript_scene *s)
{
	const struct facts *f = &s->f;
	size_t i;

	for (i = 0; i < s->passed_count; i++)
		if (i >= f->span_count || f->spans[i].phase != s->passed[i])
			return transcript_fault(s->t, 0,
			    "times: %s comes next, as number %zu",
			    phase_name(s->passed[i]), i + 1);
	if (i < f->span_count)
		return transcript_fault(s->t, 0, "times: no %s in the dialogue",
		    phase_name(f->spans[i].phase));
	return 0;
}

static int
play_all(struct transcript_scene *s)
{
	const struct dialogue *d = &s->t->d;
	bool over;
	size_t i;

	if (follow(s) == -1)
		return -1;
	for (i = 0; i < d->step_count; i++)
		if (play_step(s, &d->steps[i]) == -1 || follow(s) == -1)
			return -1;
	over = smtp_client_want(s->c) == SMTP_END;
	if (over != (s->f.end == END_COMPLETE))
		return transcript_fault(s->t, 0,
		    over ? "the dialogue is over, and that is not the end"
			 : "the dialogue is not over: it wants %s",
		    want_name(smtp_client_want(s->c)));
	return compare_phases(s);
}

/* All phases but the last are over, and that one with the reply to QUIT. */
static void
mark_done(struct transcript_scene *s)
{
	struct facts *f = &s->f;
	size_t i;

	for (i = 0; i < f->span_count; i++)
		f->phase_done[f->spans[i].phase] = i + 1 < f->span_count ||
		    (s->c != NULL && smtp_client_has_quit(s->c));
}

int
transcript_play(struct transcript_scene *s)
{
	struct facts *f = &s->f;
	size_t i;

	for (i = 0; i < f->span_count && f->spans[i].phase <= PHASE_CONNECT;
	     i++)
		if (enter(s, f->spans[i].phase) == -1)
			return -1;
	if (i == f->span_count) {
		mark_done(s);
		return s->t->d.step_count == 0
		    ? 0
		    : transcript_fault(s->t, 0, "a dialogue, and no times");
	}
	if ((s->c = new_client(s)) == NULL)
		return transcript_fault(s->t, 0, "no machine");
	if (play_all(s) == -1)
		return -1;
	mark_done(s);
	if (f->end == END_TIMEOUT)
		smtp_client_run_out(s->c);
	s->smtp = *smtp_client_facts(s->c);
	if (s->no_memory)
		s->smtp.outcome = SMTP_NO_MEMORY;
	f->smtp = &s->smtp;
	if (f->baseline != NULL)
		baseline_see(&f->baseline->now, f, s->asked);
	return 0;
}
