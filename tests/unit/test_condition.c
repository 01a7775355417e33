/* Names, default states and traits of conditions, names of phases. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "check/condition.h"
#include "check/phase.h"

/* The man page's conditions, in its order. */
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
	{ "server-proof", STATUS_CRITICAL },
	{ "token", STATUS_CRITICAL },
	{ "token-temporary", STATUS_CRITICAL },
	{ "token-expiring", STATUS_WARNING },
	{ "credential-expiring", STATUS_WARNING },
	{ "changed", STATUS_WARNING },
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

/*
 * What is known of a condition by itself: its place, a letter for each trait
 * (Fixed, Certificate, Limit, Rewritten).
 */
static const struct {
	enum condition condition;
	const char *place; /* a phase's name where it is one */
	const char *traits;
} known[] = {
	{ CONDITION_USAGE, "nowhere", "F" },
	{ CONDITION_SECRET, "auth", "" },
	{ CONDITION_DNS, "dns", "" },
	{ CONDITION_CONNECT, "connect", "" },
	{ CONDITION_TIMEOUT, "in progress", "" },
	{ CONDITION_GREETING, "greeting", "LR" },
	{ CONDITION_EXPECT, "nowhere", "R" },
	{ CONDITION_EHLO, "ehlo", "LR" },
	{ CONDITION_STARTTLS_MISSING, "starttls", "LR" },
	{ CONDITION_STARTTLS_INJECTION, "starttls", "" },
	{ CONDITION_TLS, "in progress", "" },
	{ CONDITION_CERT_UNTRUSTED, "tls", "C" },
	{ CONDITION_CERT_NAME, "tls", "C" },
	{ CONDITION_CERT_EXPIRED, "tls", "C" },
	{ CONDITION_CERT_NOT_YET_VALID, "tls", "C" },
	{ CONDITION_CERT_PIN, "tls", "C" },
	{ CONDITION_CERT_EXPIRING, "tls", "" },
	{ CONDITION_CLEARTEXT_AUTH, "ehlo", "" },
	{ CONDITION_MECHANISM, "offers", "LR" },
	{ CONDITION_CLEARTEXT_REFUSED, "auth", "" },
	{ CONDITION_AUTH_REJECTED, "auth", "L" },
	{ CONDITION_AUTH_TEMPORARY, "auth", "L" },
	{ CONDITION_RATE_LIMITED, "dialogue", "" },
	{ CONDITION_SERVER_PROOF, "auth", "" },
	{ CONDITION_TOKEN, "nowhere", "" },
	{ CONDITION_TOKEN_TEMPORARY, "nowhere", "" },
	{ CONDITION_TOKEN_EXPIRING, "nowhere", "" },
	{ CONDITION_CREDENTIAL_EXPIRING, "nowhere", "" },
	{ CONDITION_CHANGED, "nowhere", "" },
	{ CONDITION_AUTH_ACCEPTED, "auth", "" },
	{ CONDITION_EXTENSION, "ehlo", "R" },
	{ CONDITION_SENDER, "envelope", "" },
	{ CONDITION_RECIPIENT, "envelope", "" },
	{ CONDITION_PROTOCOL, "dialogue", "R" },
	{ CONDITION_DISCONNECTED, "in progress", "R" },
	{ CONDITION_SLOW, "nowhere", "" },
	{ CONDITION_INTERNAL, "nowhere", "" },
	{ CONDITION_NONE, "nowhere", "" },
};

static const char *
place_of(enum condition c)
{
	static const char *const places[] = {
		[CONDITION_NOWHERE] = "nowhere",
		[CONDITION_IN_OFFERS] = "offers",
		[CONDITION_IN_DIALOGUE] = "dialogue",
		[CONDITION_IN_PROGRESS] = "in progress",
	};

	return condition_place(c) == CONDITION_IN_ITS_PHASE
	    ? phase_name(condition_phase(c))
	    : places[condition_place(c)];
}

static void
test_traits(void **state)
{
	static const char letters[] = "FCLR";
	enum condition c;
	size_t i, k;

	(void)state;
	assert_int_equal(CONDITIONS + 1, sizeof known / sizeof known[0]);
	for (i = 0; i <= CONDITIONS; i++) {
		c = known[i].condition;
		assert_string_equal(place_of(c), known[i].place);
		for (k = 0; letters[k] != '\0'; k++)
			if (condition_has(c, (enum condition_trait)(1 << k)) !=
			    (strchr(known[i].traits, letters[k]) != NULL))
				fail_msg(
				    "%s: %c", condition_name(c), letters[k]);
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
		cmocka_unit_test(test_traits),
		cmocka_unit_test(test_unknown_conditions),
		cmocka_unit_test(test_phases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
