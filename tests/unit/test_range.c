/* Threshold ranges: every form, and both sides of every boundary. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plugin/range.h"

enum { S = 1000000 }; /* a second */

static void
test_violated(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		int64_t value_us;
		bool violated;
	} cases[] = {
		{ "only an end: zero", "10", 0, false },
		{ "only an end: below zero", "10", -1, true },
		{ "only an end: at it", "10", 10 * S, false },
		{ "only an end: above", "10", 10 * S + 1, true },
		{ "end of zero", "0", 0, false },
		{ "end of zero: above", "0", 1, true },
		{ "end of zero: below", "0", -1, true },
		{ "only a start: below", "10:", 10 * S - 1, true },
		{ "only a start: at it", "10:", 10 * S, false },
		{ "only a start: far above", "10:", INT64_MAX, false },
		{ "from minus infinity: lowest", "~:10", INT64_MIN, false },
		{ "from minus infinity: at the end", "~:10", 10 * S, false },
		{ "from minus infinity: above", "~:10", 10 * S + 1, true },
		{ "both: below", "10:20", 10 * S - 1, true },
		{ "both: at the start", "10:20", 10 * S, false },
		{ "both: at the end", "10:20", 20 * S, false },
		{ "both: above", "10:20", 20 * S + 1, true },
		{ "inside: below", "@10:20", 10 * S - 1, false },
		{ "inside: at the start", "@10:20", 10 * S, true },
		{ "inside: within", "@10:20", 15 * S, true },
		{ "inside: at the end", "@10:20", 20 * S, true },
		{ "inside: above", "@10:20", 20 * S + 1, false },
		{ "inside, only an end: zero", "@10", 0, true },
		{ "inside, only an end: below zero", "@10", -1, false },
		{ "inside, only an end: above", "@10", 10 * S + 1, false },
		{ "inside, only a start: at it", "@10:", 10 * S, true },
		{ "inside, only a start: below", "@10:", 10 * S - 1, false },
		{ "inside, from minus infinity", "@~:10", INT64_MIN, true },
		{ "inside, from minus infinity: above", "@~:10", 10 * S + 1,
		    false },
		{ "start omitted: zero", ":10", 0, false },
		{ "start omitted: below zero", ":10", -1, true },
		{ "start omitted: above", ":10", 10 * S + 1, true },
		{ "negative start: at it", "-5:5", -5 * S, false },
		{ "negative start: below", "-5:5", -5 * S - 1, true },
		{ "negative both: above", "-5:-2", -2 * S + 1, true },
		{ "negative both: at the end", "-5:-2", -2 * S, false },
		{ "one point: at it", "5:5", 5 * S, false },
		{ "one point: above", "5:5", 5 * S + 1, true },
		{ "everything: lowest", "~:", INT64_MIN, false },
		{ "everything: highest", "~:", INT64_MAX, false },
		{ "inside everything", "@~:", 0, true },
		{ "fractions: at the end", "0.25:2.5", 2500000, false },
		{ "fractions: above", "0.25:2.5", 2500001, true },
		{ "fractions: below", "0.25:2.5", 249999, true },
		{ "fraction without a whole", ".5", 500001, true },
		{ "a microsecond", "0.000001", 1, false },
		{ "a microsecond: above", "0.000001", 2, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct range r;

		if (range_parse(cases[i].text, &r) == -1)
			fail_msg(
			    "%s: \"%s\" refused", cases[i].what, cases[i].text);
		assert_true(r.set);
		assert_string_equal(r.text, cases[i].text);
		if (range_violated(&r, cases[i].value_us) != cases[i].violated)
			fail_msg("%s: \"%s\" judged wrong", cases[i].what,
			    cases[i].text);
	}
}

static void
test_refused(void **state)
{
	static const struct {
		const char *what;
		const char *text;
	} cases[] = {
		{ "empty", "" },
		{ "neither start nor end", ":" },
		{ "neither, inside", "@" },
		{ "neither, inside, colon", "@:" },
		{ "word", "abc" },
		{ "exponent", "1e3" },
		{ "hexadecimal", "0x10" },
		{ "infinity in words", "inf" },
		{ "not a number", "nan" },
		{ "white space before", " 5" },
		{ "white space after", "5 " },
		{ "white space between", "5: 6" },
		{ "plus", "+5" },
		{ "comma", "0,5" },
		{ "unit", "5s" },
		{ "two points", "1.2.3" },
		{ "only a point", "." },
		{ "only a minus", "-" },
		{ "start above end", "20:10" },
		{ "start above end by a microsecond", "0.000001:0" },
		{ "start above end, inside", "@20:10" },
		{ "end below the start that is not there", "-1" },
		{ "three parts", "1:2:3" },
		{ "two at signs", "@@10" },
		{ "at sign in the middle", "10:@20" },
		{ "tilde alone", "~" },
		{ "tilde before a number", "~10" },
		{ "tilde and number", "~5:10" },
		{ "tilde as the end", "10:~" },
		{ "perfdata separator", "10;20" },
		{ "bar", "10|" },
		{ "huge", "99999999999999999999" },
		{ "beyond what a number may be", "1000000001" },
		{ "too long",
		    "0.0000000000000000000000000000000000000000000001" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct range r = { .low_us = 4711 };

		if (range_parse(cases[i].text, &r) != -1)
			fail_msg("%s: \"%s\" accepted", cases[i].what,
			    cases[i].text);
		assert_int_equal(r.low_us, 4711);
		assert_false(r.set);
	}
}

static void
test_longest(void **state)
{
	const char *text = "0.000000000000000000000000000000000000000000001";
	struct range r;

	(void)state;
	assert_int_equal(strlen(text), RANGE_TEXT_MAX - 1);
	assert_int_equal(range_parse(text, &r), 0);
	assert_string_equal(r.text, text);
}

static void
test_unset(void **state)
{
	const struct range none = { 0 };

	(void)state;
	assert_false(range_violated(&none, 0));
	assert_false(range_violated(&none, INT64_MAX));
	assert_false(range_violated(&none, INT64_MIN));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_violated),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_unset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
