/* One report as an external command of Nagios and Naemon, on a line. */

#include "plugin/report.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "plugin/printable.h"
#include "plugin/report_shared.h"
#include "plugin/service_name.h"

/* What Nagios takes of a line; the rest would come as another. */
enum { LINE_MAX_BYTES = 8000 };

/* A semicolon ends a field; no object of Nagios has one in its name. */
static void
add_field(struct buf *out, const char *text, size_t len)
{
	struct buf plain = BUF_INIT(SIZE_MAX);
	const char *s;

	printable_add(&plain, text, len);
	for (s = buf_str(&plain); *s != '\0'; s++)
		if (*s == ';')
			buf_adds(out, "\\x3b");
		else
			buf_addc(out, *s);
	out->failed = out->failed || plain.failed;
	buf_free(&plain);
}

/* Line feeds as Nagios takes them, in so many octets. */
static void
add_output(struct buf *out, const struct buf *text, size_t room)
{
	const char *s = buf_str(text), *feed;
	size_t left = text->len, n;

	if (left > 0 && s[left - 1] == '\n')
		left--;
	while (left > 0) {
		feed = memchr(s, '\n', left);
		n = feed != NULL ? (size_t)(feed - s) : left;
		if (n > room)
			n = text_whole(s, room);
		buf_add(out, s, n);
		if (feed == NULL || s + n != feed || room < n + 2)
			return;
		buf_adds(out, "\\n");
		room -= n + 2;
		left -= n + 1;
		s += n + 1;
	}
}

static void
add(struct report_page *p, const struct report *r)
{
	const struct service_name s = service_name(r->name, r->host);
	struct buf text = BUF_INIT(p->out->max);
	size_t begin = p->out->len;

	if (report_write(&report_text, r, &text) == -1)
		p->out->failed = true;
	buf_addf(p->out, "[%" PRId64 "] PROCESS_SERVICE_CHECK_RESULT;", r->now);
	add_field(p->out, s.host, s.host_len);
	buf_addc(p->out, ';');
	add_field(p->out, s.service, strlen(s.service));
	buf_addf(p->out, ";%d;", (int)r->state);
	if (!p->out->failed && p->out->len - begin < LINE_MAX_BYTES)
		add_output(
		    p->out, &text, LINE_MAX_BYTES - (p->out->len - begin));
	buf_addc(p->out, '\n');
	buf_free(&text);
}

const struct report_format report_nagios = {
	.name = "nagios", .is_for_many = true, .is_by_line = true, .add = add
};
