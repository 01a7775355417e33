#include "app/censor.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"

enum {
	SHORTEST = 4,   /* shorter secrets would match by chance */
	ALIGNMENTS = 3, /* where in a group of three octets it may begin */
	TEXT_MAX = 1024 * 1024,
};

struct censor {
	struct buf needle[1 + ALIGNMENTS]; /* raw, then base64 */
};

/*
 * The characters of the base64 text that depend on the secret alone when
 * `shift` other octets stand before it and anything behind it.
 */
static int
make_needle(struct buf *out, const char *secret, size_t len, size_t shift)
{
	struct buf raw = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX);
	size_t first = (shift * 8 + 5) / 6, last = (shift + len) * 8 / 6;
	int rc = -1;

	if (buf_add(&raw, "\0\0", shift) == 0 &&
	    buf_add(&raw, secret, len) == 0 &&
	    base64_encode(&text, raw.data, raw.len) == 0)
		rc = buf_add(out, text.data + first, last - first);
	buf_free(&raw);
	buf_free(&text);
	return rc;
}

struct censor *
censor_new(const char *secret)
{
	struct censor *c = calloc(1, sizeof *c);
	size_t i, len = secret != NULL ? strlen(secret) : 0;

	if (c == NULL || len < SHORTEST)
		return c;
	for (i = 0; i <= ALIGNMENTS; i++)
		c->needle[i].max = TEXT_MAX;
	if (buf_add(&c->needle[0], secret, len) == -1)
		goto fail;
	for (i = 0; i < ALIGNMENTS; i++)
		if (make_needle(&c->needle[1 + i], secret, len, i) == -1)
			goto fail;
	return c;
fail:
	censor_free(c);
	return NULL;
}

void
censor_free(struct censor *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i <= ALIGNMENTS; i++)
		buf_free(&c->needle[i]);
	free(c);
}

static bool
holds_any(const struct censor *c, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i <= ALIGNMENTS; i++)
		if (c->needle[i].len > 0 &&
		    memmem(text, len, c->needle[i].data, c->needle[i].len) !=
			NULL)
			return true;
	return false;
}

/*
 * What stands before the text in each line of a reply: the code, and an
 * enhanced code (RFC 2034).  Its length, 0 if there is nothing like it.
 */
static size_t
codes_length(const char *line, size_t n)
{
	size_t used = 0;

	if (n < 4 || (line[3] != '-' && line[3] != ' '))
		return 0;
	for (used = 4; used < n && strchr("0123456789.", line[used]);)
		used++;
	if (used >= n || line[used] != ' ' || used < 9)
		return 4;
	return used + 1;
}

/* Copy a reply's text as if it had been one line. */
static int
join_lines(struct buf *out, const char *text, size_t len)
{
	const char *end = text + len, *lf, *next;
	size_t n, codes;

	for (; text < end; text = next) {
		lf = memchr(text, '\n', (size_t)(end - text));
		next = lf != NULL ? lf + 1 : end;
		n = (size_t)((lf != NULL ? lf : end) - text);
		while (n > 0 && (text[n - 1] == '\r' || text[n - 1] == ' '))
			n--;
		codes = codes_length(text, n);
		if (buf_add(out, text + codes, n - codes) == -1)
			return -1;
	}
	return 0;
}

bool
censor_holds(const struct censor *c, const char *text, size_t len)
{
	struct buf joined = BUF_INIT(TEXT_MAX);
	bool found;

	if (c->needle[0].len == 0 || len == 0)
		return false;
	if (holds_any(c, text, len))
		return true;
	if (memchr(text, '\n', len) == NULL)
		return false;
	/* Without the memory to look, better withhold than show. */
	found = join_lines(&joined, text, len) == -1 ||
	    holds_any(c, buf_str(&joined), joined.len);
	buf_free(&joined);
	return found;
}
