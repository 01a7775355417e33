/* The wiped buffer: limits, growth, and what it leaves behind. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

static void
expect(const struct buf *b, const char *text)
{
	assert_int_equal(b->len, strlen(text));
	assert_string_equal(buf_str(b), text);
	assert_true(b->data == NULL || b->len < b->cap);
}

static void
test_add(void **state)
{
	struct buf b = BUF_INIT(100);

	(void)state;
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(b.len, 0);
	assert_int_equal(buf_add(&b, NULL, 0), 0);
	expect(&b, "");
	assert_int_equal(buf_add(&b, "abc", 2), 0);
	expect(&b, "ab");
	assert_int_equal(buf_addc(&b, 'c'), 0);
	assert_int_equal(buf_adds(&b, "de"), 0);
	assert_int_equal(buf_addf(&b, "%d-%s", 12, "x"), 0);
	assert_int_equal(buf_addf(&b, "%s", ""), 0);
	expect(&b, "abcde12-x");
	buf_free(&b);
}

static void
test_nul_inside(void **state)
{
	struct buf b = BUF_INIT(10);

	(void)state;
	assert_int_equal(buf_addc(&b, '\0'), 0);
	assert_int_equal(buf_add(&b, "a\0b", 3), 0);
	assert_int_equal(b.len, 4);
	assert_memory_equal(b.data, "\0a\0b", 5);
	buf_free(&b);
}

/* Each way of adding is refused beyond the limit, and changes nothing. */
static void
test_limit(void **state)
{
	struct buf b = BUF_INIT(8);
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		buf_truncate(&b, 0);
		assert_false(b.failed);
		assert_int_equal(buf_adds(&b, "12345678"), 0);
		assert_false(b.failed);
		assert_int_equal(i == 0 ? buf_addc(&b, '9')
			: i == 1        ? buf_adds(&b, "9")
			: i == 2        ? buf_addf(&b, "%d", 9)
			: i == 3        ? buf_add(&b, "9", 1)
					: buf_add(&b, "9", SIZE_MAX),
		    -1);
		assert_true(b.failed);
		expect(&b, "12345678");
	}
	buf_free(&b);
	assert_false(b.failed);
}

/* What failed stays failed, or a hole would look like the whole. */
static void
test_failure_is_kept(void **state)
{
	struct buf b = BUF_INIT(8);

	(void)state;
	assert_int_equal(buf_adds(&b, "123456"), 0);
	assert_int_equal(buf_adds(&b, "789"), -1);
	assert_int_equal(buf_addc(&b, '7'), -1);
	assert_int_equal(buf_adds(&b, ""), -1);
	assert_int_equal(buf_addf(&b, "%s", ""), -1);
	buf_truncate(&b, 3);
	assert_true(b.failed);
	assert_int_equal(buf_addc(&b, '4'), -1);
	expect(&b, "123");
	buf_truncate(&b, 0);
	assert_false(b.failed);
	assert_int_equal(buf_adds(&b, "12345678"), 0);
	expect(&b, "12345678");
	buf_free(&b);
}

static void
test_no_room_at_all(void **state)
{
	struct buf b = BUF_INIT(0);

	(void)state;
	assert_int_equal(buf_add(&b, "", 0), 0);
	assert_int_equal(buf_addc(&b, 'a'), -1);
	expect(&b, "");
	buf_free(&b);
}

/* Byte for byte through every capacity. */
static void
test_growth(void **state)
{
	enum { SIZE = 5000 };
	struct buf b = BUF_INIT(SIZE);
	size_t i;

	(void)state;
	for (i = 0; i < SIZE; i++) {
		assert_int_equal(buf_addc(&b, (char)('a' + i % 26)), 0);
		assert_int_equal(b.len, i + 1);
		assert_true(b.len < b.cap);
		assert_int_equal(b.data[b.len], '\0');
	}
	assert_int_equal(buf_addc(&b, 'x'), -1);
	for (i = 0; i < SIZE; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	buf_free(&b);
}

static void
test_drop(void **state)
{
	struct buf b = BUF_INIT(100);

	(void)state;
	buf_drop(&b, 0);
	assert_int_equal(buf_adds(&b, "secret, tail"), 0);
	buf_drop(&b, 0);
	expect(&b, "secret, tail");
	buf_drop(&b, 8);
	expect(&b, "tail");
	/* What stood behind the tail is gone. */
	assert_memory_equal(b.data + 4, "\0\0\0\0\0\0\0\0", 8);
	buf_drop(&b, 4);
	expect(&b, "");
	assert_memory_equal(b.data, "\0\0\0\0", 4);
	assert_int_equal(buf_adds(&b, "again"), 0);
	expect(&b, "again");
	buf_free(&b);
}

static void
test_truncate(void **state)
{
	struct buf b = BUF_INIT(100);

	(void)state;
	buf_truncate(&b, 0);
	assert_int_equal(buf_adds(&b, "head, secret"), 0);
	buf_truncate(&b, 12);
	expect(&b, "head, secret");
	buf_truncate(&b, 4);
	expect(&b, "head");
	assert_memory_equal(b.data + 4, "\0\0\0\0\0\0\0\0", 8);
	buf_truncate(&b, 0);
	expect(&b, "");
	assert_memory_equal(b.data, "\0\0\0\0", 4);
	buf_free(&b);
}

static void
test_release(void **state)
{
	struct buf b = BUF_INIT(4);

	(void)state;
	buf_free(&b);
	assert_int_equal(buf_adds(&b, "1234"), 0);
	buf_free(&b);
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.cap, 0);
	buf_free(&b);
	/* It can be used again, and the limit still holds. */
	assert_int_equal(buf_adds(&b, "1234"), 0);
	expect(&b, "1234");
	assert_int_equal(buf_adds(&b, "5"), -1);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_nul_inside),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_failure_is_kept),
		cmocka_unit_test(test_no_room_at_all),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_truncate),
		cmocka_unit_test(test_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
