/*
 * verdict.h - from facts and options to state, condition and message: a pure
 * function, without clock, socket or output.
 */

#ifndef VERDICT_VERDICT_H
#define VERDICT_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "check/condition.h"
#include "check/facts.h"
#include "check/settings.h"
#include "plugin/status.h"
#include "verdict/cause.h"

enum {
	VERDICT_FINDINGS_MAX = SETTINGS_LIST_MAX + 32, /* each -R may be one */
	VERDICT_TEXT_MAX = 1024 * 1024, /* takes the longest reply whole ... */
	VERDICT_SHOWN_MAX = 2048,       /* ... of which so much is kept */
};

struct finding {
	enum condition condition;
	enum status state; /* --on applied */
	struct buf message;
};

struct hint;

struct verdict {
	enum status state;
	enum condition condition; /* the deciding one, or CONDITION_NONE */
	/* What ended the session first, then policy, then slow. */
	struct finding findings[VERDICT_FINDINGS_MAX];
	size_t finding_count;
	int ended;              /* which of them ended the session, -1: none */
	int decided;            /* which of them decided, -1: none */
	struct buf message;     /* the first line without its head */
	struct buf hint;        /* what to do; empty where nothing is known */
	bool rate_limited;      /* the deciding reply speaks of a limit */
	enum smtp_login login;  /* what the server said of the credential */
	enum cause cause;       /* what the hint blames */
	const struct hint *row; /* what explains the refusal; static, NULL:
				   nothing is known, or nothing was refused */
	bool failed;            /* for want of memory something is missing */
};

/*
 * Judge.  *v is filled and must be freed.  Returns 0, or -1 without memory;
 * then the state is UNKNOWN and the condition internal.
 */
int verdict_reach(
    struct verdict *v, const struct facts *f, const struct settings *asked);

void verdict_free(struct verdict *v);

/*
 * Whether the server judged the secret and refused it: not where it limits
 * log-ins, has locked the account, could not decide, or was never asked.
 */
bool verdict_refuses_secret(
    const struct facts *f, const struct settings *asked);

#endif
