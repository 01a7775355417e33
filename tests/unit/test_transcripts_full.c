/*
 * More text than there is room for: no half of an answer, but none, and a
 * state that says so.  Who asks for it must not have to look for the reason.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugin/report.h"
#include "present/present.h"
#include "verdict/verdict.h"

enum { LONG = 4 * 1024 * 1024, MANY = 60000 };

static struct settings
some_settings(char *host)
{
	struct settings s = { .host = host, .port = 25 };
	int c;

	for (c = 0; c < CONDITIONS; c++)
		s.state_of[c] = condition_default((enum condition)c);
	return s;
}

static char *
long_word(void)
{
	char *word = malloc(LONG + 1);

	assert_non_null(word);
	memset(word, 'x', LONG);
	word[LONG] = '\0';
	return word;
}

static void
expect_no_verdict(const struct facts *f, const struct settings *s)
{
	struct verdict v;

	assert_int_equal(verdict_reach(&v, f, s), -1);
	assert_int_equal(v.state, STATUS_UNKNOWN);
	assert_int_equal(v.condition, CONDITION_INTERNAL);
	verdict_free(&v);
}

/* Addresses without end, of which each is told. */
static void
try_all(struct facts *f)
{
	size_t i;

	f->attempts = calloc(MANY, sizeof *f->attempts);
	assert_non_null(f->attempts);
	f->attempt_count = MANY;
	for (i = 0; i < MANY; i++) {
		snprintf(f->attempts[i].address, sizeof f->attempts[i].address,
		    "2001:db8:ffff:ffff:ffff:ffff:0:%zx", i);
		f->attempts[i].error = ECONNREFUSED;
	}
}

static void
test_attempts(void **state)
{
	char host[] = "mail.example.org";
	struct settings s = some_settings(host);
	struct facts f;

	(void)state;
	facts_init(&f);
	try_all(&f);
	f.end = END_CONNECT;
	expect_no_verdict(&f, &s);
	facts_free(&f);
}

static void
test_sender(void **state)
{
	char host[] = "mail.example.org", *word = long_word();
	struct smtp_facts smtp = { .login = SMTP_LOGIN_ACCEPTED,
		.mech = sasl_find("PLAIN", 5) };
	struct settings s = some_settings(host);
	struct facts f;

	(void)state;
	facts_init(&f);
	f.smtp = &smtp;
	s.login = true;
	s.from = word;
	expect_no_verdict(&f, &s);
	facts_free(&f);
	free(word);
}

static void
test_extension(void **state)
{
	char host[] = "mail.example.org", *word = long_word();
	struct smtp_facts smtp = { .greeting.code = 220, .ehlo.code = 250 };
	struct settings s = some_settings(host);
	struct facts f;

	(void)state;
	facts_init(&f);
	f.smtp = &smtp;
	s.require_extension.word[s.require_extension.count++] = word;
	expect_no_verdict(&f, &s);
	facts_free(&f);
	free(word);
}

static void
expect_no_page(
    const struct report_format *format, const struct facts *f, size_t room)
{
	const struct present_style style = { .verbosity = 3 };
	char host[] = "mail.example.org";
	struct settings s = some_settings(host);
	struct buf out = BUF_INIT(room);
	struct verdict v;

	assert_int_equal(verdict_reach(&v, f, &s), 0);
	assert_int_equal(present(&out, format, &v, f, &s, &style), -1);
	verdict_free(&v);
	buf_free(&out);
}

/* The verdict is short, what is told beside it is not. */
static void
test_details(void **state)
{
	struct facts f;
	size_t i;

	(void)state;
	facts_init(&f);
	f.begun = true;
	f.end = END_DNS;
	f.dns_error = "no such name";
	try_all(&f);
	strcpy(f.address, "192.0.2.7"); /* after all the others */
	expect_no_page(&report_text, &f, SIZE_MAX);
	f.attempt_count = 0;
	f.dns[1].asked = true;
	f.dns[1].addresses.max = LONG;
	for (i = 0; i < LONG / 4; i++)
		assert_int_equal(buf_adds(&f.dns[1].addresses, "::1 "), 0);
	expect_no_page(&report_text, &f, SIZE_MAX);
	facts_free(&f);
}

/* Wherever the page ends, it is none. */
static void
test_page(void **state)
{
	const struct report_format *const *format;
	struct facts f;
	size_t room;

	(void)state;
	facts_init(&f);
	f.begun = true;
	f.end = END_DNS;
	f.dns_error = "no such name";
	for (format = report_formats; *format != NULL; format++)
		for (room = 0; room < 100; room++)
			expect_no_page(*format, &f, room);
	facts_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attempts),
		cmocka_unit_test(test_sender),
		cmocka_unit_test(test_extension),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
