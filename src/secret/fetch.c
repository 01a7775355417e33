#include "secret/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/descriptor.h"
#include "base/number.h"
#include "base/text.h"
#include "secret/internal.h"
#include "secret/terminal.h"

enum {
	LINE_MAX_BYTES = SECRET_MAX + 2, /* it may end in CR LF */
	FD_LIKELY = 1024, /* the loop has room for all up to the highest */
};

struct secret_fetch {
	struct loop *loop;
	const struct secret_source *source;
	struct secret *out;
	struct err *e;
	secret_fn *done;
	void *arg;
	int64_t deadline_us;
	struct loop_timer timer; /* to begin, then the deadline */
	int fd;                  /* that is read, -1: none */
	bool opened;             /* by us */
	struct buf line;
	struct secret_command *command;
	struct secret_readers *readers; /* NULL: files are read in place */
	struct secret_reading *reading;
	struct secret_renewal *renewal;
};

/* All that fail return -1. */

static int
fail_errno(struct secret_fetch *f, int number)
{
	return secret_fail_errno(f->source, number, f->e);
}

static int
take(struct secret_fetch *f, const char *text, size_t len)
{
	return secret_take(f->source, text, len, f->out, f->e);
}

static int
take_first_line(struct secret_fetch *f)
{
	const char *text = buf_str(&f->line);
	const char *end = memchr(text, '\n', f->line.len);
	size_t len = end != NULL ? (size_t)(end - text) : f->line.len;

	if (end != NULL && len > 0 && text[len - 1] == '\r')
		len--;
	return take(f, text, len);
}

static int
take_variable(struct secret_fetch *f)
{
	const char *value = getenv(f->source->text);

	if (value == NULL)
		return secret_fail(f->source, "is not set", f->e);
	return take(f, value, strlen(value));
}

static void
stop_reading(struct secret_fetch *f)
{
	secret_terminal_restore();
	loop_timer_cancel(f->loop, &f->timer);
	if (f->fd != -1)
		loop_unwatch(f->loop, f->fd);
	if (f->opened)
		close(f->fd);
	f->fd = -1;
	f->opened = false;
	secret_reading_abandon(f->reading);
	f->reading = NULL;
}

/* The last that a fetch does: it may be freed meanwhile. */
static void
tell(struct secret_fetch *f, int rc)
{
	stop_reading(f);
	f->done(f->arg, rc);
}

static void
on_readable(void *arg, int fd, short revents)
{
	struct secret_fetch *f = arg;
	int rc = -1;

	if ((revents & POLLNVAL) != 0) {
		tell(f, fail_errno(f, EBADF));
		return;
	}
	switch (descriptor_take(&f->line, fd, true)) {
	case DESCRIPTOR_MORE:
		return;
	case DESCRIPTOR_DONE:
		rc = take_first_line(f);
		break;
	case DESCRIPTOR_FULL:
		secret_fail(f->source, SECRET_TOO_LONG, f->e);
		break;
	case DESCRIPTOR_NO_MEMORY:
		err_nomem(f->e);
		break;
	case DESCRIPTOR_FAILED:
	case DESCRIPTOR_TIMEOUT:
		fail_errno(f, errno);
		break;
	}
	tell(f, rc);
}

static void
on_deadline(void *arg)
{
	struct secret_fetch *f = arg;

	tell(f,
	    err_set(f->e, ERR_TIMEOUT, "%s%.*s: nothing came in time",
		secret_prefix(f->source->kind),
		text_cut(f->source->text, SECRET_SHOWN_MAX), f->source->text));
}

static int
read_fd(struct secret_fetch *f, int fd)
{
	if (fd >= FD_LIKELY && fcntl(fd, F_GETFD) == -1)
		return fail_errno(f, errno);
	/* Two who read from one descriptor take each other's bytes. */
	if (loop_watches(f->loop, fd))
		return fail_errno(f, EBUSY);
	f->fd = fd;
	secret_terminal_hide(fd); /* if somebody types it */
	if (loop_watch(f->loop, fd, POLLIN, on_readable, f) == -1)
		return err_nomem(f->e);
	loop_timer_set(f->loop, &f->timer, f->deadline_us, on_deadline, f);
	return 0;
}

static void
on_read(void *arg, const struct secret_read *what)
{
	struct secret_fetch *f = arg;
	const char *end = memchr(what->data, '\n', what->len);
	size_t len = end != NULL ? (size_t)(end - what->data) + 1 : what->len;
	int rc;

	f->reading = NULL;
	f->opened = what->fd != -1;
	f->fd = what->fd;
	if (f->source->kind == SECRET_FILE)
		f->out->world_readable = what->others;
	if (what->error != 0)
		rc = fail_errno(f, what->error);
	else if (f->opened && (rc = read_fd(f, f->fd)) == 0)
		return;
	else if (f->opened)
		rc = -1;
	else if (len > LINE_MAX_BYTES)
		rc = secret_fail(f->source, SECRET_TOO_LONG, f->e);
	else if (buf_add(&f->line, what->data, len) == -1)
		rc = err_nomem(f->e);
	else
		rc = take_first_line(f);
	tell(f, rc);
}

static int
hand_path(struct secret_fetch *f, const char *path)
{
	f->reading = secret_reading_start(
	    f->readers, path, LINE_MAX_BYTES + 1, SECRET_READ_LINE, on_read, f);
	if (f->reading == NULL)
		return fail_errno(f, errno);
	loop_timer_set(f->loop, &f->timer, f->deadline_us, on_deadline, f);
	return 0;
}

/*
 * Opening blocks, and so does reading a regular file, which poll() calls ready
 * at any time: on a server that is gone both wait for the last word, unless
 * there are readers.
 */
static int
read_path(struct secret_fetch *f, const char *path)
{
	struct stat st;
	int fd;

	if (f->readers != NULL)
		return hand_path(f, path);
	if ((fd = descriptor_open(path)) == -1)
		return fail_errno(f, errno);
	if (f->source->kind == SECRET_FILE && fstat(fd, &st) == 0)
		f->out->world_readable =
		    S_ISREG(st.st_mode) && (st.st_mode & S_IROTH) != 0;
	f->opened = true;
	f->fd = fd;
	return read_fd(f, fd);
}

/* https://systemd.io/CREDENTIALS/ */
static int
read_cred(struct secret_fetch *f)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	struct buf path = BUF_INIT(8192);
	int rc;

	if (dir == NULL || *dir == '\0')
		return err_set(f->e, ERR_SECRET,
		    "cred:%.*s: CREDENTIALS_DIRECTORY is not set; systemd "
		    "sets it for units with LoadCredential=",
		    text_cut(f->source->text, SECRET_SHOWN_MAX),
		    f->source->text);
	if (buf_addf(&path, "%s/%s", dir, f->source->text) == -1)
		rc = fail_errno(f, ENAMETOOLONG);
	else
		rc = read_path(f, buf_str(&path));
	buf_free(&path);
	return rc;
}

static void
on_command_over(void *arg, int rc)
{
	struct secret_fetch *f = arg;

	tell(f, rc == 0 ? take_first_line(f) : -1);
}

static int
run_command(struct secret_fetch *f)
{
	f->command = secret_command_start(f->loop, f->source->text,
	    f->deadline_us, &f->line, NULL, f->e, on_command_over, f);
	return f->command != NULL ? 0 : -1;
}

static void
on_renewed(void *arg, int rc)
{
	struct secret_fetch *f = arg;

	tell(f, rc);
}

static int
read_stored(struct secret_fetch *f)
{
	int rc = f->readers == NULL
	    ? secret_stored_read(f->source, f->out, f->e)
	    : 0;

	if (rc != 0)
		return rc;
	f->renewal = secret_renewal_start(f->loop, f->source, f->readers,
	    f->deadline_us, f->out, f->e, on_renewed, f);
	return f->renewal != NULL ? 0 : -1;
}

/* Returns 0 when it is to be waited for, 1 if it is there. */
static int
begin(struct secret_fetch *f)
{
	long fd;

	switch (f->source->kind) {
	case SECRET_FILE:
		return read_path(f, f->source->text);
	case SECRET_CRED:
		return read_cred(f);
	case SECRET_CMD:
		return run_command(f);
	case SECRET_OAUTH2:
		return read_stored(f);
	case SECRET_STDIN:
		return read_fd(f, STDIN_FILENO);
	case SECRET_FD:
		if (number_parse(f->source->text, 0, 999999, &fd) == -1)
			return fail_errno(f, EBADF);
		return read_fd(f, (int)fd);
	case SECRET_NONE:
	case SECRET_TEXT:
	case SECRET_ENV:
	case SECRET_ASK:
		break;
	}
	return err_set(f->e, ERR_INTERNAL, "no source of a secret");
}

static void
on_begin(void *arg)
{
	struct secret_fetch *f = arg;
	int rc = begin(f);

	if (rc != 0)
		tell(f, rc == 1 ? 0 : -1);
}

static void
on_taken(void *arg)
{
	struct secret_fetch *f = arg;

	tell(f, f->out->value != NULL ? 0 : -1);
}

struct secret_fetch *
secret_fetch_start(struct loop *l, const struct secret_source *source,
    int64_t deadline_us, struct secret *out, struct err *e, secret_fn *done,
    void *arg)
{
	struct secret_fetch *f = calloc(1, sizeof *f);
	loop_timer_fn *next = on_taken;

	*out = (struct secret){ 0 };
	if (f == NULL) {
		err_nomem(e);
		return NULL;
	}
	*f = (struct secret_fetch){ .loop = l,
		.source = source,
		.out = out,
		.e = e,
		.done = done,
		.arg = arg,
		.deadline_us = deadline_us,
		.fd = -1,
		.line = BUF_INIT(LINE_MAX_BYTES) };
	if ((source->kind == SECRET_TEXT || source->kind == SECRET_ASK) &&
	    source->text != NULL)
		take(f, source->text, strlen(source->text));
	else if (source->kind == SECRET_ASK)
		err_set(e, ERR_SECRET,
		    "ask: nobody is asked here; use another source, such as "
		    "file:PATH");
	else if (source->kind == SECRET_ENV)
		take_variable(f);
	else
		next = on_begin;
	loop_timer_set(l, &f->timer, 0, next, f);
	return f;
}

void
secret_fetch_read_by(struct secret_fetch *f, struct secret_readers *r)
{
	f->readers = r;
}

void
secret_fetch_free(struct secret_fetch *f)
{
	if (f == NULL)
		return;
	stop_reading(f);
	secret_command_free(f->command);
	secret_renewal_free(f->renewal);
	buf_free(&f->line);
	free(f);
}
