/* Start a shell that has nothing of this process but what it is given. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "secret/internal.h"

void
secret_close(int *fd)
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

/* Returns 0, or -1 with errno set. */
static int
fork_shell(
    struct secret_shell *s, const char *command, int in, int out, int err)
{
	sigset_t all, before;
	pid_t pid;

	if ((s->place = secret_running_reserve()) == -1)
		return -1;
	/* Our handlers must not run in the child: they write an answer. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	if ((pid = fork()) == 0)
		become_shell(command, in, out, err);
	/* Both sides do it, so that it is done whoever runs first. */
	if (pid > 0) {
		setpgid(pid, pid);
		secret_running_enter(s->place, pid);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	if ((s->pid = pid) > 0)
		return 0;
	secret_running_cancel(s->place);
	s->place = -1;
	return -1;
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

int
secret_shell_start(struct secret_shell *s, const char *command)
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 }, in, saved, rc = -1;

	in = lift(open("/dev/null", O_RDONLY | O_CLOEXEC));
	if (in != -1 && open_pipe(out) != -1 && open_pipe(err) != -1)
		rc = fork_shell(s, command, in, out[1], err[1]);
	saved = errno;
	secret_close(&in);
	secret_close(&out[1]);
	secret_close(&err[1]);
	s->out = out[0];
	s->err = err[0];
	s->pidfd = rc == 0 ? open_pidfd(s->pid) : -1;
	errno = saved;
	return rc;
}
