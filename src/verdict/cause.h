/* cause.h - what is to blame for a failure, as far as it is known. */

#ifndef VERDICT_CAUSE_H
#define VERDICT_CAUSE_H

#include <stdbool.h>

enum cause {
	CAUSE_UNKNOWN,
	CAUSE_CREDENTIAL,
	CAUSE_ACCOUNT,
	CAUSE_LOCKED, /* the account, for failed log-ins; called so, too */
	CAUSE_POLICY,
	CAUSE_BACKEND,
	CAUSE_RATE,
	CAUSE_ENCRYPTION,
	CAUSE_MECHANISM,
	CAUSE_SENDER,
	CAUSE_PROTOCOL,
	CAUSE_TOKEN,
	CAUSES,
};

/* What may be asked of a cause. */
enum cause_trait {
	/* A fault of the secret's, where it has one, explains it. */
	CAUSE_MAY_BE_SECRET = 1 << 0,
	/* It says only that the login failed: what else is known is better. */
	CAUSE_IS_VAGUE = 1 << 1,
	/* Nothing was judged: there are too many checks. */
	CAUSE_IS_LIMIT = 1 << 2,
	/* The refusal can be about the credential, or the account. */
	CAUSE_IS_JUDGEMENT = 1 << 3,
};

/* "credential" and so on; static, NULL for UNKNOWN. */
const char *cause_name(enum cause c);

bool cause_has(enum cause c, enum cause_trait trait);

#endif
