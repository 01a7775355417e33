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
 * Block the signals that would end the process, but for those that somebody
 * sends or the kernel insists on, and unblock all others.
 */
void process_hold_signals(void);

/*
 * Spare the kernel calls that a process of a few milliseconds has nothing of:
 * growing and trimming the heap in small steps.  gmtime_r() and its kin would
 * read the time zone's file: base/date.h does not.
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
