/* The setters of many checks in one run. */

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "options/internal.h"

enum { PARALLEL_MAX = 1000 }; /* as many commands may run at a time */

void
options_set_only(
    struct parsing *p, const struct option_row *row, const char *value)
{
	struct word_list *l = options_field(p, row);

	if (*value == '\0')
		options_fault(p, value, "the value is empty");
	else if (l->count == SETTINGS_LIST_MAX)
		options_fault(
		    p, value, "more than %d patterns", SETTINGS_LIST_MAX);
	else if (options_replace(p, &l->word[l->count], value) == 0)
		l->count++;
}

void
options_set_list(
    struct parsing *p, const struct option_row *row, const char *value)
{
	(void)row;
	if (value == NULL)
		p->o->list = OPTIONS_LIST_NAMES;
	else if (strcmp(value, "zabbix") == 0)
		p->o->list = OPTIONS_LIST_ZABBIX;
	else
		options_fault(p, value,
		    "no such list; use --list or "
		    "--list=zabbix");
}

void
options_set_count(
    struct parsing *p, const struct option_row *row, const char *value)
{
	long count;

	if (number_parse(value, 1, PARALLEL_MAX, &count) == -1)
		options_fault(p, value,
		    "not a number of connections; use 1 to %d",
		    (int)PARALLEL_MAX);
	else
		*(long *)options_field(p, row) = count;
}

void
options_set_run_timeout(
    struct parsing *p, const struct option_row *row, const char *value)
{
	int64_t us;

	(void)row;
	if (number_parse_seconds(value, strlen(value), &us) == -1 || us <= 0 ||
	    us > RUN_TIMEOUT_MAX_US)
		options_fault(p, value,
		    "not a timeout; use seconds above 0 and up to 86400");
	else
		p->o->run_timeout_us = us;
}

static void
complain(struct parsing *p, const char *option)
{
	err_set(p->e, ERR_USAGE,
	    "%s without --batch: it is about many checks; add --batch=FILE",
	    option);
}

void
options_check_batch(struct parsing *p)
{
	const struct options *o = p->o;

	if (o->batch != NULL)
		return;
	if (o->only.count > 0)
		complain(p, "--only");
	if (o->list != OPTIONS_LIST_NONE)
		complain(p, "--list");
	if (o->parallel > 0)
		complain(p, "--parallel");
	if (o->per_host > 0)
		complain(p, "--per-host");
	if (o->run_timeout_us > 0)
		complain(p, "--run-timeout");
	if (o->format->is_for_many)
		err_set(p->e, ERR_USAGE,
		    "--output-format=%s without --batch: it needs a name for "
		    "the check; add --batch=FILE",
		    o->format->name);
}
