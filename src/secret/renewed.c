#include "secret/renewed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "secret/secret.h"

/* Clocks are set back a little all the time. */
enum { BACK_MAX = 120 };

/* The last second of the year 9999: beyond it nobody reckons. */
static const int64_t LATEST = 253402300799;

void
renewed_init(struct renewed *r)
{
	*r = (struct renewed){ .token = BUF_INIT(SECRET_MAX) };
}

void
renewed_free(struct renewed *r)
{
	buf_free(&r->token);
	renewed_init(r);
}

/* Whether line[0..n) is key=value; *out is set if the value is a time. */
static bool
take_time(const char *line, size_t n, const char *key, int64_t *out)
{
	size_t i, len = strlen(key);
	int64_t at = 0;

	if (n <= len || memcmp(line, key, len) != 0 || line[len] != '=')
		return false;
	for (i = len + 1; i < n && text_is_digit(line[i]) && at <= LATEST; i++)
		at = at * 10 + (line[i] - '0');
	if (i == n && at <= LATEST)
		*out = at;
	return true;
}

static void
take_line(struct renewed *r, const char *line, size_t n)
{
	static const char credential[] = "credential=";
	const size_t len = sizeof credential - 1;

	if (take_time(line, n, "obtained_at", &r->obtained_at) ||
	    take_time(line, n, "expires_at", &r->expires_at) ||
	    take_time(line, n, "renew_at", &r->renew_at) ||
	    take_time(line, n, "credential_ends_at", &r->credential_ends_at) ||
	    n <= len || memcmp(line, credential, len) != 0)
		return;
	snprintf(r->credential, sizeof r->credential, "%.*s", (int)(n - len),
	    line + len);
}

int
renewed_read(struct renewed *r, const char *text, size_t len)
{
	const char *end = text + len, *line_end = memchr(text, '\n', len);

	renewed_init(r);
	if (line_end == NULL || line_end == text ||
	    memchr(text, '\0', len) != NULL ||
	    (size_t)(line_end - text) > r->token.max ||
	    buf_add(&r->token, text, (size_t)(line_end - text)) == -1)
		return -1;
	for (text = line_end + 1; text < end; text = line_end + 1) {
		line_end = memchr(text, '\n', (size_t)(end - text));
		if (line_end == NULL)
			return -1; /* not whole */
		take_line(r, text, (size_t)(line_end - text));
	}
	return r->renew_at != 0 ? 0 : -1;
}

static void
print_time(struct buf *out, const char *key, int64_t at)
{
	if (at != 0)
		buf_addf(out, "%s=%" PRId64 "\n", key, at);
}

void
renewed_print(const struct renewed *r, struct buf *out)
{
	buf_add(out, buf_str(&r->token), r->token.len);
	buf_addc(out, '\n');
	print_time(out, "obtained_at", r->obtained_at);
	print_time(out, "expires_at", r->expires_at);
	print_time(out, "renew_at", r->renew_at);
	print_time(out, "credential_ends_at", r->credential_ends_at);
	if (r->credential[0] != '\0')
		buf_addf(out, "credential=%s\n", r->credential);
}

bool
renewed_is_fresh(const struct renewed *r, int64_t now)
{
	return r->token.len > 0 && now < r->renew_at &&
	    now >= r->obtained_at - BACK_MAX;
}

bool
renewed_is_valid(const struct renewed *r, int64_t now)
{
	return r->token.len > 0 && now >= r->obtained_at - BACK_MAX &&
	    now < (r->expires_at != 0 ? r->expires_at : r->renew_at);
}
