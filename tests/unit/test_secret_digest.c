/* A secret is known again by its digest, with the same salt only. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/tls_provider.h"
#include "secret/digest.h"

static void
test_again(void **state)
{
	const unsigned char salt[SECRET_SALT] = "sixteen octets!",
			    other[SECRET_SALT] = "others, as many";
	unsigned char a[SECRET_DIGEST], b[SECRET_DIGEST];

	(void)state;
	assert_int_equal(secret_digest(a, "secret", 6, salt), 0);
	assert_int_equal(secret_digest(b, "secret", 6, salt), 0);
	assert_memory_equal(a, b, sizeof a);
	assert_int_equal(secret_digest(b, "Secret", 6, salt), 0);
	assert_memory_not_equal(a, b, sizeof a);
	assert_int_equal(secret_digest(b, "secret", 6, other), 0);
	assert_memory_not_equal(a, b, sizeof a);
	assert_int_equal(secret_digest(b, "secret ", 7, salt), 0);
	assert_memory_not_equal(a, b, sizeof a);
}

/* Python: hashlib.scrypt(b"SeCrEt", salt=b"0123456789abcdef", n=16384, r=8,
   p=1, dklen=32). */
static void
test_known(void **state)
{
	const unsigned char wanted[SECRET_DIGEST] = { 0x3e, 0xee, 0xf9, 0x59,
		0x60, 0x59, 0x33, 0xd7, 0x6f, 0x93, 0x94, 0xf8, 0xc7, 0xba,
		0x02, 0x07, 0xcb, 0x46, 0xa2, 0xff, 0x46, 0x11, 0x5e, 0xe3,
		0x3e, 0xa0, 0xa8, 0x5f, 0x2c, 0x29, 0x8c, 0x6e };
	unsigned char a[SECRET_DIGEST];

	(void)state;
	assert_int_equal(secret_digest(a, "SeCrEt", 6,
			     (const unsigned char *)"0123456789abcdef"),
	    0);
	assert_memory_equal(a, wanted, sizeof a);
}

/* The default library context has only what TLS needs then. */
static void
test_beside_tls(void **state)
{
	const unsigned char salt[SECRET_SALT] = "sixteen octets!";
	unsigned char a[SECRET_DIGEST], b[SECRET_DIGEST];

	(void)state;
	assert_int_equal(secret_digest(a, "secret", 6, salt), 0);
	tls_provider_start(0, false);
	assert_int_equal(secret_digest(b, "secret", 6, salt), 0);
	assert_memory_equal(a, b, sizeof a);
}

static void
test_salt(void **state)
{
	unsigned char a[SECRET_SALT], b[SECRET_SALT];

	(void)state;
	assert_int_equal(secret_digest_salt(a), 0);
	assert_int_equal(secret_digest_salt(b), 0);
	assert_memory_not_equal(a, b, sizeof a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_beside_tls),
		cmocka_unit_test(test_salt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
