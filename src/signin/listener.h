/*
 * listener.h - wait on a loopback port for the browser that comes back from
 * the provider (RFC 8252, 7.3), and for a URL pasted in its place.  It answers
 * whoever connects, and takes nothing without the state.
 */

#ifndef SIGNIN_LISTENER_H
#define SIGNIN_LISTENER_H

#include <stdint.h>

#include "oauth2/failure.h"
#include "signin/redirect.h"

struct listener {
	int fd;   /* -1: not open */
	int port; /* that the kernel chose */
};

/* Listen on 127.0.0.1.  Returns 0, or -1 with *f set (local). */
int listener_open(struct listener *l, struct failure *f);
void listener_close(struct listener *l);

/*
 * Until a redirect with this state has come, to the port or as a line on
 * paste (a descriptor; -1: none), or until deadline_us (clock_now_us).  What
 * is no redirect, is too large or too slow, or has another state is answered
 * and forgotten.  Returns 0 with *out to be freed, or -1 with *f set.
 */
int listener_wait(struct listener *l, const char *state, int paste,
    int64_t deadline_us, struct redirect *out, struct failure *f);

#endif
