#include "base/span.h"

void
span_add(struct buf *b, int64_t seconds)
{
	const long long minutes = seconds / 60, hours = seconds / 3600;

	if (seconds < 120)
		buf_addf(b, "%lld s", (long long)seconds);
	else if (minutes < 120)
		buf_addf(b, "%lld minutes", minutes);
	else if (hours < 48)
		buf_addf(b, "%lld hours", hours);
	else
		buf_addf(b, "%lld days", hours / 24);
}
