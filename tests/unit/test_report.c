/* What the formats of a report share, and what holds for each of them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plugin/report_shared.h"
#include "tests/unit/report_sample.h"

static void
test_seconds(void **state)
{
	static const struct {
		const char *what;
		int64_t us;
		const char *out;
	} cases[] = {
		{ "zero", 0, "0.000000" },
		{ "a microsecond", 1, "0.000001" },
		{ "six digits", 84212, "0.084212" },
		{ "a second", 1000000, "1.000000" },
		{ "before zero", -1, "-0.000001" },
		{ "before minus one", -1500000, "-1.500000" },
		{ "highest", INT64_MAX, "9223372036854.775807" },
		{ "lowest", INT64_MIN, "-9223372036854.775808" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct buf out = BUF_INIT(32);

		report_add_seconds(&out, cases[i].us);
		assert_false(out.failed);
		if (strcmp(buf_str(&out), cases[i].out) != 0)
			fail_msg("%s: %s", cases[i].what, buf_str(&out));
		buf_free(&out);
	}
}

/* Two reports that differ, and what stands around them in each format. */
static int
write_two(const struct report_format *f, struct buf *out)
{
	struct report other = { REPORT_NAMES, .state = STATUS_OK, .up = true,
		.message = "login accepted", .host = "mx.example.org",
		.port = 465, .has_time = true, .time_us = 1500000 };
	struct report_page p;

	report_open(&p, f, out);
	report_add(&p, &report_sample);
	report_add(&p, &other);
	return report_close(&p);
}

/* Whatever the limit: all of it, or nothing. */
static void
test_no_room(void **state)
{
	const struct report_format *const *f;

	(void)state;
	for (f = report_formats; *f != NULL; f++) {
		struct buf whole = BUF_INIT(ROOM);
		size_t room;

		assert_int_equal(write_two(*f, &whole), 0);
		for (room = 0; room < whole.len; room++) {
			struct buf out = BUF_INIT(room + 1);

			assert_int_equal(buf_adds(&out, "<"), 0);
			if (write_two(*f, &out) != -1)
				fail_msg("%s: no error", (*f)->name);
			assert_string_equal(buf_str(&out), "<");
			buf_free(&out);
		}
		buf_free(&whole);
	}
}

/* What has failed before is not whole, whatever is written behind it. */
static void
test_failed_before(void **state)
{
	const struct report_format *const *f;

	(void)state;
	for (f = report_formats; *f != NULL; f++) {
		struct buf out = BUF_INIT(ROOM);

		assert_int_equal(buf_adds(&out, "<"), 0);
		out.failed = true;
		assert_int_equal(report_write(*f, &report_sample, &out), -1);
		assert_string_equal(buf_str(&out), "<");
		assert_true(out.failed);
		buf_free(&out);
	}
}

/* Without OpenMetrics, two are one behind the other. */
static void
test_two_in_a_row(void **state)
{
	static const struct report_format *const formats[] = { &report_text,
		&report_json };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(formats); i++) {
		struct buf one = BUF_INIT(ROOM), two = BUF_INIT(ROOM);

		assert_int_equal(
		    report_write(formats[i], &report_sample, &one), 0);
		assert_int_equal(write_two(formats[i], &two), 0);
		assert_memory_equal(two.data, one.data, one.len);
		if (strncmp(two.data + one.len,
			formats[i] == &report_json ? "{\"schema\":1,\"state\":"
						     "\"OK\","
						   : "SMTP_AUTH OK: login ",
			20) != 0)
			fail_msg("%s: %s", formats[i]->name, two.data);
		buf_free(&one);
		buf_free(&two);
	}
}

/* An object a line: as many lines as reports. */
static void
test_lines_of_json(void **state)
{
	struct buf out = BUF_INIT(ROOM);
	const char *s;
	int lines = 0;

	(void)state;
	assert_int_equal(write_two(&report_json, &out), 0);
	for (s = buf_str(&out); *s != '\0'; s = strchr(s, '\n') + 1, lines++) {
		assert_int_equal(*s, '{');
		assert_int_equal(strchr(s, '\n')[-1], '}');
	}
	assert_int_equal(lines, 2);
	buf_free(&out);
}

/* Nothing was added: what a reader of the format takes for nothing. */
static void
test_none(void **state)
{
	const struct report_format *const *f;

	(void)state;
	for (f = report_formats; *f != NULL; f++) {
		struct buf out = BUF_INIT(ROOM);
		struct report_page p;

		report_open(&p, *f, &out);
		assert_int_equal(report_close(&p), 0);
		if (*f == &report_html)
			assert_memory_equal(buf_str(&out), "<!DOCTYPE", 9);
		else
			assert_string_equal(buf_str(&out),
			    *f == &report_openmetrics ? "# EOF\n" : "");
		buf_free(&out);
	}
}

static void
test_formats(void **state)
{
	(void)state;
	assert_ptr_equal(report_formats[0], &report_text);
	assert_ptr_equal(report_formats[1], &report_json);
	assert_ptr_equal(report_formats[2], &report_openmetrics);
	assert_ptr_equal(report_formats[3], &report_nagios);
	assert_ptr_equal(report_formats[4], &report_icinga2);
	assert_ptr_equal(report_formats[5], &report_zabbix);
	assert_ptr_equal(report_formats[6], &report_html);
	assert_null(report_formats[7]);
	assert_string_equal(report_text.name, "text");
	assert_string_equal(report_json.name, "json");
	assert_string_equal(report_openmetrics.name, "openmetrics");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_failed_before),
		cmocka_unit_test(test_two_in_a_row),
		cmocka_unit_test(test_lines_of_json),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
