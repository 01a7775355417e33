#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (e->kind != ERR_NONE)
		return -1;
	e->kind = kind;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_nomem(struct err *e)
{
	return err_set(e, ERR_INTERNAL, "out of memory");
}

void
err_prefix(struct err *e, const char *words)
{
	char text[sizeof e->text];
	size_t n = strlen(words);

	if (n >= sizeof text)
		n = sizeof text - 1;
	memcpy(text, words, n);
	snprintf(text + n, sizeof text - n, "%s", e->text);
	memcpy(e->text, text, sizeof text);
}
