/* What a token endpoint's JSON is taken for, and what is refused. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "oauth2/document.h"
#include "oauth2/json.h"

static const char NOTHING[] = "-";

static const struct {
	const char *what, *text;
	const char *access, *refresh; /* "-": none */
	long expires;                 /* -1: not there */
	const char *why;              /* NULL: it is right */
} rows[] = {
	{ "usual", "{\"access_token\":\"a\",\"expires_in\":60}", "a", "-", 60,
	    NULL },
	{ "all", "{\"access_token\":\"a\",\"refresh_token\":\"r\"}", "a", "r",
	    -1, NULL },
	{ "string of seconds", "{\"expires_in\":\"3599\"}", "-", "-", 3599,
	    NULL },
	{ "real", "{\"expires_in\":3599.9}", "-", "-", 3599, NULL },
	{ "null", "{\"expires_in\":null,\"refresh_token\":null}", "-", "-", -1,
	    NULL },
	{ "empty refresh token", "{\"refresh_token\":\"\"}", "-", "-", -1,
	    NULL },
	{ "unknown members", "{\"x\":[{}],\"access_token\":\"a\"}", "a", "-",
	    -1, NULL },
	{ "nothing", "", "-", "-", -1, "it is no JSON" },
	{ "half", "{\"access_token\":\"a", "-", "-", -1, "it is no JSON" },
	{ "behind it", "{} {}", "-", "-", -1, "it is no JSON" },
	{ "a list", "[1]", "-", "-", -1, "it is no JSON object" },
	{ "NUL in a string", "{\"access_token\":\"a\\u0000b\"}", "-", "-", -1,
	    "it is no JSON" },
	{ "number for a token", "{\"access_token\":1,\"refresh_token\":\"r\"}",
	    "-", "r", -1, "its \"access_token\" is no string" },
	{ "number for a refresh token",
	    "{\"access_token\":\"a\",\"refresh_token\":1}", "-", "-", -1,
	    "its \"refresh_token\" is no string" },
	{ "blank in a token", "{\"access_token\":\"a b\"}", "-", "-", -1,
	    "its \"access_token\" is empty, or holds characters that no token "
	    "has" },
	{ "empty token", "{\"access_token\":\"\"}", "-", "-", -1,
	    "its \"access_token\" is empty, or holds characters that no token "
	    "has" },
	{ "negative", "{\"expires_in\":-1}", "-", "-", -1,
	    "its \"expires_in\" is no number of seconds" },
	{ "too far", "{\"expires_in\":1000000001}", "-", "-", -1,
	    "its \"expires_in\" is no number of seconds" },
	{ "words", "{\"expires_in\":\"soon\"}", "-", "-", -1,
	    "its \"expires_in\" is no number of seconds" },
	{ "boolean", "{\"expires_in\":true}", "-", "-", -1,
	    "its \"expires_in\" is no number of seconds" },
	{ "huge real", "{\"expires_in\":1e300}", "-", "-", -1,
	    "its \"expires_in\" is no number of seconds" },
	{ "twice", "{\"access_token\":\"a\",\"access_token\":\"b\"}", "-", "-",
	    -1, "it has a key twice" },
	{ "twice, but not the refresh token",
	    "{\"x\":1,\"x\":2,\"refresh_token\":\"r\"}", "-", "r", -1,
	    "it has a key twice" },
	{ "the refresh token twice",
	    "{\"refresh_token\":\"q\",\"refresh_token\":\"r\"}", "-", "-", -1,
	    "it has a key twice" },
	{ "twice by an escape",
	    "{\"refresh\\u005ftoken\":\"q\",\"refresh_token\":\"r\"}", "-", "-",
	    -1, "it has a key twice" },
	{ "twice, deeper", "{\"a\":{\"b\":1,\"b\":2},\"refresh_token\":\"r\"}",
	    "-", "r", -1, "it has a key twice" },
	{ "twice, and of no string", "{\"x\":1,\"x\":2,\"refresh_token\":7}",
	    "-", "-", -1, "it has a key twice" },
};

static const char *
shown(const char *s)
{
	return s != NULL ? s : NOTHING;
}

static void
test_rows(void **state)
{
	struct document d;
	char why[128];
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		why[0] = '\0';
		rc = document_read(
		    &d, rows[i].text, strlen(rows[i].text), why, sizeof why);
		if ((rc == 0) != (rows[i].why == NULL) ||
		    (rc != 0 && strcmp(why, rows[i].why) != 0) ||
		    strcmp(shown(d.access_token), rows[i].access) != 0 ||
		    strcmp(shown(d.refresh_token), rows[i].refresh) != 0 ||
		    d.expires_in != rows[i].expires)
			fail_msg("%s: %d \"%s\" %s %s %ld", rows[i].what, rc,
			    why, shown(d.access_token), shown(d.refresh_token),
			    (long)d.expires_in);
		document_free(&d);
	}
}

/* No beginning of an answer is an answer. */
static void
test_prefixes(void **state)
{
	static const char text[] =
	    "{\"access_token\":\"a\",\"refresh_token\":\"r\",\"error\":"
	    "\"e\",\"expires_in\":60,\"interval\":5}";
	struct document d;
	char why[128];
	size_t n;

	(void)state;
	for (n = 0; n < sizeof text - 1; n++) {
		assert_int_equal(
		    document_read(&d, text, n, why, sizeof why), -1);
		assert_null(d.access_token);
		assert_null(d.refresh_token);
		document_free(&d);
	}
}

static void
test_other_members(void **state)
{
	static const char text[] =
	    "{\"device_code\":\"d\",\"user_code\":\"u\",\"verification_url\":"
	    "\"v\",\"interval\":5,\"error_subtype\":\"s\",\"issuer\":\"i\","
	    "\"token_endpoint\":\"t\",\"refresh_token_expires_in\":9}";
	struct document d;
	char why[128];

	(void)state;
	assert_int_equal(
	    document_read(&d, text, strlen(text), why, sizeof why), 0);
	assert_string_equal(d.device_code, "d");
	assert_string_equal(d.user_code, "u");
	assert_string_equal(d.verification_uri, "v");
	assert_string_equal(d.suberror, "s");
	assert_string_equal(d.issuer, "i");
	assert_string_equal(d.token_endpoint, "t");
	assert_int_equal(d.interval, 5);
	assert_int_equal(d.refresh_expires_in, 9);
	assert_int_equal(d.refresh_in, -1);
	document_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_other_members),
	};

	json_guard_memory();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
