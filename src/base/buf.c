#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

enum { FIRST_CAP = 64 };

/* Move to a larger piece of memory.  Returns whether it was to be had. */
static bool
grow(struct buf *b, size_t size)
{
	size_t cap = b->cap > 0 ? b->cap : FIRST_CAP;
	char *data;

	while (cap <= size)
		cap *= 2;
	if ((data = malloc(cap)) == NULL)
		return false;
	if (b->data != NULL) {
		memcpy(data, b->data, b->len);
		wipe(b->data, b->cap);
		free(b->data);
	}
	data[b->len] = '\0';
	b->data = data;
	b->cap = cap;
	return true;
}

static int
reserve(struct buf *b, size_t more)
{
	bool fits = !b->failed && more <= b->max && b->len <= b->max - more &&
	    ((b->data != NULL && b->len + more < b->cap) ||
		grow(b, b->len + more));

	b->failed = !fits;
	return fits ? 0 : -1;
}

int
buf_add(struct buf *b, const void *data, size_t len)
{
	if (reserve(b, len) == -1)
		return -1;
	if (len > 0)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
	return 0;
}

int
buf_addc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

int
buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) /* out of memory */
		b->failed = true;
	if (n < 0 || reserve(b, (size_t)n) == -1)
		return -1;
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return 0;
}

void
buf_drop(struct buf *b, size_t n)
{
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n);
	buf_truncate(b, b->len - n);
}

void
buf_truncate(struct buf *b, size_t n)
{
	if (n == 0)
		b->failed = false;
	if (b->data == NULL)
		return;
	wipe(b->data + n, b->len - n);
	b->len = n;
	b->data[n] = '\0';
}

const char *
buf_str(const struct buf *b)
{
	return b->data != NULL ? b->data : "";
}

void
buf_free(struct buf *b)
{
	if (b->data != NULL)
		wipe(b->data, b->cap);
	free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
	b->failed = false;
}
