/*
 * Many reports as one page of HTML that needs nothing else: no script, no
 * request.  Its look is in report_html_style.c.
 */

#include "base/date.h"
#include "plugin/report.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "plugin/printable.h"
#include "plugin/report_html.h"

enum { REFRESH_S = 60 };

static void
add_text(struct buf *out, const char *text)
{
	struct buf plain = BUF_INIT(SIZE_MAX);
	const char *s;

	if (text != NULL)
		printable_add(&plain, text, strlen(text));
	for (s = buf_str(&plain); *s != '\0'; s++)
		switch (*s) {
		case '&':
			buf_adds(out, "&amp;");
			break;
		case '<':
			buf_adds(out, "&lt;");
			break;
		case '>':
			buf_adds(out, "&gt;");
			break;
		case '"':
			buf_adds(out, "&quot;");
			break;
		case '\'':
			buf_adds(out, "&#39;");
			break;
		default:
			buf_addc(out, *s);
		}
	out->failed = out->failed || plain.failed;
	buf_free(&plain);
}

/* What is written from right to left keeps that to itself. */
static void
add_name(struct buf *out, const char *name)
{
	if (name == NULL)
		return;
	buf_adds(out, "<bdi>");
	add_text(out, name);
	buf_adds(out, "</bdi>");
}

/* "2026-12-05 10:00 UTC" */
static void
add_date(struct buf *out, int64_t unix_time)
{
	const struct date d = date_from_unix(unix_time);
	const int year = (int)d.year;

	if (!date_is_writable(&d))
		return;
	buf_addf(out,
	    "<time datetime=\"%04d-%02d-%02dT%02d:%02d:%02dZ\">"
	    "%04d-%02d-%02d %02d:%02d UTC</time>",
	    year, d.month, d.day, d.hour, d.minute, d.second, year, d.month,
	    d.day, d.hour, d.minute);
}

/* "2 critical, 1 warning, 397 ok" */
static void
add_counts(struct buf *out, const struct report_totals *t)
{
	static const enum status order[] = { STATUS_CRITICAL, STATUS_WARNING,
		STATUS_UNKNOWN, STATUS_OK };
	const char *between = "";
	size_t i;

	for (i = 0; i < sizeof order / sizeof order[0]; i++) {
		if (t->in_state[order[i]] == 0)
			continue;
		buf_addf(out, "%s%zu %s", between, t->in_state[order[i]],
		    status_name(order[i]));
		between = ", ";
	}
}

static void
add_legend(struct buf *out)
{
	int i;

	buf_adds(out, "<p class=\"legend\">");
	for (i = 0; report_html_phases[i] != NULL; i++)
		buf_addf(out, "<span><i class=\"p%d\"></i>%s</span> ", i,
		    report_html_phases[i]);
	buf_adds(out, "</p>\n");
}

static void
open_page(struct report_page *p)
{
	const struct report_totals *t = &p->totals;
	struct buf *out = p->out;

	buf_addf(out,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    /* Or a browser asks for one. */
	    "<link rel=\"icon\" href=\"data:,\">\n"
	    "<meta http-equiv=\"refresh\" content=\"%d\">\n<title>",
	    REFRESH_S);
	add_counts(out, t);
	buf_addf(out,
	    "</title>\n<style>\n%s</style>\n</head>\n<body>\n<header>\n<h1>",
	    report_html_style);
	add_counts(out, t);
	buf_addf(out, "</h1>\n<p>%zu accounts checked at ", t->count);
	add_date(out, t->now);
	buf_addf(out, " in %" PRId64 ".%" PRId64 " s. ", t->time_us / 1000000,
	    t->time_us / 100000 % 10);
	buf_adds(out, "Later than ");
	add_date(out, t->now + t->old_after_s);
	buf_adds(out,
	    " this page is <strong>old</strong>: the checks no longer "
	    "run.</p>\n<p class=\"old\" hidden>This page is old: the checks "
	    "no longer run.</p>\n");
	add_legend(out);
	buf_adds(out, "</header>\n<main>\n");
}

static void
add_bar(struct report_page *p, const struct report *r)
{
	int64_t whole = p->totals.longest_us;
	struct buf *out = p->out;
	size_t i;

	if (!r->has_time || whole <= 0)
		return;
	buf_adds(out, "<div class=\"bar\" role=\"img\" aria-label=\"");
	for (i = 0; i < r->phase_count; i++)
		if (r->phases[i].known)
			buf_addf(out, "%s %" PRId64 " ms; ", r->phases[i].name,
			    r->phases[i].elapsed_us / 1000);
	buf_adds(out, "\">");
	for (i = 0; i < r->phase_count; i++)
		if (r->phases[i].known && r->phases[i].elapsed_us > 0)
			buf_addf(out,
			    "<i class=\"p%zu\" style=\"width:%" PRId64
			    ".%02" PRId64 "%%\"></i>",
			    i, r->phases[i].elapsed_us * 100 / whole,
			    r->phases[i].elapsed_us * 10000 / whole % 100);
	buf_adds(out, "</div>\n");
}

static void
add_line(struct buf *out, const char *class, const char *text)
{
	if (text == NULL)
		return;
	buf_addf(out, "<p class=\"%s\">", class);
	add_text(out, text);
	buf_adds(out, "</p>\n");
}

static void
add_facts(struct buf *out, const struct report *r)
{
	buf_adds(out, "<p class=\"facts\">");
	if (r->condition != NULL) {
		add_text(out, r->condition);
		buf_adds(out, " · ");
	}
	add_name(out, r->user);
	if (r->user != NULL && r->host != NULL)
		buf_adds(out, " at ");
	add_name(out, r->host);
	if (r->port != 0)
		buf_addf(out, ":%d", r->port);
	if (r->has_time)
		buf_addf(out, " · %" PRId64 ".%03" PRId64 " s",
		    r->time_us / 1000000, r->time_us / 1000 % 1000);
	if (r->tls.has_dates) {
		buf_adds(out, " · certificate until ");
		add_date(out, r->tls.not_after);
	}
	buf_adds(out, "</p>\n");
}

static void
add(struct report_page *p, const struct report *r)
{
	struct buf *out = p->out;

	buf_addf(out, "<article class=\"s%d\">\n<h2><b>%s</b> ", (int)r->state,
	    status_name(r->state));
	add_name(out, r->name);
	buf_adds(out, "</h2>\n");
	add_line(out, "message", r->message);
	add_line(out, "hint", r->hint);
	add_bar(p, r);
	add_facts(out, r);
	buf_adds(out, "</article>\n");
}

static void
close_page(struct report_page *p)
{
	/* Who runs scripts is told in red; the words above say it to all. */
	buf_addf(p->out,
	    "</main>\n<script>\nif (Date.now() / 1000 > %" PRId64
	    ")\ndocument.querySelector('.old').hidden = false;\n</script>\n"
	    "</body>\n</html>\n",
	    p->totals.now + p->totals.old_after_s);
}

const struct report_format report_html = { .name = "html",
	.is_for_many = true,
	.passes = 1,
	.open = open_page,
	.add = add,
	.close = close_page };
