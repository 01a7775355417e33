/* What a browser brings back: as a request, as a URL, whole and in part. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "signin/redirect.h"

#define GET(s) "GET /" s " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

/* On the heap to the octet, so that a sanitizer sees what is read beyond. */
static int
read_request(struct redirect *out, const char *text, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);
	int rc;

	assert_non_null(copy);
	memcpy(copy, text, len);
	rc = redirect_read_request(out, copy, len);
	free(copy);
	return rc;
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
test_requests(void **state)
{
	static const struct {
		const char *what;
		const char *request;
		int rc;
		const char *code, *state, *iss, *error;
	} cases[] = {
		{ "a code", GET("?code=a&state=b"), 1, "a", "b", NULL, NULL },
		{ "encoded", GET("?code=a%2Fb+c%20d&state=%C3%a9"), 1,
		    "a/b c d", "\xc3\xa9", NULL, NULL },
		{ "all of it", GET("x/y?iss=https%3A%2F%2Fi&error=e&x=1&&=2"),
		    1, NULL, NULL, "https://i", "e" },
		{ "no value", GET("?code&state="), 1, "", "", NULL, NULL },
		{ "no query", GET("favicon.ico"), 1, NULL, NULL, NULL, NULL },
		{ "bare line feeds", "GET /?code=a HTTP/1.0\n\n", 1, "a", NULL,
		    NULL, NULL },
		{ "other parameters twice", GET("?x=1&x=2&code=a"), 1, "a",
		    NULL, NULL, NULL },
		{ "a parameter twice", GET("?state=a&code=b&state=a"), -1, NULL,
		    NULL, NULL, NULL },
		{ "a NUL", GET("?code=a%00b"), -1, NULL, NULL, NULL, NULL },
		{ "half an escape", GET("?code=a%2"), -1, NULL, NULL, NULL,
		    NULL },
		{ "no escape", GET("?code=a%zz"), -1, NULL, NULL, NULL, NULL },
		{ "another method", "POST /?code=a HTTP/1.1\r\n\r\n", -1, NULL,
		    NULL, NULL, NULL },
		{ "a proxy's request", "GET http://h/?code=a HTTP/1.1\r\n\r\n",
		    -1, NULL, NULL, NULL, NULL },
		{ "HTTP 2", "GET /?code=a HTTP/2\r\n\r\n", -1, NULL, NULL, NULL,
		    NULL },
		{ "HTTP 0.9", "GET /?code=a\r\n\r\n", -1, NULL, NULL, NULL,
		    NULL },
		{ "a tab", "GET /?code=a\tHTTP/1.1\r\n\r\n", -1, NULL, NULL,
		    NULL, NULL },
		{ "the version in the next line",
		    "GET /?code=a \nHTTP/1.1\r\n\r\n", -1, NULL, NULL, NULL,
		    NULL },
	};
	size_t i, n, len;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct redirect r;

		len = strlen(cases[i].request);
		/* Every shorter one wants more, or is none. */
		for (n = 0; n < len; n++)
			if (read_request(&r, cases[i].request, n) == 1)
				fail_msg("%s: cut to %zu", cases[i].what, n);
		if (read_request(&r, cases[i].request, len) != cases[i].rc)
			fail_msg("%s", cases[i].what);
		if (cases[i].rc == 1 &&
		    (!same(r.code, cases[i].code) ||
			!same(r.state, cases[i].state) ||
			!same(r.iss, cases[i].iss) ||
			!same(r.error, cases[i].error)))
			fail_msg("%s: %s %s %s %s", cases[i].what, r.code,
			    r.state, r.iss, r.error);
		if (cases[i].rc == 1)
			redirect_free(&r);
	}
}

static void
test_urls(void **state)
{
	static const struct {
		const char *text;
		int rc;
		const char *code;
	} cases[] = {
		{ "http://127.0.0.1:5/?code=a&state=b", 0, "a" },
		{ "  http://127.0.0.1:5/?code=a#code=b \r\n", 0, "a" },
		{ "code=a&state=b", 0, "a" },
		{ "http://127.0.0.1:5/", 0, NULL },
		{ " \t", -1, NULL },
		{ "", -1, NULL },
		{ "?code=a&code=a", -1, NULL },
	};
	struct redirect r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (redirect_read_url(&r, cases[i].text,
			strlen(cases[i].text)) != cases[i].rc)
			fail_msg("%s", cases[i].text);
		if (!same(r.code, cases[i].code))
			fail_msg("%s: %s", cases[i].text, r.code);
		redirect_free(&r);
	}
}

static void
test_size(void **state)
{
	static char text[REDIRECT_MAX + 2];
	struct redirect r;

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text, "GET /", 5);
	assert_int_equal(redirect_read_request(&r, text, REDIRECT_MAX), 0);
	assert_int_equal(redirect_read_request(&r, text, REDIRECT_MAX + 1), -1);
	assert_int_equal(redirect_read_url(&r, text, REDIRECT_MAX), 0);
	redirect_free(&r);
	assert_int_equal(redirect_read_url(&r, text, REDIRECT_MAX + 1), -1);
}

static void
test_state(void **state)
{
	static char text[] = "the state";
	struct redirect r = { .state = text };

	(void)state;
	assert_true(redirect_is_ours(&r, "the state"));
	assert_false(redirect_is_ours(&r, "the stat"));
	assert_false(redirect_is_ours(&r, "the state "));
	assert_false(redirect_is_ours(&r, "the State"));
	r.state = NULL;
	assert_false(redirect_is_ours(&r, ""));
}

static void
test_judge(void **state)
{
	static char code[] = "c", issuer[] = "https://a", error[] = "no|\x1b";
	static const char other[] = "https://b";
	const struct {
		const char *what;
		struct redirect r;
		const char *issuer;
		bool due;
		enum failure_class class;
	} cases[] = {
		{ "a code", { .code = code }, NULL, false, FAILURE_NONE },
		{ "with its issuer", { .code = code, .iss = issuer }, issuer,
		    true, FAILURE_NONE },
		{ "another issuer", { .code = code, .iss = issuer }, other,
		    false, FAILURE_LOCAL },
		{ "an error of another issuer",
		    { .error = error, .iss = issuer }, other, false,
		    FAILURE_LOCAL },
		{ "no issuer where none is due", { .code = code }, issuer,
		    false, FAILURE_NONE },
		{ "no issuer where one is due", { .code = code }, issuer, true,
		    FAILURE_LOCAL },
		{ "an error", { .error = error }, NULL, false, FAILURE_SIGNIN },
		{ "an error beside a code", { .error = error, .code = code },
		    NULL, false, FAILURE_SIGNIN },
		{ "nothing", { .code = NULL }, NULL, false, FAILURE_TEMPORARY },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct failure f = { .class = FAILURE_NONE };
		int rc = redirect_judge(
		    &cases[i].r, cases[i].issuer, cases[i].due, &f);

		if (f.class != cases[i].class ||
		    rc != (f.class == FAILURE_NONE ? 0 : -1))
			fail_msg("%s: %d, %s", cases[i].what, rc, f.text);
		if (strpbrk(f.text, "|\x1b") != NULL)
			fail_msg("%s: %s", cases[i].what, f.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_judge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
