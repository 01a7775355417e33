/* The text format: first line, perfdata, long output, and their limits. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/report_sample.h"

/* What the EVIL of the sample turns into. */
#define TAME                                                                   \
	"a\\x7cb\\x0aOK \\x7c x=1\\x0d\\x1b[2J\\xc2\\x9b\\xff\\xc0\\xaf"       \
	"\\xe2\\x80\\xae\\xe2\\x80\\xa8\"\\\\x7f"

static const struct metric metrics[] = {
	{ "time", METRIC_SECONDS, true, 84212, "1", "5", true, 10000000 },
	{ "time_dns", METRIC_SECONDS, true, 0, NULL, NULL, true, 0 },
	{ "time_auth", METRIC_SECONDS, false, 7, NULL, NULL, true, 0 },
	{ "cert_days", METRIC_COUNT, true, 63, "30:", "14:", false, 0 },
};
static const char *const details[] = { "first detail", "", "last detail" };

static size_t
count(const char *s, char c)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += *s == c;
	return n;
}

static void
expect_end(const struct buf *out, const char *end)
{
	assert_true(out->len >= strlen(end));
	assert_string_equal(buf_str(out) + out->len - strlen(end), end);
}

static void
test_text(void **state)
{
	static const struct {
		const char *what;
		struct report r;
		const char *out;
	} cases[] = {
		{ "only a message", { REPORT_NAMES, .message = "fine" },
		    "SMTP_AUTH OK: fine\n" },
		{ "usage error",
		    { REPORT_NAMES, .state = STATUS_UNKNOWN,
			.message = "usage: no host" },
		    "SMTP_AUTH UNKNOWN: usage: no host\n" },
		{ "hint", { REPORT_NAMES, .message = "m", .hint = "h" },
		    "SMTP_AUTH OK: m\nh\n" },
		{ "perfdata",
		    { REPORT_NAMES, .message = "m", .metrics = metrics,
			.metric_count = COUNT(metrics) },
		    "SMTP_AUTH OK: m | time=0.084212s;1;5;0;10 "
		    "time_dns=0.000000s;;;0 time_auth=U;;;0 "
		    "cert_days=63;30:;14:\n" },
		{ "known metrics only",
		    { REPORT_NAMES, .message = "m", .metrics = metrics,
			.metric_count = COUNT(metrics),
			.known_metrics_only = true },
		    "SMTP_AUTH OK: m | time=0.084212s;1;5;0;10 "
		    "time_dns=0.000000s;;;0 cert_days=63;30:;14:\n" },
		{ "known metrics only, and the first is not",
		    { REPORT_NAMES, .message = "m", .metrics = metrics + 2,
			.metric_count = 2, .known_metrics_only = true },
		    "SMTP_AUTH OK: m | cert_days=63;30:;14:\n" },
		{ "known metrics only, and none is",
		    { REPORT_NAMES, .message = "m", .metrics = metrics + 2,
			.metric_count = 1, .known_metrics_only = true },
		    "SMTP_AUTH OK: m\n" },
		{ "details without a hint",
		    { REPORT_NAMES, .state = STATUS_WARNING, .message = "m",
			.details = details, .detail_count = COUNT(details) },
		    "SMTP_AUTH WARNING: m\nfirst detail\n\nlast detail\n" },
		{ "a drawing alone",
		    { REPORT_NAMES, .message = "m",
			.drawing = "\x1b[31m#\x1b[0m\n" },
		    "SMTP_AUTH OK: m\n\x1b[31m#\x1b[0m\n" },
		{ "a drawing before the details",
		    { REPORT_NAMES, .message = "m", .hint = "h",
			.details = details, .detail_count = COUNT(details),
			.drawing = "#\n##\n" },
		    "SMTP_AUTH OK: m\nh\n#\n##\nfirst detail\n\n"
		    "last detail\n" },
		{ "a drawing among the details",
		    { REPORT_NAMES, .message = "m", .details = details,
			.detail_count = COUNT(details), .drawing = "#\n",
			.drawing_line = 1 },
		    "SMTP_AUTH OK: m\nfirst detail\n#\n\nlast detail\n" },
		{ "a drawing behind the details",
		    { REPORT_NAMES, .message = "m", .details = details,
			.detail_count = COUNT(details), .drawing = "#\n",
			.drawing_line = COUNT(details) },
		    "SMTP_AUTH OK: m\nfirst detail\n\nlast detail\n#\n" },
		{ "no drawing",
		    { REPORT_NAMES, .message = "m", .details = details,
			.detail_count = 1, .drawing = "" },
		    "SMTP_AUTH OK: m\nfirst detail\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		report_expect(
		    cases[i].what, &report_text, &cases[i].r, cases[i].out);
	report_expect("all of it", &report_text, &report_sample,
	    "SMTP_AUTH CRITICAL: login of alice rejected | "
	    "time=0.084212s;1;5;0;10 time_dns=0.000000s;;;0 time_auth=U;;;0 "
	    "cert_days=63;30:;14:\n"
	    "wrong password\nfirst detail\n\nlast detail\n");
}

static void
test_metric(void **state)
{
	static const struct {
		const char *what;
		struct metric m;
		const char *out;
	} cases[] = {
		{ "nothing but a value",
		    { "t", METRIC_SECONDS, true, 1, NULL, NULL, false, 0 },
		    "t=0.000001s" },
		{ "a warning only",
		    { "t", METRIC_SECONDS, true, 0, "1", NULL, false, 0 },
		    "t=0.000000s;1" },
		{ "a critical range only",
		    { "t", METRIC_SECONDS, true, 0, NULL, "@1:2", false, 0 },
		    "t=0.000000s;;@1:2" },
		{ "a maximum only",
		    { "t", METRIC_SECONDS, true, 0, NULL, NULL, false, 1 },
		    "t=0.000000s;;;;0.000001" },
		{ "maximum without needless zeros",
		    { "t", METRIC_SECONDS, true, 0, NULL, NULL, true, 2500000 },
		    "t=0.000000s;;;0;2.5" },
		{ "zeros before the point are needed",
		    { "t", METRIC_SECONDS, true, 0, NULL, NULL, true,
			100000000 },
		    "t=0.000000s;;;0;100" },
		{ "limits behind an unknown value",
		    { "t", METRIC_SECONDS, false, 9, "1", "2", true, 3000000 },
		    "t=U;1;2;0;3" },
		{ "unknown count",
		    { "d", METRIC_COUNT, false, 9, "30:", NULL, false, 0 },
		    "d=U;30:" },
		{ "negative count",
		    { "d", METRIC_COUNT, true, -3, NULL, NULL, false, 0 },
		    "d=-3" },
		{ "count with a maximum",
		    { "d", METRIC_COUNT, true, 10, NULL, NULL, true, 100 },
		    "d=10;;;0;100" },
		{ "whole seconds",
		    { "t", METRIC_WHOLE_SECONDS, true, 3512,
			"600:", "300:", false, 0 },
		    "t=3512s;600:;300:" },
		{ "below 0 of them",
		    { "t", METRIC_WHOLE_SECONDS, true, -60, NULL, NULL, false,
			0 },
		    "t=-60s" },
		{ "unknown ones",
		    { "t", METRIC_WHOLE_SECONDS, false, 9, "600:", NULL, false,
			0 },
		    "t=U;600:" },
		{ "whole seconds with a maximum",
		    { "t", METRIC_WHOLE_SECONDS, true, 1, NULL, NULL, true,
			60 },
		    "t=1s;;;0;60" },
		{ "bar in a threshold",
		    { "d", METRIC_COUNT, true, 1, "|", NULL, false, 0 },
		    "d=1;\\x7c" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		const struct report r = { REPORT_NAMES, .message = "m",
			.metrics = &cases[i].m, .metric_count = 1 };
		char line[128];

		snprintf(
		    line, sizeof line, "SMTP_AUTH OK: m | %s\n", cases[i].out);
		report_expect(cases[i].what, &report_text, &r, line);
	}
}

/* A message is cut between two characters, and the perfdata stays whole. */
static void
test_long_message(void **state)
{
	static const struct {
		const char *what;
		const char *unit;
		size_t shorter; /* 959 bytes, less than a unit left */
	} cases[] = {
		{ "one byte", "a", 0 },
		{ "four bytes", "\xf0\x9f\x93\xa7", 3 },
		{ "escaped", "|", 3 },
	};
	struct report r = { REPORT_NAMES, .hint = "hint",
		.metrics = metrics + 3, .metric_count = 1 };
	size_t i, n, first;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct buf message = BUF_INIT(ROOM), out = BUF_INIT(ROOM);

		for (n = 0; n < 2000; n += strlen(cases[i].unit))
			assert_int_equal(buf_adds(&message, cases[i].unit), 0);
		r.message = buf_str(&message);
		assert_int_equal(report_write(&report_text, &r, &out), 0);
		first = strcspn(buf_str(&out), "\n") + 1;
		if (first != FIRST_LINE - cases[i].shorter)
			fail_msg("%s: %zu bytes", cases[i].what, first);
		expect_end(&out, "... | cert_days=63;30:;14:\nhint\n");
		assert_int_equal(count(buf_str(&out), '|'), 1);
		buf_free(&message);
		buf_free(&out);
	}
}

/* The last message that fits is not touched, the next one is cut. */
static void
test_message_limit(void **state)
{
	char message[FIRST_LINE + 1];
	const struct report r = { REPORT_NAMES, .message = message };
	struct buf out = BUF_INIT(ROOM);
	size_t fits = FIRST_LINE - strlen("SMTP_AUTH OK: \n");

	(void)state;
	memset(message, 'a', sizeof message);
	message[fits] = '\0';
	assert_int_equal(report_write(&report_text, &r, &out), 0);
	assert_int_equal(out.len, FIRST_LINE);
	assert_null(strchr(buf_str(&out), '.'));
	buf_truncate(&out, 0);
	message[fits] = 'a';
	message[fits + 1] = '\0';
	assert_int_equal(report_write(&report_text, &r, &out), 0);
	assert_int_equal(out.len, FIRST_LINE);
	expect_end(&out, "a...\n");
	buf_free(&out);
}

static void
test_long_perfdata(void **state)
{
	static const char range[] =
	    "0.00000000000000000000:10.0000000000000000000000";
	static const char bare[] = " time_starttls=0.000001s;;;0;10\n";
	struct metric many[64];
	struct report r = { REPORT_NAMES, .message = "m", .metrics = many };
	struct buf out = BUF_INIT(ROOM);
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(many); i++)
		many[i] = (struct metric){ "time_starttls", METRIC_SECONDS,
			true, 1, range, range, true, 10000000 };
	/* Five with their thresholds come to less than 700 bytes. */
	r.metric_count = 5;
	assert_int_equal(report_write(&report_text, &r, &out), 0);
	assert_int_equal(count(buf_str(&out), ':'), 2 * 5 + 1);
	buf_truncate(&out, 0);
	r.metric_count = 6;
	assert_int_equal(report_write(&report_text, &r, &out), 0);
	assert_int_equal(count(buf_str(&out), ':'), 1);
	assert_int_equal(count(buf_str(&out), '='), 6);
	expect_end(&out, bare);
	buf_truncate(&out, 0);
	/* More than fits even so: whole metrics, and a line that ends. */
	r.metric_count = COUNT(many);
	assert_int_equal(report_write(&report_text, &r, &out), 0);
	assert_true(out.len <= 700 + strlen("SMTP_AUTH OK: m | \n"));
	assert_true(out.len + strlen(bare) > 700);
	expect_end(&out, bare);
	buf_free(&out);
}

/* 700 bytes of perfdata keep their thresholds, 701 do not. */
static void
test_perfdata_limit(void **state)
{
	char label[701];
	const struct metric m = { label, METRIC_COUNT, true, 1, "30:", NULL,
		false, 0 };
	const struct report r = { REPORT_NAMES, .message = "m", .metrics = &m,
		.metric_count = 1 };
	struct buf out = BUF_INIT(ROOM);
	size_t fits = 700 - strlen("=1;30:");

	(void)state;
	memset(label, 'l', sizeof label);
	label[fits] = '\0';
	assert_int_equal(report_write(&report_text, &r, &out), 0);
	expect_end(&out, "l=1;30:\n");
	buf_truncate(&out, 0);
	label[fits] = 'l';
	label[fits + 1] = '\0';
	assert_int_equal(report_write(&report_text, &r, &out), 0);
	expect_end(&out, "l=1\n");
	buf_free(&out);
}

static void
test_hostile(void **state)
{
	static const char *const lines[] = { EVIL, EVIL };
	const struct report r = { REPORT_NAMES, .state = STATUS_CRITICAL,
		.message = EVIL, .hint = EVIL, .metrics = metrics + 3,
		.metric_count = 1, .details = lines,
		.detail_count = COUNT(lines) };

	(void)state;
	report_expect("hostile", &report_text, &r,
	    "SMTP_AUTH CRITICAL: " TAME " | cert_days=63;30:;14:\n" TAME
	    "\n" TAME "\n" TAME "\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_metric),
		cmocka_unit_test(test_long_message),
		cmocka_unit_test(test_message_limit),
		cmocka_unit_test(test_long_perfdata),
		cmocka_unit_test(test_perfdata_limit),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
