#include "run/answer.h"

#include "present/present.h"
#include "verdict/verdict.h"

static int
write_reports(struct answer *a, const struct verdict *v, const struct facts *f,
    const struct options *o)
{
	/* What needs a name is no place for a fault of the whole run. */
	bool is_of_many = o->format->is_for_many;
	bool has_file = o->output_temporary != NULL && !is_of_many;
	const struct report_format *format =
	    has_file || is_of_many ? &report_text : o->format;
	struct present_style style = { .verbosity = o->verbosity,
		.known_metrics_only = o->known_metrics_only };

	/* Nobody else draws. */
	if (o->verbosity >= 1)
		style.terminal = terminal_look(o->color);
	if (has_file &&
	    present(&a->page, o->format, v, f, &o->check, &style) == -1)
		return -1;
	if (a->silent)
		return 0;
	return present(&a->said, format, v, f, &o->check, &style);
}

int
answer_make(struct answer *a, const struct facts *f, const struct options *o)
{
	struct verdict v;
	int rc = verdict_reach(&v, f, &o->check);

	buf_truncate(&a->said, 0);
	buf_truncate(&a->page, 0);
	a->code = (int)v.state;
	a->silent = o->quiet && v.state == STATUS_OK;
	if (rc == 0)
		rc = write_reports(a, &v, f, o);
	verdict_free(&v);
	return rc;
}

void
answer_free(struct answer *a)
{
	buf_free(&a->said);
	buf_free(&a->page);
}
