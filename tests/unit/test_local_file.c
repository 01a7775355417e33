/* Which files are surely on this machine's disk. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/vfs.h>

#include <cmocka.h>
#include <linux/magic.h>

#include "base/local_file.h"

static void
test_not_certain(void **state)
{
	(void)state;
	assert_false(local_file_certain(""));
	assert_false(local_file_certain("."));
	assert_false(local_file_certain("etc"));
	assert_false(local_file_certain("/no such file"));
	/* Another file system, and a link to one. */
	assert_false(local_file_certain("/proc/self/status"));
	assert_false(local_file_certain("/dev/fd/0"));
}

/* Where the root is one of those known. */
static void
test_certain(void **state)
{
	struct statfs root;

	(void)state;
	assert_int_equal(statfs("/", &root), 0);
	if (root.f_type != EXT4_SUPER_MAGIC)
		return;
	assert_true(local_file_certain("/"));
	assert_true(local_file_certain("/usr/"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_certain),
		cmocka_unit_test(test_certain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
