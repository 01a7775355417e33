#include "base/process.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* More than a check needs; what is not used is not touched. */
enum { HEAP_AT_ONCE = 1024 * 1024 };

extern char **environ;

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
process_economize(void)
{
	static char utc[] = "TZ=:";
	char *only_utc[] = { utc, NULL };
	char **environment = environ;

#ifdef __GLIBC__
	mallopt(M_TOP_PAD, HEAP_AT_ONCE);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
	/* The environment is whole again for the commands we start. */
	environ = only_utc;
	tzset();
	environ = environment;
}

void
process_unguard(void)
{
	set_dumpable(1);
}
