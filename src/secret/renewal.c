/*
 * oauth2:NAME where it takes time: the token is read by the threads that may
 * wait for a file, or smtp-oauth2 is run to have a new one.
 */

#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "secret/internal.h"
#include "secret/readers.h"

enum { COMMAND_MAX = 32 * 1024 };

struct secret_renewal {
	struct loop *loop;
	const struct secret_source *source;
	struct secret *out;
	struct err *e;
	secret_fn *done;
	void *arg;
	int64_t deadline_us;
	struct loop_timer timer; /* for the reading; a command has its own */
	struct secret_reading *reading;
	struct secret_command *command;
	struct buf said; /* by the command */
	int code;        /* that it ended with */
};

/* The last that is done: it may be freed meanwhile. */
static void
tell(struct secret_renewal *r, int rc)
{
	loop_timer_cancel(r->loop, &r->timer);
	r->done(r->arg, rc == 1 ? 0 : -1);
}

static void
on_command_over(void *arg, int rc)
{
	struct secret_renewal *r = arg;

	if (rc == 0)
		rc = secret_stored_renewed(
		    r->source, r->code, &r->said, r->out, r->e);
	tell(r, rc);
}

static int
run_command(struct secret_renewal *r)
{
	struct buf line = BUF_INIT(COMMAND_MAX);

	if (secret_stored_command(&line, r->source, r->e) == 0)
		r->command = secret_command_start(r->loop, buf_str(&line),
		    r->deadline_us, &r->said, &r->code, r->e, on_command_over,
		    r);
	buf_free(&line);
	return r->command != NULL ? 0 : -1;
}

static void
on_read(void *arg, const struct secret_read *what)
{
	struct secret_renewal *r = arg;
	int rc = secret_stored_take(r->source, what, r->out, r->e);

	r->reading = NULL;
	loop_timer_cancel(r->loop, &r->timer);
	if (rc != 0 || run_command(r) == -1)
		tell(r, rc != 0 ? rc : -1);
}

static void
on_deadline(void *arg)
{
	struct secret_renewal *r = arg;

	secret_reading_abandon(r->reading);
	r->reading = NULL;
	tell(r,
	    err_set(r->e, ERR_TIMEOUT, "%s%.*s: nothing came in time",
		secret_prefix(r->source->kind),
		text_cut(r->source->text, SECRET_SHOWN_MAX), r->source->text));
}

static int
read_stored(struct secret_renewal *r, struct secret_readers *readers)
{
	struct buf path = BUF_INIT(SECRET_STORED_PATH);

	if (secret_stored_path(&path, r->source, r->e) == 0) {
		r->reading = secret_reading_start(readers, buf_str(&path),
		    SECRET_STORED_MAX + 1, SECRET_READ_OWN, on_read, r);
		if (r->reading == NULL)
			secret_fail_errno(r->source, errno, r->e);
		else
			loop_timer_set(
			    r->loop, &r->timer, r->deadline_us, on_deadline, r);
	}
	buf_free(&path);
	return r->reading != NULL ? 0 : -1;
}

struct secret_renewal *
secret_renewal_start(struct loop *l, const struct secret_source *source,
    struct secret_readers *readers, int64_t deadline_us, struct secret *out,
    struct err *e, secret_fn *done, void *arg)
{
	struct secret_renewal *r = calloc(1, sizeof *r);
	int rc;

	if (r == NULL) {
		err_nomem(e);
		return NULL;
	}
	*r = (struct secret_renewal){ .loop = l,
		.source = source,
		.out = out,
		.e = e,
		.done = done,
		.arg = arg,
		.deadline_us = deadline_us,
		/* A token, and some lines. */
		.said = BUF_INIT(2 * SECRET_MAX) };
	rc = readers != NULL ? read_stored(r, readers) : run_command(r);
	if (rc == 0)
		return r;
	secret_renewal_free(r);
	return NULL;
}

void
secret_renewal_free(struct secret_renewal *r)
{
	if (r == NULL)
		return;
	secret_reading_abandon(r->reading);
	loop_timer_cancel(r->loop, &r->timer);
	secret_command_free(r->command);
	buf_free(&r->said);
	free(r);
}
