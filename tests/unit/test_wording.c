/* What is long is cut where it may be cut: between two characters. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "verdict/verdict.h"
#include "verdict/wording.h"

#define E_ACUTE "\xc3\xa9"

/* The letter so often, then what is two octets long; freed by the caller. */
static char *
long_text(size_t letters)
{
	char *s = malloc(letters + sizeof E_ACUTE E_ACUTE);

	assert_non_null(s);
	memset(s, 'a', letters);
	strcpy(s + letters, E_ACUTE E_ACUTE);
	return s;
}

static void
expect_letters(struct buf *b, size_t letters, const char *end)
{
	assert_false(b->failed);
	assert_int_equal(strspn(buf_str(b), "a"), letters);
	assert_string_equal(buf_str(b) + letters, end);
	buf_free(b);
}

/* With what a limit lets through of the two characters at the end. */
static void
test_names(void **state)
{
	struct settings asked = { .port = 0 };
	struct buf b = BUF_INIT(4096);

	(void)state;
	asked.user = asked.host = long_text(119);
	word_user(&b, &asked);
	expect_letters(&b, 119, "...");
	free(asked.user);

	asked.user = asked.host = long_text(118);
	word_user(&b, &asked);
	expect_letters(&b, 118, E_ACUTE "...");
	free(asked.user);

	asked.user = asked.host = long_text(116);
	word_user(&b, &asked);
	expect_letters(&b, 116, E_ACUTE E_ACUTE);
	free(asked.user);

	asked.user = asked.host = long_text(254);
	word_server(&b, &asked);
	expect_letters(&b, 254, "");
	word_cut(&b, asked.host, 255);
	expect_letters(&b, 254, "");
	word_cut(&b, asked.host, 256);
	expect_letters(&b, 254, E_ACUTE);
	free(asked.user);

	asked.user = asked.host = NULL;
	word_server(&b, &asked);
	word_login(&b, &asked);
	assert_string_equal(buf_str(&b), "login");
	buf_free(&b);
}

/* What was found of -e and of a sender that was refused. */
static void
test_findings(void **state)
{
	struct smtp_facts s = { .outcome = SMTP_SENDER_REFUSED,
		.greeting.code = 220 };
	struct settings asked = { .port = 0 };
	struct buf b = BUF_INIT(4096);
	struct verdict v;
	struct facts f;

	(void)state;
	facts_init(&f);
	f.smtp = &s;
	asked.from = long_text(119);
	asked.expect = long_text(199);
	assert_int_equal(verdict_reach(&v, &f, &asked), 0);
	assert_int_equal(v.finding_count, 2);
	buf_adds(&b, buf_str(&v.findings[0].message) + strlen("sender "));
	expect_letters(&b, 119, " refused: 0");
	buf_adds(&b, buf_str(&v.findings[1].message) + strlen("expected \""));
	expect_letters(&b, 199, "\" not found: 220");
	verdict_free(&v);
	free(asked.from);
	free(asked.expect);
	facts_free(&f);
}

/* A message is kept by its beginning, however much was said. */
static void
test_message(void **state)
{
	static const char prefix[] = "look-up failed at h: ";
	const size_t letters = VERDICT_SHOWN_MAX - strlen(prefix) - 4;
	char host[] = "h", *why = long_text(letters);
	struct settings asked = { .host = host,
		.state_of[CONDITION_DNS] = STATUS_CRITICAL };
	struct buf b = BUF_INIT(4096);
	struct verdict v;
	struct facts f;

	(void)state;
	/* So much more that the mark has to stand in the first character. */
	assert_non_null(why = realloc(why, letters + 16));
	strcat(why, "and so on");
	facts_init(&f);
	f.end = END_DNS;
	f.dns_error = why;
	assert_int_equal(verdict_reach(&v, &f, &asked), 0);
	assert_memory_equal(
	    buf_str(&v.findings[0].message), prefix, strlen(prefix));
	buf_adds(&b, buf_str(&v.findings[0].message) + strlen(prefix));
	expect_letters(&b, letters, "...");
	verdict_free(&v);
	free(why);
	facts_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
