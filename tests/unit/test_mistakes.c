/*
 * What is said of failures that no reply explains, as far as it depends on
 * ports and phases that no test server can have.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "verdict/symptom.h"
#include "verdict/verdict.h"

static struct settings
some_options(int port)
{
	static char host[] = "mail.example.org";
	struct settings o = { .host = host, .port = port };
	int c;

	for (c = 0; c < CONDITIONS; c++)
		o.state_of[c] = condition_default((enum condition)c);
	return o;
}

static const struct {
	const char *what;
	int port;
	enum phase reached;
	bool in_tls;
	const char *hung_in;
	enum cause cause;
	const char *hint; /* how it begins, "": none */
} timeouts[] = {
	{ "465", 465, PHASE_GREETING, false, NULL, CAUSE_ENCRYPTION,
	    "no greeting: if the server speaks TLS from the first byte on" },
	{ "another port", 2525, PHASE_GREETING, false, NULL, CAUSE_ENCRYPTION,
	    "no greeting: if the server speaks TLS from the first byte on" },
	{ "25", 25, PHASE_GREETING, false, NULL, CAUSE_UNKNOWN,
	    "no greeting yet: some servers look up the client's name" },
	{ "587", 587, PHASE_GREETING, false, NULL, CAUSE_UNKNOWN,
	    "no greeting yet: some servers look up the client's name" },
	{ "465 in TLS", 465, PHASE_GREETING, true, NULL, CAUSE_UNKNOWN, "" },
	{ "auth", 587, PHASE_AUTH, true, NULL, CAUSE_UNKNOWN,
	    "servers delay their answer after failed log-ins" },
	{ "ehlo", 587, PHASE_EHLO, false, NULL, CAUSE_UNKNOWN, "" },
	{ "dns", 587, PHASE_DNS, false, NULL, CAUSE_UNKNOWN, "" },
	{ "the secret", 465, PHASE_GREETING, false, "secret", CAUSE_UNKNOWN,
	    "" },
};

static void
test_timeouts(void **state)
{
	struct settings o;
	struct verdict v;
	struct facts f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
		o = some_options(timeouts[i].port);
		facts_init(&f);
		f.end = END_TIMEOUT;
		f.reached = timeouts[i].reached;
		f.tls.done = timeouts[i].in_tls;
		f.tls.has_certificate = f.tls.name_matches = true;
		f.hung_in = timeouts[i].hung_in;
		assert_int_equal(verdict_reach(&v, &f, &o), 0);
		assert_int_equal(v.condition, CONDITION_TIMEOUT);
		if (strncmp(buf_str(&v.hint), timeouts[i].hint,
			strlen(timeouts[i].hint)) != 0 ||
		    (timeouts[i].hint[0] == '\0') != (v.hint.len == 0))
			fail_msg(
			    "%s: \"%s\"", timeouts[i].what, buf_str(&v.hint));
		assert_int_equal(v.cause, timeouts[i].cause);
		verdict_free(&v);
		facts_free(&f);
	}
}

static void
test_symptoms(void **state)
{
	static const char alert[] = { 0x15, 0x03, 0x01 };
	struct buf b = BUF_INIT(16);
	size_t n;

	(void)state;
	assert_true(symptom_is_smtp("220 mail"));
	assert_true(symptom_is_smtp("220-mail"));
	assert_true(symptom_is_smtp("220"));
	assert_false(symptom_is_smtp("22 mail"));
	assert_false(symptom_is_smtp("2200 mail"));
	assert_false(symptom_is_smtp("* OK"));
	assert_false(symptom_is_smtp(""));
	for (n = 0; n <= sizeof alert; n++) {
		assert_int_equal(symptom_is_alert(&b), n >= 2);
		if (n < sizeof alert)
			assert_int_equal(buf_addc(&b, alert[n]), 0);
	}
	b.data[0] = 0x16;
	assert_false(symptom_is_alert(&b));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timeouts),
		cmocka_unit_test(test_symptoms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
