#include "base/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

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
	int fd;

	setrlimit(RLIMIT_CORE, &none);
	set_dumpable(0);
	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			(void)open("/dev/null", O_RDWR); /* the lowest free */
}

void
process_unguard(void)
{
	set_dumpable(1);
}
