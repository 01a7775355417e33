/* Memory for secrets: zero whenever it is given, and nobody else's. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/locked.h"

enum { MANY = 20 };

static void
assert_zero(const char *data, size_t size)
{
	size_t i;

	for (i = 0; i <= size; i++)
		assert_int_equal(data[i], 0);
}

/* Released ones come back wiped, whatever their size was. */
static void
test_given_anew(void **state)
{
	static const size_t sizes[] = { 0, 1, 4095, 100, 4096, 8190, 5, 20000,
		4095, 12287 };
	size_t i, round;
	char *data;

	(void)state;
	for (round = 0; round < 3; round++)
		for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
			data = locked_new(sizes[i]);
			assert_non_null(data);
			assert_zero(data, sizes[i]);
			memset(data, 'x', sizes[i] + 1);
			locked_free(data, sizes[i]);
		}
	locked_free(NULL, 5);
}

/* More at once than are kept. */
static void
test_many_at_once(void **state)
{
	char *data[MANY];
	int i, round;

	(void)state;
	for (round = 0; round < 3; round++) {
		for (i = 0; i < MANY; i++) {
			data[i] = locked_new(50);
			assert_non_null(data[i]);
			assert_zero(data[i], 50);
			memset(data[i], i + 1, 50);
		}
		for (i = 0; i < MANY; i++) {
			assert_int_equal(data[i][0], i + 1);
			assert_int_equal(data[i][49], i + 1);
			locked_free(data[i], 50);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_given_anew),
		cmocka_unit_test(test_many_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
