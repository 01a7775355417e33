/* Values of JSON by name and type, and the memory that the libraries get. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "oauth2/guarded.h"
#include "oauth2/json.h"

static json_t *
load(const char *text)
{
	json_t *o = json_loads(text, 0, NULL);

	assert_non_null(o);
	return o;
}

static void
test_numbers(void **state)
{
	static const struct {
		const char *text;
		int rc;
		int64_t value;
	} cases[] = {
		{ "{}", 0, -1 },
		{ "{\"n\": null}", 0, -1 },
		{ "{\"n\": 0}", 0, 0 },
		{ "{\"n\": 3600}", 0, 3600 },
		{ "{\"n\": -1}", -1, 0 },
		{ "{\"n\": 3599.9}", 0, 3599 },
		{ "{\"n\": 1e14}", 0, 100000000000000 },
		{ "{\"n\": 1e16}", -1, 0 },
		{ "{\"n\": -0.5}", -1, 0 },
		{ "{\"n\": \"3600\"}", 0, 3600 },
		{ "{\"n\": \"3600 s\"}", -1, 0 },
		{ "{\"n\": \"-1\"}", -1, 0 },
		{ "{\"n\": \"\"}", -1, 0 },
		{ "{\"n\": true}", -1, 0 },
		{ "{\"n\": []}", -1, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		json_t *o = load(cases[i].text);
		int64_t value;

		assert_int_equal(json_get_number(o, "n", &value), cases[i].rc);
		if (cases[i].rc == 0)
			assert_int_equal(value, cases[i].value);
		json_decref(o);
	}
}

static void
test_texts(void **state)
{
	json_t *o =
	    load("{\"a\": \"text\", \"b\": \"\", \"c\": null, \"d\": 1}");
	char *text;

	(void)state;
	assert_int_equal(json_get_text(o, "a", &text), 0);
	assert_string_equal(text, "text");
	free(text);
	assert_int_equal(json_get_text(o, "b", &text), 0);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(json_get_text(o, "c", &text), 0);
	assert_null(text);
	assert_int_equal(json_get_text(o, "d", &text), -1);
	assert_null(text);
	assert_int_equal(json_get_text(o, "e", &text), 0);
	assert_null(text);
	json_decref(o);
}

static void
test_print(void **state)
{
	struct buf out = BUF_INIT(64);
	json_t *o = load("{\"a\": [1, \"x\"]}");

	(void)state;
	json_print(o, &out);
	assert_string_equal(buf_str(&out), "{\"a\":[1,\"x\"]}");
	buf_free(&out);
	json_print(NULL, &out);
	assert_true(out.failed);
	buf_free(&out);
	out.max = 5;
	json_print(o, &out);
	assert_true(out.failed);
	buf_free(&out);
	json_decref(o);
}

static void
test_guarded(void **state)
{
	char *p = guarded_strdup("secret");
	size_t i;

	(void)state;
	assert_string_equal(p, "secret");
	p = guarded_realloc(p, 1000);
	assert_string_equal(p, "secret");
	p = guarded_realloc(p, 3);
	assert_memory_equal(p, "sec", 3);
	guarded_free(p);
	guarded_free(NULL);
	p = guarded_calloc(3, 5);
	for (i = 0; i < 15; i++)
		assert_int_equal(p[i], 0);
	guarded_free(p);
	p = guarded_realloc(NULL, 10);
	assert_non_null(p);
	guarded_free(p);
	p = guarded_calloc(1, 0);
	assert_non_null(p);
	guarded_free(p);
	assert_null(guarded_malloc(SIZE_MAX - 3));
	assert_null(guarded_calloc(SIZE_MAX / 2, 4));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_guarded),
	};

	json_guard_memory();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
