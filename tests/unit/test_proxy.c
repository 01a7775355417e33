/* The PROXY protocol header, octet by octet. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cmocka.h>

#include "net/proxy.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define OCTETS(s) (s), sizeof(s) - 1

static struct sockaddr_storage
end(const char *text, int port)
{
	struct sockaddr_storage s;
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memset(&s, 0, sizeof s);
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
		in.sin_port = htons((uint16_t)port);
		memcpy(&s, &in, sizeof in);
	} else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1) {
		in6.sin6_port = htons((uint16_t)port);
		in6.sin6_scope_id = 1; /* must not be told */
		memcpy(&s, &in6, sizeof in6);
	}
	return s;
}

static void
test_headers(void **state)
{
	static const struct {
		const char *what;
		enum proxy_version version;
		const char *from, *to;
		const char *wanted;
		size_t size;
	} cases[] = {
		{ "v1, IPv4", PROXY_V1, "192.0.2.1", "198.51.100.25",
		    OCTETS("PROXY TCP4 192.0.2.1 198.51.100.25 50000 25\r\n") },
		{ "v1, IPv6", PROXY_V1, "2001:db8::1", "2001:db8::19",
		    OCTETS(
			"PROXY TCP6 2001:db8::1 2001:db8::19 50000 25\r\n") },
		{ "v1, link-local", PROXY_V1, "fe80::1", "fe80::2",
		    OCTETS("PROXY TCP6 fe80::1 fe80::2 50000 25\r\n") },
		{ "v2, IPv4", PROXY_V2, "192.0.2.1", "198.51.100.25",
		    OCTETS(SIGNATURE "\x21\x11\x00\x0c"
				     "\xc0\x00\x02\x01\xc6\x33\x64\x19"
				     "\xc3\x50\x00\x19") },
		{ "v2, IPv6", PROXY_V2, "2001:db8::1", "2001:db8::19",
		    OCTETS(SIGNATURE "\x21\x21\x00\x24"
				     "\x20\x01\x0d\xb8\0\0\0\0"
				     "\0\0\0\0\0\0\0\x01"
				     "\x20\x01\x0d\xb8\0\0\0\0"
				     "\0\0\0\0\0\0\0\x19"
				     "\xc3\x50\x00\x19") },
	};
	struct sockaddr_storage from, to;
	struct buf b = BUF_INIT(256);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		from = end(cases[i].from, 50000);
		to = end(cases[i].to, 25);
		assert_int_equal(
		    proxy_write(&b, cases[i].version, &from, &to), 0);
		if (b.len != cases[i].size ||
		    memcmp(b.data, cases[i].wanted, b.len) != 0)
			fail_msg("%s: %zu octets", cases[i].what, b.len);
		buf_free(&b);
	}
}

static void
test_no_header(void **state)
{
	const struct sockaddr_storage v4 = end("192.0.2.1", 1),
				      v6 = end("::1", 1), none = end("", 1);
	struct buf b = BUF_INIT(256), small = BUF_INIT(20);
	int ends[2];

	(void)state;
	assert_int_equal(proxy_write(&b, PROXY_V2, &v4, &v6), -1);
	assert_int_equal(errno, EAFNOSUPPORT);
	assert_int_equal(proxy_write(&b, PROXY_V1, &none, &none), -1);
	assert_int_equal(errno, EAFNOSUPPORT);
	assert_int_equal(proxy_write(&small, PROXY_V2, &v4, &v4), -1);
	assert_true(small.failed);
	assert_int_equal(errno, ENOMEM);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(proxy_header(&b, PROXY_V1, ends[0]), -1);
	assert_int_equal(errno, EAFNOSUPPORT);
	close(ends[1]);
	close(ends[0]);
	assert_int_equal(proxy_header(&b, PROXY_V1, ends[0]), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(b.len, 0);
	buf_free(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_no_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
