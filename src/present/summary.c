#include "present/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "check/condition.h"
#include "check/phase.h"

enum {
	TEXT_MAX = 600,        /* of a message or a hint that is kept */
	FIRST_LINE = 1000,     /* more of it nobody sees */
	BIT = 32 * 1024,       /* of a page, that is handed on at once */
	OLD_AFTER_S = 15 * 60, /* three rounds of five minutes */
	TEXT_LIMIT = 64 * 1024 * 1024,
	NAMES_SHOWN = 3, /* of those that have a line in common */
};

static const char SERVICE[] = "SMTP_AUTH", PREFIX[] = "smtp_auth";

/* What is kept of one check; its strings stand behind it. */
struct record {
	size_t order;
	enum status state;
	const char *condition; /* static */
	bool up, has_time, has_dates, has_expiry, no_login;
	int port;
	uint64_t conditions; /* a bit each */
	uint64_t phases;     /* those that are known */
	int64_t phase_us[PHASES];
	int64_t time_us, not_after, expires_at;
	const char *name, *host, *user, *message, *hint;
	char text[];
};

_Static_assert(CONDITIONS <= 64, "a bit for each");

struct summary {
	struct summary_style style;
	struct record **records;
	size_t count, room;
	struct report_totals totals;
	size_t without_login; /* of those that are OK */
	char fault[500];
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

static size_t
length(const char *text, size_t max)
{
	size_t n = text != NULL ? strlen(text) : 0;

	return n > max ? text_whole(text, max) : n;
}

/* Append text to the record; NULL stays NULL. */
static const char *
keep(char **end, const char *text, size_t max)
{
	const char *start = *end;
	size_t n = length(text, max);

	if (text == NULL)
		return NULL;
	memcpy(*end, text, n);
	(*end)[n] = '\0';
	*end += n + 1;
	return start;
}

static void
keep_numbers(struct record *k, const struct report *r)
{
	enum condition c;
	size_t i;

	k->state = r->state;
	k->condition = r->condition;
	k->up = r->up;
	k->port = r->port;
	k->has_time = r->has_time;
	k->time_us = r->time_us;
	k->has_dates = r->tls.has_dates;
	k->not_after = r->tls.not_after;
	k->has_expiry = r->token.has_expiry;
	k->expires_at = r->token.expires_at;
	for (i = 0; i < r->finding_count; i++) {
		c = condition_find(
		    r->findings[i].condition, strlen(r->findings[i].condition));
		if (c != CONDITION_NONE)
			k->conditions |= UINT64_C(1) << c;
	}
	for (i = 0; i < r->phase_count && i < PHASES; i++) {
		k->phases |= (uint64_t)r->phases[i].known << i;
		k->phase_us[i] = r->phases[i].elapsed_us;
	}
}

static struct record *
make_record(const struct report *r)
{
	size_t size = length(r->name, SIZE_MAX) + length(r->host, SIZE_MAX) +
	    length(r->user, SIZE_MAX) + length(r->message, TEXT_MAX) +
	    length(r->hint, TEXT_MAX) + 5;
	struct record *k = calloc(1, sizeof *k + size);
	char *end;

	if (k == NULL)
		return NULL;
	end = k->text;
	keep_numbers(k, r);
	k->name = keep(&end, r->name, SIZE_MAX);
	k->host = keep(&end, r->host, SIZE_MAX);
	k->user = keep(&end, r->user, SIZE_MAX);
	k->message = keep(&end, r->message, TEXT_MAX);
	k->hint = keep(&end, r->hint, TEXT_MAX);
	return k;
}

int
summary_add(struct summary *s, const struct report *r)
{
	size_t room = s->room > 0 ? 2 * s->room : 64;
	struct record **records;

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
	if ((s->records[s->count] = make_record(r)) == NULL)
		return -1;
	s->records[s->count]->order = s->totals.count;
	s->count++;
	return 0;
}

/* The worst first, then by name. */
static int
by_name(const void *a, const void *b)
{
	const struct record *x = *(const struct record *const *)a,
			    *y = *(const struct record *const *)b;
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
	const struct record *x = *(const struct record *const *)a,
			    *y = *(const struct record *const *)b;
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
	const struct record *k = s->records[from], *other;
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
		const struct record *k = s->records[i];

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
	const struct report r = { .service = SERVICE,
		.prefix = PREFIX,
		.state = summary_state(s),
		.message = message,
		.metrics = metrics,
		.metric_count = sizeof metrics / sizeof metrics[0],
		.details = lines,
		.detail_count = line_count };

	return report_write(&report_text, &r, out);
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

/* One record as the report that it was. */
struct again {
	struct report report;
	struct report_finding findings[CONDITIONS];
	struct report_phase phases[PHASES];
};

static void
recall(struct again *a, const struct record *k)
{
	struct report *r = &a->report;
	int i;

	*r = (struct report){ .name = k->name,
		.service = SERVICE,
		.prefix = PREFIX,
		.state = k->state,
		.condition = k->condition,
		.up = k->up,
		.message = k->message,
		.hint = k->hint,
		.host = k->host,
		.port = k->port,
		.user = k->user,
		.has_time = k->has_time,
		.time_us = k->time_us,
		.tls = { .verified = -1,
		    .has_dates = k->has_dates,
		    .not_after = k->not_after },
		.token = { .has_expiry = k->has_expiry,
		    .expires_at = k->expires_at },
		.findings = a->findings,
		.phases = a->phases,
		.phase_count = PHASES };
	for (i = 0; i < CONDITIONS; i++)
		if ((k->conditions >> i & 1) != 0)
			a->findings[r->finding_count++] =
			    (struct report_finding){ .condition =
							 condition_name(
							     (enum condition)i),
				    .state = k->state,
				    .message = k->message };
	for (i = 0; i < PHASES; i++)
		a->phases[i] =
		    (struct report_phase){ .name = phase_name((enum phase)i),
			    .known = (k->phases >> i & 1) != 0,
			    .elapsed_us = k->phase_us[i] };
}

int
summary_page(struct summary *s, const struct report_format *format,
    struct buf *out, summary_flush_fn *flush, void *arg)
{
	struct report_page p;
	struct again a;
	size_t i;
	int rc = 0;

	sort(s, by_name);
	report_open_many(&p, format, out, &s->totals);
	for (p.pass = 0; p.pass < format->passes; p.pass++) {
		p.pass_begun = false;
		for (i = 0; i < s->count && rc == 0; i++) {
			recall(&a, s->records[i]);
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
