/*
 * channel.h - a c-ares channel that lives in the loop: its sockets, its
 * deadlines, the servers it asks.  It knows nothing of look-ups.
 */

#ifndef NET_CHANNEL_H
#define NET_CHANNEL_H

#include <stdbool.h>

#include <ares.h>

#include "base/loop.h"

struct channel {
	struct loop *loop;
	ares_channel ares; /* NULL: not open */
	struct loop_timer timer;
	bool is_deaf; /* no memory to watch a socket */
};

enum { CHANNEL_DEFAULT = -1 };

/*
 * Open a zeroed channel, which must not move from then on.  servers: to be
 * asked instead of the system's and of /etc/hosts, as servers_read() writes
 * them, or NULL.  flags: ARES_FLAG_*
 * or CHANNEL_DEFAULT for those of c-ares.  Returns an ares status; close it
 * also after a failure.
 */
int channel_open(
    struct channel *c, struct loop *l, const char *servers, int flags);

/* Every question under way is called back with ARES_EDESTRUCTION. */
void channel_close(struct channel *c);

/*
 * To be called after every question: its deadline may be the nearest.  Where
 * memory is short every question may be called back with ARES_ECANCELLED.
 */
void channel_rearm(struct channel *c);

#endif
