/* Numbers and seconds: whole, strict, in the C locale. */

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"

enum { REFUSED = -77 };

static void
test_parse(void **state)
{
	static const struct {
		const char *what, *text;
		long min, max, value;
	} cases[] = {
		{ "a digit", "7", 0, 10, 7 },
		{ "the least", "1", 1, 65535, 1 },
		{ "the most", "65535", 1, 65535, 65535 },
		{ "leading zeros", "007", 0, 10, 7 },
		{ "nine digits", "999999999", 0, 999999999, 999999999 },
		{ "zero", "0", 0, 0, 0 },
		{ "below", "0", 1, 65535, REFUSED },
		{ "above", "65536", 1, 65535, REFUSED },
		{ "empty", "", 0, 10, REFUSED },
		{ "blank before", " 7", 0, 10, REFUSED },
		{ "blank behind", "7 ", 0, 10, REFUSED },
		{ "plus", "+7", 0, 10, REFUSED },
		{ "minus", "-7", -10, 10, REFUSED },
		{ "hex", "0x7", 0, 10, REFUSED },
		{ "letters behind", "7s", 0, 10, REFUSED },
		{ "fraction", "7.0", 0, 10, REFUSED },
		{ "exponent", "1e1", 0, 10, REFUSED },
		{ "beyond a long", "99999999999999999999999", 0, 10, REFUSED },
		{ "2 to the 64th", "18446744073709551617", 0, 10, REFUSED },
		{ "2 to the 32nd", "4294967297", 0, 10, REFUSED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		long out = REFUSED;
		int rc = number_parse(
		    cases[i].text, cases[i].min, cases[i].max, &out);

		if (rc != (cases[i].value == REFUSED ? -1 : 0) ||
		    out != cases[i].value)
			fail_msg("%s: \"%s\" gave %d, %ld", cases[i].what,
			    cases[i].text, rc, out);
	}
}

static const struct {
	const char *what, *text;
	int64_t value;
} seconds[] = {
	{ "whole", "5", 5000000 },
	{ "fraction", "0.25", 250000 },
	{ "no digit before the point", ".5", 500000 },
	{ "negative", "-1.5", -1500000 },
	{ "negative fraction", "-.5", -500000 },
	{ "zero", "0", 0 },
	{ "a microsecond", "0.000001", 1 },
	{ "the seventh digit is cut", "0.0000019", 1 },
	{ "many digits", "1.23456789012345678901234567890", 1234567 },
	{ "the most", "1000000000", 1000000000000000 },
	{ "the least", "-1000000000", -1000000000000000 },
	{ "a microsecond more", "1000000000.000001", REFUSED },
	{ "a second more", "1000000001", REFUSED },
	{ "beyond 64 bits", "99999999999999999999999999", REFUSED },
	{ "empty", "", REFUSED },
	{ "point", ".", REFUSED },
	{ "minus", "-", REFUSED },
	{ "minus and point", "-.", REFUSED },
	{ "plus", "+1", REFUSED },
	{ "two minuses", "--1", REFUSED },
	{ "two points", "1.2.3", REFUSED },
	{ "comma", "1,5", REFUSED },
	{ "exponent", "1e3", REFUSED },
	{ "hex", "0x1", REFUSED },
	{ "unit", "1s", REFUSED },
	{ "blank before", " 1", REFUSED },
	{ "blank behind", "1 ", REFUSED },
	{ "infinity", "inf", REFUSED },
	{ "not a number", "nan", REFUSED },
};

static void
test_seconds(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
		int64_t out = REFUSED;
		int rc = number_parse_seconds(
		    seconds[i].text, strlen(seconds[i].text), &out);

		if (rc != (seconds[i].value == REFUSED ? -1 : 0) ||
		    out != seconds[i].value)
			fail_msg("%s: \"%s\" gave %d, %lld", seconds[i].what,
			    seconds[i].text, rc, (long long)out);
	}
}

/* Only so many bytes are read, whatever follows them. */
static void
test_seconds_in_range(void **state)
{
	int64_t out = 0;

	(void)state;
	assert_int_equal(number_parse_seconds("10:20", 2, &out), 0);
	assert_true(out == 10000000);
	assert_int_equal(number_parse_seconds("1.57", 3, &out), 0);
	assert_true(out == 1500000);
	assert_int_equal(number_parse_seconds("10:20", 3, &out), -1);
	assert_int_equal(number_parse_seconds("10", 0, &out), -1);
	assert_int_equal(number_parse_seconds("1\0", 2, &out), -1);
	assert_true(out == 1500000);
}

/* Where a locale with a decimal comma is installed it changes nothing. */
static void
test_locale(void **state)
{
	int64_t out = 0;

	setlocale(LC_ALL, "de_DE.UTF-8");
	test_seconds(state);
	assert_int_equal(number_parse_seconds("1,5", 3, &out), -1);
	setlocale(LC_ALL, "C");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_seconds_in_range),
		cmocka_unit_test(test_locale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
