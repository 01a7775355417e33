/*
 * The censor: the secret or a piece of it, raw, in base64 at each alignment,
 * broken or not.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/buf.h"
#include "secret/censor.h"

static bool
holds(const struct censor *c, const char *text)
{
	return censor_holds(c, text, strlen(text));
}

static void
test_raw(void **state)
{
	struct censor *c = censor_new("S3cret", "alice");

	(void)state;
	assert_non_null(c);
	assert_true(holds(c, "S3cret"));
	assert_true(holds(c, "535 5.7.8 S3cret is wrong\r\n"));
	assert_true(holds(c, "xS3cretx"));
	assert_true(censor_holds(c, "a\0S3cret\0", 9));
	assert_false(holds(c, ""));
	assert_false(censor_holds(c, NULL, 0));
	assert_false(holds(c, "S3cre"));
	assert_false(holds(c, "3cret"));
	assert_true(holds(c, "535 s3CRET"));
	assert_false(holds(c, "535 5.7.8 authentication failed\r\n"));
	/* Only len bytes are the text. */
	assert_false(censor_holds(c, "a S3cret", 7));
	censor_free(c);
}

/* Whatever stands before and behind the secret when it is encoded. */
static void
test_base64(void **state)
{
	static const char *const secrets[] = { "pass", "passw", "passwo",
		"passwor", "correct horse battery staple",
		"p\xc3\xa4ss \xff\xfe", "ya29.a0AfH6SMBx-token_value~" };
	struct buf raw = BUF_INIT(200), text = BUF_INIT(400);
	struct censor *c;
	size_t i, before, behind;

	(void)state;
	for (i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
		c = censor_new(secrets[i], "alice");
		assert_non_null(c);
		for (before = 0; before < 8; before++) {
			for (behind = 0; behind < 8; behind++) {
				buf_truncate(&raw, 0);
				buf_truncate(&text, 0);
				buf_add(&raw, "\0u\x01\xffz==", before);
				buf_adds(&raw, secrets[i]);
				buf_add(&raw, "\xff\x01xy~{\0", behind);
				buf_adds(&text, "501 cannot decode ");
				base64_encode(&text, raw.data, raw.len);
				buf_adds(&text, " here\r\n");
				if (!holds(c, text.data))
					fail_msg("\"%s\" in %s", secrets[i],
					    text.data);
			}
		}
		censor_free(c);
	}
	buf_free(&raw);
	buf_free(&text);
}

static void
test_other_base64(void **state)
{
	static const char *const others[] = { "password", "Passwort",
		"a_much_longer_text_than_that", "S3creT", "xxS3cre!!" };
	struct censor *c = censor_new("S3cret", "alice");
	struct buf text = BUF_INIT(200);
	size_t i;

	(void)state;
	assert_non_null(c);
	for (i = 0; i < sizeof others / sizeof others[0]; i++) {
		buf_truncate(&text, 0);
		base64_encode(&text, others[i], strlen(others[i]));
		assert_false(holds(c, text.data));
	}
	buf_free(&text);
	censor_free(c);
}

/* "\0alice\0S3cret-pa55" in base64 is AGFsaWNlAFMzY3JldC1wYTU1. */
static void
test_broken_over_lines(void **state)
{
	static const struct {
		const char *what, *text;
		bool held;
	} cases[] = {
		{ "raw, two lines", "535-wrong S3cre\r\n535 t-pa55\r\n", true },
		{ "raw, bare LF", "535-wrong S3cre\n535 t-pa55\n", true },
		{ "three lines", "535-S3c\r\n535-ret-\r\n535 pa55\r\n", true },
		{ "base64", "501-AGFsaWNlAFMzY3J\r\n501 ldC1wYTU1\r\n", true },
		{ "base64, three lines",
		    "501-cannot AGFsaWNlAFMz\r\n501-Y3JldC1\r\n"
		    "501 wYTU1 decode\r\n",
		    true },
		{ "enhanced codes in each line",
		    "535-5.7.8 wrong S3cre\r\n535 5.7.8 t-pa55\r\n", true },
		{ "base64 and enhanced codes",
		    "501-5.5.2 AGFsaWNlAFMzY3J\r\n501 5.5.2 ldC1wYTU1\r\n",
		    true },
		{ "a piece over two lines", "535-wrong 3CR\r\n535 ET-\r\n",
		    true },
		{ "a piece of the base64 over two lines",
		    "501-MzY3\r\n501 JldC\r\n", true },
		{ "something in between",
		    "535-wrong S3cre\r\n535-x\r\n535 -pa55\r\n", false },
		{ "half of it", "535-wrong S3cre\r\n535 5.7.8 no\r\n", false },
	};
	struct censor *c = censor_new("S3cret-pa55", "alice");
	size_t i;

	(void)state;
	assert_non_null(c);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (holds(c, cases[i].text) != cases[i].held)
			fail_msg("%s", cases[i].what);
	censor_free(c);
}

/* Under four octets anything would match by chance. */
static void
test_short(void **state)
{
	static const char *const secrets[] = { NULL, "", "a", "ab", "abc" };
	struct censor *c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
		c = censor_new(secrets[i], "alice");
		assert_non_null(c);
		assert_false(holds(c, "abc YWJj a\r\nabc"));
		assert_false(holds(c, ""));
		censor_free(c);
	}
	c = censor_new("abcd", "alice");
	assert_non_null(c);
	assert_true(holds(c, "xabcdx"));
	assert_true(holds(c, "YWJjZA=="));
	censor_free(c);
	censor_free(NULL);
}

/* Shown on one line, a break at a blank is a blank again. */
static void
test_broken_at_a_blank(void **state)
{
	static const struct {
		const char *what, *text;
		bool held;
	} cases[] = {
		{ "at a blank", "535-two\r\n535 words\r\n", true },
		{ "a blank before", "535-two \r\n535 words\r\n", true },
		{ "a blank behind", "535-two\r\n535  words\r\n", true },
		{ "in a word", "535-two wo\r\n535 rds\r\n", true },
		{ "codes", "535-5.7.8 two\r\n535 5.7.8 words\r\n", true },
		{ "a piece", "535-wo wo\r\n535 rd\r\n", true },
		{ "another word", "535-two\r\n535 or swords\r\n", false },
	};
	struct censor *c = censor_new("two words", "alice");
	size_t i;

	(void)state;
	assert_non_null(c);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (holds(c, cases[i].text) != cases[i].held)
			fail_msg("%s", cases[i].what);
	censor_free(c);
	/* A piece of it may look like an enhanced code. */
	c = censor_new("ab1.2.3.4 cd", "alice");
	assert_non_null(c);
	assert_true(holds(c, "535-ab\r\n535 1.2.3.4 cd\r\n"));
	censor_free(c);
}

/* "\0alice\0Correct-Horse-77": AGFsaWNlAENvcnJlY3QtSG9yc2UtNzc=. */
static void
test_pieces(void **state)
{
	static const struct {
		const char *what, *secret, *text;
		bool held;
	} cases[] = {
		{ "less three characters", "Correct-Horse-77",
		    "535 Correct-Horse refused", true },
		{ "less the first three", "Correct-Horse-77",
		    "535 rect-Horse-77 refused", true },
		{ "in capitals", "Correct-Horse-77",
		    "535 CORRECT-HORSE-77 refused", true },
		{ "in small letters", "Correct-Horse-77",
		    "535 correct-horse-77 refused", true },
		{ "six octets", "Correct-Horse-77", "535 xeCt-hOx", true },
		{ "five octets", "Correct-Horse-77", "535 xct-hox-77", false },
		{ "letters alone have a case", "pass[{]}@`~", "535 {[}]`@~",
		    false },
		{ "the base64's beginning", "Correct-Horse-77",
		    "501 AGFsaWNlAENvcnJlY3QtSG9yc2UtNz", true },
		{ "the base64's end", "Correct-Horse-77",
		    "501 WxpY3QtSG9yc2UtNzc=", true },
		{ "eight characters of it", "Correct-Horse-77",
		    "501 xxJlY3QtSGxx", true },
		{ "seven", "Correct-Horse-77", "501 xxJlY3QtSxx", false },
		{ "eight in another case", "Correct-Horse-77",
		    "501 xxjLy3qTsgxx", false },
		{ "the user before it", "Correct-Horse-77", "501 AGFsaWNlAE",
		    false },
		{ "and a character", "Correct-Horse-77", "501 AGFsaWNlAEN",
		    true },
		{ "Bearer before it", "ya29.token", "501 QmVhcmVyI", false },
		{ "Bearer and a character", "ya29.token", "501 QmVhcmVyIHl",
		    true },
		{ "the same, shifted", "ya29.token", "501 EJlYXJlciB5", true },
		{ "and shifted again", "ya29.token", "501 hCZWFyZXIgeW", true },
		{ "six octets, the whole", "Secret", "535 sECRET", true },
		{ "five of them", "Secret", "535 ecret Secre", false },
		{ "five octets, the whole", "Tiger", "535 tIGER", true },
		{ "four of them", "Tiger", "535 iger tige", false },
		{ "four octets, the whole", "Puma", "535 pUMa", true },
		{ "its base64, the whole", "Puma", "501 UHVtYQ==", true },
		{ "its base64 in another case", "Puma", "501 uhvTyq==", false },
		{ "like the user", "alice@example.org1",
		    "235 hello alice@example.org", true },
		{ "an octet set", "\xe4\xf6\xfc\xdf\xe4\xf6",
		    "535 \xe4\xf6\xfc\xdf\xe4\xf6", true },
		{ "and cleared", "\xe4\xf6\xfc\xdf\xe4\xf6", "535 dv|_dv",
		    false },
	};
	struct censor *c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		c = censor_new(cases[i].secret, "alice");
		assert_non_null(c);
		if (holds(c, cases[i].text) != cases[i].held)
			fail_msg("%s", cases[i].what);
		censor_free(c);
	}
}

/* The longest secret, whose every piece is found and no other. */
static void
test_longest(void **state)
{
	struct buf secret = BUF_INIT(70000), text = BUF_INIT(70000);
	unsigned seed = 1;
	struct censor *c;
	size_t i;

	(void)state;
	for (i = 0; i < 64 * 1024; i++) {
		seed = seed * 1103515245 + 12345;
		buf_addc(&secret, (char)('a' + (seed >> 16) % 26));
	}
	c = censor_new(secret.data, "alice");
	assert_non_null(c);
	for (i = 0; i + 6 <= secret.len; i++)
		assert_true(censor_holds(c, secret.data + i, 6));
	for (i = 0; i < 64 * 1024; i++)
		buf_addc(&text, "0123456789\n"[i % 11]);
	assert_false(holds(c, text.data));
	censor_free(c);
	buf_free(&secret);
	buf_free(&text);
}

static void
test_long(void **state)
{
	struct buf secret = BUF_INIT(20000), text = BUF_INIT(70000);
	struct censor *c;
	int i;

	(void)state;
	for (i = 0; i < 9000; i++)
		buf_addc(&secret, (char)('a' + i % 26));
	c = censor_new(secret.data, "alice");
	assert_non_null(c);
	for (i = 0; i < 30000; i++)
		buf_addc(&text, 'x');
	assert_false(holds(c, text.data));
	base64_encode(&text, secret.data, secret.len);
	assert_true(holds(c, text.data));
	censor_free(c);
	buf_free(&secret);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_other_base64),
		cmocka_unit_test(test_broken_over_lines),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_broken_at_a_blank),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
