/* What Nagios and its kin read: a first line, perfdata, long output. */

#include "plugin/report.h"

#include <inttypes.h>
#include <string.h>

#include "plugin/printable.h"
#include "plugin/report_shared.h"

enum {
	FIRST_LINE_MAX = 1000, /* with its newline; NRPE v2 cuts at 1,024 */
	PERFDATA_MAX = 700,    /* leaves the message its 270 bytes */
};

static void
add_text(struct buf *out, const char *text)
{
	if (text != NULL)
		printable_add(out, text, strlen(text));
}

static void
add_value(struct buf *out, const struct metric *m)
{
	if (!m->known) {
		buf_addc(out, 'U');
	} else if (m->unit == METRIC_SECONDS) {
		report_add_seconds(out, m->value);
		buf_addc(out, 's');
	} else {
		buf_addf(out, "%" PRId64 "%s", m->value,
		    m->unit == METRIC_WHOLE_SECONDS ? "s" : "");
	}
}

static void
drop_last(struct buf *out, char c)
{
	while (!out->failed && out->len > 0 && out->data[out->len - 1] == c)
		buf_truncate(out, out->len - 1);
}

static void
add_max(struct buf *out, const struct metric *m)
{
	if (m->max == 0)
		return;
	if (m->unit != METRIC_SECONDS) {
		buf_addf(out, "%" PRId64, m->max);
		return;
	}
	report_add_seconds(out, m->max);
	drop_last(out, '0');
	drop_last(out, '.');
}

/* label=value[unit];warning;critical;minimum;maximum */
static void
add_metric(struct buf *out, const struct metric *m, bool thresholds)
{
	add_text(out, m->label);
	buf_addc(out, '=');
	add_value(out, m);
	buf_addc(out, ';');
	add_text(out, thresholds ? m->warning : NULL);
	buf_addc(out, ';');
	add_text(out, thresholds ? m->critical : NULL);
	buf_adds(out, m->has_min ? ";0;" : ";;");
	add_max(out, m);
	drop_last(out, ';');
}

static void
add_metrics(struct buf *out, const struct report *r, bool thresholds)
{
	size_t i;

	for (i = 0; i < r->metric_count; i++) {
		const struct metric *m = &r->metrics[i];

		if (!m->known && r->known_metrics_only)
			continue;
		if (out->len > 0)
			buf_addc(out, ' ');
		add_metric(out, m, thresholds);
	}
}

static void
add_perfdata(struct buf *out, const struct report *r)
{
	add_metrics(out, r, true);
	if (out->failed || out->len <= PERFDATA_MAX)
		return;
	buf_truncate(out, 0);
	add_metrics(out, r, false);
	/* Rather a metric less than half a number at the end. */
	while (!out->failed && out->len > PERFDATA_MAX) {
		const char *space = memrchr(out->data, ' ', out->len);

		buf_truncate(
		    out, space != NULL ? (size_t)(space - out->data) : 0);
	}
}

/* What gives way when the line gets too long is the message. */
static void
add_first_line(struct buf *out, const struct report *r)
{
	const char *message = r->message != NULL ? r->message : "";
	struct buf perfdata = BUF_INIT(SIZE_MAX);
	size_t before = out->len, used;

	add_perfdata(&perfdata, r);
	buf_addf(out, "%s %s: ", r->service, status_name(r->state));
	used = out->len - before + strlen("\n");
	if (perfdata.len > 0)
		used += strlen(" | ") + perfdata.len;
	printable_add_cut(out, message, strlen(message), FIRST_LINE_MAX - used);
	if (perfdata.len > 0)
		buf_addf(out, " | %s", buf_str(&perfdata));
	buf_addc(out, '\n');
	out->failed = out->failed || perfdata.failed;
	buf_free(&perfdata);
}

static void
add_line(struct buf *out, const char *text)
{
	add_text(out, text);
	buf_addc(out, '\n');
}

static void
add(struct report_page *p, const struct report *r)
{
	struct buf *out = p->out;
	size_t i;

	add_first_line(out, r);
	if (r->hint != NULL)
		add_line(out, r->hint);
	for (i = 0; i <= r->detail_count; i++) {
		if (i == r->drawing_line && r->drawing != NULL)
			buf_adds(out, r->drawing);
		if (i < r->detail_count)
			add_line(out, r->details[i]);
	}
}

const struct report_format report_text = { .name = "text", .add = add };
