/*
 * post.h - a mail server for many checks at once, in processes of its own on
 * loopback.  What it says to a login is in the secret: see post_open().
 */

#ifndef TESTS_UNIT_POST_H
#define TESTS_UNIT_POST_H

#include <sys/types.h>

#include "tests/unit/certs.h"

enum post_door {
	POST_CLEAR,
	POST_STARTTLS,
	POST_IMPLICIT,
	POST_SILENT, /* takes connections and never says a word */
	POST_DOORS,
};

struct post {
	int port[POST_DOORS];
	pid_t pid;
};

/*
 * Open the doors.  A user userN@example.org is let in with the secret right-N
 * or common; hang-N gets no reply; any other is refused with 535, naming the
 * user.
 */
void post_open(struct post *p, const struct cert *c);

void post_close(struct post *p);

#endif
