#include "secret/censor.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/locked.h"
#include "base/text.h"

enum {
	SHORTEST = 4,   /* shorter secrets would match by chance */
	ALIGNMENTS = 3, /* where in a group of three octets it may begin */
	TEXT_MAX = 1024 * 1024,
};

struct needle {
	const char *text;
	size_t len; /* 0: not looked for */
};

struct censor {
	struct needle forms[1 + ALIGNMENTS]; /* raw, then base64 */
	struct needle squeezed;              /* raw without its blanks */
	char *own; /* locked memory that the others point into */
	size_t size, used;
};

static void
keep(struct censor *c, struct needle *n, const char *text, size_t len)
{
	char *to = c->own + c->used;

	if (len > 0)
		memcpy(to, text, len);
	c->used += len;
	n->text = to;
	n->len = len;
}

/*
 * The characters of the base64 text that depend on the secret alone when
 * `shift` other octets stand before it and anything behind it.
 */
static int
keep_base64(struct censor *c, const char *secret, size_t len, size_t shift)
{
	struct buf raw = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX);
	size_t first = (shift * 8 + 5) / 6, last = (shift + len) * 8 / 6;
	int rc = -1;

	if (buf_add(&raw, "\0\0", shift) == 0 &&
	    buf_add(&raw, secret, len) == 0 &&
	    base64_encode(&text, raw.data, raw.len) == 0) {
		keep(c, &c->forms[1 + shift], text.data + first, last - first);
		rc = 0;
	}
	buf_free(&raw);
	buf_free(&text);
	return rc;
}

/* What is left of a secret that a line may have been broken in at a blank. */
static void
keep_squeezed(struct censor *c, const char *secret, size_t len)
{
	char *to = c->own + c->used;
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		if (!text_is_space(secret[i]))
			to[n++] = secret[i];
	if (n < SHORTEST)
		return;
	c->used += n;
	c->squeezed = (struct needle){ .text = to, .len = n };
}

static bool
has_blank(const char *s)
{
	while (*s != '\0' && !text_is_space(*s))
		s++;
	return *s != '\0';
}

struct censor *
censor_new(const char *secret)
{
	struct censor *c = calloc(1, sizeof *c);
	size_t i, len = secret != NULL ? strlen(secret) : 0;

	if (c == NULL)
		return NULL;
	if (len < SHORTEST)
		return c;
	c->size = ALIGNMENTS * base64_length(len + ALIGNMENTS) + len;
	if ((c->own = locked_new(c->size)) == NULL)
		goto fail;
	c->forms[0] = (struct needle){ .text = secret, .len = len };
	for (i = 0; i < ALIGNMENTS; i++)
		if (keep_base64(c, secret, len, i) == -1)
			goto fail;
	if (has_blank(secret))
		keep_squeezed(c, secret, len);
	else
		c->squeezed = c->forms[0];
	return c;
fail:
	censor_free(c);
	return NULL;
}

void
censor_free(struct censor *c)
{
	if (c == NULL)
		return;
	locked_free(c->own, c->size);
	free(c);
}

static bool
holds(const struct needle *n, const char *text, size_t len)
{
	return n->len > 0 && memmem(text, len, n->text, n->len) != NULL;
}

static bool
holds_any(const struct censor *c, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i <= ALIGNMENTS; i++)
		if (holds(&c->forms[i], text, len))
			return true;
	return holds(&c->squeezed, text, len);
}

/*
 * What stands before the text in each line of a reply: the code, and, if they
 * count, an enhanced code (RFC 2034).  0 if there is nothing like it.
 */
static size_t
codes_length(const char *line, size_t n, bool enhanced)
{
	size_t used = 0;

	if (n < 4 || (line[3] != '-' && line[3] != ' '))
		return 0;
	if (!enhanced)
		return 4;
	for (used = 4; used < n && strchr("0123456789.", line[used]);)
		used++;
	if (used >= n || line[used] != ' ' || used < 9)
		return 4;
	return used + 1;
}

/* Copy a reply's text as if it had been one line, and without its blanks. */
static int
squeeze_lines(struct buf *out, const char *text, size_t len, bool enhanced)
{
	const char *end = text + len, *lf, *next, *word;
	int rc = 0;

	for (; text < end && rc == 0; text = next) {
		lf = memchr(text, '\n', (size_t)(end - text));
		next = lf != NULL ? lf + 1 : end;
		text += codes_length(text, (size_t)(next - text), enhanced);
		while (text < next && rc == 0) {
			for (word = text; text < next && !text_is_space(*text);)
				text++;
			rc = buf_add(out, word, (size_t)(text - word));
			text += text < next;
		}
	}
	return rc;
}

bool
censor_holds(const struct censor *c, const char *text, size_t len)
{
	struct buf joined = BUF_INIT(TEXT_MAX);
	bool found;
	int i;

	if (c->forms[0].len == 0 || len == 0)
		return false;
	found = holds_any(c, text, len);
	if (found || memchr(text, '\n', len) == NULL)
		return found;
	/* What looks like an enhanced code may be a piece of the secret. */
	for (i = 0; i < 2 && !found; i++) {
		buf_truncate(&joined, 0);
		/* Without the memory to look, better withhold than show. */
		found = squeeze_lines(&joined, text, len, i == 1) == -1 ||
		    holds_any(c, buf_str(&joined), joined.len);
	}
	buf_free(&joined);
	return found;
}
