/*
 * proxy.h - the PROXY protocol header of a connected socket, as HAProxy's
 * proxy-protocol.txt defines it.
 */

#ifndef NET_PROXY_H
#define NET_PROXY_H

#include <sys/socket.h>

#include "base/buf.h"

enum proxy_version { PROXY_NONE, PROXY_V1, PROXY_V2 };

/*
 * Append the header of a TCP connection: version 1 is a line of text
 * (section 2.1), version 2 is binary (section 2.2).  Both addresses are
 * IPv4, or both are IPv6.  Returns 0, or -1 with errno set.
 */
int proxy_write(struct buf *out, enum proxy_version version,
    const struct sockaddr_storage *from, const struct sockaddr_storage *to);

/*
 * The same with the addresses of the connected socket fd.  Returns 0, or -1
 * with errno set.
 */
int proxy_header(struct buf *out, enum proxy_version version, int fd);

#endif
