/* The drawing of the phases: every column of it, at several widths. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "plugin/waterfall.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define NO_LIMITS .warning_us = -1, .critical_us = -1
#define ONE(row_name, start, elapsed)                                          \
	.name = (row_name), .reached = true, .elapsed_us = (elapsed),          \
	.parts = { { (start), (elapsed) } }, .part_count = 1
#define NOT_REACHED(row_name)                                                  \
	{                                                                      \
		.name = (row_name), NO_LIMITS                                  \
	}
#define TOTAL(us)                                                              \
	{                                                                      \
		.name = "total", .reached = true, .elapsed_us = (us),          \
		NO_LIMITS                                                      \
	}

/* A login over STARTTLS: EHLO is said twice, and AUTH takes too long. */
static const struct waterfall_row login[] = {
	{ .name = "dns", .reached = true, NO_LIMITS },
	{ ONE("connect", 0, 20000), NO_LIMITS },
	{ ONE("greeting", 20000, 30000), .warning_us = 15000,
	    .critical_us = 45000, .state = STATUS_WARNING, .mark = "slow" },
	{ .name = "ehlo",
	    .reached = true,
	    .elapsed_us = 20000,
	    .parts = { { 50000, 10000 }, { 90000, 10000 } },
	    .part_count = 2,
	    .warning_us = 15000,
	    .critical_us = -1 },
	{ ONE("starttls", 60000, 50), NO_LIMITS },
	{ ONE("tls", 60050, 29950), NO_LIMITS },
	{ ONE("auth", 100000, 100000), .warning_us = -1, .critical_us = 500000,
	    .state = STATUS_CRITICAL, .mark = "auth-rejected" },
	NOT_REACHED("envelope"),
	{ ONE("quit", 200000, 0), NO_LIMITS },
};
static const struct waterfall login_drawn = {
	.rows = login,
	.row_count = COUNT(login),
	.total = { .name = "total",
	    .reached = true,
	    .elapsed_us = 200000,
	    .warning_us = 50000,
	    .critical_us = 150000 },
	.width = 80,
};

static void
expect(const char *what, const struct waterfall *w, const char *wanted)
{
	struct buf out = BUF_INIT(65536);

	waterfall_add(&out, w);
	assert_false(out.failed);
	if (strcmp(buf_str(&out), wanted) != 0)
		fail_msg("%s:\n%s\nwanted:\n%s", what, buf_str(&out), wanted);
	buf_free(&out);
}

/* Columns of the line at s, as long as none of its characters is wide. */
static int
columns(const char *s)
{
	int n = 0;

	for (; *s != '\0' && *s != '\n'; s++)
		if (*s == '\x1b')
			s += strcspn(s, "m");
		else
			n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void
test_ascii(void **state)
{
	struct waterfall w = login_drawn;

	(void)state;
	/* clang-format off */
	expect("80 columns", &w,
	    "                   0 ms       50         100        150\n"
	    "dns        0.0 ms\n"
	    "connect   20.0 ms  ####\n"
	    "greeting  30.0 ms      ###:###   ! <- slow\n"
	    "ehlo      20.0 ms             ##       :#\n"
	    "starttls   0.1 ms               #\n"
	    "tls       30.0 ms               #######\n"
	    "auth     100.0 ms                        ###################### <- auth-rejected\n"
	    "envelope     -\n"
	    "quit       0.0 ms                                             #\n"
	    "total    200.0 ms  -----------:---------------------!----------\n");
	w.width = 60;
	expect("60 columns", &w,
	    "                   0 ms        100\n"
	    "dns        0.0 ms\n"
	    "connect   20.0 ms  ##\n"
	    "greeting  30.0 ms    ##:# ! <- slow\n"
	    "ehlo      20.0 ms        #    :\n"
	    "starttls   0.1 ms         #\n"
	    "tls       30.0 ms         ####\n"
	    "auth     100.0 ms              ############ <- auth-rejected\n"
	    "envelope     -\n"
	    "quit       0.0 ms                         #\n"
	    "total    200.0 ms  ------:-----------!-----\n");
	/* clang-format on */
}

static void
test_blocks(void **state)
{
	struct waterfall w = login_drawn;

	(void)state;
	w.utf8 = true;
	w.width = 100;
	/* clang-format off */
	expect("100 columns", &w,
	    "                   0 ms            50              100             150\n"
	    "dns        0.0 ms\n"
	    "connect   20.0 ms  ██████▌\n"
	    "greeting  30.0 ms        ▐████┊████▎    ┃ ✗ slow\n"
	    "ehlo      20.0 ms                  ▐██▌         ▐┊█▌\n"
	    "starttls   0.1 ms                     ▕\n"
	    "tls       30.0 ms                     ▐█████████▎\n"
	    "auth     100.0 ms                                  ▐████████████████████████████████ ✗ auth-rejected\n"
	    "envelope     -\n"
	    "quit       0.0 ms                                                                  ▕\n"
	    "total    200.0 ms  ────────────────┊───────────────────────────────┃────────────────\n");
	w.width = 80;
	w.color = true;
	expect("in colour", &w,
	    "                   \x1b[2m0 ms\x1b[0m       \x1b[2m50\x1b[0m         \x1b[2m100\x1b[0m        \x1b[2m150\x1b[0m\n"
	    "dns        0.0 ms\n"
	    "connect   20.0 ms  \x1b[36m████▌\x1b[0m\n"
	    "\x1b[33mgreeting  30.0 ms\x1b[0m      \x1b[33m▐██┊███▎\x1b[0m  \x1b[31m┃\x1b[0m \x1b[33m✗ slow\x1b[0m\n"
	    "ehlo      20.0 ms             \x1b[36m▐█▌\x1b[0m      \x1b[36m▐\x1b[0m\x1b[33m┊▌\x1b[0m\n"
	    "starttls   0.1 ms               \x1b[36m▕\x1b[0m\n"
	    "tls       30.0 ms               \x1b[36m▐██████▎\x1b[0m\n"
	    "\x1b[31mauth     100.0 ms\x1b[0m                        \x1b[31m▐██████████████████████\x1b[0m \x1b[31m✗ auth-rejected\x1b[0m\n"
	    "\x1b[2menvelope     -\x1b[0m\n"
	    "quit       0.0 ms                                              \x1b[36m▕\x1b[0m\n"
	    "total    200.0 ms  \x1b[2m───────────\x1b[0m\x1b[33m┊\x1b[0m\x1b[2m─────────────────────\x1b[0m\x1b[31m┃\x1b[0m\x1b[2m───────────\x1b[0m\n");
	/* clang-format on */
}

/* Without what \x1b begins. */
static void
strip(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++)
		if (*s == '\x1b')
			s += strcspn(s, "m");
		else
			assert_int_equal(buf_addc(out, *s), 0);
}

/* What holds for each drawing, whatever it is of. */
static void
check_form(const struct waterfall *w)
{
	struct buf out = BUF_INIT(65536), plain = BUF_INIT(65536),
		   bare = BUF_INIT(65536);
	struct waterfall colored = *w;
	int width = w->width < 60 ? 60 : w->width > 120 ? 120 : w->width;
	const char *s, *end;
	size_t lines = 0;

	colored.color = true;
	waterfall_add(&plain, w);
	assert_false(plain.failed);
	waterfall_add(&out, &colored);
	assert_false(out.failed);
	strip(&bare, buf_str(&out));
	assert_string_equal(buf_str(&bare), buf_str(&plain));
	assert_null(strchr(buf_str(&plain), '|'));
	assert_null(strchr(buf_str(&plain), '\x1b'));
	for (s = buf_str(&plain); *s != '\0'; s = end + 1, lines++) {
		end = strchr(s, '\n');
		assert_non_null(end);
		if (columns(s) > width)
			fail_msg("wider than %d:\n%s", width, buf_str(&plain));
		assert_true(end > s && end[-1] != ' ');
	}
	assert_int_equal(lines, w->row_count + 2);
	/* No colour reaches beyond its line. */
	for (s = buf_str(&out); *s != '\0'; s = end + 1) {
		end = strchr(s, '\n');
		while ((s = memchr(s, '\x1b', (size_t)(end - s))) != NULL) {
			s = memchr(s + 1, '\x1b', (size_t)(end - s - 1));
			assert_non_null(s);
			assert_memory_equal(s, "\x1b[0m", 4);
			s += 4;
		}
	}
	buf_free(&out);
	buf_free(&plain);
	buf_free(&bare);
}

/* Each phase fails in turn; those behind it are not reached. */
static void
test_every_failure(void **state)
{
	struct waterfall_row rows[COUNT(login)];
	struct waterfall w = login_drawn;
	size_t k, i;
	int utf8;

	(void)state;
	w.rows = rows;
	for (k = 0; k < COUNT(login); k++) {
		memcpy(rows, login, sizeof rows);
		for (i = 0; i < COUNT(login); i++) {
			rows[i].mark = i == k ? "starttls-injection" : NULL;
			rows[i].state = i == k ? STATUS_CRITICAL : STATUS_OK;
			if (i > k)
				rows[i].reached = false;
			if (i > k)
				rows[i].part_count = 0;
		}
		for (utf8 = 0; utf8 < 2; utf8++)
			for (w.width = -1; w.width < 140; w.width++) {
				w.utf8 = utf8 == 1;
				check_form(&w);
			}
	}
}

static void
test_mark_without_a_bar(void **state)
{
	static const struct waterfall_row rows[] = {
		{ ONE("ehlo", 0, 1000), NO_LIMITS },
		{ .name = "starttls",
		    NO_LIMITS,
		    .state = STATUS_CRITICAL,
		    .mark = "starttls-missing" },
		{ ONE("quit", 1000, 1000), NO_LIMITS, .mark = "not finished" },
	};
	struct waterfall w = { .rows = rows,
		.row_count = COUNT(rows),
		.total = TOTAL(2000),
		.width = 60 };

	(void)state;
	/* clang-format off */
	expect("mark without a bar", &w,
	    "                   0 ms        1\n"
	    "ehlo     1.000 ms  #############\n"
	    "starttls     -     <- starttls-missing\n"
	    "quit     1.000 ms               ############ <- not finished\n"
	    "total    2.000 ms  -------------------------\n");
	/* clang-format on */
	check_form(&w);
}

/* Where bars begin and end inside a column: 41 columns of 8 eighths. */
static void
test_eighths(void **state)
{
	static const struct {
		const char *what;
		int64_t start, end; /* in eighths */
		const char *bar;
	} cases[] = {
		{ "nothing at the left", 0, 0, "▏" },
		{ "an eighth", 0, 1, "▏" },
		{ "seven eighths", 0, 7, "▉" },
		{ "one column", 0, 8, "█" },
		{ "and an eighth", 0, 9, "█▏" },
		{ "nearly at the edge", 1, 16, "██" },
		{ "from a quarter", 2, 16, "▐█" },
		{ "from the middle", 4, 16, "▐█" },
		{ "from three quarters", 6, 16, "▕█" },
		{ "in the right half", 4, 7, "▐" },
		{ "a sliver at the right", 6, 7, "▕" },
		{ "nothing at the right", 5, 5, "▕" },
		{ "in the left half", 3, 6, "▍" },
		{ "the end of all", 328, 328,
		    "                                        ▕" },
	};
	struct buf out = BUF_INIT(65536);
	struct waterfall_row row = {
		.name = "starttls", .reached = true, .part_count = 1, NO_LIMITS
	};
	struct waterfall w = { .rows = &row,
		.row_count = 1,
		.total = TOTAL(328),
		.width = 60,
		.utf8 = true };
	char *bar;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		row.parts[0].start_us = cases[i].start;
		row.parts[0].elapsed_us = cases[i].end - cases[i].start;
		waterfall_add(&out, &w);
		assert_false(out.failed);
		bar = strstr(buf_str(&out), "starttls");
		assert_non_null(bar);
		bar = strstr(bar, "ms  ") + 4;
		*strchr(bar, '\n') = '\0';
		if (strcmp(bar, cases[i].bar) != 0)
			fail_msg("%s: \"%s\"", cases[i].what, bar);
		buf_truncate(&out, 0);
	}
	buf_free(&out);
}

static size_t
count(const char *s, const char *what)
{
	size_t n = 0;

	for (; (s = strstr(s, what)) != NULL; s++)
		n++;
	return n;
}

/* Ticks: inside, at the ends, beyond the scale, both in one column. */
static void
test_thresholds(void **state)
{
	static const struct {
		const char *what;
		int64_t warning, critical;
		size_t warnings, criticals;
	} cases[] = {
		{ "none", -1, -1, 0, 0 },
		{ "both", 300, 600, 1, 1 },
		{ "behind the bar", 800, 900, 1, 1 },
		{ "at nothing", 0, 1, 0, 1 },
		{ "at the end of the scale", 1000, 1001, 0, 0 },
		{ "beyond it", 5000, INT64_MAX, 0, 0 },
	};
	struct waterfall_row row = { ONE("auth", 0, 700), NO_LIMITS };
	struct waterfall w = {
		.rows = &row, .row_count = 1, .total = TOTAL(1000), .width = 80
	};
	struct buf out = BUF_INIT(65536);
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		row.warning_us = cases[i].warning;
		row.critical_us = cases[i].critical;
		waterfall_add(&out, &w);
		assert_false(out.failed);
		if (count(buf_str(&out), ":") != cases[i].warnings ||
		    count(buf_str(&out), "!") != cases[i].criticals)
			fail_msg("%s:\n%s", cases[i].what, buf_str(&out));
		buf_truncate(&out, 0);
		check_form(&w);
	}
	buf_free(&out);
}

static void
test_odd_times(void **state)
{
	static const struct {
		const char *what;
		int64_t start, elapsed, total;
	} cases[] = {
		{ "nothing at all", 0, 0, 0 },
		{ "a microsecond", 0, 1, 1 },
		{ "an hour", 0, 3600000000, 3600000000 },
		{ "the longest", 0, INT64_MAX, INT64_MAX },
		{ "beyond the longest", INT64_MAX, INT64_MAX, INT64_MAX },
		{ "backwards", -5, -7, -9 },
		{ "longer than all", 10, 1000, 20 },
	};
	struct waterfall_row row = {
		.name = "auth", .reached = true, .part_count = 1, NO_LIMITS
	};
	struct waterfall w = { .rows = &row, .row_count = 1, .width = 60 };
	size_t i;
	int utf8;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		for (utf8 = 0; utf8 < 2; utf8++) {
			row.elapsed_us = cases[i].elapsed;
			row.parts[0].start_us = cases[i].start;
			row.parts[0].elapsed_us = cases[i].elapsed;
			row.mark = "auth-rejected";
			w.total = (struct waterfall_row)TOTAL(cases[i].total);
			w.utf8 = utf8 == 1;
			check_form(&w);
		}
}

static void
test_full(void **state)
{
	struct buf out = BUF_INIT(300);

	(void)state;
	assert_int_equal(buf_adds(&out, "before"), 0);
	waterfall_add(&out, &login_drawn);
	assert_true(out.failed);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_every_failure),
		cmocka_unit_test(test_mark_without_a_bar),
		cmocka_unit_test(test_eighths),
		cmocka_unit_test(test_thresholds),
		cmocka_unit_test(test_odd_times),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
