/* Text made harmless: what is escaped, what stays, and where it is cut. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "plugin/printable.h"

#define TEXT(s) (s), sizeof(s) - 1

static const struct {
	const char *what;
	const char *text;
	size_t len;
	const char *out;
} cases[] = {
	{ "empty", TEXT(""), "" },
	{ "plain", TEXT("535 5.7.8 no ~!"), "535 5.7.8 no ~!" },
	{ "bar", TEXT("a|b"), "a\\x7cb" },
	{ "backslash stays single", TEXT("a\\b"), "a\\b" },
	{ "quote stays", TEXT("\"'`$"), "\"'`$" },
	{ "newlines", TEXT("a\r\nb"), "a\\x0d\\x0ab" },
	{ "tab", TEXT("\t"), "\\x09" },
	{ "NUL", TEXT("a\0b"), "a\\x00b" },
	{ "escape sequence", TEXT("\033[2J"), "\\x1b[2J" },
	{ "last of C0", TEXT("\x1f "), "\\x1f " },
	{ "DEL", TEXT("~\x7f"), "~\\x7f" },
	{ "two, three, four bytes",
	    TEXT("\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xa7"),
	    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xa7" },
	{ "first of C1", TEXT("\xc2\x80"), "\\xc2\\x80" },
	{ "CSI of C1", TEXT("\xc2\x9b"), "\\xc2\\x9b" },
	{ "last of C1", TEXT("\xc2\x9f"), "\\xc2\\x9f" },
	{ "after C1", TEXT("\xc2\xa0"), "\xc2\xa0" },
	{ "raw C1", TEXT("\x9b"), "\\x9b" },
	{ "stray continuation",
	    TEXT("a\xbf"
		 "b"),
	    "a\\xbfb" },
	{ "overlong slash", TEXT("\xc0\xaf"), "\\xc0\\xaf" },
	{ "overlong bar", TEXT("\xc1\xbc"), "\\xc1\\xbc" },
	{ "overlong of three", TEXT("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf" },
	{ "least of three", TEXT("\xe0\xa0\x80"), "\xe0\xa0\x80" },
	{ "overlong of four", TEXT("\xf0\x8f\xbf\xbf"),
	    "\\xf0\\x8f\\xbf\\xbf" },
	{ "least of four", TEXT("\xf0\x90\x80\x80"), "\xf0\x90\x80\x80" },
	{ "before the surrogates", TEXT("\xed\x9f\xbf"), "\xed\x9f\xbf" },
	{ "first surrogate", TEXT("\xed\xa0\x80"), "\\xed\\xa0\\x80" },
	{ "last surrogate", TEXT("\xed\xbf\xbf"), "\\xed\\xbf\\xbf" },
	{ "after the surrogates", TEXT("\xee\x80\x80"), "\xee\x80\x80" },
	{ "U+10FFFF", TEXT("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf" },
	{ "beyond U+10FFFF", TEXT("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" },
	{ "lead of five bytes", TEXT("\xf8\x88\x80\x80\x80"),
	    "\\xf8\\x88\\x80\\x80\\x80" },
	{ "never in UTF-8", TEXT("\xfe\xff"), "\\xfe\\xff" },
	{ "two of two missing", TEXT("a\xc3"), "a\\xc3" },
	{ "three of three missing", TEXT("\xe2\x82"), "\\xe2\\x82" },
	{ "four of four missing", TEXT("\xf0\x9f\x93"), "\\xf0\\x9f\\x93" },
	{ "its end is not ours any more", "\xc3\xa4", 1, "\\xc3" },
	{ "broken off by ASCII", TEXT("\xe2\x82z"), "\\xe2\\x82z" },
	{ "broken off by a lead", TEXT("\xe2\xc3\xa4"), "\\xe2\xc3\xa4" },
	{ "broken off by a bar", TEXT("\xc3|"), "\\xc3\\x7c" },
	{ "Arabic letter mark", TEXT("\xd8\x9c"), "\\xd8\\x9c" },
	{ "beside it", TEXT("\xd8\x9b\xd8\x9d"), "\xd8\x9b\xd8\x9d" },
	{ "zero width joiner stays", TEXT("\xe2\x80\x8d"), "\xe2\x80\x8d" },
	{ "left-to-right mark", TEXT("\xe2\x80\x8e"), "\\xe2\\x80\\x8e" },
	{ "right-to-left mark", TEXT("\xe2\x80\x8f"), "\\xe2\\x80\\x8f" },
	{ "hyphen stays", TEXT("\xe2\x80\x90"), "\xe2\x80\x90" },
	{ "ellipsis stays", TEXT("\xe2\x80\xa7"), "\xe2\x80\xa7" },
	{ "line separator", TEXT("\xe2\x80\xa8"), "\\xe2\\x80\\xa8" },
	{ "paragraph separator", TEXT("\xe2\x80\xa9"), "\\xe2\\x80\\xa9" },
	{ "embedding", TEXT("\xe2\x80\xaa"), "\\xe2\\x80\\xaa" },
	{ "override", TEXT("\xe2\x80\xae"), "\\xe2\\x80\\xae" },
	{ "after it", TEXT("\xe2\x80\xaf"), "\xe2\x80\xaf" },
	{ "before the isolates", TEXT("\xe2\x81\xa5"), "\xe2\x81\xa5" },
	{ "first isolate", TEXT("\xe2\x81\xa6"), "\\xe2\\x81\\xa6" },
	{ "last isolate", TEXT("\xe2\x81\xa9"), "\\xe2\\x81\\xa9" },
	{ "after the isolates", TEXT("\xe2\x81\xaa"), "\xe2\x81\xaa" },
};

enum { CASES = sizeof cases / sizeof cases[0] };

static void
test_add(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < CASES; i++) {
		struct buf out = BUF_INIT(64);

		assert_int_equal(buf_adds(&out, "<"), 0);
		printable_add(&out, cases[i].text, cases[i].len);
		assert_false(out.failed);
		if (strcmp(buf_str(&out) + 1, cases[i].out) != 0)
			fail_msg("%s: \"%s\"", cases[i].what, buf_str(&out));
		buf_free(&out);
	}
}

static void
test_nothing(void **state)
{
	struct buf out = BUF_INIT(0);

	(void)state;
	printable_add(&out, NULL, 0);
	printable_add_cut(&out, NULL, 0, 0);
	assert_false(out.failed);
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

/* Whatever the limit: what is not whole is not taken for it. */
static void
test_full(void **state)
{
	size_t i, room;

	(void)state;
	for (i = 0; i < CASES; i++) {
		for (room = 0; room < strlen(cases[i].out); room++) {
			struct buf out = BUF_INIT(room + 1);

			assert_int_equal(buf_adds(&out, "<"), 0);
			printable_add(&out, cases[i].text, cases[i].len);
			if (!out.failed)
				fail_msg("%s: no error", cases[i].what);
			buf_free(&out);
		}
	}
}

static void
test_cut(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		size_t len;
		size_t max;
		const char *out;
	} cuts[] = {
		{ "fits", TEXT("abcdef"), 7, "abcdef" },
		{ "fits exactly", TEXT("abcdef"), 6, "abcdef" },
		{ "one too many", TEXT("abcdef"), 5, "ab..." },
		{ "only the mark", TEXT("abcdef"), 3, "..." },
		{ "less than the mark", TEXT("abcdef"), 2, ".." },
		{ "no room at all", TEXT("abcdef"), 0, "" },
		{ "short text, no mark", TEXT("ab"), 2, "ab" },
		{ "before a character",
		    TEXT("a\xe2\x82\xac"
			 "bcd"),
		    6, "a..." },
		{ "behind a character",
		    TEXT("a\xe2\x82\xac"
			 "bcdef"),
		    7, "a\xe2\x82\xac..." },
		{ "before four bytes", TEXT("\xf0\x9f\x93\xa7zzzz"), 6, "..." },
		{ "before an escape", TEXT("a\nbcdef"), 7, "a..." },
		{ "behind an escape", TEXT("a\nbcdef"), 8, "a\\x0a..." },
		{ "escapes fit exactly", TEXT("\n||"), 12, "\\x0a\\x7c\\x7c" },
		{ "escapes do not fit", TEXT("\n||"), 11, "\\x0a\\x7c..." },
		{ "bad bytes each by itself", TEXT("\xff\xff\xff"), 8,
		    "\\xff..." },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		struct buf out = BUF_INIT(1 + cuts[i].max);

		assert_int_equal(buf_adds(&out, "<"), 0);
		printable_add_cut(&out, cuts[i].text, cuts[i].len, cuts[i].max);
		assert_false(out.failed);
		if (strcmp(buf_str(&out) + 1, cuts[i].out) != 0)
			fail_msg("%s: \"%s\"", cuts[i].what, buf_str(&out));
		buf_free(&out);
	}
}

static void
test_cut_full(void **state)
{
	static const struct {
		size_t max;
		bool failed;
		const char *out;
	} rooms[] = {
		{ 7, false, "<a" },
		{ 8, true, "<" },
		{ SIZE_MAX, true, "<" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
		struct buf out = BUF_INIT(8);

		assert_int_equal(buf_adds(&out, "<"), 0);
		printable_add_cut(&out, "a", 1, rooms[i].max);
		assert_int_equal(out.failed, rooms[i].failed);
		assert_string_equal(buf_str(&out), rooms[i].out);
		buf_free(&out);
	}
}

/* Where a text is cut, the front is what the whole would have begun with. */
static void
test_cut_everywhere(void **state)
{
	static const char text[] = "a|\xc3\xa4\n\xe2\x82\xac\xe2\x80\xae"
				   "b\xf0\x9f\x93\xa7\xed\xa0\x80\xf0\x9f\x93";
	struct buf whole = BUF_INIT(256), out = BUF_INIT(256);
	size_t max;

	(void)state;
	printable_add(&whole, TEXT(text));
	assert_false(whole.failed);
	for (max = 0; max <= whole.len; max++) {
		size_t kept;

		buf_truncate(&out, 0);
		printable_add_cut(&out, TEXT(text), max);
		assert_false(out.failed);
		assert_true(out.len <= max);
		if (max == whole.len) {
			assert_string_equal(buf_str(&out), buf_str(&whole));
			break;
		}
		kept = strspn(buf_str(&out), ".") == out.len ? 0 : out.len - 3;
		assert_memory_equal(buf_str(&out), buf_str(&whole), kept);
		/* The next character had no room: it takes 4 bytes at most. */
		assert_true(max < 3 || kept + 3 + 4 > max);
	}
	buf_free(&whole);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_cut_full),
		cmocka_unit_test(test_cut_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
