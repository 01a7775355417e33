/* The setters that several options share. */

#include "options/internal.h"

void
options_set_string(
    struct parsing *p, const struct option_row *row, const char *value)
{
	/* Every reply holds the empty string, and check_smtp accepts it. */
	if (*value == '\0' && (row->traits & OPTION_EMPTY) == 0)
		options_fault(p, value, "the value is empty");
	else
		options_replace(p, options_field(p, row), value);
}

void
options_set_true(
    struct parsing *p, const struct option_row *row, const char *value)
{
	(void)value;
	*(bool *)options_field(p, row) = true;
}

void
options_set_nothing(
    struct parsing *p, const struct option_row *row, const char *value)
{
	(void)p;
	(void)row;
	(void)value;
}
