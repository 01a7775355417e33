/* OpenMetrics: whole pages, and nothing that breaks them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/report_sample.h"

#define HEAD(name, help)                                                       \
	"# HELP smtp_auth_" name " " help "\n# TYPE smtp_auth_" name " gauge\n"

#define STATE                                                                  \
	HEAD("state",                                                          \
	    "State of the check: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.")
#define UP                                                                     \
	HEAD("up",                                                             \
	    "1 if the account logged in or, without credentials, the server "  \
	    "answered to the end; otherwise 0.")
#define CONDITION HEAD("condition", "1 for each condition that holds.")
#define PHASE HEAD("phase_seconds", "Time that each finished phase took.")
#define DURATION                                                               \
	HEAD("duration_seconds",                                               \
	    "Time from the first DNS query to the end of QUIT.")
#define NOT_AFTER                                                              \
	HEAD("certificate_not_after_timestamp_seconds",                        \
	    "Unix time when the server's certificate expires.")
#define EXPIRY                                                                 \
	HEAD("token_expiry_timestamp_seconds",                                 \
	    "Unix time when the access token expires, if it tells.")
#define GUARD                                                                  \
	HEAD("held_back",                                                      \
	    "1 if the secret was refused too often to be sent again for now, " \
	    "0 if it was not, by the guard that was asked for.")               \
	HEAD("next_try_timestamp_seconds",                                     \
	    "Unix time when a secret that is held back may be sent again.")
#define CHECKED                                                                \
	HEAD("checked_timestamp_seconds", "Unix time when the check was done.")
#define INFO HEAD("info", "1, labelled with what was negotiated.")
#define CREDENTIAL                                                             \
	HEAD("credential_end_timestamp_seconds",                               \
	    "Unix time when what the token is renewed with ends, if known.")

static void
test_sample(void **state)
{
#define SAMPLE "{host=\"mail.example.org\",port=\"587\",user=\"alice\""
	(void)state;
	report_expect("all of it", &report_openmetrics, &report_sample,
	    STATE "smtp_auth_state" SAMPLE "} 2\n" UP "smtp_auth_up" SAMPLE
		  "} 1\n" CONDITION "smtp_auth_condition" SAMPLE
		  ",condition=\"auth-rejected\"} 1\n"
		  "smtp_auth_condition" SAMPLE
		  ",condition=\"cert-expiring\"} 1\n" PHASE
		  "smtp_auth_phase_seconds" SAMPLE ",phase=\"dns\"} 0.000000\n"
		  "smtp_auth_phase_seconds" SAMPLE
		  ",phase=\"auth\"} 0.084212\n" DURATION
		  "smtp_auth_duration_seconds" SAMPLE "} 2.310000\n" NOT_AFTER
		  "smtp_auth_certificate_not_after_timestamp_seconds" SAMPLE
		  "} 1796464800\n" EXPIRY CREDENTIAL GUARD CHECKED INFO
		  "smtp_auth_info" SAMPLE
		  ",mechanism=\"PLAIN\",tls_version=\"TLSv1.3\"} 1\n# EOF\n");
}

static void
test_nothing_known(void **state)
{
#define NOBODY "{host=\"\",port=\"\",user=\"\"}"
	static const struct report r = { REPORT_NAMES,
		.state = STATUS_UNKNOWN };

	(void)state;
	report_expect("next to nothing", &report_openmetrics, &r,
	    STATE "smtp_auth_state" NOBODY " 3\n" UP "smtp_auth_up" NOBODY
		  " 0\n" CONDITION PHASE DURATION NOT_AFTER EXPIRY CREDENTIAL
		      GUARD CHECKED INFO "# EOF\n");
}

/* A series that comes twice makes the collector drop the whole page. */
static void
test_condition_twice(void **state)
{
	static const struct report_finding findings[] = {
		{ "slow", STATUS_CRITICAL, "auth took long" },
		{ "expect", STATUS_WARNING, "not found" },
		{ "slow", STATUS_WARNING, "ehlo took long" },
	};
	static const struct report r = { REPORT_NAMES, .findings = findings,
		.finding_count = COUNT(findings) };

	(void)state;
	report_expect("twice", &report_openmetrics, &r,
	    STATE "smtp_auth_state" NOBODY " 0\n" UP "smtp_auth_up" NOBODY
		  " 0\n" CONDITION
		  "smtp_auth_condition{host=\"\",port=\"\",user=\"\","
		  "condition=\"slow\"} 1\n"
		  "smtp_auth_condition{host=\"\",port=\"\",user=\"\","
		  "condition=\"expect\"} 1\n" PHASE DURATION NOT_AFTER EXPIRY
		      CREDENTIAL GUARD CHECKED INFO "# EOF\n");
}

/* The format demands that the samples of a family stand together. */
static void
test_two(void **state)
{
#define OTHER "{host=\"mx.example.org\",port=\"\",user=\"bob\""
	static const struct report_finding finding = { "slow", STATUS_WARNING,
		"took long" };
	static const struct report other = { REPORT_NAMES,
		.state = STATUS_WARNING, .host = "mx.example.org",
		.user = "bob", .mechanism = "XOAUTH2", .findings = &finding,
		.finding_count = 1, .has_time = true, .time_us = 1500000,
		.now = 1700007112, .token = { true, 1796464801, 1 },
		.credential = { "certificate", true, 1796464802, 0 } };
	struct buf out = BUF_INIT(ROOM);
	struct report_page p;

	(void)state;
	report_open(&p, &report_openmetrics, &out);
	report_add(&p, &report_sample);
	report_add(&p, &other);
	assert_int_equal(report_close(&p), 0);
	assert_string_equal(buf_str(&out),
	    STATE
	    "smtp_auth_state" SAMPLE "} 2\n"
	    "smtp_auth_state" OTHER "} 1\n" UP "smtp_auth_up" SAMPLE "} 1\n"
	    "smtp_auth_up" OTHER "} 0\n" CONDITION "smtp_auth_condition" SAMPLE
	    ",condition=\"auth-rejected\"} 1\n"
	    "smtp_auth_condition" SAMPLE ",condition=\"cert-expiring\"} 1\n"
	    "smtp_auth_condition" OTHER ",condition=\"slow\"} 1\n" PHASE
	    "smtp_auth_phase_seconds" SAMPLE ",phase=\"dns\"} 0.000000\n"
	    "smtp_auth_phase_seconds" SAMPLE
	    ",phase=\"auth\"} 0.084212\n" DURATION
	    "smtp_auth_duration_seconds" SAMPLE "} 2.310000\n"
	    "smtp_auth_duration_seconds" OTHER "} 1.500000\n" NOT_AFTER
	    "smtp_auth_certificate_not_after_timestamp_seconds" SAMPLE
	    "} 1796464800\n" EXPIRY
	    "smtp_auth_token_expiry_timestamp_seconds" OTHER
	    "} 1796464801\n" CREDENTIAL
	    "smtp_auth_credential_end_timestamp_seconds" OTHER
	    "} 1796464802\n" GUARD CHECKED
	    "smtp_auth_checked_timestamp_seconds" OTHER "} 1700007112\n" INFO
	    "smtp_auth_info" SAMPLE
	    ",mechanism=\"PLAIN\",tls_version=\"TLSv1.3\"} 1\n"
	    "smtp_auth_info" OTHER
	    ",mechanism=\"XOAUTH2\",tls_version=\"\"} 1\n# EOF\n");
	buf_free(&out);
}

static void
test_guard(void **state)
{
	static const struct report held = { REPORT_NAMES,
		.guard = { true, true, true, 1700003512, 1700007112 } };
	static const struct report not_held = { REPORT_NAMES,
		.guard = { .known = true } };
	struct buf out = BUF_INIT(ROOM);

	(void)state;
	assert_int_equal(report_write(&report_openmetrics, &held, &out), 0);
	assert_non_null(
	    strstr(buf_str(&out), "\nsmtp_auth_held_back" NOBODY " 1\n"));
	assert_non_null(strstr(buf_str(&out),
	    "\nsmtp_auth_next_try_timestamp_seconds" NOBODY " 1700007112\n"));
	buf_truncate(&out, 0);
	assert_int_equal(report_write(&report_openmetrics, &not_held, &out), 0);
	assert_non_null(
	    strstr(buf_str(&out), "\nsmtp_auth_held_back" NOBODY " 0\n"));
	assert_null(strstr(buf_str(&out), "next_try_timestamp_seconds{"));
	buf_free(&out);
}

static void
test_hostile(void **state)
{
	/* What the EVIL of the sample turns into. */
#define TAME                                                                   \
	"\"a\\\\x7cb\\\\x0aOK \\\\x7c x=1\\\\x0d\\\\x1b[2J\\\\xc2\\\\x9b"      \
	"\\\\xff\\\\xc0\\\\xaf\\\\xe2\\\\x80\\\\xae\\\\xe2\\\\x80\\\\xa8"      \
	"\\\"\\\\\\\\x7f\""
#define EVILS "{host=" TAME ",port=\"\",user=" TAME
	static const struct report_finding finding = { EVIL, STATUS_OK, EVIL };
	static const struct report_phase phase = { EVIL, true, -1 };
	static const struct report r = { REPORT_NAMES, .host = EVIL,
		.user = EVIL, .message = EVIL, .mechanism = EVIL,
		.findings = &finding, .finding_count = 1, .phases = &phase,
		.phase_count = 1,
		.tls = { EVIL, EVIL, 0, EVIL, EVIL, true, INT64_MIN, 0 },
		.token = { true, INT64_MAX, 0 } };

	(void)state;
	report_expect("hostile", &report_openmetrics, &r,
	    STATE "smtp_auth_state" EVILS "} 0\n" UP "smtp_auth_up" EVILS
		  "} 0\n" CONDITION "smtp_auth_condition" EVILS
		  ",condition=" TAME "} 1\n" PHASE
		  "smtp_auth_phase_seconds" EVILS ",phase=" TAME
		  "} -0.000001\n" DURATION NOT_AFTER
		  "smtp_auth_certificate_not_after_timestamp_seconds" EVILS
		  "} -9223372036854775808\n" EXPIRY
		  "smtp_auth_token_expiry_timestamp_seconds" EVILS
		  "} 9223372036854775807\n" CREDENTIAL GUARD CHECKED INFO
		  "smtp_auth_info" EVILS ",mechanism=" TAME ",tls_version=" TAME
		  "} 1\n# EOF\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_condition_twice),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_guard),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
