/* Dates beyond 2038 and before 1970, against the C library where it can. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/date.h"

static const struct {
	struct date date;
	int64_t seconds;
} known[] = {
	{ { 1970, 1, 1, 0, 0, 0 }, 0 },
	{ { 1969, 12, 31, 23, 59, 59 }, -1 },
	{ { 2000, 2, 29, 12, 0, 0 }, 951825600 },
	{ { 1900, 3, 1, 0, 0, 0 }, -2203891200 },
	{ { 2026, 11, 30, 11, 4, 39 }, 1796036679 },
	/* The last second of a time_t of 32 bits, and the next. */
	{ { 2038, 1, 19, 3, 14, 7 }, INT32_MAX },
	{ { 2038, 1, 19, 3, 14, 8 }, INT64_C(2147483648) },
	{ { 2050, 1, 1, 0, 0, 0 }, INT64_C(2524608000) },
	{ { 2100, 2, 28, 23, 59, 59 }, INT64_C(4107542399) },
	{ { 2100, 3, 1, 0, 0, 0 }, INT64_C(4107542400) },
	/* What a certificate has that never ends (RFC 5280, 4.1.2.5). */
	{ { 9999, 12, 31, 23, 59, 59 }, INT64_C(253402300799) },
	{ { 0, 1, 1, 0, 0, 0 }, INT64_C(-62167219200) },
};

static void
assert_date(struct date a, const struct date *b)
{
	assert_true(a.year == b->year);
	assert_int_equal(a.month, b->month);
	assert_int_equal(a.day, b->day);
	assert_int_equal(a.hour, b->hour);
	assert_int_equal(a.minute, b->minute);
	assert_int_equal(a.second, b->second);
}

static const struct {
	const char *text;
	bool good;
	struct date date;
} texts[] = {
	{ "700101000000Z", true, { 1970, 1, 1, 0, 0, 0 } },
	{ "491231235959Z", true, { 2049, 12, 31, 23, 59, 59 } },
	{ "500101000000Z", true, { 1950, 1, 1, 0, 0, 0 } },
	{ "000229120000Z", true, { 2000, 2, 29, 12, 0, 0 } },
	{ "20380119031408Z", true, { 2038, 1, 19, 3, 14, 8 } },
	{ "99991231235959Z", true, { 9999, 12, 31, 23, 59, 59 } },
	{ "00000101000000Z", true, { 0, 1, 1, 0, 0, 0 } },
	{ "21000229000000Z", false, { 0 } },
	{ "20240230000000Z", false, { 0 } },
	{ "20240431000000Z", false, { 0 } },
	{ "20240001000000Z", false, { 0 } },
	{ "20241301000000Z", false, { 0 } },
	{ "20240100000000Z", false, { 0 } },
	{ "20240101240000Z", false, { 0 } },
	{ "20240101006000Z", false, { 0 } },
	{ "20240101000060Z", false, { 0 } },
	{ "2024010100000Z", false, { 0 } },
	{ "20240101000000", false, { 0 } },
	{ "202401010000000", false, { 0 } },
	{ "-0240101000000Z", false, { 0 } },
	{ "2x240101000000Z", false, { 0 } },
	{ "2024010100000xZ", false, { 0 } },
	{ " 00101000000Z", false, { 0 } },
	{ "700101000000z", false, { 0 } },
	{ "", false, { 0 } },
	{ "Z", false, { 0 } },
};

static void
test_read(void **state)
{
	struct date d;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		bool good = date_read(&d, texts[i].text, strlen(texts[i].text));

		if (good != texts[i].good)
			print_error("%s\n", texts[i].text);
		assert_int_equal(good, texts[i].good);
		if (good)
			assert_date(d, &texts[i].date);
	}
}

static void
test_known(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof known / sizeof known[0]; i++) {
		assert_true(date_to_unix(&known[i].date) == known[i].seconds);
		assert_date(date_from_unix(known[i].seconds), &known[i].date);
	}
}

/* Every day of 800 years, there and back, and as gmtime_r() has it. */
static void
test_every_day(void **state)
{
	int64_t day, seconds;
	struct date d;
	struct tm tm;
	time_t t;

	(void)state;
	for (day = -146097; day < 146097; day++) {
		seconds = day * 86400 + (day & 0xffff);
		d = date_from_unix(seconds);
		assert_true(date_to_unix(&d) == seconds);
		t = (time_t)seconds;
		if (t != seconds) /* a time_t of 32 bits */
			continue;
		assert_non_null(gmtime_r(&t, &tm));
		assert_int_equal(d.year, tm.tm_year + 1900);
		assert_int_equal(d.month, tm.tm_mon + 1);
		assert_int_equal(d.day, tm.tm_mday);
		assert_int_equal(d.hour, tm.tm_hour);
		assert_int_equal(d.minute, tm.tm_min);
		assert_int_equal(d.second, tm.tm_sec);
	}
}

static void
test_leap_second(void **state)
{
	const struct date leap = { 2016, 12, 31, 23, 59, 60 };

	(void)state;
	assert_true(date_to_unix(&leap) == 1483228800);
}

static void
test_four_digits(void **state)
{
	static const struct {
		int64_t seconds;
		bool writable;
	} cases[] = {
		{ INT64_C(253402300799), true },
		{ INT64_C(253402300800), false },
		{ INT64_C(-62167219200), true },
		{ INT64_C(-62167219201), false },
	};
	struct date d;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		d = date_from_unix(cases[i].seconds);
		assert_int_equal(date_is_writable(&d), cases[i].writable);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_every_day),
		cmocka_unit_test(test_leap_second),
		cmocka_unit_test(test_four_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
