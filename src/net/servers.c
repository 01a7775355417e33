#include "net/servers.h"

#include <string.h>

#include "base/number.h"
#include "net/address.h"

enum { DNS_PORT = 53 };

/* One colon, or one behind a bracket, is not a part of the address. */
static const char *
find_port(const char *text, size_t len)
{
	const char *first = memchr(text, ':', len);
	const char *last = memrchr(text, ':', len);

	if (last != NULL && (last == first || last[-1] == ']'))
		return last + 1;
	return NULL;
}

/* Copy text[from..to) as a string; false if it has no room. */
static bool
take(char *out, size_t size, const char *from, const char *to)
{
	const size_t n = (size_t)(to - from);

	if (n >= size)
		return false;
	memcpy(out, from, n);
	out[n] = '\0';
	return true;
}

/* Versions of c-ares differ in what they read; ADDR:PORT they all do. */
static bool
add_server(struct buf *out, const char *text, size_t len)
{
	char host[ADDRESS_TEXT_MAX + 2], digits[8], plain[ADDRESS_TEXT_MAX];
	const char *port_text = find_port(text, len), *end = text + len;
	struct address a;
	long port = DNS_PORT;

	if (port_text != NULL &&
	    (!take(digits, sizeof digits, port_text, end) ||
		number_parse(digits, 1, 65535, &port) == -1))
		return false;
	if (!take(host, sizeof host, text,
		port_text != NULL ? port_text - 1 : end) ||
	    !address_parse(&a, host, (int)port))
		return false;
	address_text(&a, plain);
	buf_addf(out,
	    address_family(&a) == AF_INET6 ? "%s[%s]:%ld" : "%s%s:%ld",
	    out->len > 0 ? "," : "", plain, port);
	return true;
}

bool
servers_read(struct buf *out, const char *list)
{
	size_t len = strcspn(list, ",");

	while (add_server(out, list, len)) {
		list += len;
		if (*list == '\0')
			return true;
		len = strcspn(++list, ",");
	}
	return false;
}
