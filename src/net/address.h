/* address.h - one socket address and its text.  No look-ups, no sockets. */

#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct address {
	struct sockaddr_storage ss;
	socklen_t len;
};

/* Room for any address as text, scope included. */
enum { ADDRESS_TEXT_MAX = 80 };

/*
 * Read an IPv4 or IPv6 literal, IPv6 with or without brackets and with an
 * optional %scope.  Returns false if it is none.
 */
bool address_parse(struct address *out, const char *literal, int port);

/* The literal without port and brackets, into text[ADDRESS_TEXT_MAX]. */
void address_text(const struct address *a, char *text);

/* Put another port in. */
void address_set_port(struct address *a, int port);

/* Whether both are the same address, port and scope included. */
bool address_equal(const struct address *a, const struct address *b);

/* AF_INET or AF_INET6. */
int address_family(const struct address *a);

/*
 * The address literal of an EHLO command (RFC 5321, 4.1.3), "[192.0.2.7]" or
 * "[IPv6:2001:db8::7]", of our end of the connected socket fd.  text has room
 * for ADDRESS_TEXT_MAX + 8.  Returns 0, or -1 with errno set.
 */
int address_local_literal(int fd, char *text, size_t size);

#endif
