#include "base/clock.h"

#include <time.h>

int64_t
clock_now_us(void)
{
	/* Where the clock cannot be read (a container's filter of system calls
	 * that knows it not), time stands still: it never goes back. */
	static _Thread_local int64_t last;
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == 0)
		last = (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
	return last;
}
