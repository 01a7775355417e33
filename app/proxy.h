/* proxy.h - the PROXY protocol header (version 1) of a connected socket. */

#ifndef APP_PROXY_H
#define APP_PROXY_H

#include "base/buf.h"

/*
 * Append "PROXY TCP4 SRC DST SPORT DPORT" and CRLF with the addresses of the
 * connected socket fd.  Returns 0, or -1 with errno set.
 */
int proxy_header(struct buf *out, int fd);

#endif
