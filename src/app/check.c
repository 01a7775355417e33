#include "app/check.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/last_word.h"
#include "app/present.h"
#include "app/probe.h"
#include "app/verdict.h"
#include "base/process.h"
#include "base/replace.h"
#include "base/loop.h"

enum {
	OUTPUT_MAX = 16 * 1024 * 1024, /* each octet may become "\\xHH" */
	/* The loop gives up a little before the timer that ends the process. */
	MARGIN_US = 100 * 1000,
};

static const char READING_OPTIONS[] = "--extra-opts"; /* a place */

/* The last moment for the loop, so that the answer is out by the deadline. */
static int64_t
soft_deadline(const struct check *c, int64_t started_us)
{
	int64_t timeout = c->options.timeout_us;
	int64_t margin = timeout / 20 < MARGIN_US ? timeout / 20 : MARGIN_US;

	return started_us + timeout - margin;
}

/*
 * Write --output-file.  That it cannot be written is one more fact, and the
 * verdict is reached anew.  Returns 0, or -1 without memory.
 */
static int
write_file(struct verdict *v, struct facts *f, const struct options *o)
{
	struct buf page = BUF_INIT(OUTPUT_MAX);
	int rc = present(&page, o->format, v, f, o), error;

	last_word_place("output file");
	if (rc == 0) {
		error = replace_file(
		    o->output_file, o->output_temporary, page.data, page.len);
		if (error != 0) {
			snprintf(f->output_error, sizeof f->output_error, "%s",
			    error == REPLACE_NOT_REGULAR ? "not a regular file"
							 : strerror(error));
			verdict_free(v);
			rc = verdict_reach(v, f, o);
		}
	}
	buf_free(&page);
	return rc;
}

static void
conclude(struct check *c, struct facts *f)
{
	const struct options *o = &c->options;
	bool has_file = o->output_temporary != NULL;
	struct verdict v;
	int rc = verdict_reach(&v, f, o);

	if (rc == 0 && has_file)
		rc = write_file(&v, f, o);
	c->exit_code = (int)v.state;
	if (rc == 0 && !(o->quiet && v.state == STATUS_OK))
		rc = present(
		    &c->output, has_file ? report_text : o->format, &v, f, o);
	verdict_free(&v);
	if (rc == -1) {
		buf_truncate(&c->output, 0);
		c->exit_code = last_word_internal("out of memory");
	}
}

static void
on_done(void *arg, struct probe *p)
{
	bool *done = arg;

	(void)p;
	*done = true;
}

static void
on_phase(void *arg, enum phase phase)
{
	(void)arg;
	last_word_place(phase_name(phase));
}

static int
look_at_secret(struct check *c)
{
	if (c->secret.value == NULL)
		return 0;
	return secret_look(&c->none.look, c->secret.value, c->secret.len,
	    c->options.proof == SASL_PROOF_TOKEN);
}

static int
read_secret(struct check *c, int64_t deadline_us)
{
	struct facts *f = &c->none;

	last_word_place("secret");
	f->hung_in = "secret";
	if (c->options.secret.kind != SECRET_NONE &&
	    secret_read(&c->secret, &c->options.secret, deadline_us, &f->err) ==
		-1)
		return -1;
	/* One copy is enough: that of -P and pass: goes. */
	if (c->options.secret.kind == SECRET_TEXT)
		secret_source_free(&c->options.secret);
	process_renounce(); /* the command may have needed sudo */
	f->secret_world_readable = c->secret.world_readable;
	f->now_unix = time(NULL);
	if (look_at_secret(c) == -1)
		return err_nomem(&f->err);
	if ((c->censor = censor_new(c->secret.value)) == NULL)
		return err_nomem(&f->err);
	return 0;
}

static int
run_probe(struct check *c, int64_t deadline_us)
{
	bool done = false;
	struct probe_setup setup = { .options = &c->options,
		.secret = c->secret.value,
		.censor = c->censor,
		.deadline_us = deadline_us,
		.done = on_done,
		.entered = on_phase,
		.arg = &done };

	if ((c->loop = loop_new()) == NULL)
		return err_nomem(&c->none.err);
	setup.loop = c->loop;
	if ((c->probe = probe_start(&setup)) == NULL)
		return err_nomem(&c->none.err);
	while (!done)
		if (loop_turn(c->loop) != 1)
			return err_set(&c->none.err, ERR_INTERNAL, "poll: %s",
			    strerror(errno));
	return 0;
}

/* What is set here ends the process, should a file never come. */
static void
on_files(void *arg, const struct options *line)
{
	const int64_t *started_us = arg;

	if (last_word_prepare(line, *started_us + line->timeout_us) == 0)
		last_word_place(READING_OPTIONS);
}

void
check_init(struct check *c, int argc, char **argv, int64_t started_us)
{
	const struct options_watch watch = { on_files, &started_us };

	*c = (struct check){ .output = BUF_INIT(OUTPUT_MAX) };
	facts_init(&c->none);
	c->none.end = END_ERROR;
	if (options_parse(&c->options, argc, argv, &watch, &c->none.err) ==
		-1 &&
	    c->none.err.kind == ERR_TIMEOUT)
		c->none.hung_in = READING_OPTIONS;
	if (c->options.action == ACTION_CHECK &&
	    last_word_prepare(
		&c->options, started_us + c->options.timeout_us) == -1)
		err_set(&c->none.err, ERR_INTERNAL,
		    "cannot prepare the deadline: %s", strerror(errno));
}

void
check_run(struct check *c, int64_t started_us)
{
	int64_t deadline_us = soft_deadline(c, started_us);
	struct facts *f;

	if (c->none.err.kind != ERR_NONE) {
		conclude(c, &c->none);
	} else if (c->options.action != ACTION_CHECK) {
		c->exit_code = STATUS_UNKNOWN;
		if ((c->options.action == ACTION_HELP
			    ? options_help(&c->output)
			    : options_version(&c->output)) == -1)
			c->exit_code = last_word_internal("out of memory");
	} else if (read_secret(c, deadline_us) == -1 ||
	    run_probe(c, deadline_us) == -1) {
		conclude(c, &c->none);
	} else {
		f = probe_facts(c->probe);
		f->secret_world_readable = c->secret.world_readable;
		f->look = c->none.look;
		conclude(c, f);
	}
}

void
check_print(const struct check *c)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };
	const char *text = buf_str(&c->output);
	size_t len = c->output.len;
	ssize_t n;

	last_word_retire(c->exit_code);
	while (len > 0) {
		n = write(STDOUT_FILENO, text, len);
		if (n == -1 && errno == EAGAIN && poll(&p, 1, -1) == 1)
			continue;
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return; /* nobody listens; the exit code is left */
		text += n;
		len -= (size_t)n;
	}
}

void
check_forget(struct check *c)
{
	censor_free(c->censor); /* borrows the secret */
	c->censor = NULL;
	secret_free(&c->secret);
	secret_source_free(&c->options.secret);
}

void
check_free(struct check *c)
{
	check_forget(c);
	probe_free(c->probe);
	loop_free(c->loop);
	facts_free(&c->none);
	options_free(&c->options);
	buf_free(&c->output);
	last_word_free();
}
