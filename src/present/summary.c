#include "present/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "plugin/printable.h"
#include "present/kept.h"

enum {
	FIRST_LINE = 1000,     /* more of it nobody sees */
	BIT = 32 * 1024,       /* of a page, that is handed on at once */
	OLD_AFTER_S = 15 * 60, /* three rounds of five minutes */
	TEXT_LIMIT = 64 * 1024 * 1024,
	NAMES_SHOWN = 3, /* of those that have a line in common */
};

struct summary {
	struct summary_style style;
	struct kept **records;
	size_t count, room;
	struct report_totals totals;
	size_t without_login; /* of those that are OK */
	char fault[500];
	char warning[500];
};

struct summary *
summary_new(const struct summary_style *style)
{
	struct summary *s = calloc(1, sizeof *s);

	if (s != NULL)
		s->style = *style;
	return s;
}

void
summary_free(struct summary *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->count; i++)
		free(s->records[i]);
	free(s->records);
	free(s);
}

void
summary_fault(struct summary *s, const char *text)
{
	if (s->fault[0] == '\0')
		snprintf(s->fault, sizeof s->fault, "%.*s",
		    text_cut(text, (int)sizeof s->fault - 1), text);
}

enum status
summary_state(const struct summary *s)
{
	const size_t *in = s->totals.in_state;

	if (in[STATUS_CRITICAL] > 0)
		return STATUS_CRITICAL;
	if (in[STATUS_WARNING] > 0)
		return STATUS_WARNING;
	return in[STATUS_UNKNOWN] > 0 || s->fault[0] != '\0' ? STATUS_UNKNOWN
							     : STATUS_OK;
}

int
summary_add(struct summary *s, const struct report *r)
{
	size_t room = s->room > 0 ? 2 * s->room : 64;
	struct kept **records;

	s->totals.count++;
	s->totals.in_state[r->state]++;
	if (r->time_us > s->totals.longest_us)
		s->totals.longest_us = r->time_us;
	if (r->state == STATUS_OK && r->login != NULL &&
	    strcmp(r->login, "not-tried") == 0)
		s->without_login++;
	if (r->state == STATUS_OK && !s->style.keeps_all &&
	    s->style.verbosity == 0)
		return 0;
	if (s->count == s->room) {
		records = reallocarray(s->records, room, sizeof *records);
		if (records == NULL)
			return -1;
		s->records = records;
		s->room = room;
	}
	if ((s->records[s->count] = kept_new(r)) == NULL)
		return -1;
	s->records[s->count]->order = s->totals.count;
	s->count++;
	return 0;
}

/* The worst first, then by name. */
static int
by_name(const void *a, const void *b)
{
	const struct kept *x = *(const struct kept *const *)a,
			  *y = *(const struct kept *const *)b;
	int order;

	if (x->state != y->state)
		return status_is_worse(x->state, y->state) ? -1 : 1;
	if ((order = strcmp(x->name, y->name)) != 0)
		return order;
	return x->order < y->order ? -1 : 1;
}

/* The worst first; those that say the same stand together. */
static int
by_message(const void *a, const void *b)
{
	const struct kept *x = *(const struct kept *const *)a,
			  *y = *(const struct kept *const *)b;
	int order = 0;

	if (x->state == y->state && x->state != STATUS_OK)
		order = strcmp(x->message, y->message);
	return order != 0 ? order : by_name(a, b);
}

void
summary_finish(struct summary *s, int64_t time_us, int64_t now_unix)
{
	s->totals.time_us = time_us;
	s->totals.now = now_unix;
	s->totals.old_after_s = OLD_AFTER_S;
}

static void
sort(struct summary *s, int (*order)(const void *a, const void *b))
{
	if (s->count > 0)
		qsort(s->records, s->count, sizeof *s->records, order);
}

/* How many from here on say the same. */
static size_t
alike(const struct summary *s, size_t from)
{
	const struct kept *k = s->records[from], *other;
	size_t n = 1;

	while (from + n < s->count) {
		other = s->records[from + n];
		if (other->state != k->state || k->state == STATUS_OK ||
		    strcmp(other->message, k->message) != 0)
			break;
		n++;
	}
	return n;
}

/* "alice: ", or "alice, bob, carol and 397 more: ". */
static void
add_names(const struct summary *s, struct buf *out, size_t from, size_t count)
{
	size_t i;

	for (i = 0; i < count && i < NAMES_SHOWN; i++)
		buf_addf(
		    out, "%s%s", i > 0 ? ", " : "", s->records[from + i]->name);
	if (count > i)
		buf_addf(out, " and %zu more", count - i);
	buf_adds(out, ": ");
}

/* "2 of 400 checks critical, 1 warning, 397 ok" */
static void
add_counts(const struct summary *s, struct buf *out)
{
	static const struct {
		enum status state;
		const char *word;
	} words[] = { { STATUS_CRITICAL, "critical" },
		{ STATUS_WARNING, "warning" }, { STATUS_UNKNOWN, "unknown" },
		{ STATUS_OK, "ok" } };
	const struct report_totals *t = &s->totals;
	bool first = true;
	size_t i, n;

	for (i = 0; i < sizeof words / sizeof words[0]; i++) {
		n = t->in_state[words[i].state];
		if (n == 0 && !(first && words[i].state == STATUS_OK))
			continue;
		if (first)
			buf_addf(out, "%zu of %zu checks %s", n, t->count,
			    words[i].word);
		else
			buf_addf(out, ", %zu %s", n, words[i].word);
		first = false;
	}
	if (s->without_login > 0)
		buf_addf(out, " (%zu without a login)", s->without_login);
}

static void
add_message(const struct summary *s, struct buf *out)
{
	size_t i, n;

	if (s->fault[0] != '\0')
		buf_addf(out, "%s; ", s->fault);
	add_counts(s, out);
	for (i = 0; i < s->count && s->records[i]->state != STATUS_OK &&
	     out->len < FIRST_LINE;
	     i += n) {
		n = alike(s, i);
		buf_adds(out, i == 0 ? ": " : "; ");
		add_names(s, out, i, n);
		buf_adds(out, s->records[i]->message);
	}
}

/* Lines, each ended by a NUL; how many. */
static size_t
add_lines(const struct summary *s, struct buf *out)
{
	size_t i, n, count = 0;

	for (i = 0; i < s->count; i += n) {
		const struct kept *k = s->records[i];

		n = 1;
		if (k->state == STATUS_OK && s->style.verbosity == 0)
			continue;
		n = s->style.verbosity == 0 ? alike(s, i) : 1;
		buf_addf(out, "%s ", status_name(k->state));
		add_names(s, out, i, n);
		buf_adds(out, k->message);
		buf_addc(out, '\0');
		count++;
		if (k->hint != NULL && s->style.verbosity > 0) {
			buf_addf(out, "  %s", k->hint);
			buf_addc(out, '\0');
			count++;
		}
	}
	return count;
}

static int
write_text(const struct summary *s, struct buf *out, const char *message,
    const char *const *lines, size_t line_count)
{
	const size_t *in = s->totals.in_state;
	const struct metric metrics[] = {
		{ "checks", METRIC_COUNT, true, (int64_t)s->totals.count,
		    .has_min = true },
		{ "ok", METRIC_COUNT, true, (int64_t)in[STATUS_OK],
		    .has_min = true },
		{ "warning", METRIC_COUNT, true, (int64_t)in[STATUS_WARNING],
		    .has_min = true },
		{ "critical", METRIC_COUNT, true, (int64_t)in[STATUS_CRITICAL],
		    .has_min = true },
		{ "unknown", METRIC_COUNT, true, (int64_t)in[STATUS_UNKNOWN],
		    .has_min = true },
		{ "time", METRIC_SECONDS, true, s->totals.time_us,
		    .has_min = true },
	};
	const struct report r = { .service = "SMTP_AUTH",
		.prefix = "smtp_auth",
		.state = summary_state(s),
		.message = message,
		.metrics = metrics,
		.metric_count = sizeof metrics / sizeof metrics[0],
		.details = lines,
		.detail_count = line_count };

	return report_write(&report_text, &r, out);
}

void
summary_warn(struct summary *s, const char *text)
{
	snprintf(s->warning, sizeof s->warning, "%.*s",
	    text_cut(text, sizeof s->warning - 1), text);
}

int
summary_text(struct summary *s, struct buf *out)
{
	struct buf message = BUF_INIT(TEXT_LIMIT), text = BUF_INIT(TEXT_LIMIT);
	size_t count, i;
	const char **lines, *line;
	int rc = -1;

	sort(s, by_message);
	add_message(s, &message);
	count = add_lines(s, &text);
	if (s->warning[0] != '\0') {
		printable_add(&text, s->warning, strlen(s->warning));
		buf_addc(&text, '\0');
		count++;
	}
	lines = calloc(count + 1, sizeof *lines);
	if (lines == NULL || message.failed || text.failed)
		goto out;
	for (i = 0, line = buf_str(&text); i < count; i++) {
		lines[i] = line;
		line += strlen(line) + 1;
	}
	rc = write_text(s, out, buf_str(&message), lines, count);
out:
	free(lines);
	buf_free(&message);
	buf_free(&text);
	return rc;
}

int
summary_page(struct summary *s, const struct report_format *format,
    struct buf *out, summary_flush_fn *flush, void *arg)
{
	struct report_page p;
	struct kept_report a;
	size_t i;
	int rc = 0;

	sort(s, by_name);
	report_open_many(&p, format, out, &s->totals);
	for (p.pass = 0; p.pass < format->passes; p.pass++) {
		p.pass_begun = false;
		for (i = 0; i < s->count && rc == 0; i++) {
			kept_recall(&a, s->records[i]);
			report_add(&p, &a.report);
			if (out->failed)
				rc = -1;
			else if (out->len >= BIT)
				rc = flush(arg, out);
		}
	}
	if (report_close(&p) == -1)
		rc = -1;
	return rc == 0 ? flush(arg, out) : -1;
}
