/* What is remembered from one check to the next, and where. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "check/baseline.h"
#include "options/internal.h"

enum {
	GUARD_COUNT = 3,
	GUARD_COUNT_MAX = 50,
	GUARD_SECONDS = 3600,
	GUARD_SECONDS_MAX = 7 * 24 * 3600,
};

void
options_set_guard(
    struct parsing *p, const struct option_row *row, const char *value)
{
	long count = GUARD_COUNT, seconds = GUARD_SECONDS;
	const char *slash = value != NULL ? strchr(value, '/') : NULL;
	char first[16];

	(void)row;
	if (value != NULL) {
		snprintf(first, sizeof first, "%.*s",
		    slash != NULL ? (int)(slash - value) : 0, value);
		if (slash == NULL || slash - value >= (long)sizeof first ||
		    number_parse(first, 1, GUARD_COUNT_MAX, &count) == -1 ||
		    number_parse(slash + 1, 1, GUARD_SECONDS_MAX, &seconds) ==
			-1) {
			options_fault(p, value,
			    "not COUNT/SECONDS, such as 3/3600; COUNT is 1 to "
			    "%d, SECONDS 1 to %d",
			    GUARD_COUNT_MAX, GUARD_SECONDS_MAX);
			return;
		}
	}
	p->s->guard_count = (int)count;
	p->s->guard_seconds = seconds;
}

void
options_set_baseline(
    struct parsing *p, const struct option_row *row, const char *value)
{
	enum baseline_kind kind;
	char word[32];

	(void)row;
	if (value == NULL) {
		p->s->baseline = BASELINE_ALL;
		return;
	}
	p->s->baseline = 0;
	while (options_next_word(p, &value, word, sizeof word)) {
		kind = baseline_find(word);
		if (kind == BASELINE_KINDS)
			options_fault(p, word,
			    "nothing that is compared; use mechanisms, tls, "
			    "issuer, key, greeting or extensions");
		else
			p->s->baseline |= 1U << kind;
	}
}

/* The first folder in an environment variable that may list several. */
static int
take_variable(struct parsing *p, const char *name)
{
	const char *value = getenv(name);
	char *first;

	if (value == NULL || *value == '\0' || *value == ':')
		return -1;
	if (options_replace(p, &p->s->state_dir, value) == 0) {
		first = p->s->state_dir;
		first[strcspn(first, ":")] = '\0';
	}
	return 0;
}

void
options_check_memory(struct parsing *p)
{
	const struct settings *s = p->s;

	if (s->accept_changes && s->baseline == 0)
		err_set(p->e, ERR_USAGE,
		    "--accept-changes without --baseline: nothing is compared; "
		    "add --baseline");
	if ((s->guard_count == 0 && s->baseline == 0) || s->state_dir != NULL)
		return;
	if (take_variable(p, "STATE_DIRECTORY") == -1 &&
	    take_variable(p, "MP_STATE_PATH") == -1)
		options_replace(
		    p, &p->s->state_dir, "/var/lib/check_smtp_auth");
}
