/* The error value: the first cause wins. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void
test_first_cause(void **state)
{
	struct err e = { .kind = ERR_NONE };

	(void)state;
	assert_int_equal(err_set(&e, ERR_SECRET, "no %s, %d", "file", 7), -1);
	assert_int_equal(e.kind, ERR_SECRET);
	assert_string_equal(e.text, "no file, 7");

	assert_int_equal(err_set(&e, ERR_TIMEOUT, "later"), -1);
	assert_int_equal(err_nomem(&e), -1);
	assert_int_equal(e.kind, ERR_SECRET);
	assert_string_equal(e.text, "no file, 7");
}

static void
test_nomem(void **state)
{
	struct err e = { .kind = ERR_NONE };

	(void)state;
	assert_int_equal(err_nomem(&e), -1);
	assert_int_equal(e.kind, ERR_INTERNAL);
	assert_string_equal(e.text, "out of memory");
}

static void
test_long_text(void **state)
{
	struct err e = { .kind = ERR_NONE };
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_int_equal(err_set(&e, ERR_USAGE, "%s", text), -1);
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
	assert_memory_equal(e.text, text, sizeof e.text - 1);
}

/* Where a text ends for want of room, it does so behind a character. */
static void
test_long_text_in_utf8(void **state)
{
	struct err e;
	char text[2000];
	size_t before, i, whole;

	(void)state;
	for (before = 0; before < 3; before++) {
		memset(text, 'x', before);
		for (i = before; i + 3 < sizeof text; i += 3)
			memcpy(text + i, "\xe2\x82\xac", 3);
		text[i] = '\0';
		whole = before + (sizeof e.text - 1 - before) / 3 * 3;
		e.kind = ERR_NONE;
		err_set(&e, ERR_USAGE, "%s", text);
		assert_int_equal(strlen(e.text), whole);
		e.kind = ERR_NONE;
		err_set(&e, ERR_USAGE, "%s", text + before);
		text[before] = '\0';
		err_prefix(&e, text);
		assert_int_equal(strlen(e.text), whole);
	}
}

static void
test_prefix(void **state)
{
	struct err e = { .kind = ERR_NONE };
	char text[2000];

	(void)state;
	err_set(&e, ERR_USAGE, "f.pem: empty");
	err_prefix(&e, "--file ");
	assert_int_equal(e.kind, ERR_USAGE);
	assert_string_equal(e.text, "--file f.pem: empty");
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	err_prefix(&e, text);
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_cause),
		cmocka_unit_test(test_nomem),
		cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_long_text_in_utf8),
		cmocka_unit_test(test_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
