/* The four states: names, reading, order. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plugin/status.h"

enum { REFUSED = -1 };

static void
test_parse(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		int status;
	} cases[] = {
		{ "name", "ok", STATUS_OK },
		{ "capitals", "WARNING", STATUS_WARNING },
		{ "mixed case", "cRiTiCaL", STATUS_CRITICAL },
		{ "name", "unknown", STATUS_UNKNOWN },
		{ "digit", "0", STATUS_OK },
		{ "digit", "1", STATUS_WARNING },
		{ "digit", "2", STATUS_CRITICAL },
		{ "digit", "3", STATUS_UNKNOWN },
		{ "digit too high", "4", REFUSED },
		{ "two digits", "01", REFUSED },
		{ "negative", "-1", REFUSED },
		{ "empty", "", REFUSED },
		{ "only the start of a name", "warn", REFUSED },
		{ "more than a name", "okay", REFUSED },
		{ "white space", " ok", REFUSED },
		{ "below the digits", "/", REFUSED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum status s = (enum status)77;
		int rc = status_parse(cases[i].text, &s);
		int want_rc = cases[i].status == REFUSED ? -1 : 0;
		int want = cases[i].status == REFUSED ? 77 : cases[i].status;

		if (rc != want_rc || (int)s != want)
			fail_msg("%s: \"%s\" gave %d, state %d", cases[i].what,
			    cases[i].text, rc, (int)s);
	}
}

static void
test_names(void **state)
{
	static const char *const names[] = { "OK", "WARNING", "CRITICAL",
		"UNKNOWN" };
	enum status s;
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		assert_string_equal(status_name((enum status)i), names[i]);
		assert_int_equal(status_parse(names[i], &s), 0);
		assert_int_equal(s, i);
	}
}

static void
test_order(void **state)
{
	static const enum status worst_first[] = { STATUS_CRITICAL,
		STATUS_WARNING, STATUS_UNKNOWN, STATUS_OK };
	int a, b;

	(void)state;
	for (a = 0; a < 4; a++) {
		for (b = 0; b < 4; b++)
			assert_int_equal(
			    status_is_worse(worst_first[a], worst_first[b]),
			    a < b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
