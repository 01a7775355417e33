#include "net/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

/* An interface's name, or its number. */
static bool
parse_scope(const char *text, uint32_t *scope)
{
	long number;

	*scope = if_nametoindex(text);
	if (*scope != 0)
		return true;
	if (number_parse(text, 1, INT32_MAX, &number) == -1)
		return false;
	*scope = (uint32_t)number;
	return true;
}

static bool
parse_ipv6(struct sockaddr_in6 *out, const char *literal)
{
	char text[ADDRESS_TEXT_MAX];
	size_t len = strlen(literal);
	char *percent;

	if (literal[0] == '[') {
		if (len < 2 || literal[len - 1] != ']')
			return false;
		literal++;
		len -= 2;
	}
	if (len >= sizeof text)
		return false;
	memcpy(text, literal, len);
	text[len] = '\0';
	percent = strchr(text, '%');
	if (percent != NULL) {
		*percent = '\0';
		if (!parse_scope(percent + 1, &out->sin6_scope_id))
			return false;
	}
	return inet_pton(AF_INET6, text, &out->sin6_addr) == 1;
}

bool
address_parse(struct address *out, const char *literal, int port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	in_port_t net_port = htons((uint16_t)port);

	memset(out, 0, sizeof *out);
	if (inet_pton(AF_INET, literal, &sin.sin_addr) == 1) {
		sin.sin_port = net_port;
		memcpy(&out->ss, &sin, sizeof sin);
		out->len = sizeof sin;
		return true;
	}
	if (parse_ipv6(&sin6, literal)) {
		sin6.sin6_port = net_port;
		memcpy(&out->ss, &sin6, sizeof sin6);
		out->len = sizeof sin6;
		return true;
	}
	return false;
}

/* The address alone, without a scope; text has room for INET6_ADDRSTRLEN. */
static void
put_host(const struct address *a, char *text)
{
	const void *host = a->ss.ss_family == AF_INET6
	    ? (const void *)&((const struct sockaddr_in6 *)&a->ss)->sin6_addr
	    : (const void *)&((const struct sockaddr_in *)&a->ss)->sin_addr;

	text[0] = '\0';
	inet_ntop(a->ss.ss_family, host, text, INET6_ADDRSTRLEN);
}

void
address_text(const struct address *a, char *text)
{
	const struct sockaddr_in6 *sin6 = (const struct sockaddr_in6 *)&a->ss;
	char name[IF_NAMESIZE];
	size_t len;

	put_host(a, text);
	if (a->ss.ss_family != AF_INET6 || sin6->sin6_scope_id == 0)
		return;
	len = strlen(text);
	if (if_indextoname(sin6->sin6_scope_id, name) != NULL)
		snprintf(text + len, ADDRESS_TEXT_MAX - len, "%%%s", name);
	else
		snprintf(text + len, ADDRESS_TEXT_MAX - len, "%%%lu",
		    (unsigned long)sin6->sin6_scope_id);
}

void
address_set_port(struct address *a, int port)
{
	in_port_t net_port = htons((uint16_t)port);

	if (a->ss.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&a->ss)->sin6_port = net_port;
	else
		((struct sockaddr_in *)&a->ss)->sin_port = net_port;
}

bool
address_equal(const struct address *a, const struct address *b)
{
	const struct sockaddr_in *a4 = (const struct sockaddr_in *)&a->ss;
	const struct sockaddr_in *b4 = (const struct sockaddr_in *)&b->ss;
	const struct sockaddr_in6 *a6 = (const struct sockaddr_in6 *)&a->ss;
	const struct sockaddr_in6 *b6 = (const struct sockaddr_in6 *)&b->ss;

	if (a->ss.ss_family != b->ss.ss_family)
		return false;
	if (a->ss.ss_family == AF_INET6)
		return a6->sin6_port == b6->sin6_port &&
		    a6->sin6_scope_id == b6->sin6_scope_id &&
		    IN6_ARE_ADDR_EQUAL(&a6->sin6_addr, &b6->sin6_addr);
	return a4->sin_port == b4->sin_port &&
	    a4->sin_addr.s_addr == b4->sin_addr.s_addr;
}

int
address_family(const struct address *a)
{
	return a->ss.ss_family;
}

int
address_local_literal(int fd, char *text, size_t size)
{
	struct address a = { .len = sizeof a.ss };
	char host[INET6_ADDRSTRLEN];
	int n;

	if (getsockname(fd, (struct sockaddr *)&a.ss, &a.len) == -1)
		return -1;
	if (a.ss.ss_family != AF_INET && a.ss.ss_family != AF_INET6) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	/* RFC 5321 knows no scope here. */
	put_host(&a, host);
	n = snprintf(text, size, "[%s%s]",
	    a.ss.ss_family == AF_INET6 ? "IPv6:" : "", host);
	if (n < 0 || (size_t)n >= size) {
		errno = ENOSPC;
		return -1;
	}
	return 0;
}
