/* The formats in which results are sent to an engine, and the page. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "plugin/service_name.h"
#include "tests/unit/report_sample.h"

static const char *const details[] = { "a \\ line", "another" };
static const struct metric metrics[] = {
	{ "time", METRIC_SECONDS, true, 1000000, NULL, NULL, true, 0 },
	{ "cert_days", METRIC_COUNT, true, 12, NULL, NULL, false, 0 },
};

static const struct report one = { REPORT_NAMES, .name = "mail!log;in \"x\"",
	.state = STATUS_WARNING, .message = "slow | \"so\"", .hint = "wait",
	.host = "mx.example.org", .port = 25, .user = "<al&'>",
	.now = 1700000000, .details = details, .detail_count = COUNT(details),
	.metrics = metrics, .metric_count = COUNT(metrics), .condition = "slow",
	.tls.verified = -1 };

static void
test_names(void **state)
{
	static const struct {
		const char *name, *host, *wanted;
	} rows[] = {
		{ "a", "h", "h/a" },
		{ "a", NULL, "/a" },
		{ "x!a", "h", "x/a" },
		{ "x!a!b", "h", "x/a!b" },
		{ "!a", "h", "/a" },
		{ "a!", "h", "a/" },
		{ NULL, "h", "h/" },
	};
	struct service_name s;
	char text[50];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		s = service_name(rows[i].name, rows[i].host);
		snprintf(text, sizeof text, "%.*s/%s", (int)s.host_len, s.host,
		    s.service);
		assert_string_equal(text, rows[i].wanted);
	}
}

static void
test_nagios(void **state)
{
	(void)state;
	report_expect("nagios", &report_nagios, &one,
	    "[1700000000] PROCESS_SERVICE_CHECK_RESULT;mail;log\\x3bin \"x\";1;"
	    "SMTP_AUTH WARNING: slow \\x7c \"so\" | time=1.000000s;;;0 "
	    "cert_days=12\\nwait\\na \\ line\\nanother\n");
}

/* One line, whatever comes. */
static void
test_nagios_long(void **state)
{
	static char long_line[20000];
	static const char *const lines[] = { "b", long_line, "c" };
	struct report r = one;
	struct buf out = BUF_INIT(ROOM);
	size_t i;

	(void)state;
	r.details = lines;
	r.detail_count = COUNT(lines);
	for (i = 7000; i < 8200; i++) {
		memset(long_line, 'x', i);
		long_line[i] = '\0';
		memcpy(long_line + i - 4, "\xc3\xa4", 2);
		assert_int_equal(report_write(&report_nagios, &r, &out), 0);
		assert_true(out.len <= 8001);
		assert_ptr_equal(
		    strchr(out.data, '\n'), out.data + out.len - 1);
		assert_int_not_equal(out.data[out.len - 2], '\xc3');
		buf_truncate(&out, 0);
	}
	buf_free(&out);
}

static void
test_icinga2(void **state)
{
	struct report r = one;

	(void)state;
	report_expect("icinga2", &report_icinga2, &one,
	    "{\"type\":\"Service\",\"service\":\"mail!log;in \\\"x\\\"\","
	    "\"exit_status\":1,\"execution_end\":1700000000,"
	    "\"performance_data\":[\"time=1.000000s;;;0\",\"cert_days=12\"],"
	    "\"plugin_output\":\"SMTP_AUTH WARNING: slow \\\\x7c \\\"so\\\"\\n"
	    "wait\\na \\\\ line\\nanother\"}\n");
	r.metric_count = r.detail_count = 0;
	r.hint = NULL;
	report_expect("icinga2, short", &report_icinga2, &r,
	    "{\"type\":\"Service\",\"service\":\"mail!log;in \\\"x\\\"\","
	    "\"exit_status\":1,\"execution_end\":1700000000,"
	    "\"performance_data\":[],"
	    "\"plugin_output\":\"SMTP_AUTH WARNING: slow \\\\x7c \\\"so\\\"\""
	    "}\n");
}

static void
test_zabbix(void **state)
{
	static const char begin[] =
	    "\"mail\" \"smtp_auth.json[\\\"log;in \\\\\\\"x\\\\\\\"\\\"]\" "
	    "1700000000 \"{\\\"name\\\":\\\"mail!log;in \\\\\\\"x\\\\\\\"\\\","
	    "\\\"schema\\\":1,\\\"state\\\":\\\"WARNING\\\",";
	struct report r = one;
	struct buf out = BUF_INIT(ROOM);

	(void)state;
	assert_int_equal(report_write(&report_zabbix, &one, &out), 0);
	assert_memory_equal(out.data, begin, sizeof begin - 1);
	assert_string_equal(out.data + out.len - 3, "}\"\n");
	buf_truncate(&out, 0);
	r.name = "!a";
	assert_int_equal(report_write(&report_zabbix, &r, &out), 0);
	assert_memory_equal(
	    out.data, "\"-\" \"smtp_auth.json[\\\"a\\\"]\" ", 28);
	buf_free(&out);
}

/* What came from outside is text, and nothing else. */
static void
test_html_hostile(void **state)
{
	struct report r = { REPORT_NAMES, .name = "<b>&\"'" EVIL,
		.state = STATUS_CRITICAL, .message = "<script>x</script>",
		.hint = "</style><img src=x>", .host = "<i>", .user = "\"><u>",
		.condition = "auth-rejected", .tls.verified = -1 };
	struct buf out = BUF_INIT(ROOM);
	const char *body;

	(void)state;
	assert_int_equal(report_write(&report_html, &r, &out), 0);
	assert_non_null(body = strstr(out.data, "<article"));
	assert_non_null(
	    strstr(body, "&lt;b&gt;&amp;&quot;&#39;a\\x7cb\\x0aOK"));
	assert_non_null(strstr(body, "&lt;script&gt;x&lt;/script&gt;"));
	assert_null(strstr(body, "<script>x"));
	assert_null(strstr(body, "<img"));
	assert_null(strstr(body, "<i>"));
	assert_null(strstr(body, "<u>"));
	assert_null(strstr(out.data, "http://"));
	assert_null(strstr(out.data, "url("));
	buf_free(&out);
}

static void
test_html_bars(void **state)
{
	static const struct report_phase phases[] = {
		{ "dns", true, 1000 },
		{ "connect", true, 49000 },
		{ "tls", true, 250 },
		{ "auth", false, 0 },
	};
	static const struct report_totals totals = { .count = 3,
		.in_state = { 2, 1, 0, 0 },
		.now = 1700000000,
		.time_us = 1550000,
		.longest_us = 100000,
		.old_after_s = 900 };
	struct report r = one;
	struct buf out = BUF_INIT(ROOM);
	struct report_page p;

	(void)state;
	r.phases = phases;
	r.phase_count = COUNT(phases);
	r.has_time = true;
	r.time_us = 50250;
	report_open_many(&p, &report_html, &out, &totals);
	report_add(&p, &r);
	assert_int_equal(report_close(&p), 0);
	assert_non_null(strstr(out.data,
	    "<h1>1 WARNING, 2 OK</h1>\n<p>3 accounts "
	    "checked at <time datetime=\"2023-11-14T22:13:20Z\">2023-11-14 22:13 "
	    "UTC</time> in 1.5 s. Later than <time "
	    "datetime=\"2023-11-14T22:28:20Z\">"));
	assert_non_null(strstr(out.data,
	    "aria-label=\"dns 1 ms; connect 49 ms; tls 0 ms; \">"
	    "<i class=\"p0\" style=\"width:1.00%\"></i>"
	    "<i class=\"p1\" style=\"width:49.00%\"></i>"
	    "<i class=\"p2\" style=\"width:0.25%\"></i></div>"));
	assert_non_null(strstr(out.data,
	    "<p class=\"facts\">slow · <bdi>&lt;al&amp;&#39;&gt;</bdi> at "
	    "<bdi>mx.example.org</bdi>:25 · 0.050 s</p>"));
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_nagios),
		cmocka_unit_test(test_nagios_long),
		cmocka_unit_test(test_icinga2),
		cmocka_unit_test(test_zabbix),
		cmocka_unit_test(test_html_hostile),
		cmocka_unit_test(test_html_bars),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
