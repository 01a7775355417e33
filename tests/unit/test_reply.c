/* Replies: where they end, what they hold, and what is none. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "smtp/reply.h"

static struct smtp_reply
reply(const char *text)
{
	struct smtp_reply r = { .code = 0 };

	if (smtp_reply_parse(&r, text, strlen(text), NULL) !=
	    (ssize_t)strlen(text))
		fail_msg("\"%s\" is not one reply", text);
	return r;
}

/* The same byte by byte, each looked at when it comes. */
static ssize_t
parse_bytewise(const char *data, size_t len)
{
	struct smtp_reply_progress at = { 0 };
	struct smtp_reply r;
	ssize_t n = 0;
	size_t have;

	for (have = 1; have <= len && n == 0; have++)
		n = smtp_reply_resume(&at, &r, data, have, NULL);
	return n;
}

/* A copy of the bytes alone, so that reading past them is noticed. */
static ssize_t
parse_copy(struct smtp_reply *r, const char *data, size_t len, const char **why)
{
	char *copy = malloc(len > 0 ? len : 1);
	ssize_t n;

	assert_non_null(copy);
	memcpy(copy, data, len);
	n = smtp_reply_parse(r, copy, len, why);
	assert_int_equal(parse_bytewise(copy, len), n);
	free(copy);
	return n;
}

/* Each is followed by something; every shorter prefix is incomplete. */
static void
test_samples(void **state)
{
	static const struct {
		const char *what, *text;
		int code;
	} cases[] = {
		{ "a line", "220 mail.example.org ESMTP\r\n", 220 },
		{ "code and blank", "334 \r\n", 334 },
		{ "code alone", "250\r\n", 250 },
		{ "code alone, LF", "250\n", 250 },
		{ "bare LF", "221 bye\n", 221 },
		{ "two lines", "250-a\r\n250 b\r\n", 250 },
		{ "hyphen alone", "250-\r\n250 b\r\n", 250 },
		{ "last line without text", "250-a\r\n250\r\n", 250 },
		{ "mixed line ends", "250-a\n250-b\r\n250 c\n", 250 },
		{ "hyphen in the text", "535 a-b\r\n", 535 },
		{ "code in the text", "250 220-mail\r\n", 250 },
		{ "a CR in the text", "250 a\rb\r\n", 250 },
		{ "beyond ASCII", "554 n\xc3\xb6\xff\r\n", 554 },
		{ "lowest code", "200 a\r\n", 200 },
		{ "highest code", "599 a\r\n", 599 },
		{ "blanks", "250     \r\n", 250 },
		{ "tab in the text", "250 \ta\r\n", 250 },
	};
	struct smtp_reply r;
	char longer[100];
	size_t i, n, len;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		len = strlen(cases[i].text);
		for (n = 0; n < len; n++)
			if (parse_copy(&r, cases[i].text, n, NULL) != 0)
				fail_msg("%s: %zu bytes are no part of it",
				    cases[i].what, n);
		snprintf(longer, sizeof longer, "%s235 ok\r\n", cases[i].text);
		n = (size_t)smtp_reply_parse(&r, longer, strlen(longer), NULL);
		if (n != len || r.code != cases[i].code)
			fail_msg("%s: %zd bytes, code %d", cases[i].what,
			    (ssize_t)n, r.code);
		assert_ptr_equal(r.text, longer);
		assert_int_equal(r.len, len);
	}
}

/* Nothing that could follow makes it a reply; it is not waited for. */
static void
test_malformed(void **state)
{
	static const struct {
		const char *what, *text;
		size_t len;
	} cases[] = {
		{ "no digit", "a", 1 },
		{ "blank before", " 220 a\r\n", 8 },
		{ "1xx", "1", 1 },
		{ "1xx", "150 wait\r\n", 10 },
		{ "6xx", "6", 1 },
		{ "0xx", "050 a\r\n", 7 },
		{ "9xx", "999 a\r\n", 7 },
		{ "second no digit", "2x", 2 },
		{ "third no digit", "22x", 3 },
		{ "minus", "-22 a\r\n", 7 },
		{ "two digits", "22 a\r\n", 6 },
		{ "four digits", "2200", 4 },
		{ "other separator", "220_", 4 },
		{ "tab as separator", "220\ta\r\n", 7 },
		{ "empty line", "\r\n", 2 },
		{ "empty line, LF", "\n", 1 },
		{ "digits cut by the line end", "22\r\n", 4 },
		{ "NUL first", "\0", 1 },
		{ "NUL after the code", "220\0", 4 },
		{ "NUL in the text", "220 a\0b", 7 },
		{ "NUL in a later line", "250-a\r\n250 \0", 12 },
		{ "another code", "250-a\r\n251", 10 },
		{ "another code, whole", "250-a\r\n550 b\r\n", 14 },
		{ "no code in a later line", "250-a\r\nb", 8 },
		{ "empty line in between", "250-a\r\n\r\n", 9 },
		{ "an HTTP server", "HTTP/1.1 400\r\n", 14 },
		{ "a TLS record", "\x15\x03\x03", 3 },
	};
	struct smtp_reply r;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		why = NULL;
		if (parse_copy(&r, cases[i].text, cases[i].len, &why) != -1)
			fail_msg("%s: not refused", cases[i].what);
		if (why == NULL || why[0] == '\0')
			fail_msg("%s: does not say why", cases[i].what);
		assert_int_equal(
		    smtp_reply_parse(&r, cases[i].text, cases[i].len, NULL),
		    -1);
	}
}

/* Append a line of n octets, its end included. */
static void
add_line(struct buf *b, const char *start, size_t n, const char *end)
{
	size_t i;

	assert_int_equal(buf_adds(b, start), 0);
	for (i = strlen(start) + strlen(end); i < n; i++)
		assert_int_equal(buf_addc(b, 'x'), 0);
	assert_int_equal(buf_adds(b, end), 0);
}

static void
test_line_limit(void **state)
{
	struct buf b = BUF_INIT(2 * SMTP_REPLY_MAX);
	struct smtp_reply r;
	const char *why = NULL;

	(void)state;
	add_line(&b, "250-", 4096, "\r\n");
	add_line(&b, "250 ", 4096, "\n");
	assert_int_equal(smtp_reply_parse(&r, b.data, b.len, &why), 8192);
	buf_truncate(&b, 0);
	add_line(&b, "250 ", 4097, "\r\n");
	assert_int_equal(parse_copy(&r, b.data, b.len, &why), -1);
	assert_non_null(why);
	/* Not yet over it, but no line end could keep within it. */
	assert_int_equal(parse_copy(&r, b.data, 4094, NULL), 0);
	assert_int_equal(parse_copy(&r, b.data, 4096, NULL), -1);
	buf_truncate(&b, 0);
	add_line(&b, "250-", 100, "\r\n");
	add_line(&b, "250-", 4097, "\n");
	assert_int_equal(parse_copy(&r, b.data, b.len, NULL), -1);
	buf_free(&b);
}

static void
test_reply_limit(void **state)
{
	struct buf b = BUF_INIT(2 * SMTP_REPLY_MAX);
	struct smtp_reply r;
	const char *why = NULL;
	int i;

	(void)state;
	for (i = 0; i < 15; i++)
		add_line(&b, "250-", 4096, "\r\n");
	assert_int_equal(parse_copy(&r, b.data, b.len, NULL), 0);
	add_line(&b, "250 ", 4096, "\r\n");
	assert_int_equal(b.len, SMTP_REPLY_MAX);
	assert_int_equal(
	    smtp_reply_parse(&r, b.data, b.len, NULL), SMTP_REPLY_MAX);
	b.data[b.len - 4096 + 3] = '-';
	assert_int_equal(buf_adds(&b, "2"), 0);
	assert_int_equal(parse_copy(&r, b.data, b.len, &why), -1);
	assert_non_null(why);
	/* Short lines count as well. */
	buf_truncate(&b, 0);
	while (b.len <= SMTP_REPLY_MAX)
		assert_int_equal(buf_adds(&b, "250-\r\n"), 0);
	assert_int_equal(parse_copy(&r, b.data, b.len, NULL), -1);
	buf_free(&b);
}

static void
test_lines(void **state)
{
	static const char *const lines[] = { "a b", "", "-c", "", " d", "",
		"e" };
	struct smtp_reply r = reply("250-a b\r\n250-\n250--c\n250-\r\n"
				    "250- d\r\n250-\r\n250 e\r\n");
	const char *line;
	size_t pos = 0, n, i;

	(void)state;
	for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		assert_true(smtp_reply_line(&r, &pos, &line, &n));
		assert_int_equal(n, strlen(lines[i]));
		assert_memory_equal(line, lines[i], n);
	}
	assert_false(smtp_reply_line(&r, &pos, &line, &n));
	assert_false(smtp_reply_line(&r, &pos, &line, &n));
	r = reply("235\n");
	pos = 0;
	assert_true(smtp_reply_line(&r, &pos, &line, &n));
	assert_int_equal(n, 0);
	assert_false(smtp_reply_line(&r, &pos, &line, &n));
}

static void
test_enhanced(void **state)
{
	static const struct {
		const char *what, *text, *code;
	} cases[] = {
		{ "usual", "535 5.7.8 failed\r\n", "5.7.8" },
		{ "three digits", "535 5.7.139 failed\r\n", "5.7.139" },
		{ "three digits twice", "554 5.100.252 no\r\n", "5.100.252" },
		{ "nothing behind", "235 2.7.0\r\n", "2.7.0" },
		{ "bare LF", "454 4.7.0\n", "4.7.0" },
		{ "first line of two", "534-5.7.9 a\r\n534 5.7.1 b\r\n",
		    "5.7.9" },
		{ "second line only", "534-a\r\n534 5.7.9 b\r\n", "" },
		{ "none", "535 Incorrect authentication data\r\n", "" },
		{ "no text", "535\r\n", "" },
		{ "another class", "535 4.7.8 failed\r\n", "" },
		{ "class 3", "334 3.7.8 what\r\n", "" },
		{ "two parts", "535 5.7 failed\r\n", "" },
		{ "four parts", "535 5.7.8.1 failed\r\n", "" },
		{ "four digits", "535 5.7.1234 failed\r\n", "" },
		{ "a dot behind", "535 5.7.8. failed\r\n", "" },
		{ "a letter in it", "535 5.x.8 failed\r\n", "" },
		{ "a hyphen behind", "535 5.7.8-no\r\n", "" },
		{ "a part is missing", "535 5..8 failed\r\n", "" },
		{ "cut", "535 5.7.\r\n", "" },
		{ "cut shorter", "535 5.7\r\n", "" },
		{ "further back", "535 no 5.7.8\r\n", "" },
		{ "an address", "220 2.0.0.1 hello\r\n", "" },
	};
	struct smtp_reply r;
	const char *code;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		r = reply(cases[i].text);
		n = smtp_reply_enhanced(&r, &code);
		if (n != strlen(cases[i].code) ||
		    (n > 0 && memcmp(code, cases[i].code, n) != 0))
			fail_msg("%s: %zu octets", cases[i].what, n);
	}
}

#define EHLO                                                                   \
	"250-AUTH mail.example.org\r\n250-PIPELINING\r\n"                      \
	"250-size  1000 \t\r\n250-\r\n250-AUTH\tPLAIN-CLIENTTOKEN  login "     \
	"\r\n250-AUTH=CRAM-MD5\tLOGIN\n250-auth= NTLM\r\n250-XAUTH PLAIN"      \
	"\r\n250-AUTH\r\n250-X=Y z\r\n250 STARTTLS\r\n"

static void
test_keywords(void **state)
{
	static const char *const pairs[][2] = {
		{ "PIPELINING", "" },
		{ "size", "1000" },
		{ "AUTH", "PLAIN-CLIENTTOKEN  login" },
		{ "AUTH", "CRAM-MD5\tLOGIN" },
		{ "auth", "NTLM" },
		{ "XAUTH", "PLAIN" },
		{ "AUTH", "" },
		{ "X=Y", "z" },
		{ "STARTTLS", "" },
	};
	struct smtp_reply r = reply(EHLO);
	const char *k, *p;
	size_t pos = 0, kn, pn, i;

	(void)state;
	for (i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		assert_true(smtp_reply_keyword(&r, &pos, &k, &kn, &p, &pn));
		if (kn != strlen(pairs[i][0]) || pn != strlen(pairs[i][1]) ||
		    memcmp(k, pairs[i][0], kn) != 0 ||
		    memcmp(p, pairs[i][1], pn) != 0)
			fail_msg("%s: \"%.*s\", \"%.*s\"", pairs[i][0], (int)kn,
			    k, (int)pn, p);
	}
	assert_false(smtp_reply_keyword(&r, &pos, &k, &kn, &p, &pn));
	r = reply("250 AUTH PLAIN\r\n");
	pos = 0;
	assert_false(smtp_reply_keyword(&r, &pos, &k, &kn, &p, &pn));
}

static void
test_offers(void **state)
{
	struct smtp_reply r = reply(EHLO), none = { .code = 0, .text = "" };

	(void)state;
	assert_true(smtp_reply_offers(&r, "STARTTLS"));
	assert_true(smtp_reply_offers(&r, "starttls"));
	assert_true(smtp_reply_offers(&r, "SIZE"));
	assert_true(smtp_reply_offers(&r, "AUTH"));
	assert_false(smtp_reply_offers(&r, "START"));
	assert_false(smtp_reply_offers(&r, "STARTTLSX"));
	assert_false(smtp_reply_offers(&r, "mail.example.org"));
	assert_false(smtp_reply_offers(&r, ""));
	assert_false(smtp_reply_offers(&none, "STARTTLS"));
	r = reply("250-a\r\n250 AUTH=PLAIN\r\n");
	assert_true(smtp_reply_offers(&r, "AUTH"));
	r = reply("250 STARTTLS\r\n");
	assert_false(smtp_reply_offers(&r, "STARTTLS"));
}

static void
test_mechanisms(void **state)
{
	static const char *const names[] = { "PLAIN-CLIENTTOKEN", "login",
		"CRAM-MD5", "LOGIN", "NTLM" };
	struct smtp_reply r = reply(EHLO), none = { .code = 0, .text = "" };
	const char *name;
	size_t pos = 0, n, i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_true(smtp_reply_mechanism(&r, &pos, &name, &n));
		if (n != strlen(names[i]) || memcmp(name, names[i], n) != 0)
			fail_msg("%s: \"%.*s\"", names[i], (int)n, name);
	}
	assert_false(smtp_reply_mechanism(&r, &pos, &name, &n));
	assert_false(smtp_reply_mechanism(&r, &pos, &name, &n));

	assert_true(smtp_reply_offers_mechanism(&r, "LOGIN"));
	assert_true(smtp_reply_offers_mechanism(&r, "ntlm"));
	assert_true(smtp_reply_offers_mechanism(&r, "CRAM-MD5"));
	assert_false(smtp_reply_offers_mechanism(&r, "PLAIN"));
	assert_false(smtp_reply_offers_mechanism(&r, "CLIENTTOKEN"));
	assert_false(smtp_reply_offers_mechanism(&r, "CRAM"));
	assert_false(smtp_reply_offers_mechanism(&r, "mail.example.org"));
	assert_false(smtp_reply_offers_mechanism(&none, "PLAIN"));
}

static void
test_blames_sender(void **state)
{
	static const struct {
		const char *text;
		bool sender;
	} cases[] = {
		{ "550 5.1.7 bad sender\r\n", true },
		{ "550 5.1.8 no such domain\r\n", true },
		{ "450 4.1.8 no such domain\r\n", true },
		{ "450 4.1.7 later\r\n", true },
		{ "550 5.7.60 SMTP; Client does not have permissions\r\n",
		    true },
		{ "550 5.1.8\r\n", true },
		{ "553 5.7.1 <a@b>: Sender address rejected: not owned\r\n",
		    true },
		{ "553 Sender address rejected\r\n", true },
		{ "553 SENDER ADDRESS REJECTED\r\n", true },
		{ "553-5.7.1 no\r\n553 5.7.1 Sender address rejected\r\n",
		    true },
		{ "550 5.1.1 unknown user\r\n", false },
		{ "550 4.1.8 the classes differ\r\n", false },
		{ "550 5.1.81 another code\r\n", false },
		{ "550 5.1.70 another code\r\n", false },
		{ "550 5.7.6 another code\r\n", false },
		{ "550 5.7.601 another code\r\n", false },
		{ "550 5.2.8 another code\r\n", false },
		{ "553 Sender address accepted\r\n", false },
		{ "553 Sender address rejecte\r\n", false },
		{ "554 5.7.1 Recipient address rejected\r\n", false },
		{ "550\r\n", false },
	};
	struct smtp_reply r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		r = reply(cases[i].text);
		if (smtp_reply_blames_sender(&r) != cases[i].sender)
			fail_msg("%s", cases[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_line_limit),
		cmocka_unit_test(test_reply_limit),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_enhanced),
		cmocka_unit_test(test_keywords),
		cmocka_unit_test(test_offers),
		cmocka_unit_test(test_mechanisms),
		cmocka_unit_test(test_blames_sender),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
