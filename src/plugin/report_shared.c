#include "plugin/report_shared.h"

#include <inttypes.h>
#include <string.h>

#include "plugin/printable.h"

void
report_add_seconds(struct buf *out, int64_t us)
{
	/* Unsigned, because the least int64_t has no positive counterpart. */
	const uint64_t size = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;

	buf_addf(out, "%s%" PRIu64 ".%06" PRIu64, us < 0 ? "-" : "",
	    size / 1000000, size % 1000000);
}

/* Printable text holds no control characters, so two are left to escape. */
void
report_add_quoted(struct buf *out, const char *text)
{
	struct buf plain = BUF_INIT(SIZE_MAX);
	const char *s;
	size_t n;

	if (text != NULL)
		printable_add(&plain, text, strlen(text));
	buf_addc(out, '"');
	for (s = buf_str(&plain); *s != '\0'; s += n) {
		n = strcspn(s, "\\\"");
		buf_add(out, s, n);
		if (s[n] != '\0') {
			buf_addc(out, '\\');
			buf_addc(out, s[n++]);
		}
	}
	buf_addc(out, '"');
	out->failed = out->failed || plain.failed;
	buf_free(&plain);
}
