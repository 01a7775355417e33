/* A page of one report, or of many, in any format. */

#include "plugin/report.h"

void
report_open(
    struct report_page *p, const struct report_format *format, struct buf *out)
{
	*p = (struct report_page){ .format = format,
		.out = out,
		.begin = out->len,
		.pass = REPORT_AT_ONCE };
	if (format->open != NULL)
		format->open(p);
}

void
report_open_many(struct report_page *p, const struct report_format *format,
    struct buf *out, const struct report_totals *totals)
{
	*p = (struct report_page){
		.format = format, .out = out, .totals = *totals
	};
	if (format->open != NULL)
		format->open(p);
}

void
report_add(struct report_page *p, const struct report *r)
{
	p->format->add(p, r);
}

int
report_close(struct report_page *p)
{
	int rc;
	size_t i;

	if (p->format->close != NULL)
		p->format->close(p);
	rc = p->out->failed ? -1 : 0;
	if (rc == -1)
		buf_truncate(p->out, p->begin);
	for (i = 0; i < REPORT_PARTS; i++)
		buf_free(&p->part[i]);
	return rc;
}

int
report_write(
    const struct report_format *format, const struct report *r, struct buf *out)
{
	struct report_page p;

	report_open(&p, format, out);
	report_add(&p, r);
	return report_close(&p);
}
