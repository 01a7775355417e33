/*
 * watch.h - compares what a service offers with what it offered before, and
 * remembers it: what was not known yet, and what is to be accepted.
 */

#ifndef RUN_WATCH_H
#define RUN_WATCH_H

#include "base/err.h"
#include "check/facts.h"
#include "check/settings.h"
#include "run/guard.h"

/*
 * Before the check.  Returns 0, or -1 with f->err set: the folder must not be
 * used.  What else is wrong with it is told in f->state_trouble, and *open is
 * false then.
 */
int watch_open(
    struct state *s, bool *open, const struct settings *asked, struct facts *f);

/*
 * After it, if it is open: fill in f->baseline, which stays NULL without
 * memory.  DONE, then it is closed; or AGAIN.
 */
enum guard_answer watch_note(
    struct state *s, bool *open, const struct settings *asked, struct facts *f);

/* At any time. */
void watch_close(struct state *s, bool *open);

#endif
