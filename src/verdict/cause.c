#include "verdict/cause.h"

#include <stddef.h>

#define SECRET CAUSE_MAY_BE_SECRET
#define VAGUE CAUSE_IS_VAGUE
#define LIMIT CAUSE_IS_LIMIT
#define JUDGED CAUSE_IS_JUDGEMENT

static const struct {
	const char *name;
	unsigned int traits;
} causes[CAUSES] = {
	[CAUSE_UNKNOWN] = { NULL, SECRET | JUDGED },
	[CAUSE_CREDENTIAL] = { "credential", SECRET | VAGUE | JUDGED },
	[CAUSE_ACCOUNT] = { "account", JUDGED },
	[CAUSE_LOCKED] = { "account", 0 },
	[CAUSE_POLICY] = { "policy", 0 },
	[CAUSE_BACKEND] = { "backend", 0 },
	[CAUSE_RATE] = { "rate", LIMIT },
	[CAUSE_ENCRYPTION] = { "encryption", 0 },
	[CAUSE_MECHANISM] = { "mechanism", 0 },
	[CAUSE_SENDER] = { "sender", 0 },
	[CAUSE_PROTOCOL] = { "protocol", 0 },
	[CAUSE_TOKEN] = { "token", SECRET | JUDGED },
};

const char *
cause_name(enum cause c)
{
	return causes[c].name;
}

bool
cause_has(enum cause c, enum cause_trait trait)
{
	return (causes[c].traits & trait) != 0;
}
