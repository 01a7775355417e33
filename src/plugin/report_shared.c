#include "plugin/report_shared.h"

#include <inttypes.h>
#include <string.h>

#include "plugin/printable.h"

int
report_add_seconds(struct buf *out, int64_t us)
{
	/* Unsigned, because the least int64_t has no positive counterpart. */
	const uint64_t size = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;

	return buf_addf(out, "%s%" PRIu64 ".%06" PRIu64, us < 0 ? "-" : "",
	    size / 1000000, size % 1000000);
}

/* Printable text holds no control characters, so two are left to escape. */
int
report_add_quoted(struct buf *out, const char *text)
{
	struct buf plain = BUF_INIT(SIZE_MAX);
	const char *s;
	size_t n;
	int rc = -1;

	if (text != NULL && printable_add(&plain, text, strlen(text)) == -1)
		goto out;
	if (buf_addc(out, '"') == -1)
		goto out;
	for (s = buf_str(&plain); *s != '\0'; s += n) {
		n = strcspn(s, "\\\"");
		if (buf_add(out, s, n) == -1)
			goto out;
		if (s[n] != '\0' &&
		    (buf_addc(out, '\\') == -1 || buf_addc(out, s[n++]) == -1))
			goto out;
	}
	rc = buf_addc(out, '"');
out:
	buf_free(&plain);
	return rc;
}
