/*
 * resolver.h - names to addresses with c-ares, asynchronously: one look-up
 * for each family, side by side.  It does not connect.
 */

#ifndef NET_RESOLVER_H
#define NET_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/loop.h"
#include "net/address.h"

enum resolver_state {
	RESOLVER_NOT_ASKED,
	RESOLVER_ASKED,
	RESOLVER_ANSWERED, /* addresses has at least one */
	RESOLVER_FAILED,   /* status and text say why */
};

/* What one family's look-up gave; owned by the lookup. */
struct resolver_answer {
	enum resolver_state state;
	int status;       /* ARES_SUCCESS, ARES_ENOTFOUND, ... */
	const char *text; /* static; status in plain words: "no such name",
			     "no address of this family", "the DNS server
			     reported a failure", "no DNS server answered";
			     NULL until it has failed */
	struct address *addresses; /* sorted as RFC 6724 says */
	size_t count;
};

/*
 * The version of c-ares in use, and in *built_with that of the headers;
 * static.
 */
const char *resolver_library(const char **built_with);

struct resolver; /* one c-ares channel, shared by any number of lookups */
struct lookup;

/*
 * Called once for each family asked, when its answer is in, AF_INET6 first
 * when both are.  Always called from the loop, never from within
 * lookup_new() or c-ares: it may free the lookup, and the resolver too.
 */
typedef void lookup_fn(void *arg, int family);

/*
 * servers: whom to ask instead of the system's servers and of /etc/hosts, as
 * servers_read() writes them, borrowed until freed, or NULL.  absolute: names
 * are whole as they are, no search list is gone through.  Uses the loop until
 * freed.  Returns NULL with *e set (ERR_USAGE for a server that c-ares does
 * not take, else ERR_INTERNAL).
 */
struct resolver *resolver_new(
    struct loop *l, const char *servers, bool absolute, struct err *e);

/* Release, after every lookup and before the loop.  Accepts NULL. */
void resolver_free(struct resolver *r);

/*
 * Ask for the addresses of name, with port put into each, for AF_INET,
 * AF_INET6 or, with AF_UNSPEC, both.  Nobody is asked for a literal, which is
 * its own answer, nor for localhost.  Returns NULL with *e set.
 */
struct lookup *lookup_new(struct resolver *r, const char *name, int port,
    int family, lookup_fn *fn, void *arg, struct err *e);

/*
 * Cancel what is under way (fn is not called any more) and release.  A
 * question already sent may still keep the loop awake until its time is up.
 * Accepts NULL.
 */
void lookup_free(struct lookup *k);

/* Which of two failures tells more, in words; static.  When all have failed. */
const char *lookup_error(const struct lookup *k);

/* What is known so far of a family; valid until lookup_free(). */
const struct resolver_answer *lookup_answer(const struct lookup *k, int family);

/* Whether a question was not answered because memory is exhausted. */
bool lookup_lacks_memory(const struct lookup *k);

#endif
