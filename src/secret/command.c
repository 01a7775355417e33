#include "base/descriptor.h"
#include "secret/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wipe.h"
#include "secret/censor.h"

enum {
	LAST_LINE_MAX = 200, /* of it, what is quoted */
	POLL_SLICE_MS = 10,  /* where the end of a child cannot be polled for */
	KILL_GRACE_MS = 100,
};

/* A command that runs.  Descriptors are -1 when closed. */
struct command {
	pid_t pid;
	int pidfd; /* readable when the shell has ended */
	int out;   /* our ends of its stdout and stderr */
	int err;
	struct buf *line; /* the first line of stdout, with its line feed */
	bool line_done;
	struct buf last; /* the last line of stderr */
	bool last_ended;
};

/* The process group that a signal handler has to end, or 0. */
static volatile sig_atomic_t running;

void
secret_kill_command(void)
{
	if (running > 0)
		kill(-(pid_t)running, SIGKILL);
}

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/*
 * Move a descriptor above 2, so that none of ours is in the child's way when
 * the process was started with 0, 1 or 2 closed.
 */
static int
lift(int fd)
{
	int high;

	if (fd == -1 || fd > STDERR_FILENO)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	close(fd);
	return high;
}

static int
open_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) == -1) {
		ends[0] = ends[1] = -1;
		return -1;
	}
	ends[0] = lift(ends[0]);
	ends[1] = lift(ends[1]);
	if (ends[0] == -1 || ends[1] == -1)
		return -1;
	return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

/* Whoever opened them: not everything was opened close-on-exec. */
static void
close_from(int first)
{
	long fd, limit;

#ifdef SYS_close_range
	if (syscall(SYS_close_range, (unsigned)first, ~0U, 0) == 0)
		return;
#endif
	if ((limit = sysconf(_SC_OPEN_MAX)) < 0 || limit > 65536)
		limit = 65536;
	for (fd = first; fd < limit; fd++)
		close((int)fd);
}

/*
 * In the child, with all signals blocked: only calls that are safe after
 * fork() are allowed here.
 */
static _Noreturn void
become_shell(const char *command, int in, int out, int err)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t none;
	int sig;

	setpgid(0, 0);
	/* Should we be killed, the shell is not to stay behind. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&sa.sa_mask);
	for (sig = 1; sig < NSIG; sig++)
		sigaction(sig, &sa, NULL);
	if (dup2(in, STDIN_FILENO) == -1 || dup2(out, STDOUT_FILENO) == -1 ||
	    dup2(err, STDERR_FILENO) == -1)
		_exit(126);
	close_from(STDERR_FILENO + 1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static pid_t
fork_shell(const char *command, int in, int out, int err)
{
	sigset_t all, before;
	pid_t pid;

	/* Our handlers must not run in the child: they write an answer. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	if ((pid = fork()) == 0)
		become_shell(command, in, out, err);
	/* Both sides do it, so that it is done whoever runs first. */
	if (pid > 0) {
		setpgid(pid, pid);
		running = pid;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

static int
open_pidfd(pid_t pid)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, pid, 0);
#else
	(void)pid;
	return -1;
#endif
}

static int
start(struct command *c, const char *command, struct err *e)
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 }, in, saved;

	in = lift(open("/dev/null", O_RDONLY | O_CLOEXEC));
	if (in != -1 && open_pipe(out) != -1 && open_pipe(err) != -1)
		c->pid = fork_shell(command, in, out[1], err[1]);
	saved = errno;
	close_fd(&in);
	close_fd(&out[1]);
	close_fd(&err[1]);
	c->out = out[0];
	c->err = err[0];
	if (c->pid == -1)
		return err_set(e, ERR_INTERNAL,
		    "cmd: cannot start a process: %s", strerror(saved));
	c->pidfd = open_pidfd(c->pid);
	return 0;
}

static int
hear_out(struct command *c, const char *data, size_t n, struct err *e)
{
	const char *end = memchr(data, '\n', n);
	size_t used = end != NULL ? (size_t)(end - data) + 1 : n;
	size_t room = c->line->max - c->line->len;

	if (c->line_done)
		return 0;
	c->line_done = end != NULL || used >= room;
	/* One that is too long is seen by its filling the buffer. */
	if (buf_add(c->line, data, used < room ? used : room) == -1)
		return err_nomem(e);
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
hear_err(struct command *c, const char *data, size_t n, struct err *e)
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
			return err_nomem(e);
	}
	return 0;
}

/* Read once; a stream that ended is closed.  Returns what read() did. */
static ssize_t
hear(struct command *c, int *fd, struct err *e)
{
	char data[4096];
	ssize_t n = read(*fd, data, sizeof data);

	if (n > 0) {
		if ((fd == &c->err ? hear_err(c, data, (size_t)n, e)
				   : hear_out(c, data, (size_t)n, e)) == -1)
			n = -1;
	} else if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR)) {
		close_fd(fd);
	}
	wipe(data, sizeof data);
	return n;
}

/*
 * What was written before the end is still in the pipe.  No more than is
 * there now: a child left in the background may go on writing.
 */
static void
hear_rest(struct command *c, int *fd, struct err *e)
{
	int left = 0;
	ssize_t n;

	if (*fd == -1 || ioctl(*fd, FIONREAD, &left) == -1)
		return;
	while (left > 0 && *fd != -1) {
		if ((n = hear(c, fd, e)) > 0)
			left -= (int)n;
		else if (n == 0 || errno != EINTR)
			break;
	}
}

/* Whether the shell has ended; it is left unreaped. */
static bool
has_ended(const struct command *c)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)c->pid, &info,
		   WEXITED | WNOHANG | WNOWAIT) == -1 ||
	    info.si_pid != 0;
}

/* Returns 0 when the shell has ended, -1 with *e set. */
static int
run(struct command *c, int64_t deadline_us, struct err *e)
{
	struct pollfd p[3];
	int wait_ms;

	while (!has_ended(c)) {
		if ((wait_ms = descriptor_wait_ms(deadline_us)) == 0)
			return err_set(e, ERR_TIMEOUT,
			    "cmd: the command did not end in time");
		if (c->pidfd == -1 && wait_ms > POLL_SLICE_MS)
			wait_ms = POLL_SLICE_MS;
		p[0] = (struct pollfd){ .fd = c->pidfd, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = c->out, .events = POLLIN };
		p[2] = (struct pollfd){ .fd = c->err, .events = POLLIN };
		if (poll(p, 3, wait_ms) <= 0)
			continue;
		if (p[1].revents != 0)
			hear(c, &c->out, e);
		if (p[2].revents != 0)
			hear(c, &c->err, e);
		if (e->kind != ERR_NONE)
			return -1;
	}
	return 0;
}

/*
 * Kill what is left of the process group and reap the shell.  Until it is
 * reaped no one else can get its number, so the right group is hit.  Returns
 * the wait status, or -1 when it cannot be had.
 */
static int
finish(struct command *c)
{
	struct pollfd p = { .fd = c->pidfd, .events = POLLIN };
	int status, slices;

	kill(-c->pid, SIGKILL);
	/* A process stuck in the kernel dies later than we can wait. */
	for (slices = 0; slices < KILL_GRACE_MS / POLL_SLICE_MS; slices++) {
		pid_t pid = waitpid(c->pid, &status, WNOHANG);

		if (pid == c->pid) {
			running = 0;
			return status;
		}
		if (pid == -1 && errno != EINTR)
			return -1;
		poll(&p, 1, POLL_SLICE_MS);
	}
	return -1;
}

/*
 * What the command complains of last.  It may have printed the secret before
 * it failed, and the complaint may hold that.
 */
static const char *
complaint(struct command *c)
{
	const char *said = buf_str(&c->last);
	struct censor *censor;

	buf_truncate(c->line, span_line(buf_str(c->line), c->line->len));
	censor = censor_new(buf_str(c->line));
	if (censor == NULL || censor_holds(censor, said, c->last.len))
		said = CENSOR_TEXT;
	censor_free(censor);
	return said;
}

static int
judge(struct command *c, int status, struct err *e)
{
	const char *said, *colon;

	if (status == -1)
		return err_set(
		    e, ERR_SECRET, "cmd: its exit status was not to be had");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	said = complaint(c);
	colon = said[0] != '\0' ? ": " : "";
	if (WIFSIGNALED(status))
		return err_set(e, ERR_SECRET, "cmd: killed by signal %d%s%.*s",
		    WTERMSIG(status), colon, LAST_LINE_MAX, said);
	return err_set(e, ERR_SECRET, "cmd: exit status %d%s%.*s",
	    WEXITSTATUS(status), colon, LAST_LINE_MAX, said);
}

int
secret_command_run(
    struct buf *out, const char *command, int64_t deadline_us, struct err *e)
{
	struct command c = { .pid = -1,
		.pidfd = -1,
		.out = -1,
		.err = -1,
		.line = out,
		/* Room for a secret behind what is quoted of the line. */
		.last = BUF_INIT((size_t)2 * SECRET_MAX) };
	struct sigaction by_default = { .sa_handler = SIG_DFL }, before;
	int rc = -1, status;

	/* Where SIGCHLD is ignored, exit statuses are thrown away. */
	sigemptyset(&by_default.sa_mask);
	sigaction(SIGCHLD, &by_default, &before);
	if (start(&c, command, e) == -1)
		goto out;
	rc = run(&c, deadline_us, e);
	status = finish(&c);
	if (rc == 0) {
		hear_rest(&c, &c.out, e);
		hear_rest(&c, &c.err, e);
		rc = e->kind != ERR_NONE ? -1 : judge(&c, status, e);
	}
out:
	close_fd(&c.pidfd);
	close_fd(&c.out);
	close_fd(&c.err);
	buf_free(&c.last);
	sigaction(SIGCHLD, &before, NULL);
	return rc;
}
