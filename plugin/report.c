#include "plugin/report.h"

#include <inttypes.h>

#include "plugin/report_shared.h"

const struct report_format report_formats[] = {
	{ "text", report_text },
	{ "json", report_json },
	{ NULL, NULL },
};

int
report_add_seconds(struct buf *out, int64_t us)
{
	/* Unsigned, because the least int64_t has no positive counterpart. */
	const uint64_t size = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;

	return buf_addf(out, "%s%" PRIu64 ".%06" PRIu64, us < 0 ? "-" : "",
	    size / 1000000, size % 1000000);
}
