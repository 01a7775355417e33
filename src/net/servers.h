/* servers.h - the list of DNS servers to ask, as a user writes it. */

#ifndef NET_SERVERS_H
#define NET_SERVERS_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Read ADDR, ADDR:PORT, [ADDR] or [ADDR]:PORT with commas between them and
 * append all of them to out with their ports, as resolver_new() takes them.
 * Returns false where an item is none of these; out->failed says that there
 * was no room, and a list that has lost its end must not be used.
 */
bool servers_read(struct buf *out, const char *list);

#endif
