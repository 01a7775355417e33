#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum {
	HEAP_AT_ONCE = 1024 * 1024, /* more than a check needs */
	HEAP_TOUCHED = 448 * 1024,  /* what OpenSSL needs of it at least */
};

/*
 * The others that would end a process, and the real-time ones.  Blocked, all
 * of them with one call, they cannot: what the kernel means by one, a write
 * that fails, the program hears all the same.
 */
static const int held[] = {
	SIGPIPE,
	SIGTRAP,
	SIGVTALRM,
	SIGPROF,
	SIGXFSZ,
	SIGPOLL,
#ifdef SIGPWR
	SIGPWR,
#endif
#ifdef SIGSTKFLT
	SIGSTKFLT,
#endif
};

static void
set_dumpable(unsigned long yes)
{
#ifdef __linux__
	prctl(PR_SET_DUMPABLE, yes, 0, 0, 0);
#else
	(void)yes;
#endif
}

void
process_guard(void)
{
	const struct rlimit none = { 0, 0 };
	struct pollfd standard[] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } };
	int fd;

	setrlimit(RLIMIT_CORE, &none);
	set_dumpable(0);
	poll(standard, 3, 0); /* one call for all three */
	for (fd = 0; fd <= 2; fd++)
		if (standard[fd].revents & POLLNVAL)
			(void)open("/dev/null", O_RDWR); /* the lowest free */
}

void
process_hold_signals(void)
{
	sigset_t blocked;
	size_t i;
	int n;

	sigemptyset(&blocked);
	for (i = 0; i < sizeof held / sizeof held[0]; i++)
		sigaddset(&blocked, held[i]);
	for (n = SIGRTMIN; n <= SIGRTMAX; n++)
		sigaddset(&blocked, n);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

/* Take the heap in one piece, its pages too, instead of fault by fault. */
static void
take_heap(void)
{
#ifdef __GLIBC__
	mallopt(M_TOP_PAD, HEAP_AT_ONCE);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
#ifdef MADV_POPULATE_WRITE
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	char *first = malloc(1);

	if (first == NULL)
		return;
	(void)madvise(first - ((uintptr_t)first & (page - 1)), HEAP_TOUCHED,
	    MADV_POPULATE_WRITE);
	free(first);
#endif
#endif
}

void
process_economize(void)
{
	take_heap();
}

void
process_renounce(void)
{
#ifdef __linux__
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#endif
}

void
process_unguard(void)
{
	set_dumpable(1);
}

void
process_why(char why[PROCESS_WHY_MAX], int error)
{
	const struct passwd *who;

	snprintf(why, PROCESS_WHY_MAX, "%s", strerror(error));
	if (error != EACCES)
		return;
	who = getpwuid(geteuid());
	snprintf(why, PROCESS_WHY_MAX,
	    "%s for %s (uid %ld), who runs this: let that user read it and "
	    "search its folders (chown, chmod, setfacl)",
	    strerror(error), who != NULL ? who->pw_name : "a user without name",
	    (long)geteuid());
}
