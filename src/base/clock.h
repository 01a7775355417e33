/* clock.h - the monotonic clock, in microseconds.  No wall time. */

#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Microseconds since an arbitrary point in the past; never goes back. */
int64_t clock_now_us(void);

#endif
