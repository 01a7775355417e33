#include "plugin/status.h"

#include <stddef.h>
#include <strings.h>

static const char *const names[] = {
	[STATUS_OK] = "OK",
	[STATUS_WARNING] = "WARNING",
	[STATUS_CRITICAL] = "CRITICAL",
	[STATUS_UNKNOWN] = "UNKNOWN",
};

/* The exit codes are no order: UNKNOWN is the highest, but not the worst. */
static const int badness[] = {
	[STATUS_OK] = 0,
	[STATUS_UNKNOWN] = 1,
	[STATUS_WARNING] = 2,
	[STATUS_CRITICAL] = 3,
};

enum { STATES = sizeof names / sizeof names[0] };

const char *
status_name(enum status s)
{
	return names[s];
}

int
status_parse(const char *text, enum status *out)
{
	size_t i;

	if (text[0] >= '0' && text[0] < '0' + STATES && text[1] == '\0') {
		*out = (enum status)(text[0] - '0');
		return 0;
	}
	for (i = 0; i < STATES; i++) {
		if (strcasecmp(text, names[i]) == 0) {
			*out = (enum status)i;
			return 0;
		}
	}
	return -1;
}

int
status_is_worse(enum status a, enum status b)
{
	return badness[a] > badness[b];
}
