#include "oauth2/words.h"

#include "base/date.h"
#include "base/span.h"

void
words_add_time(struct buf *out, const char *before, int64_t at)
{
	const struct date d = date_from_unix(at);

	buf_addf(out, "%s%04lld-%02d-%02d %02d:%02d:%02d UTC", before,
	    (long long)d.year, d.month, d.day, d.hour, d.minute, d.second);
}

void
words_add_skew(struct buf *out, int64_t ahead)
{
	buf_adds(out, "this machine's clock is ");
	span_add(out, ahead < 0 ? -ahead : ahead);
	buf_addf(out, " %s the provider's: set it",
	    ahead > 0 ? "behind" : "ahead of");
}
