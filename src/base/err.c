#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* The text fills its room: a character may be half there. */
static void
cut_end(struct err *e)
{
	e->text[text_whole(e->text, sizeof e->text - 1)] = '\0';
}

int
err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (e->kind != ERR_NONE)
		return -1;
	e->kind = kind;
	va_start(ap, fmt);
	n = vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof e->text)
		cut_end(e);
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
	int n = snprintf(text, sizeof text, "%s%s", words, e->text);

	memcpy(e->text, text, sizeof text);
	if (n >= (int)sizeof text)
		cut_end(e);
}
