/* What is compared of a service, as text and back. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/baseline.h"
#include "check/facts.h"
#include "check/settings.h"

/* What is seen of a server that says this in the clear. */
static void
see(struct baseline *b, const char *greeting, const char *ehlo)
{
	struct smtp_facts s = { .outcome = SMTP_OK,
		.greeting = { 220, BUF_INIT(1000) },
		.ehlo = { 250, BUF_INIT(100000) } };
	struct facts f = { .smtp = &s };
	const struct settings asked = { .tls_mode = SMTP_TLS_NONE };

	buf_adds(&s.greeting.text, greeting);
	buf_adds(&s.ehlo.text, ehlo);
	*b = (struct baseline){ .text = { "" } };
	baseline_see(b, &f, &asked);
	buf_free(&s.greeting.text);
	buf_free(&s.ehlo.text);
}

static void
test_order_and_capitals(void **state)
{
	struct baseline a, b;
	int i;

	(void)state;
	see(&a, "220 Mail.Example.org ESMTP ready\r\n",
	    "250-mail.example.org\r\n250-SIZE 1\r\n250-auth plain LOGIN\r\n"
	    "250 Pipelining\r\n");
	see(&b, "220 mail.example.ORG ESMTP\r\n",
	    "250-mail.example.org\r\n250-PIPELINING\r\n250-AUTH=Login\r\n"
	    "250-AUTH LOGIN PLAIN\r\n250 SIZE 2\r\n");
	assert_string_equal(a.text[BASELINE_MECHANISMS], "LOGIN PLAIN");
	assert_string_equal(
	    a.text[BASELINE_EXTENSIONS], "AUTH PIPELINING SIZE");
	assert_string_equal(a.text[BASELINE_GREETING], "mail.example.org");
	for (i = 0; i < BASELINE_KINDS; i++)
		assert_false(baseline_differs(&a, &b, (enum baseline_kind)i));
}

static void
test_differs(void **state)
{
	struct baseline a, b, nothing = { .text = { "" } };

	(void)state;
	see(&a, "220 a\r\n", "250-a\r\n250 AUTH PLAIN\r\n");
	see(&b, "220 b\r\n", "250 a\r\n");
	assert_true(baseline_differs(&a, &b, BASELINE_MECHANISMS));
	assert_true(baseline_differs(&a, &b, BASELINE_EXTENSIONS));
	assert_true(baseline_differs(&a, &b, BASELINE_GREETING));
	assert_string_equal(b.text[BASELINE_MECHANISMS], "none");
	/* What was not seen does not differ. */
	assert_false(baseline_differs(&a, &b, BASELINE_TLS));
	assert_false(baseline_differs(&a, &nothing, BASELINE_GREETING));
	assert_false(baseline_differs(&nothing, &a, BASELINE_GREETING));
}

/* Whatever a peer says is one line, and can be read again. */
static void
test_hostile(void **state)
{
	struct buf ehlo = BUF_INIT(100000), text = BUF_INIT(100000);
	struct baseline a, again;
	int i;

	(void)state;
	buf_adds(&ehlo, "250-x\r\n");
	for (i = 0; i < 500; i++)
		buf_addf(&ehlo, "250-X%d%0200d\r\n250-AUTH M%d\r\n", i, i, i);
	buf_adds(&ehlo, "250 END\r\n");
	see(&a, "220 a\033[2J\303\274\tb c\r\n", buf_str(&ehlo));
	assert_string_equal(a.text[BASELINE_GREETING], "a?[2j???b");
	baseline_write(&a, &text);
	assert_int_equal(baseline_read(&again, text.data, text.len), 0);
	assert_memory_equal(a.text[BASELINE_EXTENSIONS],
	    again.text[BASELINE_EXTENSIONS],
	    strlen(a.text[BASELINE_EXTENSIONS]) + 1);
	for (i = 0; i < BASELINE_KINDS; i++)
		assert_false(
		    baseline_differs(&a, &again, (enum baseline_kind)i));
	buf_free(&ehlo);
	buf_free(&text);
}

static void
test_damaged(void **state)
{
	static const char *const texts[] = { "x\n", "tls\n", "tls \n", "tls",
		"tls TLSv1.3", "tls TLSv1.3\ntls TLSv1.3\n", "colour blue\n",
		"tls a\tb\n", "\n", " tls a\n" };
	struct baseline b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof *texts; i++)
		if (baseline_read(&b, texts[i], strlen(texts[i])) != -1)
			fail_msg("not damaged: %s", texts[i]);
	assert_int_equal(baseline_read(&b, "", 0), 0);
	assert_int_equal(baseline_read(&b, "tls TLSv1.3\n", 12), 0);
	assert_string_equal(b.text[BASELINE_TLS], "TLSv1.3");
}

static void
test_names(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < BASELINE_KINDS; i++)
		assert_int_equal(
		    baseline_find(baseline_name((enum baseline_kind)i)), i);
	assert_int_equal(baseline_find("colour"), BASELINE_KINDS);
	assert_int_equal(baseline_find(""), BASELINE_KINDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_capitals),
		cmocka_unit_test(test_differs),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
