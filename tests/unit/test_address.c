/* Addresses: what is a literal and what is not, and back to text. */

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/address.h"

static int
port_of(const struct address *a)
{
	if (address_family(a) == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&a->ss)->sin6_port);
	return ntohs(((const struct sockaddr_in *)&a->ss)->sin_port);
}

static void
test_literals(void **state)
{
	static const struct {
		const char *what;
		const char *literal;
		int family;
		const char *text;
	} cases[] = {
		{ "IPv4", "192.0.2.7", AF_INET, "192.0.2.7" },
		{ "IPv4 of zeros", "0.0.0.0", AF_INET, "0.0.0.0" },
		{ "IPv6", "2001:db8::7", AF_INET6, "2001:db8::7" },
		{ "IPv6 in brackets", "[2001:db8::7]", AF_INET6,
		    "2001:db8::7" },
		{ "IPv6 in capitals, whole", "2001:DB8:0:0:0:0:0:7", AF_INET6,
		    "2001:db8::7" },
		{ "IPv6 loopback", "::1", AF_INET6, "::1" },
		{ "IPv6 with an IPv4 tail", "::ffff:192.0.2.7", AF_INET6,
		    "::ffff:192.0.2.7" },
		{ "scope by number", "fe80::1%99999", AF_INET6,
		    "fe80::1%99999" },
		{ "scope in brackets", "[fe80::1%99999]", AF_INET6,
		    "fe80::1%99999" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct address a;
		char text[ADDRESS_TEXT_MAX];

		if (!address_parse(&a, cases[i].literal, 587))
			fail_msg("%s: refused", cases[i].what);
		assert_int_equal(address_family(&a), cases[i].family);
		assert_int_equal(port_of(&a), 587);
		assert_int_equal(a.len,
		    cases[i].family == AF_INET ? sizeof(struct sockaddr_in)
					       : sizeof(struct sockaddr_in6));
		address_text(&a, text);
		if (strcmp(text, cases[i].text) != 0)
			fail_msg("%s: \"%s\" came back as \"%s\"",
			    cases[i].what, cases[i].literal, text);
	}
}

static void
test_no_literals(void **state)
{
	static const char *const cases[] = { "", "mail.example.org", "1.2.3",
		"1.2.3.4.5", "1.2.3.256", "01.2.3.4 ", " 1.2.3.4", "1.2.3.4:25",
		"0x7f.1", "2130706433", "[1.2.3.4]", "[", "]", "[]", "[::1",
		"::1]", "[[::1]]", "[::1]:25", "::1::2", ":",
		"12345::", "1:2:3:4:5:6:7:8:9", "fe80::1%", "fe80::1%0",
		"fe80::1%-1", "fe80::1%no-such-interface", "%1", "192.0.2.7%1",
		("2001:db8:2001:db8:2001:db8:2001:db8:2001:db8:2001:db8:"
		 "2001:db8:2001:db8:2001:db8:2001:db8") };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct address a;

		if (address_parse(&a, cases[i], 25))
			fail_msg("\"%s\" taken", cases[i]);
	}
}

static void
test_scope_by_name(void **state)
{
	struct if_nameindex *interfaces = if_nameindex();
	struct address a;
	char literal[ADDRESS_TEXT_MAX], text[ADDRESS_TEXT_MAX];

	(void)state;
	assert_non_null(interfaces);
	snprintf(literal, sizeof literal, "fe80::1%%%s", interfaces[0].if_name);
	assert_true(address_parse(&a, literal, 25));
	assert_int_equal(((struct sockaddr_in6 *)&a.ss)->sin6_scope_id,
	    interfaces[0].if_index);
	address_text(&a, text);
	assert_string_equal(text, literal);
	if_freenameindex(interfaces);
}

static void
test_equal(void **state)
{
	static const struct {
		const char *what;
		const char *a;
		int a_port;
		const char *b;
		int b_port;
		bool equal;
	} cases[] = {
		{ "the same IPv4", "192.0.2.7", 25, "192.0.2.7", 25, true },
		{ "another IPv4", "192.0.2.7", 25, "192.0.2.8", 25, false },
		{ "another port", "192.0.2.7", 25, "192.0.2.7", 26, false },
		{ "the same IPv6", "2001:db8::7", 25, "[2001:DB8::7]", 25,
		    true },
		{ "another IPv6", "2001:db8::7", 25, "2001:db8::8", 25, false },
		{ "another port, IPv6", "::1", 25, "::1", 26, false },
		{ "another scope", "fe80::1%9", 25, "fe80::1%8", 25, false },
		{ "another family", "::ffff:192.0.2.7", 25, "192.0.2.7", 25,
		    false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct address a, b;

		assert_true(address_parse(&a, cases[i].a, cases[i].a_port));
		assert_true(address_parse(&b, cases[i].b, cases[i].b_port));
		if (address_equal(&a, &b) != cases[i].equal ||
		    address_equal(&b, &a) != cases[i].equal)
			fail_msg("%s: judged wrong", cases[i].what);
	}
}

static void
test_set_port(void **state)
{
	struct address a;

	(void)state;
	assert_true(address_parse(&a, "192.0.2.7", 0));
	address_set_port(&a, 65535);
	assert_int_equal(port_of(&a), 65535);
	assert_true(address_parse(&a, "2001:db8::7", 0));
	address_set_port(&a, 465);
	assert_int_equal(port_of(&a), 465);
}

/* A UDP socket that is "connected" to a loopback address has an end too. */
static void
test_local_literal(void **state)
{
	static const struct {
		const char *peer;
		const char *literal;
	} cases[] = {
		{ "127.0.0.1", "[127.0.0.1]" },
		{ "::1", "[IPv6:::1]" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct address peer;
		char text[ADDRESS_TEXT_MAX + 8];
		int fd;

		assert_true(address_parse(&peer, cases[i].peer, 9));
		fd =
		    socket(address_family(&peer), SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (address_family(&peer) == AF_INET6 &&
		    (fd == -1 ||
			connect(fd, (struct sockaddr *)&peer.ss, peer.len) ==
			    -1)) {
			close(fd);
			continue; /* no IPv6 here */
		}
		connect(fd, (struct sockaddr *)&peer.ss, peer.len);
		assert_int_equal(
		    address_local_literal(fd, text, sizeof text), 0);
		assert_string_equal(text, cases[i].literal);
		assert_int_equal(
		    address_local_literal(fd, text, strlen(cases[i].literal)),
		    -1);
		assert_int_equal(errno, ENOSPC);
		assert_int_equal(address_local_literal(
				     fd, text, strlen(cases[i].literal) + 1),
		    0);
		close(fd);
	}
}

static void
test_local_literal_of_no_socket(void **state)
{
	char text[ADDRESS_TEXT_MAX + 8];

	(void)state;
	assert_int_equal(address_local_literal(-1, text, sizeof text), -1);
	assert_int_equal(errno, EBADF);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_literals),
		cmocka_unit_test(test_no_literals),
		cmocka_unit_test(test_scope_by_name),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_set_port),
		cmocka_unit_test(test_local_literal),
		cmocka_unit_test(test_local_literal_of_no_socket),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
