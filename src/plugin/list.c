#include "plugin/list.h"

#include <stdint.h>
#include <string.h>

#include "plugin/printable.h"
#include "plugin/report_shared.h"
#include "plugin/service_name.h"

void
list_add(struct buf *out, const char *name)
{
	printable_add(out, name, strlen(name));
	buf_addc(out, '\n');
}

static void
add_macro(struct buf *out, const char *macro, const char *text, size_t len)
{
	struct buf value = BUF_INIT(SIZE_MAX);

	buf_add(&value, text, len);
	buf_addf(out, "\"{#%s}\":", macro);
	report_add_quoted(out, buf_str(&value));
	out->failed = out->failed || value.failed;
	buf_free(&value);
}

void
list_add_zabbix(struct buf *out, const char *name, const char *host)
{
	struct service_name s = service_name(name, host);

	buf_adds(out, out->len == 0 ? "[{" : ",{");
	add_macro(out, "CHECK", name, strlen(name));
	buf_addc(out, ',');
	add_macro(out, "HOST", s.host, s.host_len);
	buf_addc(out, ',');
	add_macro(out, "SERVICE", s.service, strlen(s.service));
	buf_addc(out, '}');
}

void
list_end_zabbix(struct buf *out)
{
	buf_adds(out, out->len == 0 ? "[]\n" : "]\n");
}
