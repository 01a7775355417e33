/* What is kept of a check that is over tells a page the same as the check. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/phase.h"
#include "present/kept.h"
#include "tests/unit/report_sample.h"

/* In the order in which they are kept. */
static const struct report_finding two_findings[] = {
	{ "cert-expiring", STATUS_WARNING, "certificate expires in 12 days" },
	{ "auth-rejected", STATUS_CRITICAL, "login of alice rejected" },
};

/* Of a check in a batch, whose phases are all of them. */
static void
fill(struct report *r, struct report_phase phases[PHASES])
{
	int i;

	for (i = 0; i < PHASES; i++)
		phases[i] =
		    (struct report_phase){ .name = phase_name((enum phase)i),
			    .known = i % 3 != 0,
			    .elapsed_us = 1000 * i + 1 };
	*r = report_sample;
	r->findings = two_findings;
	r->name = "mx1!a \"b\"";
	r->phases = phases;
	r->phase_count = PHASES;
}

/* Both pages, of the report itself and of what was kept of it. */
static void
expect_same(const struct report *r)
{
	static const struct report_format *const formats[] = {
		&report_openmetrics, &report_html
	};
	struct kept *k = kept_new(r);
	struct buf said = BUF_INIT(ROOM);
	struct kept_report again;
	size_t i;

	assert_non_null(k);
	kept_recall(&again, k);
	for (i = 0; i < COUNT(formats); i++) {
		buf_truncate(&said, 0);
		assert_int_equal(report_write(formats[i], r, &said), 0);
		report_expect(formats[i]->name, formats[i], &again.report,
		    buf_str(&said));
	}
	buf_free(&said);
	free(k);
}

static void
test_everything(void **state)
{
	struct report_phase phases[PHASES];
	struct report r;

	(void)state;
	fill(&r, phases);
	r.token.has_expiry = true;
	r.token.expires_at = 1700003600;
	r.credential.has_end = true;
	r.credential.ends_at = 1710000000;
	r.guard.known = r.guard.held_back = r.guard.has_dates = true;
	r.guard.next_try = 1700007112;
	expect_same(&r);
}

static void
test_not_held_back(void **state)
{
	struct report_phase phases[PHASES];
	struct report r;

	(void)state;
	fill(&r, phases);
	r.guard.known = true;
	expect_same(&r);
}

/* What was never known stays so. */
static void
test_nothing(void **state)
{
	const struct report r = { REPORT_NAMES, .name = "n",
		.state = STATUS_UNKNOWN, .condition = "usage",
		.tls.verified = -1 };

	(void)state;
	expect_same(&r);
}

/* Two of one condition are one series; what is no condition is none. */
static void
test_findings(void **state)
{
	static const struct report_finding findings[] = {
		{ "slow", STATUS_CRITICAL, "too slow" },
		{ "slow", STATUS_WARNING, "slow, too" },
		{ "no such condition", STATUS_CRITICAL, "?" },
	};
	struct report r = report_sample;
	struct kept_report again;
	struct kept *k;

	(void)state;
	r.findings = findings;
	r.finding_count = COUNT(findings);
	k = kept_new(&r);
	assert_non_null(k);
	kept_recall(&again, k);
	assert_int_equal(again.report.finding_count, 1);
	assert_string_equal(again.findings[0].condition, "slow");
	assert_int_equal(again.findings[0].state, r.state);
	free(k);
}

/* Texts are cut between characters, and none of them runs into the next. */
static void
test_long_texts(void **state)
{
	enum { LONG = 2000, KEPT = 600 };
	struct report r = report_sample;
	struct kept_report again;
	char message[LONG + 1], hint[LONG + 1];
	struct kept *k;
	size_t i;

	(void)state;
	memset(message, 'm', LONG);
	message[LONG] = '\0';
	hint[0] = 'h';
	for (i = 1; i + 1 < LONG; i += 2)
		memcpy(hint + i, "\xc3\xa4", 2);
	hint[i] = '\0';
	r.name = "n";
	r.message = message;
	r.hint = hint;
	k = kept_new(&r);
	assert_non_null(k);
	kept_recall(&again, k);
	assert_int_equal(strlen(again.report.message), KEPT);
	assert_memory_equal(again.report.message, message, KEPT);
	/* One octet, then pairs: the 600th would be half a character. */
	assert_int_equal(strlen(again.report.hint), KEPT - 1);
	assert_memory_equal(again.report.hint, hint, KEPT - 1);
	assert_string_equal(again.report.user, r.user);
	free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_not_held_back),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_long_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
