#include "plugin/report.h"

#include <inttypes.h>
#include <string.h>

#include "plugin/printable.h"
#include "plugin/report_shared.h"

enum {
	FIRST_LINE_MAX = 1000, /* with its newline; NRPE v2 cuts at 1,024 */
	PERFDATA_MAX = 700,    /* leaves the message its 270 bytes */
};

static int
add_text(struct buf *out, const char *text)
{
	return text != NULL ? printable_add(out, text, strlen(text)) : 0;
}

static int
add_value(struct buf *out, const struct metric *m)
{
	if (!m->known)
		return buf_addc(out, 'U');
	if (m->unit == METRIC_COUNT)
		return buf_addf(out, "%" PRId64, m->value);
	if (m->unit == METRIC_WHOLE_SECONDS)
		return buf_addf(out, "%" PRId64 "s", m->value);
	if (report_add_seconds(out, m->value) == -1)
		return -1;
	return buf_addc(out, 's');
}

static void
drop_last(struct buf *out, char c)
{
	while (out->len > 0 && out->data[out->len - 1] == c)
		buf_truncate(out, out->len - 1);
}

static int
add_max(struct buf *out, const struct metric *m)
{
	if (m->max == 0)
		return 0;
	if (m->unit != METRIC_SECONDS)
		return buf_addf(out, "%" PRId64, m->max);
	if (report_add_seconds(out, m->max) == -1)
		return -1;
	drop_last(out, '0');
	drop_last(out, '.');
	return 0;
}

/* label=value[unit];warning;critical;minimum;maximum */
static int
add_metric(struct buf *out, const struct metric *m, bool thresholds)
{
	if (add_text(out, m->label) == -1 || buf_addc(out, '=') == -1 ||
	    add_value(out, m) == -1 || buf_addc(out, ';') == -1 ||
	    add_text(out, thresholds ? m->warning : NULL) == -1 ||
	    buf_addc(out, ';') == -1 ||
	    add_text(out, thresholds ? m->critical : NULL) == -1 ||
	    buf_adds(out, m->has_min ? ";0;" : ";;") == -1 ||
	    add_max(out, m) == -1)
		return -1;
	drop_last(out, ';');
	return 0;
}

static int
add_metrics(struct buf *out, const struct report *r, bool thresholds)
{
	size_t i;

	for (i = 0; i < r->metric_count; i++) {
		const struct metric *m = &r->metrics[i];

		if (!m->known && r->known_metrics_only)
			continue;
		if (out->len > 0 && buf_addc(out, ' ') == -1)
			return -1;
		if (add_metric(out, m, thresholds) == -1)
			return -1;
	}
	return 0;
}

static int
add_perfdata(struct buf *out, const struct report *r)
{
	if (add_metrics(out, r, true) == -1)
		return -1;
	if (out->len <= PERFDATA_MAX)
		return 0;
	buf_truncate(out, 0);
	if (add_metrics(out, r, false) == -1)
		return -1;
	/* Rather a metric less than half a number at the end. */
	while (out->len > PERFDATA_MAX) {
		const char *space = memrchr(out->data, ' ', out->len);

		buf_truncate(
		    out, space != NULL ? (size_t)(space - out->data) : 0);
	}
	return 0;
}

/* What gives way when the line gets too long is the message. */
static int
add_first_line(struct buf *out, const struct report *r)
{
	const char *message = r->message != NULL ? r->message : "";
	struct buf perfdata = BUF_INIT(SIZE_MAX);
	size_t before = out->len, used;
	int rc = -1;

	if (add_perfdata(&perfdata, r) == -1 ||
	    buf_addf(out, "%s %s: ", r->service, status_name(r->state)) == -1)
		goto out;
	used = out->len - before + strlen("\n");
	if (perfdata.len > 0)
		used += strlen(" | ") + perfdata.len;
	if (printable_add_cut(
		out, message, strlen(message), FIRST_LINE_MAX - used) == -1)
		goto out;
	if (perfdata.len > 0 &&
	    buf_addf(out, " | %s", buf_str(&perfdata)) == -1)
		goto out;
	rc = buf_addc(out, '\n');
out:
	buf_free(&perfdata);
	return rc;
}

static int
add_line(struct buf *out, const char *text)
{
	return add_text(out, text) == -1 ? -1 : buf_addc(out, '\n');
}

int
report_text(const struct report *r, struct buf *out)
{
	size_t before = out->len, i;

	if (add_first_line(out, r) == -1)
		goto full;
	if (r->hint != NULL && add_line(out, r->hint) == -1)
		goto full;
	for (i = 0; i <= r->detail_count; i++) {
		if (i == r->drawing_line && r->drawing != NULL &&
		    buf_adds(out, r->drawing) == -1)
			goto full;
		if (i < r->detail_count && add_line(out, r->details[i]) == -1)
			goto full;
	}
	return 0;
full:
	buf_truncate(out, before);
	return -1;
}
