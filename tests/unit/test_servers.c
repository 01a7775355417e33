/* The list of DNS servers, and what is handed on of it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "net/servers.h"

static void
test_lists(void **state)
{
	static const struct {
		const char *list;
		const char *read; /* NULL: is none */
	} cases[] = {
		{ "192.0.2.53", "192.0.2.53:53" },
		{ "192.0.2.53:5353", "192.0.2.53:5353" },
		{ "::1", "[::1]:53" },
		{ "2001:db8::53", "[2001:db8::53]:53" },
		{ "[::1]", "[::1]:53" },
		{ "[::1]:5353", "[::1]:5353" },
		{ "192.0.2.53,[2001:db8::53]:65535,::1",
		    "192.0.2.53:53,[2001:db8::53]:65535,[::1]:53" },
		{ "", NULL },
		{ ",", NULL },
		{ "192.0.2.53,", NULL },
		{ "192.0.2.53,,::1", NULL },
		{ "192.0.2.53, ::1", NULL },
		{ "dns.example.org", NULL },
		{ "192.0.2.53:", NULL },
		{ "192.0.2.53:0", NULL },
		{ "192.0.2.53:65536", NULL },
		{ "192.0.2.53:000000053", NULL },
		{ "192.0.2.53:domain", NULL },
		{ "192.0.2.53:+53", NULL },
		{ "[192.0.2.53]:53", NULL },
		{ "[::1]:0", NULL },
		{ "[::1]53", NULL },
		{ "[::1", NULL },
		{ ":53", NULL },
		{ ":", NULL },
		{ "]:53", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf out = BUF_INIT(1000);

		if (servers_read(&out, cases[i].list) !=
		    (cases[i].read != NULL))
			fail_msg("\"%s\"", cases[i].list);
		if (cases[i].read != NULL)
			assert_string_equal(buf_str(&out), cases[i].read);
		buf_free(&out);
	}
}

/* A list that has lost its end would ask servers that nobody named. */
static void
test_without_room(void **state)
{
	static const char servers[] = "192.0.2.1,192.0.2.2:5353";
	struct buf whole = BUF_INIT(100);
	size_t room;

	(void)state;
	assert_true(servers_read(&whole, servers));
	assert_false(whole.failed);
	for (room = 0; room < whole.len; room++) {
		struct buf list = BUF_INIT(room);

		servers_read(&list, servers);
		assert_true(list.failed);
		buf_free(&list);
	}
	buf_free(&whole);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_without_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
