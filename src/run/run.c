#include "run/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/local_file.h"
#include "base/replace.h"
#include "base/text.h"
#include "plugin/printable.h"
#include "run/batch.h"
#include "run/last_word.h"
#include "run/output.h"
#include "secret/terminal.h"

enum { RUN_TIMEOUT_US = 60 * 1000 * 1000 };

static int64_t
time_for(const struct options *o)
{
	if (o->batch == NULL)
		return o->check.timeout_us;
	return o->run_timeout_us > 0 ? o->run_timeout_us : RUN_TIMEOUT_US;
}

/* What is set here ends the process, should a file never come. */
static int64_t
on_files(void *arg, const struct options *line, const char *what)
{
	struct run *r = arg;
	struct deadline d = deadline_reckon(r->started_us, time_for(line));

	if (last_word_prepare(line, d.hard_us) == 0) {
		last_word_place(what);
		last_word_watch();
	}
	r->job.facts.hung_in = what; /* unless it comes */
	return d.soft_us;
}

/* The file or folder may be on a file system that does not answer. */
static bool
may_hang(const char *path)
{
	return path != NULL && !local_file_certain(path);
}

/*
 * Only files that somebody named: what is the system's is on its disk.  Of
 * folders it is not seen where the links in them lead.
 */
static bool
awaits_files(const struct options *o)
{
	const struct settings *s = &o->check;
	const bool remembers = s->guard_count > 0 || s->baseline != 0 ||
	    s->secret.kind == SECRET_OAUTH2;
	const char *state =
	    s->state_dir != NULL ? s->state_dir : getenv("STATE_DIRECTORY");

	return o->batch != NULL || s->secret.kind == SECRET_CRED ||
	    (s->secret.kind == SECRET_FILE && may_hang(s->secret.text)) ||
	    may_hang(s->ca_file) || s->ca_path != NULL ||
	    may_hang(s->client_cert) || may_hang(s->client_key) ||
	    (remembers && may_hang(state)) ||
	    (o->output_temporary != NULL && may_hang(o->output_file)) ||
	    may_hang(getenv("SSL_CERT_FILE")) ||
	    may_hang(getenv("HOSTALIASES")) || getenv("SSL_CERT_DIR") != NULL ||
	    getenv("OPENSSL_CONF") != NULL;
}

static void
prepare(struct run *r)
{
	if (last_word_prepare(&r->options, r->deadline.hard_us) == -1)
		err_set(&r->job.facts.err, ERR_INTERNAL,
		    "cannot prepare the deadline: %s", strerror(errno));
	else if (awaits_files(&r->options))
		last_word_watch();
}

/* What a person types takes its time: the deadline begins behind it. */
static void
ask_secret(struct run *r)
{
	struct settings *asked = &r->options.check;
	struct buf prompt = BUF_INIT(8192);

	last_word_withdraw();
	buf_adds(&prompt,
	    asked->proof == SASL_PROOF_TOKEN ? "Token of " : "Password of ");
	printable_add(&prompt, asked->user, strlen(asked->user));
	buf_adds(&prompt, " at ");
	printable_add(&prompt, asked->host, strlen(asked->host));
	buf_addf(&prompt, ":%d: ", asked->port);
	if (prompt.failed)
		err_nomem(&r->job.facts.err);
	else
		secret_ask(&asked->secret, buf_str(&prompt), &r->job.facts.err);
	buf_free(&prompt);
	r->started_us = clock_now_us();
}

void
run_init(struct run *r, int argc, char **argv, int64_t started_us)
{
	const struct options_watch watch = { .before_files = on_files,
		.arg = r,
		.has_terminal = isatty(STDIN_FILENO) == 1 };
	struct facts *f = &r->job.facts;

	r->started_us = started_us;
	r->answer = (struct answer)ANSWER_INIT(ANSWER_MAX);
	job_init(&r->job, &r->options.check);
	if (options_parse(&r->options, argc, argv, &watch, &f->err) != -1 ||
	    f->err.kind != ERR_TIMEOUT)
		f->hung_in = NULL;
	if (f->err.kind == ERR_NONE && r->options.action == ACTION_CHECK &&
	    r->options.check.secret.kind == SECRET_ASK)
		ask_secret(r);
	r->deadline = deadline_reckon(r->started_us, time_for(&r->options));
	if (r->options.action == ACTION_CHECK)
		prepare(r);
}

static void
give_up(struct run *r)
{
	answer_free(&r->answer);
	r->answer.silent = false;
	r->answer.code = last_word_internal("out of memory");
}

/*
 * Write --output-file.  That it cannot be written is one more fact, and there
 * is another answer then.  Returns 0, or -1 without memory.
 */
static int
write_file(struct run *r)
{
	const struct options *o = &r->options;
	struct facts *f = &r->job.facts;
	int error;

	if (o->output_temporary == NULL || o->format->is_for_many)
		return 0;
	last_word_place("writing the output file");
	error = replace_file(o->output_file, o->output_temporary,
	    r->answer.page.data, r->answer.page.len);
	if (error == 0)
		return 0;
	snprintf(f->output_error, sizeof f->output_error, "%.*s: %s",
	    text_cut(o->output_file, 200), o->output_file,
	    error == REPLACE_NOT_REGULAR ? "not a regular file"
					 : strerror(error));
	return answer_make(&r->answer, f, o);
}

static void
conclude(struct run *r)
{
	struct facts *f = &r->job.facts;

	/* Nobody looked at the clock before the secret was there. */
	if (f->now_unix == 0)
		f->now_unix = (int64_t)time(NULL);
	if (answer_make(&r->answer, f, &r->options) == -1 ||
	    write_file(r) == -1)
		give_up(r);
}

static void
on_over(void *arg)
{
	*(bool *)arg = true;
}

/* Returns 0 when the job is done, or -1 with errno set. */
static int
drive(struct run *r)
{
	struct settings *asked = &r->options.check;
	bool over = false;

	job_start(&r->job, r->shared, r->deadline.soft_us, on_over, &over);
	/* Nothing was sent yet, and no command run. */
	secret_source_erase(&asked->secret);
	while (!over)
		if (loop_turn(shared_loop(r->shared)) != 1)
			return -1;
	return 0;
}

static void
run_check(struct run *r)
{
	struct facts *f = &r->job.facts;

	if ((r->shared = shared_new()) == NULL) {
		err_nomem(&f->err);
	} else if (drive(r) == -1) {
		f->end = END_ERROR;
		err_set(&f->err, ERR_INTERNAL, "poll: %s", strerror(errno));
	}
	conclude(r);
}

static void
run_batch(struct run *r)
{
	if (batch_run(&r->options, r->started_us, &r->deadline, &r->answer,
		&r->job.facts.err) == -1)
		conclude(r);
}

static void
explain(struct run *r)
{
	r->answer.code = STATUS_UNKNOWN;
	if (r->options.action == ACTION_VERSION)
		options_version(&r->answer.said, r->version);
	else
		options_help(&r->answer.said);
	if (r->answer.said.failed)
		give_up(r);
}

void
run_do(struct run *r)
{
	if (r->job.facts.err.kind != ERR_NONE)
		conclude(r);
	else if (r->options.action == ACTION_HELP ||
	    r->options.action == ACTION_VERSION)
		explain(r);
	else if (r->options.batch != NULL)
		run_batch(r);
	else
		run_check(r);
}

void
run_print(const struct run *r)
{
	last_word_retire(r->answer.code);
	/* If nobody listens, the exit code is left. */
	if (!r->answer.silent)
		(void)output_all(STDOUT_FILENO, buf_str(&r->answer.said),
		    r->answer.said.len);
}

void
run_forget(struct run *r)
{
	job_forget(&r->job);
	secret_source_free(&r->options.check.secret);
}

void
run_free(struct run *r)
{
	run_forget(r);
	job_free(&r->job);
	shared_free(r->shared);
	options_free(&r->options);
	answer_free(&r->answer);
	last_word_free();
}
