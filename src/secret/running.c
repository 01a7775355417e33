/* The commands of this process that run: whom to kill if it has to end now. */

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/wait.h>

#include "secret/internal.h"

enum { FREE = 0, RESERVED = -1 }; /* no process group has such a number */

/*
 * Process-wide: a signal handler has no other way to know, and SIGCHLD is
 * everybody's.
 */
static struct {
	struct {
		volatile sig_atomic_t group; /* RESERVED once it was killed */
		pid_t leader;                /* 0: none yet */
		bool left;                   /* nobody waits for it any more */
	} at[SECRET_RUNNING_MAX];
	volatile sig_atomic_t end; /* behind the last that was ever taken */
	size_t taken, left;
	struct sigaction before; /* what SIGCHLD did */
} running;

void
secret_kill_commands(void)
{
	sig_atomic_t i;

	for (i = 0; i < running.end; i++)
		if (running.at[i].group > 0)
			kill(-(pid_t)running.at[i].group, SIGKILL);
}

static void
let_go(int place)
{
	running.at[place].group = FREE;
	running.at[place].leader = 0;
	running.left -= running.at[place].left;
	running.at[place].left = false;
	if (--running.taken == 0)
		sigaction(SIGCHLD, &running.before, NULL);
}

static void
reap_left(void)
{
	int i, status;

	for (i = 0; i < running.end && running.left > 0; i++)
		if (running.at[i].left)
			secret_running_reap(i, &status);
}

int
secret_running_reserve(void)
{
	struct sigaction by_default = { .sa_handler = SIG_DFL };
	int i;

	reap_left();
	for (i = 0; i < running.end && running.at[i].group != FREE; i++)
		continue;
	if (i == SECRET_RUNNING_MAX) {
		errno = EAGAIN;
		return -1;
	}
	running.at[i].group = RESERVED;
	if (i == running.end)
		running.end = i + 1;
	if (running.taken++ == 0) {
		sigemptyset(&by_default.sa_mask);
		sigaction(SIGCHLD, &by_default, &running.before);
	}
	return i;
}

void
secret_running_enter(int place, pid_t leader)
{
	running.at[place].leader = leader;
	running.at[place].group = leader;
}

void
secret_running_cancel(int place)
{
	let_go(place);
}

void
secret_running_kill(int place)
{
	if (kill(-running.at[place].leader, SIGKILL) == 0)
		running.at[place].group = RESERVED;
}

int
secret_running_reap(int place, int *status)
{
	pid_t leader = running.at[place].leader, pid;

	do
		pid = waitpid(leader, status, WNOHANG);
	while (pid == -1 && errno == EINTR);
	if (pid == 0)
		return 0;
	let_go(place);
	return pid == leader ? 1 : -1;
}

void
secret_running_leave(int place)
{
	running.at[place].left = true;
	running.left++;
	reap_left();
}
