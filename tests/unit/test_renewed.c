/* NAME.token: what is read, what is not, and until when it is used. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "secret/renewed.h"

static const char WHOLE[] = "token\nobtained_at=1000\nexpires_at=4600\n"
			    "renew_at=4300\ncredential_ends_at=9000\n"
			    "credential=client secret\n";

static void
test_round(void **state)
{
	struct buf out = BUF_INIT(1024);
	struct renewed r;

	(void)state;
	assert_int_equal(renewed_read(&r, WHOLE, strlen(WHOLE)), 0);
	assert_string_equal(buf_str(&r.token), "token");
	assert_int_equal(r.expires_at, 4600);
	assert_string_equal(r.credential, "client secret");
	renewed_print(&r, &out);
	assert_string_equal(buf_str(&out), WHOLE);
	renewed_free(&r);
	buf_free(&out);
}

/* Half a file is none. */
static void
test_prefixes(void **state)
{
	struct renewed r;
	size_t n;
	int rc;

	(void)state;
	for (n = 0; n < strlen(WHOLE); n++) {
		rc = renewed_read(&r, WHOLE, n);
		assert_int_equal(
		    rc == 0, n > 0 && WHOLE[n - 1] == '\n' && n > 52);
		renewed_free(&r);
	}
}

static void
test_bad(void **state)
{
	static const char *const bad[] = { "", "\n", "\nrenew_at=1\n",
		"token\n", "token\nrenew_at=\n", "token\nrenew_at=x\n",
		"token\nrenew_at=1x\n", "token\nrenew_at=-1\n",
		"token\nrenew_at=253402300800\n",
		"token\nrenew_at=99999999999999999999\n", "token\nrenew_at 1\n",
		"token\nxrenew_at=1\n" };
	struct renewed r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (renewed_read(&r, bad[i], strlen(bad[i])) == 0 &&
		    renewed_is_fresh(&r, 0))
			fail_msg("\"%s\" is read", bad[i]);
		renewed_free(&r);
	}
	assert_int_equal(renewed_read(&r, "a\0b\nrenew_at=1\n", 15), -1);
	renewed_free(&r);
}

static const struct {
	const char *what;
	int64_t obtained, expires, renew, now;
	bool fresh, valid;
} times[] = {
	{ "new", 1000, 4600, 4300, 1000, true, true },
	{ "before it is due", 1000, 4600, 4300, 4299, true, true },
	{ "due", 1000, 4600, 4300, 4300, false, true },
	{ "the last second", 1000, 4600, 4300, 4599, false, true },
	{ "expired", 1000, 4600, 4300, 4600, false, false },
	{ "does not tell", 1000, 0, 1600, 1599, true, true },
	{ "does not tell, due", 1000, 0, 1600, 1600, false, false },
	{ "clock set back a little", 1000, 4600, 4300, 881, true, true },
	{ "clock set back", 1000, 4600, 4300, 879, false, false },
};

static void
test_times(void **state)
{
	struct renewed r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof times / sizeof times[0]; i++) {
		renewed_init(&r);
		buf_adds(&r.token, "token");
		r.obtained_at = times[i].obtained;
		r.expires_at = times[i].expires;
		r.renew_at = times[i].renew;
		if (renewed_is_fresh(&r, times[i].now) != times[i].fresh ||
		    renewed_is_valid(&r, times[i].now) != times[i].valid)
			fail_msg("%s", times[i].what);
		renewed_free(&r);
	}
	assert_false(renewed_is_valid(&r, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
