#include "run/job.h"

#include <string.h>
#include <time.h>

#include "probe/probe.h"
#include "run/last_word.h"

void
job_init(struct job *j, struct settings *asked)
{
	*j = (struct job){ .asked = asked, .facts = FACTS_INIT(END_ERROR) };
}

static void
tell_done(void *arg)
{
	struct job *j = arg;

	j->state = JOB_DONE;
	j->done(j->arg);
}

static void
on_done(void *arg, struct probe *p)
{
	struct job *j = arg;

	(void)p;
	if (memory_is_wanted(j->asked, &j->secret))
		memory_note(&j->memory, tell_done, j);
	else
		tell_done(j);
}

static void
on_phase(void *arg, enum phase phase)
{
	struct job *j = arg;

	j->place = phase_doing(phase);
	last_word_place(j->place);
}

static void
on_known(void *arg)
{
	(void)arg;
	last_word_known();
}

/* What cannot be right is not sent: nothing else of it is worth telling. */
static int
refuse_secret(struct job *j)
{
	struct secret_look *l = &j->facts.look;
	enum secret_fault fault = secret_look_refuses(l);
	const char *what = l->is_token ? "token" : "password";

	if (fault == SECRET_FAULTS)
		return 0;
	*l = (struct secret_look){ .is_token = l->is_token };
	return err_set(&j->facts.err, ERR_SECRET, "the %s %s", what,
	    secret_look_text(fault));
}

static int
look_at_secret(struct job *j)
{
	struct facts *f = &j->facts;

	f->secret_world_readable = j->secret.world_readable;
	f->now_unix = time(NULL);
	if (j->secret.value != NULL &&
	    secret_look(&f->look, j->secret.value, j->secret.len,
		j->asked->proof == SASL_PROOF_TOKEN) == -1)
		return err_nomem(&f->err);
	/* Who gave the token knows it, where the token does not tell. */
	if (j->secret.expires_at != 0 && !f->look.token.has_expiry) {
		f->look.token.has_expiry = true;
		f->look.token.expires_at = j->secret.expires_at;
	}
	f->credential_ends_at = j->secret.credential_ends_at;
	memcpy(f->credential, j->secret.credential, sizeof f->credential);
	if ((j->censor = censor_new(j->secret.value, j->asked->user)) == NULL)
		return err_nomem(&f->err);
	return refuse_secret(j);
}

/* The TLS context is made while the network is at work. */
static void
use_tls(struct job *j)
{
	struct tls_context *t;

	if (j->asked->tls_mode == SMTP_TLS_NONE)
		return;
	last_word_place("reading certificates");
	if ((t = shared_tls(j->shared, j->asked, &j->lent, &j->facts.err)) !=
	    NULL)
		probe_use_tls(j->probe, t);
	else
		probe_fail(j->probe);
	last_word_place(j->place);
}

/* Returns 0, or -1 with the facts complete. */
static int
start_probe(struct job *j)
{
	struct probe_setup setup = { .asked = j->asked,
		.secret = j->secret.value,
		.censor = j->censor,
		.loop = shared_loop(j->shared),
		.deadline_us = j->deadline_us,
		.facts = &j->facts,
		.done = on_done,
		.entered = on_phase,
		.known = on_known,
		.arg = j };

	j->state = JOB_PROBE;
	j->facts.hung_in = NULL;
	if (!j->asked->has_address)
		setup.resolver = shared_resolver(
		    j->shared, j->asked, &j->lent, &j->facts.err);
	if ((j->probe = probe_start(&setup)) == NULL)
		return err_nomem(&j->facts.err);
	use_tls(j);
	return 0;
}

static void
on_asked(void *arg)
{
	struct job *j = arg;

	if (j->facts.err.kind != ERR_NONE || start_probe(j) == -1)
		tell_done(j);
}

/* Most checks remember nothing. */
static void
ask_memory(struct job *j)
{
	struct err later = { .kind = ERR_NONE };
	struct shared_lent lent = { .context = NULL };

	if (!memory_is_wanted(j->asked, &j->secret)) {
		on_asked(j);
		return;
	}
	j->state = JOB_MEMORY;
	j->facts.hung_in = memory_place;
	last_word_place(memory_place);
	/* It is to come before anything else of OpenSSL's. */
	if (j->asked->tls_mode != SMTP_TLS_NONE)
		shared_tls(j->shared, j->asked, &lent, &later);
	shared_return(j->shared, &lent);
	j->memory = (struct memory){ .asked = j->asked,
		.secret = &j->secret,
		.facts = &j->facts,
		.loop = shared_loop(j->shared),
		.digester = shared_digester(j->shared),
		.deadline_us = j->deadline_us };
	memory_ask(&j->memory, on_asked, j);
}

static void
leave_secret(struct job *j)
{
	secret_fetch_free(j->fetch);
	j->fetch = NULL;
	shared_had_secret(j->shared);
}

static void
on_secret(void *arg, int rc)
{
	struct job *j = arg;

	leave_secret(j);
	/* One copy is enough: that of -P, pass: and ask goes. */
	if (j->asked->secret.kind == SECRET_TEXT ||
	    j->asked->secret.kind == SECRET_ASK)
		secret_source_free(&j->asked->secret);
	memcpy(j->facts.remedy, j->secret.remedy, sizeof j->facts.remedy);
	if (rc == -1 || look_at_secret(j) == -1)
		tell_done(j);
	else
		ask_memory(j);
}

static void
on_no_source(void *arg)
{
	on_secret(arg, 0);
}

static void
on_no_memory(void *arg)
{
	on_secret(arg, -1);
}

void
job_start(struct job *j, struct shared *shared, int64_t deadline_us,
    job_fn *done, void *arg)
{
	struct loop *l = shared_loop(shared);
	const char *where = j->asked->secret.kind == SECRET_OAUTH2
	    ? "renewing the token"
	    : "reading the secret";

	j->state = JOB_SECRET;
	j->shared = shared;
	j->deadline_us = deadline_us;
	j->done = done;
	j->arg = arg;
	j->facts.hung_in = where;
	last_word_place(where);
	shared_want_secret(shared);
	if (j->asked->secret.kind == SECRET_NONE)
		loop_timer_set(l, &j->timer, 0, on_no_source, j);
	else if ((j->fetch = secret_fetch_start(l, &j->asked->secret,
		      deadline_us, &j->secret, &j->facts.err, on_secret, j)) ==
	    NULL)
		loop_timer_set(l, &j->timer, 0, on_no_memory, j);
	else if (shared_readers(shared) != NULL)
		secret_fetch_read_by(j->fetch, shared_readers(shared));
}

void
job_cut(struct job *j, const char *why)
{
	if (j->state == JOB_PROBE) {
		probe_cut(j->probe, why);
	} else if (j->state == JOB_SECRET || j->state == JOB_MEMORY) {
		err_set(&j->facts.err, ERR_INTERNAL, "%s while %s", why,
		    j->facts.hung_in);
		job_forget(j);
		loop_timer_set(
		    shared_loop(j->shared), &j->timer, 0, tell_done, j);
	}
}

void
job_forget(struct job *j)
{
	if (j->state == JOB_SECRET) {
		loop_timer_cancel(shared_loop(j->shared), &j->timer);
		leave_secret(j);
		j->state = JOB_DONE;
	}
	memory_free(&j->memory);
	censor_free(j->censor);
	j->censor = NULL;
	j->facts.censor = NULL;
	secret_free(&j->secret);
}

void
job_free(struct job *j)
{
	probe_free(j->probe);
	job_forget(j);
	if (j->shared != NULL) {
		loop_timer_cancel(shared_loop(j->shared), &j->timer);
		shared_return(j->shared, &j->lent);
	}
	facts_free(&j->facts);
}
