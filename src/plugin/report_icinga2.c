/*
 * One report as what Icinga 2's API takes for process-check-result, a JSON
 * document on a line.
 */

#include "plugin/report.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "plugin/report_shared.h"
#include "plugin/service_name.h"

static void
add_member(struct buf *out, const char *key, const char *text)
{
	buf_addf(out, ",\"%s\":", key);
	report_add_quoted(out, text);
}

static void
add_service(struct buf *out, const struct report *r)
{
	const struct service_name s = service_name(r->name, r->host);
	struct buf name = BUF_INIT(SIZE_MAX);

	buf_add(&name, s.host, s.host_len);
	buf_addf(&name, "!%s", s.service);
	add_member(out, "service", buf_str(&name));
	out->failed = out->failed || name.failed;
	buf_free(&name);
}

/* The lines of text, which end in line feeds, as one string. */
static void
add_lines(struct buf *out, char *line)
{
	char *feed;
	size_t end;

	buf_addc(out, '"');
	for (; (feed = strchr(line, '\n')) != NULL; line = feed + 1) {
		*feed = '\0';
		/* Its quotes go: they are around all lines together. */
		end = out->len;
		report_add_quoted(out, line);
		if (out->failed)
			return;
		memmove(
		    out->data + end, out->data + end + 1, out->len - end - 1);
		buf_truncate(out, out->len - 2);
		if (feed[1] != '\0')
			buf_adds(out, "\\n");
	}
	buf_addc(out, '"');
}

/* "a=1 b=2" as a list of strings. */
static void
add_perfdata(struct buf *out, char *text)
{
	char *word, *rest = NULL;
	const char *between = "[";

	buf_adds(out, ",\"performance_data\":");
	for (word = strtok_r(text, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		buf_adds(out, between);
		report_add_quoted(out, word);
		between = ",";
	}
	buf_adds(out, *between == '[' ? "[]" : "]");
}

/* text is what a plugin prints; it is cut to pieces. */
static void
add_output(struct buf *out, char *text)
{
	static char none[] = "";
	char *feed = strchr(text, '\n'), *bar, *perfdata = none;

	*feed = '\0';
	if ((bar = strstr(text, " | ")) != NULL) {
		perfdata = bar + 3;
		*bar = '\0';
	}
	add_perfdata(out, perfdata);
	buf_adds(out, ",\"plugin_output\":");
	/* What comes behind the perfdata moves to the end of the message. */
	*feed = '\n';
	if (bar != NULL)
		memmove(bar, feed, strlen(feed) + 1);
	add_lines(out, text);
}

static void
add(struct report_page *p, const struct report *r)
{
	struct buf text = BUF_INIT(p->out->max), *out = p->out;

	buf_adds(out, "{\"type\":\"Service\"");
	add_service(out, r);
	buf_addf(out, ",\"exit_status\":%d", (int)r->state);
	buf_addf(out, ",\"execution_end\":%" PRId64, r->now);
	if (report_write(&report_text, r, &text) == 0)
		add_output(out, text.data);
	else
		out->failed = true;
	buf_adds(out, "}\n");
	buf_free(&text);
}

const struct report_format report_icinga2 = {
	.name = "icinga2", .is_for_many = true, .is_by_line = true, .add = add
};
