/* What cmd: runs: a shell, its first line and its last complaint. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wipe.h"
#include "secret/censor.h"
#include "secret/internal.h"

enum {
	LAST_LINE_MAX = 200,   /* of it, what is quoted */
	SLICE_US = 10 * 1000,  /* where the end of a child is no event */
	GRACE_US = 100 * 1000, /* to die, once killed */
};

struct secret_command {
	struct loop *loop;
	struct secret_shell shell;
	bool killed;
	struct loop_timer limit; /* to end; once killed, to die */
	struct loop_timer slice; /* without pidfd */
	struct buf *line; /* the first line of stdout, with its line feed */
	bool line_done;
	int *code;       /* see internal.h; or NULL */
	struct buf last; /* the last line of stderr */
	bool last_ended;
	struct err *e;
	secret_fn *done;
	void *arg;
};

static int
hear_out(struct secret_command *c, const char *data, size_t n)
{
	const char *end = c->code == NULL ? memchr(data, '\n', n) : NULL;
	size_t used = end != NULL ? (size_t)(end - data) + 1 : n;
	size_t room = c->line->max - c->line->len;

	if (c->line_done)
		return 0;
	c->line_done = end != NULL || used >= room;
	/* One that is too long is seen by its filling the buffer. */
	if (buf_add(c->line, data, used < room ? used : room) == -1)
		return err_nomem(c->e);
	return 0;
}

/* How much of data[0..n) is before the next line end. */
static size_t
span_line(const char *data, size_t n)
{
	size_t i = 0;

	while (i < n && data[i] != '\n' && data[i] != '\r')
		i++;
	return i;
}

static int
hear_err(struct secret_command *c, const char *data, size_t n)
{
	size_t len, room;

	for (; n > 0; data += len, n -= len) {
		if ((len = span_line(data, n)) == 0) {
			c->last_ended = true;
			len = 1;
			continue;
		}
		if (c->last_ended)
			buf_truncate(&c->last, 0);
		c->last_ended = false;
		room = c->last.max - c->last.len;
		if (buf_add(&c->last, data, len < room ? len : room) == -1)
			return err_nomem(c->e);
	}
	return 0;
}

static void
shut(struct secret_command *c, int *fd)
{
	loop_unwatch(c->loop, *fd);
	secret_close(fd);
}

/* Read once; a stream that ended is closed.  Returns what read() did. */
static ssize_t
hear(struct secret_command *c, int *fd)
{
	char data[4096];
	ssize_t n = read(*fd, data, sizeof data);

	if (n > 0) {
		if ((fd == &c->shell.err ? hear_err(c, data, (size_t)n)
					 : hear_out(c, data, (size_t)n)) == -1)
			n = -1;
	} else if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR)) {
		shut(c, fd);
	}
	wipe(data, sizeof data);
	return n;
}

/*
 * What was written before the end is still in the pipe.  No more than is
 * there now: a child left in the background may go on writing.
 */
static void
hear_rest(struct secret_command *c, int *fd)
{
	int left = 0;
	ssize_t n;

	if (*fd == -1 || ioctl(*fd, FIONREAD, &left) == -1)
		return;
	while (left > 0 && *fd != -1) {
		if ((n = hear(c, fd)) > 0)
			left -= (int)n;
		else if (n == 0 || errno != EINTR)
			break;
	}
}

/*
 * What the command complains of last.  It may have printed the secret before
 * it failed, and the complaint may hold that.
 */
static const char *
complaint(struct secret_command *c)
{
	const char *said = buf_str(&c->last);
	struct censor *censor;

	buf_truncate(c->line, span_line(buf_str(c->line), c->line->len));
	censor = censor_new(buf_str(c->line), NULL);
	if (censor == NULL || censor_holds(censor, said, c->last.len))
		said = CENSOR_TEXT;
	censor_free(censor);
	return said;
}

static int
judge(struct secret_command *c, int status)
{
	const char *said, *colon;

	if (status == -1)
		return err_set(
		    c->e, ERR_SECRET, "cmd: its exit status was not to be had");
	if (WIFEXITED(status) && c->code != NULL)
		*c->code = WEXITSTATUS(status);
	if (WIFEXITED(status) && (c->code != NULL || WEXITSTATUS(status) == 0))
		return 0;
	said = complaint(c);
	colon = said[0] != '\0' ? ": " : "";
	if (WIFSIGNALED(status))
		return err_set(c->e, ERR_SECRET,
		    "cmd: killed by signal %d%s%.*s", WTERMSIG(status), colon,
		    LAST_LINE_MAX, said);
	return err_set(c->e, ERR_SECRET, "cmd: exit status %d%s%.*s",
	    WEXITSTATUS(status), colon, LAST_LINE_MAX, said);
}

/* Reaped or not, it is over.  done() may free the command. */
static void
conclude(struct secret_command *c, int status)
{
	loop_timer_cancel(c->loop, &c->limit);
	loop_timer_cancel(c->loop, &c->slice);
	shut(c, &c->shell.pidfd);
	if (c->e->kind == ERR_NONE) {
		hear_rest(c, &c->shell.out);
		hear_rest(c, &c->shell.err);
	}
	shut(c, &c->shell.out);
	shut(c, &c->shell.err);
	if (c->e->kind == ERR_NONE)
		judge(c, status);
	c->done(c->arg, c->e->kind == ERR_NONE ? 0 : -1);
}

static void
reap(struct secret_command *c)
{
	int status, reaped = secret_running_reap(c->shell.place, &status);

	if (reaped == 0)
		return;
	c->shell.place = -1;
	conclude(c, reaped == 1 ? status : -1);
}

/* A process stuck in the kernel dies later than we can wait. */
static void
on_grace_over(void *arg)
{
	struct secret_command *c = arg;

	secret_running_leave(c->shell.place);
	c->shell.place = -1;
	conclude(c, -1);
}

/*
 * Kill what is left of the process group, whether the shell has ended or not;
 * until it is reaped the right group is hit.
 */
static void
finish(struct secret_command *c)
{
	secret_running_kill(c->shell.place);
	c->killed = true;
	loop_unwatch(c->loop, c->shell.out);
	loop_unwatch(c->loop, c->shell.err);
	loop_timer_set(
	    c->loop, &c->limit, clock_now_us() + GRACE_US, on_grace_over, c);
	reap(c);
}

static void
on_deadline(void *arg)
{
	struct secret_command *c = arg;

	err_set(c->e, ERR_TIMEOUT, "cmd: the command did not end in time");
	finish(c);
}

static void
on_end(void *arg, int fd, short revents)
{
	struct secret_command *c = arg;

	(void)fd;
	(void)revents;
	if (c->killed)
		reap(c);
	else
		finish(c);
}

/* Whether the shell has ended; it is left unreaped. */
static bool
has_ended(const struct secret_command *c)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)c->shell.pid, &info,
		   WEXITED | WNOHANG | WNOWAIT) == -1 ||
	    info.si_pid != 0;
}

static void on_slice(void *arg);

static void
wait_slice(struct secret_command *c)
{
	loop_timer_set(
	    c->loop, &c->slice, clock_now_us() + SLICE_US, on_slice, c);
}

static void
on_slice(void *arg)
{
	struct secret_command *c = arg;

	wait_slice(c);
	if (c->killed)
		reap(c);
	else if (has_ended(c))
		finish(c);
}

static void
on_output(void *arg, int fd, short revents)
{
	struct secret_command *c = arg;

	(void)revents;
	hear(c, fd == c->shell.out ? &c->shell.out : &c->shell.err);
	if (c->e->kind != ERR_NONE)
		finish(c);
	else if (c->shell.pidfd == -1)
		on_slice(c);
}

static int
watch(struct secret_command *c, int64_t deadline_us)
{
	loop_timer_set(c->loop, &c->limit, deadline_us, on_deadline, c);
	if (c->shell.pidfd == -1)
		wait_slice(c);
	else if (loop_watch(c->loop, c->shell.pidfd, POLLIN, on_end, c) == -1)
		return -1;
	if (loop_watch(c->loop, c->shell.out, POLLIN, on_output, c) == -1)
		return -1;
	return loop_watch(c->loop, c->shell.err, POLLIN, on_output, c);
}

struct secret_command *
secret_command_start(struct loop *l, const char *command, int64_t deadline_us,
    struct buf *line, int *code, struct err *e, secret_fn *done, void *arg)
{
	struct secret_command *c = calloc(1, sizeof *c);

	if (c == NULL) {
		err_nomem(e);
		return NULL;
	}
	c->loop = l;
	c->shell = (struct secret_shell){
		.place = -1, .pidfd = -1, .out = -1, .err = -1
	};
	c->line = line;
	c->code = code;
	/* Room for a secret behind what is quoted of the line. */
	c->last.max = (size_t)2 * SECRET_MAX;
	c->e = e;
	c->done = done;
	c->arg = arg;
	if (secret_shell_start(&c->shell, command) == -1)
		err_set(e, ERR_INTERNAL, "cmd: cannot start a process: %s",
		    strerror(errno));
	else if (watch(c, deadline_us) == -1)
		err_nomem(e);
	else
		return c;
	secret_command_free(c);
	return NULL;
}

void
secret_command_free(struct secret_command *c)
{
	if (c == NULL)
		return;
	loop_timer_cancel(c->loop, &c->limit);
	loop_timer_cancel(c->loop, &c->slice);
	shut(c, &c->shell.pidfd);
	shut(c, &c->shell.out);
	shut(c, &c->shell.err);
	if (c->shell.place != -1) {
		secret_running_kill(c->shell.place);
		secret_running_leave(c->shell.place);
	}
	buf_free(&c->last);
	free(c);
}
