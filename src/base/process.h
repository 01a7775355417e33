/*
 * process.h - what the process does about itself first: it holds secrets, and
 * it will not live long.
 */

#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

/*
 * Leave no core file, and open /dev/null on those of the descriptors 0 to 2
 * that are closed, so that no socket or file takes their place.
 */
void process_guard(void);

/*
 * Spare the kernel calls that a process of a few milliseconds has nothing of:
 * growing and trimming the heap in small steps, and reading the time zone's
 * file, as the C library does the first time even where it is asked for UTC.
 * Nothing here may ask for local time.
 */
void process_economize(void);

/* From now on nothing that is run gains privileges, by set-user-ID or so. */
void process_renounce(void);

enum { PROCESS_WHY_MAX = 200 };

/*
 * Write why a file could not be opened, by errno; of one that is not readable,
 * for whom it is not, and how it becomes so.  No owner of a name is looked up
 * but in this case.
 */
void process_why(char why[PROCESS_WHY_MAX], int error);

/* Let a leak checker look at the process again. */
void process_unguard(void);

#endif
