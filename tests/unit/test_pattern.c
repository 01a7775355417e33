/* Regular expressions: what the limits count, and what is matched. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/pattern.h"

static const char *parts = "its repetitions multiply to more than 2000 parts; "
			   "repeat less";
static const char *deep = "groups nested more than 50 deep";
static const char *back = "has a back reference";
static const char *over = "longer than 1000 octets";
static const char *none = "not a regular expression";

/* `why` points to how the reason begins, or is NULL for a good pattern. */
static void
check(const char *what, const char *pattern, const char *const *why)
{
	char reason[200] = "";
	int rc = pattern_check(pattern, reason, sizeof reason);

	if (why == NULL ? rc == -1
			: rc == 0 || strncmp(reason, *why, strlen(*why)) != 0)
		fail_msg("%s: %d, \"%s\"", what, rc, reason);
}

static void
test_whole(void **state)
{
	static const struct {
		const char *what;
		const char *pattern;
		const char *const *why;
	} cases[] = {
		{ "nothing", "", NULL },
		{ "one interval: at the limit", "a{2000}", NULL },
		{ "one interval: above", "a{2001}", &parts },
		{ "two that multiply: at the limit", "(a{40}){48}", NULL },
		{ "two that multiply: above", "(a{40}){49}", &parts },
		{ "two side by side: at the limit", "a{1000}b{1000}", NULL },
		{ "two side by side: above", "a{1000}b{1001}", &parts },
		{ "at least: at the limit", "a{1999,}", NULL },
		{ "at least: above", "a{2000,}", &parts },
		{ "at most: at the limit", "a{,2000}", NULL },
		{ "at most: above", "a{,2001}", &parts },
		{ "between: at the limit", "a{3,2000}", NULL },
		{ "between: above", "a{3,2001}", &parts },
		{ "a count of many digits", "a{18446744073709551617}", &parts },
		{ "an interval of an interval", "a{50}{50}", &parts },
		{ "plus doubles: at the limit", "a+++++++++", NULL },
		{ "plus doubles: above", "a++++++++++", &parts },
		{ "plus of an interval", "(a{999})+", &parts },
		{ "stars do not multiply", "a******************", NULL },
		{ "question marks neither", "a??????????????????", NULL },
		{ "a group after its alternatives", "(a|b|c){280}", NULL },
		{ "a group after its alternatives: above", "(a|b|c){400}",
		    &parts },
		{ "a bracket is one part", "[abcdefghij]{2000}", NULL },
		{ "a class in a bracket", "[[:alpha:]]{2000}", NULL },
		{ "a bracket that holds its end", "[]+++++++++++++]", NULL },
		{ "and one that is turned", "[^]+++++++++++++]", NULL },
		{ "a class and what follows it", "[[:alpha:]+++++++++++++]",
		    NULL },
		{ "a collating element", "[[.-.]+++++++++++++]", NULL },
		{ "a plus after a bracket", "[]]++++++++++", &parts },
		{ "a plus after a class", "[[:alpha:]]++++++++++", &parts },
		{ "an escaped plus", "a\\+\\+\\+\\+\\+\\+\\+\\+\\+\\+\\+\\+",
		    NULL },
		{ "an escaped part is one", "\\.{2000}", NULL },
		{ "an escaped part: above", "\\.{2001}", &parts },
		{ "an escaped interval", "(aaaaaaaaaa)\\{2000}", NULL },
		{ "a back reference", "(a)\\1", &back },
		{ "a back reference to nothing", "a\\9", &back },
		{ "none: a digit in a bracket", "([a\\1])", NULL },
		{ "none: an escaped backslash", "(a)\\\\1", NULL },
		{ "none: the digit zero", "(a)\\0", NULL },
		{ "a brace that begins no interval", "a{x", &none },
		{ "a group never opened", "a)", NULL },
		{ "a group never opened, repeated: at the limit", "){2000}",
		    NULL },
		{ "a group never opened, repeated: above", "){255}{255}",
		    &parts },
		{ "a group never closed", "(a", &none },
		{ "a bracket never closed", "[a", &none },
		{ "a class never closed", "[[:alpha]", &none },
		{ "an interval never closed", "a{2", &none },
		{ "an interval turned around", "a{3,2}", &none },
		{ "a backslash at the end", "a\\", &none },
		{ "a class nobody knows", "[[:mail:]]", &none },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(cases[i].what, cases[i].pattern, cases[i].why);
}

static void
test_repeated(void **state)
{
	static const struct {
		const char *what;
		const char *unit;
		size_t count;
		const char *const *why;
	} cases[] = {
		{ "length: at the limit", "a", 1000, NULL },
		{ "length: above", "a", 1001, &over },
		{ "groups: at the limit", "(", 50, &none },
		{ "groups: above", "(", 51, &deep },
		{ "groups: what crashes the C library", "(", 900, &deep },
		{ "groups side by side", "(a)", 333, NULL },
		{ "groups side by side, with plus", "(a)+", 250, NULL },
		{ "what takes all memory", "+", 81, &parts },
	};
	struct buf b = BUF_INIT(2000);
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		buf_truncate(&b, 0);
		for (n = 0; n < cases[i].count; n++)
			assert_int_equal(buf_adds(&b, cases[i].unit), 0);
		check(cases[i].what, buf_str(&b), cases[i].why);
	}
	buf_free(&b);
}

static void
test_match(void **state)
{
	static const struct {
		const char *pattern;
		const char *text;
		enum pattern_match match;
	} cases[] = {
		{ "", "", PATTERN_MATCHES },
		{ "", "250 ok", PATTERN_MATCHES },
		{ "^250 [0-9.]+ (ok|done)$", "250 2.0.0 ok", PATTERN_MATCHES },
		{ "^250 [0-9.]+ (ok|done)$", "250 2.0.0 oh", PATTERN_DIFFERS },
		{ "^250", "x250", PATTERN_DIFFERS },
		{ "^second", "first\nsecond", PATTERN_MATCHES },
		{ "first$", "first\nsecond", PATTERN_MATCHES },
		{ "first.second", "first\nsecond", PATTERN_DIFFERS },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (pattern_match(cases[i].pattern, cases[i].text) !=
		    cases[i].match)
			fail_msg("%s, %s", cases[i].pattern, cases[i].text);
}

/* Comes before other tests that match. */
static void
test_limit_taken_back(void **state)
{
	struct rlimit before, after;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_DATA, &before), 0);
	assert_int_equal(pattern_match("a", "b"), PATTERN_DIFFERS);
	assert_int_equal(getrlimit(RLIMIT_DATA, &after), 0);
	assert_memory_equal(&before, &after, sizeof before);
}

/* Half of it 'a', so that every state of a{50} is one of its own. */
static void
add_noise(struct buf *b, size_t len)
{
	uint32_t n = 1;

	while (len-- > 0) {
		n = n * 1103515245 + 12345;
		assert_int_equal(buf_addc(b, n >> 30 & 1 ? 'a' : 'b'), 0);
	}
}

static void
test_memory(void **state)
{
	struct buf text = BUF_INIT(100 * 1024);

	(void)state;
	add_noise(&text, 4 * 1024);
#ifndef __SANITIZE_ADDRESS__ /* with which memory is not bounded */
	assert_int_equal(pattern_match("(a|b)*a(a|b){50}c", buf_str(&text)),
	    PATTERN_TOO_COSTLY);
#endif
	assert_int_equal(
	    pattern_match("(a|b)*a(a|b)c", buf_str(&text)), PATTERN_DIFFERS);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_limit_taken_back),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
