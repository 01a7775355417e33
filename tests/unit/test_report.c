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

		assert_int_equal(report_add_seconds(&out, cases[i].us), 0);
		if (strcmp(buf_str(&out), cases[i].out) != 0)
			fail_msg("%s: %s", cases[i].what, buf_str(&out));
		buf_free(&out);
	}
}

/* Whatever the limit: all of it, or nothing. */
static void
test_no_room(void **state)
{
	const struct report_format *f;

	(void)state;
	for (f = report_formats; f->name != NULL; f++) {
		struct buf whole = BUF_INIT(ROOM);
		size_t room;

		assert_int_equal(f->write(&report_sample, &whole), 0);
		for (room = 0; room < whole.len; room++) {
			struct buf out = BUF_INIT(room + 1);

			assert_int_equal(buf_adds(&out, "<"), 0);
			if (f->write(&report_sample, &out) != -1)
				fail_msg("%s: no error", f->name);
			assert_string_equal(buf_str(&out), "<");
			buf_free(&out);
		}
		buf_free(&whole);
	}
}

static void
test_formats(void **state)
{
	(void)state;
	assert_string_equal(report_formats[0].name, "text");
	assert_true(report_formats[0].write == report_text);
	assert_string_equal(report_formats[1].name, "json");
	assert_true(report_formats[1].write == report_json);
	assert_string_equal(report_formats[2].name, "openmetrics");
	assert_true(report_formats[2].write == report_openmetrics);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
