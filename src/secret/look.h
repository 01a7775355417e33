/*
 * look.h - what is visibly wrong with a password or a token, before
 * any server has seen it.  Nothing of the secret itself is kept or said.
 */

#ifndef SECRET_LOOK_H
#define SECRET_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "secret/token.h"

/* In the order of telling. */
enum secret_fault {
	SECRET_FAULT_JSON,
	SECRET_FAULT_MACRO,
	SECRET_FAULT_CHARACTERS,
	SECRET_FAULT_EMPTY,
	SECRET_FAULT_MARK,
	SECRET_FAULT_LEADING_BLANK,
	SECRET_FAULT_LINE_END,
	SECRET_FAULT_CARRIAGE_RETURN,
	SECRET_FAULT_TRAILING_BLANK,
	SECRET_FAULT_QUOTES,
	SECRET_FAULT_LINES,
	SECRET_FAULT_CONTROL,
	SECRET_FAULT_UTF8,
	SECRET_FAULT_BEARER,
	SECRET_FAULT_BLANK,
	SECRET_FAULT_EXPIRED,
	SECRET_FAULT_ELSEWHERE,
	SECRET_FAULTS,
};

struct secret_look {
	bool is_token;
	bool is_ascii; /* no fault where it is not, but not all take it */
	bool fault[SECRET_FAULTS]; /* but for EXPIRED, which needs the time */
	struct token token;        /* what it tells, if it is one */
};

/* Look at value[0..len).  Returns 0, or -1 without memory. */
int secret_look(
    struct secret_look *out, const char *value, size_t len, bool is_token);

/* Whether it has the fault at this Unix time. */
bool secret_look_has(
    const struct secret_look *l, enum secret_fault fault, int64_t now_unix);

/*
 * The fault for which it is never sent, because with it no server could ever
 * take it; SECRET_FAULTS if there is none.
 */
enum secret_fault secret_look_refuses(const struct secret_look *l);

/*
 * "ends with a blank" and the like, which follows "the password " or "the
 * token "; what comes after "expired " is for the caller to say.  Static.
 */
const char *secret_look_text(enum secret_fault fault);

#endif
