#include "run/job.h"

#include <string.h>
#include <time.h>

#include "base/process.h"
#include "probe/probe.h"
#include "run/last_word.h"

void
job_init(struct job *j, struct settings *asked)
{
	*j = (struct job){ .asked = asked };
	facts_init(&j->facts);
	j->facts.end = END_ERROR;
}

static void
on_done(void *arg, struct probe *p)
{
	struct job *j = arg;

	(void)p;
	j->done(j->arg);
}

static void
on_phase(void *arg, enum phase phase)
{
	(void)arg;
	last_word_place(phase_name(phase));
}

static int
look_at_secret(struct job *j)
{
	if (j->secret.value == NULL)
		return 0;
	return secret_look(&j->facts.look, j->secret.value, j->secret.len,
	    j->asked->proof == SASL_PROOF_TOKEN);
}

static int
read_secret(struct job *j, int64_t deadline_us)
{
	struct secret_source *source = &j->asked->secret;
	struct facts *f = &j->facts;

	last_word_place("secret");
	f->hung_in = "secret";
	if (source->kind != SECRET_NONE &&
	    secret_read(&j->secret, source, deadline_us, &f->err) == -1)
		return -1;
	/* One copy is enough: that of -P and pass: goes. */
	if (source->kind == SECRET_TEXT)
		secret_source_free(source);
	process_renounce(); /* the command may have needed sudo */
	f->secret_world_readable = j->secret.world_readable;
	f->now_unix = time(NULL);
	if (look_at_secret(j) == -1 ||
	    (j->censor = censor_new(j->secret.value)) == NULL)
		return err_nomem(&f->err);
	f->hung_in = NULL;
	return 0;
}

/* The TLS context is made while the network is at work. */
static void
use_tls(struct job *j)
{
	struct tls_context *t;

	if (j->asked->tls_mode == SMTP_TLS_NONE)
		return;
	if ((t = shared_tls(j->shared, j->asked, &j->facts.err)) != NULL)
		probe_use_tls(j->probe, t);
	else
		probe_fail(j->probe);
}

int
job_start(struct job *j, struct shared *shared, int64_t deadline_us,
    job_fn *done, void *arg)
{
	struct probe_setup setup = { .asked = j->asked,
		.loop = shared_loop(shared),
		.deadline_us = deadline_us,
		.facts = &j->facts,
		.done = on_done,
		.entered = on_phase,
		.arg = j };

	j->shared = shared;
	j->done = done;
	j->arg = arg;
	if (read_secret(j, deadline_us) == -1)
		return -1;
	setup.secret = j->secret.value;
	setup.censor = j->censor;
	if (!j->asked->has_address)
		setup.resolver =
		    shared_resolver(j->shared, j->asked, &j->facts.err);
	if ((j->probe = probe_start(&setup)) == NULL)
		return err_nomem(&j->facts.err);
	use_tls(j);
	return 0;
}

void
job_forget(struct job *j)
{
	censor_free(j->censor); /* borrows the secret */
	j->censor = NULL;
	j->facts.censor = NULL;
	secret_free(&j->secret);
}

void
job_free(struct job *j)
{
	job_forget(j);
	probe_free(j->probe);
	facts_free(&j->facts);
}
