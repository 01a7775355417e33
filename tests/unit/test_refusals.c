/* What is remembered of secrets that were refused, and for how long. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "run/refusals.h"

enum { NOW = 1800000000, HOUR = 3600 };

static const unsigned char one[SECRET_DIGEST] = "one";
static const unsigned char two[SECRET_DIGEST] = "two";

static struct refusals
fresh(void)
{
	return (struct refusals){ .has_salt = true, .salt = "salt" };
}

static void
check_standing(const struct refusals *r, const unsigned char *digest,
    int64_t now, int refused, int64_t since, int64_t next_try)
{
	const struct standing s =
	    refusals_standing(refusals_find(r, digest), now, HOUR, 3);

	assert_int_equal(s.refused, refused);
	assert_int_equal(s.since, since);
	assert_int_equal(s.next_try, next_try);
}

/* Three within an hour, and one goes when it is an hour old. */
static void
test_window(void **state)
{
	struct refusals r = fresh();

	(void)state;
	check_standing(&r, one, NOW, 0, 0, 0);
	assert_false(refusals_recent(&r, NOW, HOUR));
	refusals_note(&r, one, NOW, "535 no");
	assert_true(refusals_recent(&r, NOW, HOUR));
	check_standing(&r, one, NOW, 1, NOW, 0);
	check_standing(&r, two, NOW, 0, 0, 0);
	refusals_note(&r, one, NOW + 300, "535 no");
	check_standing(&r, one, NOW + 300, 2, NOW, 0);
	refusals_note(&r, one, NOW + 600, "535 no");
	check_standing(&r, one, NOW + 600, 3, NOW, NOW + HOUR);
	check_standing(&r, one, NOW + HOUR - 1, 3, NOW, NOW + HOUR);
	check_standing(&r, one, NOW + HOUR, 2, NOW + 300, 0);
	check_standing(&r, one, NOW + HOUR + 600, 0, 0, 0);
	assert_false(refusals_recent(&r, NOW + HOUR + 600, HOUR));
}

/* More than the limit, as a greater one was given before: what is over goes
   first. */
static void
test_more(void **state)
{
	struct refusals r = fresh();
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		refusals_note(&r, one, NOW + i, "535 no");
	check_standing(&r, one, NOW + 10, 5, NOW, NOW + 2 + HOUR);
}

/* A clock that was wrong holds nothing back for ever. */
static void
test_clock(void **state)
{
	struct refusals r = fresh();
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		refusals_note(&r, one, NOW + 100 * HOUR, "535 no");
	check_standing(&r, one, NOW, 0, 0, 0);
	r = fresh();
	for (i = 0; i < 3; i++)
		refusals_note(&r, one, NOW + 10, "535 no");
	check_standing(&r, one, NOW, 3, NOW + 10, NOW + 10 + HOUR);
	check_standing(&r, one, NOW - HOUR, 0, 0, 0);
}

static void
test_text(void **state)
{
	struct refusals r = fresh(), again;
	struct buf b = BUF_INIT(64 * 1024);
	unsigned char digest[SECRET_DIGEST] = "";
	char long_reply[2 * REFUSALS_REPLY];
	int i, k;

	(void)state;
	refusals_write(&r, &b);
	assert_int_equal(b.len, 0);
	memset(long_reply, 'x', sizeof long_reply);
	long_reply[sizeof long_reply - 1] = '\0';
	for (i = 0; i < REFUSALS_SECRETS; i++)
		for (k = 0; k < REFUSALS_TIMES; k++) {
			digest[0] = (unsigned char)i;
			refusals_note(&r, digest, NOW + k + i,
			    i % 2 == 0 ? "535 5.7.8 n\303\264\t\n"
				       : long_reply);
		}
	refusals_write(&r, &b);
	assert_false(b.failed);
	assert_int_equal(refusals_read(&again, b.data, b.len), 0);
	assert_memory_equal(&r, &again, sizeof r);
	assert_string_equal(again.secret[0].reply, "535 5.7.8 n????");
	assert_int_equal(strlen(again.secret[1].reply), REFUSALS_REPLY - 1);
	buf_free(&b);
}

/* The oldest make room. */
static void
test_full(void **state)
{
	struct refusals r = fresh();
	unsigned char digest[SECRET_DIGEST] = "";
	int i;

	(void)state;
	for (i = 0; i <= REFUSALS_SECRETS; i++) {
		digest[0] = (unsigned char)i;
		refusals_note(&r, digest, NOW + (i == 0 ? 50 : i), "535");
	}
	assert_int_equal(r.count, REFUSALS_SECRETS);
	for (i = 0; i <= REFUSALS_SECRETS; i++) {
		digest[0] = (unsigned char)i;
		if (i == 1)
			assert_null(refusals_find(&r, digest));
		else
			assert_non_null(refusals_find(&r, digest));
	}
	for (i = 0; i < REFUSALS_TIMES + 5; i++)
		refusals_note(&r, digest, NOW + 100 + i, "535");
	assert_int_equal(refusals_find(&r, digest)->at[REFUSALS_TIMES - 1],
	    NOW + 100 + REFUSALS_TIMES + 4);
}

static void
test_forget(void **state)
{
	struct refusals r = fresh();

	(void)state;
	refusals_note(&r, one, NOW - REFUSALS_SECONDS_MAX, "535");
	refusals_note(&r, two, NOW - REFUSALS_SECONDS_MAX, "535");
	refusals_note(&r, two, NOW - 1, "535");
	refusals_forget(&r, NOW);
	assert_int_equal(r.count, 1);
	assert_null(refusals_find(&r, one));
	assert_int_equal(refusals_find(&r, two)->count, 1);
	refusals_forget(&r, NOW + 2 * REFUSALS_SECONDS_MAX);
	assert_int_equal(r.count, 0);
}

#define HEX8 "00112233445566778899aabbccddeeff"
#define SALT "salt " HEX8 "\n"

static void
test_damaged(void **state)
{
	static const char *const texts[] = { "x\n", "salt 00\n", "salt\n",
		SALT SALT, "salt " HEX8 "0\n", "salt " HEX8 "\n\n",
		"secret " HEX8 HEX8 " 1\n", SALT "secret " HEX8 HEX8 "\n",
		SALT "secret " HEX8 HEX8 " \n", SALT "secret " HEX8 " 1\n",
		SALT "secret " HEX8 HEX8 " -1\n",
		SALT "secret " HEX8 HEX8 " 1  2\n",
		SALT "secret " HEX8 HEX8 " 99999999999999999999999999\n",
		SALT "reply 535\n", SALT "secret " HEX8 HEX8 " 1\nreply \t\n",
		SALT "secret " HEX8 HEX8 " 1" };
	struct refusals r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof *texts; i++)
		if (refusals_read(&r, texts[i], strlen(texts[i])) != -1)
			fail_msg("not damaged: %s", texts[i]);
	assert_int_equal(refusals_read(&r, "", 0), 0);
	assert_int_equal(r.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_more),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_forget),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
