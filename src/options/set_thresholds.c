/* The setters of the thresholds and of what a condition gives. */

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "check/phase.h"
#include "options/internal.h"
#include "plugin/range.h"
#include "plugin/report.h"
#include "plugin/status.h"

static void
refuse_phase(struct parsing *p, const char *value)
{
	char names[200] = "time";
	size_t len = strlen(names);
	int i;

	for (i = 0; i < PHASES; i++)
		len += (size_t)snprintf(names + len, sizeof names - len, ", %s",
		    phase_name((enum phase)i));
	options_fault(p, options_like_number(value),
	    "no such phase; use one of %s or token", names);
}

static int
find_threshold(const char *name, size_t len)
{
	static const char token[] = "token";

	if (len == strlen(token) && memcmp(name, token, len) == 0)
		return THRESHOLD_TOKEN;
	return phase_find(name, len);
}

void
options_set_threshold(
    struct parsing *p, const struct option_row *row, const char *value)
{
	struct range *ranges = options_field(p, row), range;
	const char *equals = strchr(value, '=');
	int phase = PHASE_TOTAL;

	if (equals != NULL)
		phase = find_threshold(value, (size_t)(equals - value));
	if (phase == -1)
		refuse_phase(p, value);
	else if (range_parse(equals != NULL ? equals + 1 : value, &range) == -1)
		options_fault(p, options_like_number(value),
		    "not a range of seconds; use 10, 10:, ~:10, 10:20 or "
		    "@10:20");
	else
		ranges[phase] = range;
}

void
options_set_timeout(
    struct parsing *p, const struct option_row *row, const char *value)
{
	size_t len = strcspn(value, ":");
	enum status state;
	int64_t us;

	(void)row;
	if (number_parse_seconds(value, len, &us) == -1 || us <= 0 ||
	    us > TIMEOUT_MAX_US) {
		options_fault(p, options_like_number(value),
		    "not a timeout; use seconds above 0 and up to 3600");
		return;
	}
	if (value[len] == ':') {
		if (status_parse(value + len + 1, &state) == -1) {
			options_fault(p, options_like_number(value),
			    "not a state after the colon; use ok, warning, "
			    "critical, unknown or 0 to 3");
			return;
		}
		p->s->state_of[CONDITION_TIMEOUT] = state;
		p->s->remapped[CONDITION_TIMEOUT] = true;
	}
	p->s->timeout_us = us;
}

/* All of section 2's names but usage, which is fixed. */
static void
refuse_condition(struct parsing *p, const char *value)
{
	char names[400] = "";
	size_t len = 0;
	int i;

	for (i = 0; i < CONDITIONS && len < sizeof names; i++)
		if (i != CONDITION_USAGE)
			len += (size_t)snprintf(names + len, sizeof names - len,
			    "%s%s", len > 0 ? ", " : "",
			    condition_name((enum condition)i));
	options_fault(p, value, "no such condition; use one of %s", names);
}

/* CONDITION=STATE */
static void
set_state(struct parsing *p, const char *word)
{
	const char *equals = strchr(word, '=');
	enum condition c;
	enum status state;

	if (equals == NULL) {
		options_fault(
		    p, word, "not CONDITION=STATE, such as dns=unknown");
		return;
	}
	c = condition_find(word, (size_t)(equals - word));
	if (c == CONDITION_NONE)
		refuse_condition(p, word);
	else if (c == CONDITION_USAGE)
		options_fault(p, word, "usage is always UNKNOWN");
	else if (status_parse(equals + 1, &state) == -1)
		options_fault(p, word,
		    "not a state; use ok, warning, critical, unknown or 0 "
		    "to 3");
	else {
		p->s->state_of[c] = state;
		p->s->remapped[c] = true;
	}
}

void
options_set_state(
    struct parsing *p, const struct option_row *row, const char *value)
{
	char word[64];

	(void)row;
	while (options_next_word(p, &value, word, sizeof word))
		set_state(p, word);
}
