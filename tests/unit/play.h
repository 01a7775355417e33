/*
 * play.h - play the server's part of a dialogue against the machine, in
 * memory, and watch what the machine says, traces and reports.  What is wrong
 * comes back in words; the tests fail because of them.
 */

#ifndef TESTS_UNIT_PLAY_H
#define TESTS_UNIT_PLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "smtp_client.h"
#include "tests/unit/dialogue.h"

enum {
	PLAY_NEEDLES = 32,
	PLAY_WHOLE = 1024 * 1024, /* a chunk that leaves all in one piece */
};

/* Something that no trace may show. */
struct needle {
	struct buf text;
	bool echoed; /* the server says it itself, where everyone may see it */
};

/* A machine and what it is told. */
struct play {
	const struct dialogue *d;
	size_t chunk; /* bytes handed over and sent at a time */
	struct smtp_client *c;
	struct sasl_creds creds;
	struct smtp_params params;
	struct needle needles[PLAY_NEEDLES];
	size_t needle_count;
	struct buf said; /* the last line of ours in the trace */
	bool sent_auth;
	char fault[400]; /* the first thing wrong */
};

/* d is borrowed.  Returns 0, or -1 with p->fault set; free it either way. */
int play_begin(struct play *p, const struct dialogue *d, size_t chunk);

/* Play steps[from..to).  Returns 0, or -1 with p->fault set. */
int play_steps(struct play *p, size_t from, size_t to);

/*
 * Hand over bytes of the server in pieces.  What follows a line end within
 * them comes together with it, as it does in one packet.
 */
void play_feed(struct play *p, const char *bytes, size_t len);

/* The server closes. */
void play_close(struct play *p);

/* Judge the end.  Returns 0, or -1 with p->fault set. */
int play_end(struct play *p);

/* Begin, play all steps, judge the end. */
int play_whole(struct play *p, const struct dialogue *d, size_t chunk);

void play_free(struct play *p);

#endif
