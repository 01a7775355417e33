/* What every room asks of text; and where a text may be cut. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void
test_characters(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 256; i++) {
		char c = (char)i;

		assert_int_equal(text_is_blank(c), i == ' ' || i == '\t');
		assert_int_equal(text_is_space(c),
		    i != 0 && strchr(" \t\n\v\f\r", i) != NULL);
		assert_int_equal(text_is_digit(c),
		    i != 0 && strchr("0123456789", i) != NULL);
		assert_int_equal(text_is_control(c), i < 32 || i == 127);
	}
}

static void
test_strings(void **state)
{
	(void)state;
	assert_true(text_is_ascii(""));
	assert_true(text_is_ascii("\x01 ~\x7f"));
	assert_false(text_is_ascii("a\x80"));
	assert_false(text_is_ascii("\xc3\xa9"));
	assert_false(text_has_control(""));
	assert_false(text_has_control(" ~\x80\xc3\xa9\xff"));
	assert_true(text_has_control("a\n"));
	assert_true(text_has_control("\x1f"));
	assert_true(text_has_control("a\x7f"));
}

static void
test_holds(void **state)
{
	static const struct {
		const char *text, *word;
		bool held;
	} cases[] = {
		{ "Sender refused", "refused", true },
		{ "Sender REFUSED here", "refused", true },
		{ "refused", "refused", true },
		{ "refuse", "refused", false },
		{ "xrefuse", "refused", false },
		{ "", "refused", false },
		{ "a", "", true },
		{ "", "", true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (text_holds(cases[i].text, strlen(cases[i].text),
			cases[i].word, strlen(cases[i].word)) != cases[i].held)
			fail_msg(
			    "\"%s\" in \"%s\"", cases[i].word, cases[i].text);
	/* What is behind the length does not count. */
	assert_false(text_holds("refused", 6, "refused", 7));
	assert_true(text_holds("refused", 6, "refused", 6));
}

static const struct {
	const char *what, *text;
	int max, cut;
} cuts[] = {
	{ "shorter", "abc", 4, 3 },
	{ "as long", "abc", 3, 3 },
	{ "longer", "abcd", 3, 3 },
	{ "nothing allowed", "abc", 0, 0 },
	{ "less than nothing", "abc", -1, 0 },
	{ "empty", "", 3, 0 },
	{ "two octets, whole", "a\xc3\xa9z", 3, 3 },
	{ "two octets, one of them", "a\xc3\xa9z", 2, 1 },
	{ "three octets, whole", "a\xe2\x82\xacz", 4, 4 },
	{ "three octets, two of them", "a\xe2\x82\xacz", 3, 1 },
	{ "three octets, one of them", "a\xe2\x82\xacz", 2, 1 },
	{ "four octets, whole", "a\xf0\x9f\x93\xa7z", 5, 5 },
	{ "four octets, three of them", "a\xf0\x9f\x93\xa7z", 4, 1 },
	{ "four octets, two of them", "a\xf0\x9f\x93\xa7z", 3, 1 },
	{ "four octets, one of them", "a\xf0\x9f\x93\xa7z", 2, 1 },
	{ "one character and no room", "\xf0\x9f\x93\xa7z", 3, 0 },
	{ "not begun at all", "a\xa9\xa9\xa9\xa9\xa9", 5, 5 },
	{ "an octet of Latin-1 that looks begun", "caf\xe9 bar", 4, 3 },
	{ "what no character begins with", "a\xff\xff", 2, 2 },
	/* It was not cut here: what it ends with is its own. */
	{ "unfinished and not cut", "a\xc3", 2, 2 },
};

static void
test_cut(void **state)
{
	size_t i;
	int cut;

	(void)state;
	for (i = 0; i < sizeof cuts / sizeof cuts[0]; i++)
		if ((cut = text_cut(cuts[i].text, cuts[i].max)) != cuts[i].cut)
			fail_msg("%s: %d", cuts[i].what, cut);
	assert_int_equal(text_whole("", 0), 0);
	assert_int_equal(text_whole("a\xc3", 2), 1);
	assert_int_equal(text_whole("a\xc3\xa9", 3), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_characters),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_holds),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
