#include "oauth2/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char *const names[] = {
	[FAILURE_NONE] = "none",
	[FAILURE_USAGE] = "usage",
	[FAILURE_LOCAL] = "local",
	[FAILURE_TEMPORARY] = "temporary",
	[FAILURE_SIGNIN] = "signin",
	[FAILURE_CREDENTIAL] = "credential",
	[FAILURE_ADMIN] = "admin",
	[FAILURE_PENDING] = "pending",
};

/* <sysexits.h>, where the numbers come from, is in no standard. */
static const int codes[] = {
	[FAILURE_NONE] = 0,
	[FAILURE_USAGE] = 64,
	[FAILURE_LOCAL] = 78,
	[FAILURE_TEMPORARY] = 75,
	[FAILURE_SIGNIN] = 77,
	[FAILURE_CREDENTIAL] = 77,
	[FAILURE_ADMIN] = 77,
	[FAILURE_PENDING] = 75,
};

void
failure_harmless(char *out, size_t size, const char *text)
{
	size_t n = 0;
	char one[8];

	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || (unsigned char)*text > '~' ||
		    *text == '|')
			snprintf(one, sizeof one, "\\x%02x",
			    (unsigned)(unsigned char)*text);
		else
			snprintf(one, sizeof one, "%c", *text);
		if (n + strlen(one) >= size)
			break;
		memcpy(out + n, one, strlen(one));
		n += strlen(one);
	}
	out[n] = '\0';
}

int
failure_set(struct failure *f, enum failure_class class, const char *fmt, ...)
{
	char text[sizeof f->text];
	va_list ap;

	if (f->class != FAILURE_NONE)
		return -1;
	f->class = class;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	failure_harmless(f->text, sizeof f->text, text);
	return -1;
}

int
failure_advise(struct failure *f, const char *fmt, ...)
{
	char text[sizeof f->remedy];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	failure_harmless(f->remedy, sizeof f->remedy, text);
	return -1;
}

int
failure_take(struct failure *f, const struct err *e)
{
	return failure_set(f, FAILURE_LOCAL, "%s", e->text);
}

int
failure_exit_code(const struct failure *f)
{
	return codes[f->class];
}

const char *failure_class_name(enum failure_class class)
{
	return names[class];
}

enum failure_class
failure_class_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return (enum failure_class)i;
	return FAILURE_NONE;
}
