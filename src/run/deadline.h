/*
 * deadline.h - the one reckoning of when a run has to be over.
 */

#ifndef RUN_DEADLINE_H
#define RUN_DEADLINE_H

#include <stdint.h>

/* All on clock_now_us(). */
struct deadline {
	int64_t hard_us; /* the timer ends the process */
	int64_t
	    soft_us; /* the loop gives up, so that the answer is out by then */
};

/* For a run that began at started_us and may take timeout_us. */
struct deadline deadline_reckon(int64_t started_us, int64_t timeout_us);

#endif
