/* Base64: RFC 4648's own vectors, every byte, and what is not base64. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"

static const struct {
	const char *raw;
	size_t len;
	const char *text;
} vectors[] = {
	{ "", 0, "" },
	{ "f", 1, "Zg==" },
	{ "fo", 2, "Zm8=" },
	{ "foo", 3, "Zm9v" },
	{ "foob", 4, "Zm9vYg==" },
	{ "fooba", 5, "Zm9vYmE=" },
	{ "foobar", 6, "Zm9vYmFy" },
	{ "\0", 1, "AA==" },
	{ "\0\0", 2, "AAA=" },
	{ "\0user\0pw", 8, "AHVzZXIAcHc=" },
	{ "\xff\xef\xbe", 3, "/+++" },
	{ "\xff\xff\xff", 3, "////" },
};

static void
test_vectors(void **state)
{
	struct buf b = BUF_INIT(100);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		assert_int_equal(
		    base64_encode(&b, vectors[i].raw, vectors[i].len), 0);
		assert_string_equal(buf_str(&b), vectors[i].text);
		assert_int_equal(b.len, base64_length(vectors[i].len));
		buf_truncate(&b, 0);
		assert_int_equal(
		    base64_decode(&b, vectors[i].text, strlen(vectors[i].text)),
		    0);
		assert_int_equal(b.len, vectors[i].len);
		assert_memory_equal(
		    buf_str(&b), vectors[i].raw, vectors[i].len);
		buf_truncate(&b, 0);
	}
	buf_free(&b);
}

static void
test_length(void **state)
{
	(void)state;
	assert_int_equal(base64_length(0), 0);
	assert_int_equal(base64_length(1), 4);
	assert_int_equal(base64_length(3), 4);
	assert_int_equal(base64_length(4), 8);
	assert_int_equal(base64_length(9213), 12284);
	assert_int_equal(base64_length(9214), 12288);
}

static void
test_round_trip(void **state)
{
	struct buf text = BUF_INIT(1000), raw = BUF_INIT(1000);
	char bytes[300];
	size_t len;

	(void)state;
	for (len = 0; len < sizeof bytes; len++)
		bytes[len] = (char)(len * 7);
	for (len = 0; len <= sizeof bytes; len++) {
		buf_truncate(&text, 0);
		buf_truncate(&raw, 0);
		assert_int_equal(base64_encode(&text, bytes, len), 0);
		assert_int_equal(text.len, base64_length(len));
		assert_int_equal(base64_decode(&raw, text.data, text.len), 0);
		assert_int_equal(raw.len, len);
		assert_memory_equal(raw.data, bytes, len);
	}
	buf_free(&text);
	buf_free(&raw);
}

static void
test_appends(void **state)
{
	struct buf b = BUF_INIT(100);

	(void)state;
	assert_int_equal(buf_adds(&b, "AUTH PLAIN "), 0);
	assert_int_equal(base64_encode(&b, "foo", 3), 0);
	assert_int_equal(base64_decode(&b, "Zm8=", 4), 0);
	assert_string_equal(buf_str(&b), "AUTH PLAIN Zm9vfo");
	buf_free(&b);
}

static void
test_malformed(void **state)
{
	static const struct {
		const char *what, *text;
		size_t len;
	} cases[] = {
		{ "one character", "Z", 1 },
		{ "two characters", "Zg", 2 },
		{ "three characters", "Zm8", 3 },
		{ "one pad too few", "Zg=", 3 },
		{ "one pad too many", "Zm8==", 5 },
		{ "pads alone", "====", 4 },
		{ "pads alone", "==", 2 },
		{ "three pads", "Z===", 4 },
		{ "pad in front", "=Zm8", 4 },
		{ "pad in the middle", "Zg==Zm9v", 8 },
		{ "character between pads", "Zg=A", 4 },
		{ "blank", "Zm 8", 4 },
		{ "blank behind", "Zm9v ", 5 },
		{ "blank before", " Zm9", 4 },
		{ "blanks around", " Zm9vZg=", 8 },
		{ "line end", "Zm9v\r\n", 6 },
		{ "line end in four", "Zm9\n", 4 },
		{ "NUL", "Zm\0v", 4 },
		{ "NUL behind", "Zm9\0", 4 },
		{ "URL alphabet", "_-_-", 4 },
		{ "punctuation", "Zm9!", 4 },
		{ "beyond ASCII", "Zm\xc3\xb6", 4 },
	};
	struct buf b = BUF_INIT(100);
	size_t i;

	(void)state;
	assert_int_equal(buf_adds(&b, "kept"), 0);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (base64_decode(&b, cases[i].text, cases[i].len) != -1)
			fail_msg("%s: \"%s\" was decoded", cases[i].what,
			    cases[i].text);
		assert_string_equal(buf_str(&b), "kept");
	}
	buf_free(&b);
}

/* Only the bytes given are read. */
static void
test_bounds(void **state)
{
	struct buf b = BUF_INIT(100);

	(void)state;
	assert_int_equal(base64_decode(&b, "Zm9v!!!!", 4), 0);
	assert_string_equal(buf_str(&b), "foo");
	buf_free(&b);
}

static void
test_full(void **state)
{
	struct buf b = BUF_INIT(7);

	(void)state;
	assert_int_equal(buf_adds(&b, "1234"), 0);
	assert_int_equal(base64_encode(&b, "foo", 3), -1);
	assert_true(b.failed);
	assert_string_equal(buf_str(&b), "1234");
	buf_free(&b);
	assert_int_equal(buf_adds(&b, "1234"), 0);
	assert_int_equal(base64_decode(&b, "Zm9vYg==", 8), -1);
	assert_string_equal(buf_str(&b), "1234");
	buf_free(&b);
	assert_int_equal(buf_adds(&b, "1234"), 0);
	/* What is decoded counts, not what it takes up encoded. */
	assert_int_equal(base64_decode(&b, "Zm9v", 4), 0);
	assert_string_equal(buf_str(&b), "1234foo");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_appends),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
