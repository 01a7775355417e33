/*
 * last_word.h - the answer of last resort: prepared while all is well, and
 * written by the deadline's own timer or by a signal that would end the
 * process, for whatever blocks outside the poll loop.  One per process.
 */

#ifndef RUN_LAST_WORD_H
#define RUN_LAST_WORD_H

#include <stdint.h>

#include "check/phase.h"
#include "options/options.h"

/*
 * Catch the signals that would end the process; those that are ignored stay
 * ignored.  Until an answer is prepared they are told in one line.
 */
void last_word_begin(void);

/*
 * Prepare the answers, and set the timer to deadline_us on clock_now_us().
 * Nothing of *o is kept.  Whoever knows more calls it again: what was prepared
 * before is forgotten.  Returns 0, or -1 without memory or timer.
 */
int last_word_prepare(const struct options *o, int64_t deadline_us);

/* Forget what was prepared, and until when: time does not count for now. */
void last_word_withdraw(void);

/*
 * Once prepared: files are about to be opened that may be on a mount whose
 * server is gone, where no signal is heard.  From now on a thread keeps watch.
 */
void last_word_watch(void);

/*
 * The verdict is known: should the timer strike now, the regular answer is
 * given a moment to be told in place of the prepared one.
 */
void last_word_known(void);

/*
 * From now on a signal that would end the process is written to this eventfd,
 * by its number, and whoever reads that ends the process.  The deadline's timer
 * is not; -1: no signal is any more.
 */
void last_word_pass_on(int eventfd);

/* "SIGTERM" and the like; static. */
const char *last_word_signal(int number);

/* Where the process is now: a phase's name or another static word. */
void last_word_place(const char *where);

/*
 * The regular answer is about to be written: from now on the timer ends the
 * process, with this exit code, and other signals do nothing any more.
 */
void last_word_retire(int exit_code);

/*
 * Write the prepared answer that an internal error happened, and return the
 * exit code that goes with it.  why is short.
 */
int last_word_internal(const char *why);

/* Release what was prepared; the timer is disarmed. */
void last_word_free(void);

#endif
