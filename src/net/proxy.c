#include "net/proxy.h"

#include <errno.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <netinet/in.h>

/* What both versions say of one end. */
struct end {
	const void *address; /* network order, 4 or 16 octets */
	uint16_t port;       /* network order */
};

static struct end
find_end(const struct sockaddr_storage *s)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)s;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)s;

	if (s->ss_family == AF_INET)
		return (struct end){ &in->sin_addr, in->sin_port };
	return (struct end){ &in6->sin6_addr, in6->sin6_port };
}

static void
write_v1(struct buf *out, int family, struct end from, struct end to)
{
	char from_text[INET6_ADDRSTRLEN], to_text[INET6_ADDRSTRLEN];

	/* No getnameinfo(): a link-local address would get its %scope. */
	if (inet_ntop(family, from.address, from_text, sizeof from_text) ==
		NULL ||
	    inet_ntop(family, to.address, to_text, sizeof to_text) == NULL) {
		out->failed = true;
		return;
	}
	buf_addf(out, "PROXY TCP%d %s %s %u %u\r\n", family == AF_INET ? 4 : 6,
	    from_text, to_text, ntohs(from.port), ntohs(to.port));
}

static void
write_v2(struct buf *out, int family, struct end from, struct end to)
{
	static const char signature[] = "\r\n\r\n\0\r\nQUIT\n";
	size_t size = family == AF_INET ? 4 : 16;
	const uint16_t length =
	    htons((uint16_t)(2 * size + 2 * sizeof from.port));
	/* Version 2, PROXY; then TCP over IPv4 or IPv6. */
	const char kind[2] = { 0x21, family == AF_INET ? 0x11 : 0x21 };

	buf_add(out, signature, sizeof signature - 1);
	buf_add(out, kind, sizeof kind);
	buf_add(out, (const char *)&length, sizeof length);
	buf_add(out, from.address, size);
	buf_add(out, to.address, size);
	buf_add(out, (const char *)&from.port, sizeof from.port);
	buf_add(out, (const char *)&to.port, sizeof to.port);
}

int
proxy_write(struct buf *out, enum proxy_version version,
    const struct sockaddr_storage *from, const struct sockaddr_storage *to)
{
	if (from->ss_family != to->ss_family ||
	    (from->ss_family != AF_INET && from->ss_family != AF_INET6)) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	(version == PROXY_V2 ? write_v2 : write_v1)(
	    out, from->ss_family, find_end(from), find_end(to));
	if (!out->failed)
		return 0;
	errno = ENOMEM;
	return -1;
}

int
proxy_header(struct buf *out, enum proxy_version version, int fd)
{
	struct sockaddr_storage from = { .ss_family = AF_UNSPEC }, to = from;
	socklen_t from_len = sizeof from, to_len = sizeof to;

	if (getsockname(fd, (struct sockaddr *)&from, &from_len) == -1 ||
	    getpeername(fd, (struct sockaddr *)&to, &to_len) == -1)
		return -1;
	return proxy_write(out, version, &from, &to);
}
