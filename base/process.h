/* process.h - what a process that holds secrets does about itself first. */

#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

/*
 * Leave no core file, and open /dev/null on those of the descriptors 0 to 2
 * that are closed, so that no socket or file takes their place.
 */
void process_guard(void);

/* Let a leak checker look at the process again. */
void process_unguard(void);

#endif
