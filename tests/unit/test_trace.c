/* What is kept of the dialogue, and what is shown of that. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "check/trace.h"

static void
add(struct trace *t, char direction, const char *text)
{
	trace_add(t, direction, text, strlen(text));
}

static void
expect_shown(
    const struct trace *t, const struct censor *censor, const char *shown)
{
	struct buf b = BUF_INIT(1024 * 1024);

	trace_show(&b, t, censor);
	assert_false(b.failed);
	assert_string_equal(buf_str(&b), shown);
	buf_free(&b);
}

static void
say_all(struct trace *t)
{
	add(t, '<', "220 a\r\n");
	trace_begin(t);
	add(t, '>', "EHLO b");
	add(t, '<', "250-a\r\n250 X\r\n");
	trace_begin(t);
	add(t, '>', "AUTH PLAIN");
	add(t, '<', "535 no\r\n");
	trace_end(t);
	add(t, '>', "QUIT");
	add(t, '<', "221 bye\r\n");
}

static void
test_exchanges(void **state)
{
	struct trace t;

	(void)state;
	trace_init(&t);
	expect_shown(&t, NULL, "");
	say_all(&t);
	expect_shown(&t, NULL, "> AUTH PLAIN\n< 535 no\n");
	trace_free(&t);

	trace_init(&t);
	t.whole = true;
	say_all(&t);
	expect_shown(&t, NULL,
	    "< 220 a\n> EHLO b\n< 250-a\n< 250 X\n> AUTH PLAIN\n< 535 no\n"
	    "> QUIT\n< 221 bye\n");
	trace_free(&t);
}

/* Lines and octets are bounded, unless all is wanted; a NUL ends a text. */
static void
test_bounds(void **state)
{
	struct trace t;
	char line[402 + 1], text[12 * 4 + 1] = "";
	char cut[2 + 400 + 5];
	int i;

	(void)state;
	memset(line, 'x', sizeof line);
	line[401] = '\0';
	memcpy(cut, "< ", 2);
	memset(cut + 2, 'x', 400);
	memcpy(cut + 402, "...\n", 5);
	trace_init(&t);
	add(&t, '<', line);
	expect_shown(&t, NULL, cut);
	trace_begin(&t);
	line[400] = '\0';
	add(&t, '<', line);
	memcpy(cut + 402, "\n", 2);
	expect_shown(&t, NULL, cut);
	/* The cut would fall into a character. */
	trace_begin(&t);
	memcpy(line + 399, "\xc3\xa9", 3);
	add(&t, '<', line);
	memcpy(cut + 401, "...\n", 5);
	expect_shown(&t, NULL, cut);
	memset(cut + 401, 'x', 1);
	trace_begin(&t);
	for (i = 0; i < 12; i++)
		strcat(text, "ab\r\n");
	add(&t, '<', text);
	expect_shown(&t, NULL,
	    "< ab\n< ab\n< ab\n< ab\n< ab\n< ab\n< ab\n< ab\n< ab\n< ab\n"
	    "< ... 2 more\n");
	trace_begin(&t);
	trace_add(&t, '<', "a\0b", 3);
	trace_add(&t, '<', "", 0);
	expect_shown(&t, NULL, "< a\n< \n");
	trace_free(&t);
}

static void
test_more_than_is_kept(void **state)
{
	static char much[200 * 1024];
	struct trace t;
	size_t i;

	(void)state;
	memset(much, '\n', sizeof much - 1);
	trace_init(&t);
	add(&t, '>', "first");
	for (i = 0; i < 3; i++)
		add(&t, '<', much);
	add(&t, '>', "lost");
	assert_true(t.cut);
	trace_begin(&t);
	add(&t, '>', "new");
	expect_shown(&t, NULL, "> new\n");
	trace_free(&t);

	trace_init(&t);
	t.whole = true;
	add(&t, '<', "first");
	t.said.max = t.said.len;
	add(&t, '<', "second");
	expect_shown(&t, NULL, "< first\n= more was said\n");
	trace_free(&t);
}

/* A text is withheld whole, also for what lies beyond the part shown. */
static void
test_secrets(void **state)
{
	struct censor *censor = censor_new("S3cret-pa55", NULL);
	char text[1000];
	struct trace t;

	(void)state;
	memset(text, 'x', sizeof text);
	memcpy(text + 900, "S3cret-pa55", 12);
	trace_init(&t);
	add(&t, '<', "535-a\r\n535 S3cret-pa55\r\n");
	add(&t, '<', "535 fine\r\n");
	add(&t, '<', text);
	expect_shown(
	    &t, censor, "< " CENSOR_TEXT "\n< 535 fine\n< " CENSOR_TEXT "\n");
	trace_free(&t);
	censor_free(censor);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exchanges),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_more_than_is_kept),
		cmocka_unit_test(test_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
