/* The challenge of RFC 7636, appendix B, and that no two verifiers are one. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "signin/pkce.h"

static void
test_challenge(void **state)
{
	char out[PKCE_LEN + 1];

	(void)state;
	pkce_challenge(out, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
	assert_string_equal(out, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void
test_make(void **state)
{
	struct failure f = { .class = FAILURE_NONE };
	char challenge[PKCE_LEN + 1];
	struct pkce a, b;

	(void)state;
	assert_int_equal(pkce_make(&a, &f), 0);
	assert_int_equal(pkce_make(&b, &f), 0);
	assert_int_equal(strlen(a.verifier), PKCE_LEN);
	assert_int_equal(strlen(a.state), PKCE_LEN);
	assert_string_not_equal(a.verifier, b.verifier);
	assert_string_not_equal(a.state, b.state);
	assert_string_not_equal(a.state, a.verifier);
	pkce_challenge(challenge, a.verifier);
	assert_string_equal(challenge, a.challenge);
	assert_int_equal(strspn(a.verifier,
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz"
			     "0123456789-_"),
	    PKCE_LEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_challenge),
		cmocka_unit_test(test_make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
