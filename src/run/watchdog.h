/*
 * watchdog.h - a thread that is woken when time is up, for whoever waits where
 * no signal is heard: a wait for a file system whose server is gone can be
 * killed, but runs no handler.  One per process.
 */

#ifndef RUN_WATCHDOG_H
#define RUN_WATCHDOG_H

#include <stdint.h>

/*
 * At deadline_us (clock_now_us()) call bite() from a thread that hears no
 * signals.  One that is on its way already is stopped first.  Returns 0, or -1
 * where no thread is to be had: then there is none.
 */
int watchdog_start(int64_t deadline_us, void (*bite)(void));

/* No longer wait.  Once bite() was called it does not come back. */
void watchdog_stop(void);

#endif
