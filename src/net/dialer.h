/*
 * dialer.h - connect to the first of several addresses that answers, Happy
 * Eyeballs style (RFC 8305): attempts side by side, 250 ms apart or as soon
 * as one fails.  It resolves nothing and sends nothing.
 */

#ifndef NET_DIALER_H
#define NET_DIALER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/loop.h"
#include "net/address.h"

/* One address tried or to be tried, in the order of trying. */
struct dialer_attempt {
	struct address address;
	bool started;
	int error; /* errno when it failed, 0 otherwise */
};

struct dialer;

/*
 * Called once, from the loop, never from within a function of the dialer's;
 * it may free the dialer.  fd is the connected, non-blocking, close-on-exec
 * socket with TCP_NODELAY, owned by the callee from now on; or -1 when every
 * address has failed and no more will come.
 */
typedef void dialer_fn(void *arg, int fd);

/* Returns NULL when memory is exhausted. */
struct dialer *dialer_new(struct loop *l, dialer_fn *fn, void *arg);

/* Close the attempts under way and release.  Accepts NULL. */
void dialer_free(struct dialer *d);

/*
 * Add addresses (copied) and start the first attempt if none is under way.
 * Addresses not yet tried are put in order anew: the families interleaved,
 * beginning with IPv6 or, after an attempt, with the other family; a family
 * to which there is no route last; within a family the order of adding.  An
 * address added before, or after the news, is left out.  Returns 0, or -1
 * without change when memory is exhausted.
 */
int dialer_add(struct dialer *d, const struct address *list, size_t count);

/* No more addresses will be added. */
void dialer_complete(struct dialer *d);

/*
 * All addresses so far, owned by d, until the next dialer_add(); those that
 * connected or were given up for another have failed == false.
 */
const struct dialer_attempt *dialer_attempts(
    const struct dialer *d, size_t *count);

/* The attempt whose socket was handed over, or NULL. */
const struct dialer_attempt *dialer_winner(const struct dialer *d);

#endif
