/*
 * refusals.h - which secrets of one login a server has refused, and when: as
 * numbers, and as text to be kept.  No clock, no file.
 */

#ifndef RUN_REFUSALS_H
#define RUN_REFUSALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "secret/digest.h"

enum {
	REFUSALS_SECRETS = 8, /* the others are forgotten, oldest first */
	REFUSALS_TIMES = 50,  /* of each; the same */
	REFUSALS_REPLY = 300,
	REFUSALS_SECONDS_MAX = 7 * 24 * 3600, /* that a window may have */
};

/* One secret. */
struct refusal {
	unsigned char digest[SECRET_DIGEST];
	int64_t at[REFUSALS_TIMES]; /* Unix time, in the order noted */
	size_t count;
	char reply[REFUSALS_REPLY]; /* the last; one line, printable ASCII */
};

struct refusals {
	bool has_salt;
	unsigned char salt[SECRET_SALT]; /* of all digests */
	struct refusal secret[REFUSALS_SECRETS];
	size_t count;
};

/* Read what refusals_write() wrote.  Returns 0, or -1 if it is damaged. */
int refusals_read(struct refusals *r, const char *text, size_t len);

/* Append it as text; nothing where there is nothing to be remembered. */
void refusals_write(const struct refusals *r, struct buf *out);

/*
 * Forget what no window at this time can hold.  What is from the future counts
 * as if it were as far in the past: a clock that was wrong holds nothing back
 * for longer than twice the window.
 */
void refusals_forget(struct refusals *r, int64_t now);

/* What is known of this secret, or NULL. */
const struct refusal *refusals_find(
    const struct refusals *r, const unsigned char digest[SECRET_DIGEST]);

/* Whether any secret was refused within so many seconds. */
bool refusals_recent(const struct refusals *r, int64_t now, int64_t seconds);

/* How a secret stands; s may be NULL. */
struct standing {
	int refused;      /* times within the window */
	int64_t since;    /* the first of them */
	int64_t next_try; /* when fewer than limit are left in the window */
};
struct standing refusals_standing(
    const struct refusal *s, int64_t now, int64_t seconds, int limit);

/* One more refusal; of reply, what has room. */
void refusals_note(struct refusals *r,
    const unsigned char digest[SECRET_DIGEST], int64_t now, const char *reply);

#endif
