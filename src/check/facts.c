#include "check/facts.h"

#include <stdlib.h>

enum {
	ADDRESSES_MAX = 16 * 1024,
};

void
facts_init(struct facts *f)
{
	*f = (struct facts){ .end = END_COMPLETE };
	trace_init(&f->trace);
	f->dns[0].addresses.max = f->dns[1].addresses.max = ADDRESSES_MAX;
}

void
facts_free(struct facts *f)
{
	free(f->attempts);
	free(f->baseline);
	trace_free(&f->trace);
	buf_free(&f->dns[0].addresses);
	buf_free(&f->dns[1].addresses);
	facts_init(f);
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
