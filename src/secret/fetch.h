/*
 * fetch.h - fetch a secret from its source without holding up anybody else:
 * whatever has to be waited for, the loop waits for.
 */

#ifndef SECRET_FETCH_H
#define SECRET_FETCH_H

#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"
#include "secret/readers.h"
#include "secret/secret.h"

struct secret_fetch;

/* rc is 0, or -1 with *e set: ERR_SECRET, ERR_TIMEOUT or ERR_INTERNAL. */
typedef void secret_fn(void *arg, int rc);

/*
 * Fetch the secret: the first line without its LF and one CR before it (TEXT
 * and ENV whole).  TEXT and ENV are read within this call; everything else
 * begins when the loop turns, so that variables can be erased before a command
 * is run.  That is done by /bin/sh in a process group of its own, which is
 * killed when the clock (clock_now_us) reaches deadline_us; it gets /dev/null,
 * two pipes and no other descriptor.  More than SECRET_RUNNING_MAX at a time
 * are refused, as fork() refuses.
 *
 * *out is emptied.  done() is called from the loop, never from within, and may
 * free the fetch; all arguments are borrowed until then.  e->text names the
 * source, never the secret.  Returns NULL with *e set without memory.
 */
struct secret_fetch *secret_fetch_start(struct loop *l,
    const struct secret_source *source, int64_t deadline_us, struct secret *out,
    struct err *e, secret_fn *done, void *arg);

/*
 * Let r, borrowed, read the files; before the loop turns.  Without, a file on a
 * server that is gone holds up the whole process.
 */
void secret_fetch_read_by(struct secret_fetch *f, struct secret_readers *r);

/*
 * Release, at any time: a command that runs is killed with its process group,
 * and nobody is told.  Accepts NULL.
 */
void secret_fetch_free(struct secret_fetch *f);

#endif
