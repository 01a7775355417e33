/* Hashes, HMAC (RFC 2202, 4231) and PBKDF2 (RFC 6070). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"

static void
check(enum digest d, const unsigned char *out, const char *hex)
{
	char text[2 * DIGEST_SIZE_MAX + 1];
	size_t i;

	for (i = 0; i < digest_size(d); i++)
		snprintf(text + 2 * i, 3, "%02x", out[i]);
	assert_string_equal(text, hex);
}

static void
test_hash(void **state)
{
	unsigned char out[DIGEST_SIZE_MAX];

	(void)state;
	assert_int_equal(digest_hash(DIGEST_MD5, "abc", 3, out), 0);
	check(DIGEST_MD5, out, "900150983cd24fb0d6963f7d28e17f72");
	assert_int_equal(digest_hash(DIGEST_SHA1, "abc", 3, out), 0);
	check(DIGEST_SHA1, out, "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_int_equal(digest_hash(DIGEST_SHA256, "", 0, out), 0);
	check(DIGEST_SHA256, out,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_true(digest_is_available(DIGEST_SHA512));
	assert_string_equal(digest_name(DIGEST_SHA512), "SHA-512");
}

/* A key that is a block is used as it is, one octet more is hashed. */
static void
test_mac(void **state)
{
	static const struct {
		enum digest d;
		size_t key_len;
		const char *data, *hex;
	} cases[] = {
		{ DIGEST_MD5, 16, "Hi There",
		    "1d35190bcb1e6de5b37c9a1f613d2942" },
		{ DIGEST_SHA1, 80,
		    "Test Using Larger Than Block-Size Key - Hash Key First",
		    "aa4ae5e15272d00e95705637ce8a3b55ed402112" },
		{ DIGEST_SHA256, 131,
		    "Test Using Larger Than Block-Size Key - Hash Key First",
		    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f"
		    "0ee37f54" },
		{ DIGEST_SHA512, 131,
		    "Test Using Larger Than Block-Size Key - Hash Key First",
		    "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b0137"
		    "83f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec"
		    "8b915a985d786598" },
		{ DIGEST_SHA256, 64, "x",
		    "ce3c639dcb9d8baae5d44c3b8b5e233faab4d1860e07489af5c84f213998bd79" },
		{ DIGEST_SHA256, 65, "x",
		    "c2b9a0a013df029c7d812c5ac18388feef0194ee64fcc5f321d149c06137caa3" },
		{ DIGEST_SHA512, 128, "x",
		    "5b82498ec1ea9861b32c8a2c37a8a910f741ec22bc639eb1e6132f2d03677a28d81f94b00c5fc256fb8f0fcdd0ace0dc79d1a0b102b08187d51a1a2ad0bcec9e" },
		{ DIGEST_SHA512, 129, "x",
		    "b43449bd2bc1722a0c3be2041edde9fe613f3a21859b2b878279dbc277c4f3fa307131d81bfa5fb1b7c8a1d576b98c29d6222f823f203a0b79b46d320df72d85" },
	};
	unsigned char key[200], out[DIGEST_SIZE_MAX];
	size_t i;

	(void)state;
	memset(key, 0xaa, sizeof key);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(digest_mac(cases[i].d, key, cases[i].key_len,
				     cases[i].data, strlen(cases[i].data), out),
		    0);
		check(cases[i].d, out, cases[i].hex);
	}
}

/* However it is cut, the key is the same. */
static void
test_derive(void **state)
{
	static const struct {
		unsigned long iterations;
		const char *hex;
	} cases[] = {
		{ 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6" },
		{ 2, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957" },
		{ 4096, "4b007901b765489abead49d926f721d065a429c1" },
	};
	static const unsigned long pieces[] = { 1, 2, 7, 4095, 4096, 100000 };
	unsigned char out[DIGEST_SIZE_MAX];
	struct digest_derivation *v;
	size_t i, t;
	int rc;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (t = 0; t < sizeof pieces / sizeof pieces[0]; t++) {
			v = digest_derive(DIGEST_SHA1, "password", 8, "salt", 4,
			    cases[i].iterations);
			assert_non_null(v);
			while ((rc = digest_derivation_step(
				    v, pieces[t], out)) == 0)
				;
			assert_int_equal(rc, 1);
			check(DIGEST_SHA1, out, cases[i].hex);
			digest_derivation_free(v);
		}
	}
	digest_derivation_free(NULL);
	digest_key_free(NULL);
}

static void
test_equal(void **state)
{
	(void)state;
	assert_true(digest_is_equal("abc", "abd", 2));
	assert_true(digest_is_equal("", "", 0));
	assert_false(digest_is_equal("abc", "abd", 3));
	assert_false(digest_is_equal("xbc", "abc", 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_mac),
		cmocka_unit_test(test_derive),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
