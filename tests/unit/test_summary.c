/* Many checks in one report, and on one page. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "present/summary.h"
#include "tests/unit/report_sample.h"

#define TAIL(all, ok, w, c, u)                                                 \
	" | checks=" all ";;;0 ok=" ok ";;;0 warning=" w ";;;0 critical=" c    \
	";;;0 unknown=" u ";;;0 time=1.500000s;;;0\n"

static void
add(struct summary *s, const char *name, enum status state, const char *message)
{
	const struct report r = { REPORT_NAMES, .name = name, .state = state,
		.login = state == STATUS_OK ? "accepted" : "rejected",
		.message = message,
		.hint = state == STATUS_OK ? NULL : "look there", .host = "h",
		.port = 587, .user = name, .has_time = true, .time_us = 1000,
		.tls.verified = -1 };

	assert_int_equal(summary_add(s, &r), 0);
}

static struct summary *
make(int verbosity, bool keeps_all)
{
	struct summary *s = summary_new(&(struct summary_style){
	    .verbosity = verbosity, .keeps_all = keeps_all });

	assert_non_null(s);
	return s;
}

static void
expect_text(struct summary *s, const char *wanted)
{
	struct buf out = BUF_INIT(1024 * 1024);

	summary_finish(s, 1500000, 0);
	assert_int_equal(summary_text(s, &out), 0);
	assert_string_equal(buf_str(&out), wanted);
	buf_free(&out);
	summary_free(s);
}

static void
test_all_well(void **state)
{
	struct summary *s = make(0, false);

	(void)state;
	add(s, "b", STATUS_OK, "in");
	add(s, "a", STATUS_OK, "in");
	assert_int_equal(summary_state(s), STATUS_OK);
	expect_text(
	    s, "SMTP_AUTH OK: 2 of 2 checks ok" TAIL("2", "2", "0", "0", "0"));
	s = make(1, false);
	add(s, "b", STATUS_OK, "in");
	add(s, "a", STATUS_OK, "in, too");
	expect_text(s,
	    "SMTP_AUTH OK: 2 of 2 checks ok" TAIL(
		"2", "2", "0", "0", "0") "OK a: in, too\nOK b: in\n");
}

static void
test_without_login(void **state)
{
	const struct report r = { REPORT_NAMES, .name = "a", .state = STATUS_OK,
		.login = "not-tried", .message = "answers" };
	struct summary *s = make(0, false);

	(void)state;
	assert_int_equal(summary_add(s, &r), 0);
	add(s, "b", STATUS_OK, "in");
	expect_text(s,
	    "SMTP_AUTH OK: 2 of 2 checks ok (1 without a login)" TAIL(
		"2", "2", "0", "0", "0"));
}

static void
test_the_worst_first(void **state)
{
	struct summary *s = make(0, false);

	(void)state;
	add(s, "u", STATUS_UNKNOWN, "no secret");
	add(s, "fine", STATUS_OK, "in");
	add(s, "w", STATUS_WARNING, "slow");
	add(s, "c2", STATUS_CRITICAL, "z refused");
	add(s, "c1", STATUS_CRITICAL, "a|b\nrefused");
	assert_int_equal(summary_state(s), STATUS_CRITICAL);
	expect_text(s,
	    "SMTP_AUTH CRITICAL: 2 of 5 checks critical, 1 warning, 1 "
	    "unknown, 1 ok: c1: a\\x7cb\\x0arefused; c2: z refused; w: slow; "
	    "u: no secret" TAIL(
		"5", "1", "1", "2", "1") "CRITICAL c1: a\\x7cb\\x0arefused\n"
					 "CRITICAL c2: z refused\n"
					 "WARNING w: slow\n"
					 "UNKNOWN u: no secret\n");
}

/* What all have in common is said once; with -v each has its line. */
static void
test_said_once(void **state)
{
	struct summary *s = make(0, false);

	(void)state;
	add(s, "d", STATUS_UNKNOWN, "no such file");
	add(s, "a", STATUS_UNKNOWN, "no such file");
	add(s, "x", STATUS_UNKNOWN, "other");
	add(s, "c", STATUS_UNKNOWN, "no such file");
	add(s, "b", STATUS_UNKNOWN, "no such file");
	expect_text(s,
	    "SMTP_AUTH UNKNOWN: 5 of 5 checks unknown: a, b, c and 1 more: no "
	    "such file; x: other" TAIL("5", "0", "0", "0",
		"5") "UNKNOWN a, b, c and 1 more: no such file\n"
		     "UNKNOWN x: other\n");
	s = make(1, false);
	add(s, "b", STATUS_WARNING, "slow");
	add(s, "a", STATUS_WARNING, "slow");
	expect_text(s,
	    "SMTP_AUTH WARNING: 2 of 2 checks warning: a, b: slow" TAIL("2",
		"0", "2", "0",
		"0") "WARNING a: slow\n  look there\nWARNING b: slow\n  look there\n");
}

static void
test_fault(void **state)
{
	struct summary *s = make(0, false);

	(void)state;
	add(s, "a", STATUS_OK, "in");
	summary_fault(s, "cannot write x: disk full");
	summary_fault(s, "another");
	assert_int_equal(summary_state(s), STATUS_UNKNOWN);
	expect_text(s,
	    "SMTP_AUTH UNKNOWN: cannot write x: disk full; 1 of 1 checks "
	    "ok" TAIL("1", "1", "0", "0", "0"));
}

static void
test_first_line(void **state)
{
	struct summary *s = make(0, false);
	struct buf out = BUF_INIT(1024 * 1024);
	char name[30];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "check %d", i);
		add(s, name, STATUS_CRITICAL, name);
	}
	summary_finish(s, 0, 0);
	assert_int_equal(summary_text(s, &out), 0);
	assert_true(strcspn(buf_str(&out), "\n") < FIRST_LINE);
	assert_non_null(strstr(buf_str(&out), "... | checks=1000;"));
	assert_non_null(
	    strstr(buf_str(&out), "\nCRITICAL check 999: check 999\n"));
	buf_free(&out);
	summary_free(s);
}

static int
collect(void *arg, struct buf *bit)
{
	int rc = buf_add(arg, bit->data, bit->len);

	buf_truncate(bit, 0);
	return rc;
}

static int
refuse(void *arg, struct buf *bit)
{
	(void)arg;
	(void)bit;
	return -1;
}

/* Bit by bit it is the same page. */
static void
test_page(void **state)
{
	enum { CHECKS = 500 };
	struct buf whole = BUF_INIT(4 * 1024 * 1024);
	struct buf bits = BUF_INIT(4 * 1024 * 1024), bit = BUF_INIT(256 * 1024);
	struct summary *s = make(0, true);
	struct report_page p;
	struct report r = report_sample;
	char name[30];
	int i;

	(void)state;
	/* Those of the sample are none of a check's. */
	r.finding_count = r.phase_count = 0;
	report_open(&p, &report_openmetrics, &whole);
	for (i = 0; i < CHECKS; i++) {
		snprintf(name, sizeof name, "c%03d\"", i);
		r.name = r.message = name;
		assert_int_equal(summary_add(s, &r), 0);
		report_add(&p, &r);
	}
	assert_int_equal(report_close(&p), 0);
	summary_finish(s, 0, 0);
	assert_int_equal(
	    summary_page(s, &report_openmetrics, &bit, collect, &bits), 0);
	assert_true(bits.len > 128 * 1024);
	assert_int_equal(bits.len, whole.len);
	assert_memory_equal(bits.data, whole.data, whole.len);
	assert_int_equal(
	    summary_page(s, &report_openmetrics, &bit, refuse, NULL), -1);
	summary_free(s);
	buf_free(&whole);
	buf_free(&bits);
	buf_free(&bit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_well),
		cmocka_unit_test(test_without_login),
		cmocka_unit_test(test_the_worst_first),
		cmocka_unit_test(test_said_once),
		cmocka_unit_test(test_fault),
		cmocka_unit_test(test_first_line),
		cmocka_unit_test(test_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
