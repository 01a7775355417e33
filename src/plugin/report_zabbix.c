/*
 * One report as a line for zabbix_sender -T: host, key, time, and the report's
 * JSON as the value.
 */

#include "plugin/report.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "plugin/printable.h"
#include "plugin/service_name.h"

/* Both the sender and the parameters of a key quote like that. */
static void
add_quoted(struct buf *out, const char *text, size_t len)
{
	size_t i;

	buf_addc(out, '"');
	for (i = 0; i < len; i++) {
		if (text[i] == '"' || text[i] == '\\')
			buf_addc(out, '\\');
		buf_addc(out, text[i]);
	}
	buf_addc(out, '"');
}

static void
add_word(struct buf *out, const char *text, size_t len)
{
	struct buf plain = BUF_INIT(SIZE_MAX);

	printable_add(&plain, text, len);
	add_quoted(out, buf_str(&plain), plain.len);
	out->failed = out->failed || plain.failed;
	buf_free(&plain);
}

static void
add_key(struct buf *out, const struct report *r, const char *service)
{
	struct buf key = BUF_INIT(SIZE_MAX);

	buf_addf(&key, "%s.json[", r->prefix);
	add_word(&key, service, strlen(service));
	buf_addc(&key, ']');
	add_quoted(out, buf_str(&key), key.len);
	out->failed = out->failed || key.failed;
	buf_free(&key);
}

static void
add(struct report_page *p, const struct report *r)
{
	const struct service_name s = service_name(r->name, r->host);
	struct buf json = BUF_INIT(p->out->max), *out = p->out;

	/* "-" is the host of the sender's own configuration. */
	add_word(out, s.host_len > 0 ? s.host : "-",
	    s.host_len > 0 ? s.host_len : 1);
	buf_addc(out, ' ');
	add_key(out, r, s.service);
	buf_addf(out, " %" PRId64 " ", r->now);
	if (report_write(&report_json, r, &json) == 0)
		add_quoted(out, json.data, json.len - 1);
	else
		out->failed = true;
	buf_addc(out, '\n');
	buf_free(&json);
}

const struct report_format report_zabbix = {
	.name = "zabbix", .is_for_many = true, .is_by_line = true, .add = add
};
