#include "present/timeline.h"

#include <string.h>

#include "plugin/waterfall.h"

enum { NOWHERE = -1 };

/* STARTTLS puts the handshake after the first EHLO. */
static const enum phase in_starttls[PHASES] = { PHASE_DNS, PHASE_CONNECT,
	PHASE_GREETING, PHASE_EHLO, PHASE_STARTTLS, PHASE_TLS, PHASE_AUTH,
	PHASE_ENVELOPE, PHASE_QUIT };
static const enum phase otherwise[PHASES] = { PHASE_DNS, PHASE_CONNECT,
	PHASE_TLS, PHASE_GREETING, PHASE_EHLO, PHASE_STARTTLS, PHASE_AUTH,
	PHASE_ENVELOPE, PHASE_QUIT };

/* The login is what a missing mechanism prevents; offers are EHLO's. */
static int
place_offers(const struct facts *f)
{
	return f->smtp->outcome == SMTP_MECHANISM_MISSING ||
		f->smtp->outcome == SMTP_MECHANISM_REFUSED
	    ? PHASE_AUTH
	    : PHASE_EHLO;
}

/* The phase in which a condition came up, or that it kept from beginning. */
static int
place(enum condition c, const struct facts *f)
{
	switch (condition_place(c)) {
	case CONDITION_IN_ITS_PHASE:
		return (int)condition_phase(c);
	case CONDITION_IN_OFFERS:
		return place_offers(f);
	case CONDITION_IN_DIALOGUE:
		return (int)phase_of_smtp(f->smtp->ended_in);
	case CONDITION_IN_PROGRESS:
		return (int)f->reached;
	case CONDITION_NOWHERE:
	default:
		return NOWHERE;
	}
}

/* A line has room for one mark: the first finding, for it matters most. */
static void
put_mark(struct waterfall_row *r, const char *mark, enum status state)
{
	if (r->mark != NULL)
		return;
	r->mark = mark;
	r->state = state;
}

static void
mark_findings(struct waterfall_row rows[PHASES], const struct verdict *v,
    const struct facts *f)
{
	size_t i;
	int p;

	for (i = 0; i < v->finding_count; i++) {
		p = place(v->findings[i].condition, f);
		if (p != NOWHERE)
			put_mark(&rows[p],
			    condition_name(v->findings[i].condition),
			    v->findings[i].state);
	}
}

/* Slowness is judged only if nothing ended the session. */
static void
mark_slow(struct waterfall_row *r, const struct verdict *v,
    const struct settings *asked, int phase, int64_t value_us)
{
	bool critical = range_violated(&asked->critical[phase], value_us);
	size_t i;

	if (!critical && !range_violated(&asked->warning[phase], value_us))
		return;
	for (i = 0; i < v->finding_count; i++)
		if (v->findings[i].condition == CONDITION_SLOW)
			break;
	if (i == v->finding_count)
		return;
	put_mark(r, condition_name(CONDITION_SLOW),
	    critical && !asked->remapped[CONDITION_SLOW]
		? STATUS_CRITICAL
		: asked->state_of[CONDITION_SLOW]);
}

/* Only a plain upper bound is a point that the time runs up to. */
static int64_t
limit(const struct range *r)
{
	return r->set && !r->inside && !r->no_high ? r->high_us : -1;
}

static struct waterfall_row
make_row(const struct settings *asked, int phase, const char *name,
    int64_t elapsed_us)
{
	return (struct waterfall_row){ .name = name,
		.elapsed_us = elapsed_us,
		.warning_us = limit(&asked->warning[phase]),
		.critical_us = limit(&asked->critical[phase]),
		.state = STATUS_OK };
}

static void
fill_parts(struct waterfall_row rows[PHASES], const struct facts *f)
{
	const struct facts_span *s;
	struct waterfall_row *r;
	size_t i;

	for (i = 0; i < f->span_count; i++) {
		s = &f->spans[i];
		r = &rows[s->phase];
		r->reached = true;
		if (r->part_count < WATERFALL_PARTS_MAX)
			r->parts[r->part_count++] =
			    (struct waterfall_part){ s->start_us,
				    s->elapsed_us };
	}
}

static void
fill_rows(struct waterfall_row rows[PHASES], const struct verdict *v,
    const struct facts *f, const struct settings *asked)
{
	int p;

	for (p = 0; p < PHASES; p++) {
		rows[p] = make_row(
		    asked, p, phase_name((enum phase)p), f->phase_us[p]);
		rows[p].reached = f->phase_done[p];
	}
	fill_parts(rows, f);
	mark_findings(rows, v, f);
	for (p = 0; p < PHASES; p++) {
		if (f->phase_done[p])
			mark_slow(&rows[p], v, asked, p, f->phase_us[p]);
		else if (rows[p].reached)
			put_mark(&rows[p], "not finished", STATUS_OK);
	}
}

const enum phase *
timeline_order(const struct settings *asked)
{
	return asked->tls_mode == SMTP_TLS_STARTTLS ? in_starttls : otherwise;
}

void
timeline_add(struct buf *out, const struct verdict *v, const struct facts *f,
    const struct settings *asked, const struct terminal *t)
{
	const enum phase *order = timeline_order(asked);
	struct waterfall_row rows[PHASES], sorted[PHASES];
	struct waterfall w = { .rows = sorted,
		.total = make_row(asked, PHASE_TOTAL, "total", f->total_us),
		.width = t->width,
		.utf8 = t->utf8,
		.color = t->color };
	int i;

	fill_rows(rows, v, f, asked);
	for (i = 0; i < PHASES; i++)
		if (rows[order[i]].reached || rows[order[i]].mark != NULL ||
		    settings_plan(asked, order[i]))
			sorted[w.row_count++] = rows[order[i]];
	w.total.reached = true;
	mark_slow(&w.total, v, asked, PHASE_TOTAL,
	    f->total_us - f->phase_us[PHASE_QUIT]);
	waterfall_add(out, &w);
}
