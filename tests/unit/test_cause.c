/* Names and traits of causes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "verdict/cause.h"

/* What JSON calls it, and a letter for each trait (Secret, Vague, Limit). */
static void
test_causes(void **state)
{
	static const struct {
		const char *name;
		const char *traits;
	} causes[CAUSES] = {
		[CAUSE_UNKNOWN] = { NULL, "S" },
		[CAUSE_CREDENTIAL] = { "credential", "SV" },
		[CAUSE_ACCOUNT] = { "account", "" },
		[CAUSE_POLICY] = { "policy", "" },
		[CAUSE_BACKEND] = { "backend", "" },
		[CAUSE_RATE] = { "rate", "L" },
		[CAUSE_ENCRYPTION] = { "encryption", "" },
		[CAUSE_MECHANISM] = { "mechanism", "" },
		[CAUSE_SENDER] = { "sender", "" },
		[CAUSE_PROTOCOL] = { "protocol", "" },
		[CAUSE_TOKEN] = { "token", "S" },
	};
	static const char letters[] = "SVL";
	enum cause c;
	size_t k;

	(void)state;
	assert_null(cause_name(CAUSE_UNKNOWN));
	for (c = CAUSE_UNKNOWN; c < CAUSES; c++) {
		if (c != CAUSE_UNKNOWN)
			assert_string_equal(cause_name(c), causes[c].name);
		for (k = 0; letters[k] != '\0'; k++)
			assert_int_equal(
			    cause_has(c, (enum cause_trait)(1 << k)),
			    strchr(causes[c].traits, letters[k]) != NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_causes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
