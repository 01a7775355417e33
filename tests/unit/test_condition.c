/* Names and default states of conditions, names of phases. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "check/condition.h"
#include "check/phase.h"

/* Section 2 of the contract, in its order. */
static const struct {
	const char *name;
	enum status state;
} wanted[] = {
	{ "usage", STATUS_UNKNOWN },
	{ "secret", STATUS_UNKNOWN },
	{ "dns", STATUS_CRITICAL },
	{ "connect", STATUS_CRITICAL },
	{ "timeout", STATUS_CRITICAL },
	{ "greeting", STATUS_CRITICAL },
	{ "expect", STATUS_WARNING },
	{ "ehlo", STATUS_CRITICAL },
	{ "starttls-missing", STATUS_CRITICAL },
	{ "starttls-injection", STATUS_CRITICAL },
	{ "tls", STATUS_CRITICAL },
	{ "cert-untrusted", STATUS_CRITICAL },
	{ "cert-name", STATUS_CRITICAL },
	{ "cert-expired", STATUS_CRITICAL },
	{ "cert-not-yet-valid", STATUS_CRITICAL },
	{ "cert-pin", STATUS_CRITICAL },
	{ "cert-expiring", STATUS_WARNING },
	{ "cleartext-auth", STATUS_CRITICAL },
	{ "mechanism", STATUS_CRITICAL },
	{ "cleartext-refused", STATUS_CRITICAL },
	{ "auth-rejected", STATUS_CRITICAL },
	{ "auth-temporary", STATUS_CRITICAL },
	{ "rate-limited", STATUS_WARNING },
	{ "auth-accepted", STATUS_CRITICAL },
	{ "extension", STATUS_CRITICAL },
	{ "sender", STATUS_CRITICAL },
	{ "recipient", STATUS_CRITICAL },
	{ "protocol", STATUS_CRITICAL },
	{ "disconnected", STATUS_CRITICAL },
	{ "slow", STATUS_WARNING },
	{ "internal", STATUS_UNKNOWN },
};

static void
test_conditions(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(CONDITIONS, sizeof wanted / sizeof wanted[0]);
	for (i = 0; i < CONDITIONS; i++) {
		enum condition c = (enum condition)i;

		assert_string_equal(condition_name(c), wanted[i].name);
		assert_int_equal(condition_default(c), wanted[i].state);
		assert_int_equal(
		    condition_find(wanted[i].name, strlen(wanted[i].name)), c);
	}
}

static void
test_unknown_conditions(void **state)
{
	(void)state;
	assert_int_equal(condition_find("", 0), CONDITION_NONE);
	assert_int_equal(condition_find("dn", 2), CONDITION_NONE);
	assert_int_equal(condition_find("dnsx", 4), CONDITION_NONE);
	assert_int_equal(condition_find("dnsx", 3), CONDITION_DNS);
	assert_int_equal(condition_find("DNS", 3), CONDITION_NONE);
	assert_string_equal(condition_name(CONDITION_NONE), "none");
}

static void
test_phases(void **state)
{
	static const char *const names[] = { "dns", "connect", "tls",
		"greeting", "ehlo", "starttls", "auth", "envelope", "quit",
		"time" };
	size_t i;

	(void)state;
	assert_int_equal(PHASES + 1, sizeof names / sizeof names[0]);
	for (i = 0; i <= PHASES; i++) {
		enum phase p = (enum phase)i;

		assert_string_equal(phase_name(p), names[i]);
		assert_int_equal(phase_find(names[i], strlen(names[i])), p);
	}
	assert_string_equal(phase_label(PHASE_DNS), "time_dns");
	assert_string_equal(phase_label(PHASE_QUIT), "time_quit");
	assert_string_equal(phase_label(PHASE_TOTAL), "time");
	assert_int_equal(phase_find("time_dns", 8), -1);
	assert_int_equal(phase_find("", 0), -1);
	assert_int_equal(phase_find("auth=1", 4), PHASE_AUTH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_unknown_conditions),
		cmocka_unit_test(test_phases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
