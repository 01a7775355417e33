#include "app/proxy.h"

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>

int
proxy_header(struct buf *out, int fd)
{
	struct sockaddr_storage from = { .ss_family = AF_UNSPEC }, to = from;
	socklen_t from_len = sizeof from, to_len = sizeof to;
	char from_host[64], to_host[64], from_port[8], to_port[8];
	const int numeric = NI_NUMERICHOST | NI_NUMERICSERV;

	if (getsockname(fd, (struct sockaddr *)&from, &from_len) == -1 ||
	    getpeername(fd, (struct sockaddr *)&to, &to_len) == -1)
		return -1;
	if (getnameinfo((struct sockaddr *)&from, from_len, from_host,
		sizeof from_host, from_port, sizeof from_port, numeric) != 0 ||
	    getnameinfo((struct sockaddr *)&to, to_len, to_host, sizeof to_host,
		to_port, sizeof to_port, numeric) != 0) {
		errno = EINVAL;
		return -1;
	}
	if (buf_addf(out, "PROXY %s %s %s %s %s\r\n",
		from.ss_family == AF_INET6 ? "TCP6" : "TCP4", from_host,
		to_host, from_port, to_port) == -1) {
		errno = ENOMEM;
		return -1;
	}
	return 0;
}
