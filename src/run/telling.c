#include "run/telling.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/replace.h"
#include "base/text.h"
#include "present/present.h"
#include "run/last_word.h"
#include "verdict/verdict.h"

enum { LINE_LIMIT = 16 * 1024 * 1024 };

int
telling_open(struct telling *t, const struct options *o)
{
	const struct summary_style style = { .verbosity = o->verbosity,
		.keeps_all = o->format->passes > 0 };

	*t = (struct telling){ .o = o,
		.summary = summary_new(&style),
		.bit = BUF_INIT(LINE_LIMIT) };
	return t->summary != NULL ? 0 : -1;
}

void
telling_free(struct telling *t)
{
	summary_free(t->summary);
	buf_free(&t->bit);
}

void
telling_begin(struct telling *t)
{
	output_begin(&t->output,
	    t->o->output_temporary != NULL ? t->o->output_file : NULL,
	    t->o->output_temporary);
}

void
telling_fault(struct telling *t, const char *text)
{
	summary_fault(t->summary, text);
}

void
telling_exposed(struct telling *t)
{
	char text[400];

	snprintf(text, sizeof text,
	    "warning: others may read %.*s, which holds a secret: chmod o-r it",
	    text_cut(t->o->batch, 200), t->o->batch);
	summary_warn(t->summary, text);
}

/* One check's report has been made: it goes where it belongs. */
static int
on_report(void *arg, const struct report *r)
{
	struct telling *t = arg;

	if (summary_add(t->summary, r) == -1)
		return -1;
	if (!t->o->format->is_by_line || (t->o->quiet && r->state == STATUS_OK))
		return 0;
	if (report_write(t->o->format, r, &t->bit) == -1)
		return -1;
	return output_write(&t->output, &t->bit);
}

/* Nothing more can be said of it without memory. */
static void
tell_less(struct telling *t, const char *name, const struct settings *s)
{
	const struct report r = { .name = name,
		.service = "SMTP_AUTH",
		.prefix = "smtp_auth",
		.state = STATUS_UNKNOWN,
		.condition = "internal",
		.message = "internal error: out of memory",
		.host = s->host,
		.port = s->port,
		.user = s->user,
		.now = (int64_t)time(NULL),
		.tls.verified = -1 };

	buf_truncate(&t->bit, 0);
	if (on_report(t, &r) == -1)
		summary_fault(t->summary, "out of memory");
	buf_truncate(&t->bit, 0);
}

void
telling_one(struct telling *t, const char *name, const struct settings *s,
    struct facts *f)
{
	const struct present_style style = { .name = name,
		.verbosity = t->o->verbosity,
		.known_metrics_only = t->o->known_metrics_only };
	struct verdict v;

	if (f->now_unix == 0)
		f->now_unix = (int64_t)time(NULL);
	if (verdict_reach(&v, f, s) == -1 ||
	    present_to(on_report, t, &v, f, s, &style) == -1)
		tell_less(t, name, s);
	verdict_free(&v);
}

static void
fault_of_file(struct telling *t, int error)
{
	char text[400];

	snprintf(text, sizeof text, "cannot write %.*s: %s",
	    text_cut(t->o->output_file, 200), t->o->output_file,
	    error == REPLACE_NOT_REGULAR ? "not a regular file"
					 : strerror(error));
	summary_fault(t->summary, text);
}

static void
write_page(struct telling *t)
{
	if (summary_page(t->summary, t->o->format, &t->bit, output_write,
		&t->output) == -1) {
		summary_fault(t->summary, "out of memory");
		output_drop(&t->output);
	}
}

void
telling_end(struct telling *t, int64_t started_us, struct answer *a)
{
	bool has_file = t->o->output_temporary != NULL;
	int error;

	summary_finish(
	    t->summary, clock_now_us() - started_us, (int64_t)time(NULL));
	last_word_place("writing the output");
	if (t->o->format->passes > 0)
		write_page(t);
	if (has_file && (error = output_end(&t->output)) != 0)
		fault_of_file(t, error);
	a->code = (int)summary_state(t->summary);
	a->silent = t->o->quiet && a->code == STATUS_OK;
	if (a->silent || (!has_file && t->o->format != &report_text))
		return;
	if (summary_text(t->summary, &a->said) == -1) {
		answer_free(a);
		a->code = last_word_internal("out of memory");
	}
}
