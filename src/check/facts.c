#include "check/facts.h"

#include <stdlib.h>

void
facts_init(struct facts *f)
{
	*f = (struct facts)FACTS_INIT(END_COMPLETE);
}

void
facts_free(struct facts *f)
{
	free(f->attempts);
	free(f->baseline);
	trace_free(&f->trace);
	buf_free(&f->dns[0].addresses);
	buf_free(&f->dns[1].addresses);
	f->attempts = NULL;
	f->baseline = NULL;
}

int64_t
facts_token_ttl(const struct facts *f)
{
	return f->look.token.expires_at - f->now_unix;
}

int64_t
facts_credential_days(const struct facts *f)
{
	const int64_t day = 24 * 3600,
		      left = f->credential_ends_at - f->now_unix;

	return left >= 0 ? left / day : -((day - 1 - left) / day);
}
