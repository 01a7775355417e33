/* The setters of the output. */

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "check/phase.h"
#include "options/internal.h"
#include "plugin/range.h"
#include "plugin/report.h"
#include "plugin/status.h"

void
options_set_verbose(
    struct parsing *p, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	p->o->verbosity++;
	p->s->keep_dialogue = p->o->verbosity >= 2;
	p->s->keep_answers = p->o->verbosity >= 3;
}

static void
refuse_format(struct parsing *p, const char *value)
{
	const struct report_format *const *f;
	char names[100] = "";
	size_t len = 0;

	for (f = report_formats; *f != NULL && len < sizeof names; f++)
		len += (size_t)snprintf(names + len, sizeof names - len, "%s%s",
		    len == 0           ? ""
			: f[1] == NULL ? " or "
				       : ", ",
		    (*f)->name);
	options_fault(p, value, "%s; use %s",
	    strcmp(value, "mp-test-json") == 0
		? "check_smtp's own format is not available here"
		: "no such format",
	    names);
}

void
options_set_format(
    struct parsing *p, const struct option_row *row, const char *value)
{
	const struct report_format *const *f;
	/* What check_smtp calls its text. */
	const char *name = strcmp(value, "multi-line") == 0 ? "text" : value;

	(void)row;
	for (f = report_formats; *f != NULL; f++) {
		if (strcmp((*f)->name, name) == 0) {
			p->o->format = *f;
			return;
		}
	}
	refuse_format(p, value);
}

void
options_set_perfdata(
    struct parsing *p, const struct option_row *row, const char *value)
{
	(void)row;
	if (strcmp(value, "all") == 0)
		p->o->known_metrics_only = false;
	else if (strcmp(value, "known") == 0)
		p->o->known_metrics_only = true;
	else
		options_fault(p, value, "use all or known");
}

void
options_set_color(
    struct parsing *p, const struct option_row *row, const char *value)
{
	(void)row;
	if (strcmp(value, "auto") == 0)
		p->o->color = TERMINAL_AUTO;
	else if (strcmp(value, "always") == 0)
		p->o->color = TERMINAL_ALWAYS;
	else if (strcmp(value, "never") == 0)
		p->o->color = TERMINAL_NEVER;
	else
		options_fault(p, value, "use auto, always or never");
}

/* The first of -h and -V counts. */
void
options_set_action(
    struct parsing *p, const struct option_row *row, const char *value)
{
	(void)value;
	if (p->o->action == ACTION_CHECK)
		p->o->action =
		    row->letter == 'h' ? ACTION_HELP : ACTION_VERSION;
}
