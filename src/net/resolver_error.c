/* What has gone wrong with a lookup, all families taken together. */

#include <ares.h>

#include "net/resolver.h"

const char *
lookup_error(const struct lookup *k)
{
	const struct resolver_answer *a = lookup_answer(k, AF_INET6),
				     *b = lookup_answer(k, AF_INET);

	if (a->state != RESOLVER_FAILED)
		return b->text;
	if (b->state != RESOLVER_FAILED)
		return a->text;
	if (a->status == ARES_ENODATA && b->status == ARES_ENODATA)
		return "the name has no address";
	if (a->status == ARES_ENODATA)
		return b->text;
	if (b->status == ARES_ENODATA || a->status != ARES_ENOTFOUND)
		return a->text;
	return b->text;
}

static bool
lacks_memory(const struct resolver_answer *a)
{
	/* ARES_ECANCELLED: see channel_rearm() */
	return a->state == RESOLVER_FAILED &&
	    (a->status == ARES_ENOMEM || a->status == ARES_ECANCELLED);
}

bool
lookup_lacks_memory(const struct lookup *k)
{
	return lacks_memory(lookup_answer(k, AF_INET6)) ||
	    lacks_memory(lookup_answer(k, AF_INET));
}
