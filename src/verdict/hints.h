/*
 * hints.h - what a refusal most likely means and what to do about it, from
 * replies that real servers and providers were seen to give.  What is not in
 * the table is not known; nothing is guessed.
 */

#ifndef VERDICT_HINTS_H
#define VERDICT_HINTS_H

#include <stdbool.h>

#include "verdict/cause.h"

enum {
	HINT_CHALLENGE = 334, /* the decoded error of a challenge */
	HINT_SIGN = 4,        /* words that say the same in any refusal */
	HINT_LOGIN = 5,       /* that do so in any refusal of a login */
};

enum {
	HINT_TEXT = 104,
	HINT_ADVICE = 232,
	HINT_AT = 40,
};

/*
 * One reply seen.  In text, "…" stands for what varies; the rest must occur in
 * the reply in this order, in any case, as whole words, but the side of a word
 * that touches a "…" may go on.  Blanks and the marks " : ; ," before a "…" are
 * not needed.  Only "…": any text.
 *
 * No pointers: a table of them costs each start of the program the time to
 * relocate it, and few starts look into it.
 */
struct hint {
	int code;         /* of the reply, or one of the above */
	char enhanced[8]; /* "": none, or any */
	char text[HINT_TEXT];
	enum cause cause;
	char advice[HINT_ADVICE];
	char at[HINT_AT]; /* words, one of which host, greeting or reply must
			     hold, separated by '|'; "": said by anybody */
};

/* What to do about a limit, whoever names it. */
#define HINT_LESS_OFTEN                                                        \
	"the server limits log-ins or connections: check less often, and "     \
	"not from many places at once"

/* The replies, and the signs.  Each ends with code 0. */
extern const struct hint hints_table[];
extern const struct hint hints_signs[];

/* A refusal, on one line each. */
struct hint_query {
	int code;
	const char *enhanced; /* "" if the reply has none */
	const char *text;
	bool login;           /* it refuses a login */
	const char *host;     /* NULL: unknown */
	const char *greeting; /* NULL: unknown */
};

/*
 * The row that fits with the most text, and among equals the first.  A sign
 * counts if no other row fits, or only one with a vague cause, or if it is a
 * login's and the row for a code alone: what a server adds outweighs that.
 * Returns NULL if nothing is known.
 */
const struct hint *hints_find(const struct hint_query *q);

/* Whether the row is for a code alone, whatever the words. */
bool hints_is_general(const struct hint *h);

#endif
