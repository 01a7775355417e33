#include "net/resolver.h"

#include <ares.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/library_memory.h"
#include "net/channel.h"

enum { FAMILIES = 2 };

/* In this order they are told when both are in. */
static const int families[FAMILIES] = { AF_INET6, AF_INET };

struct resolver {
	struct loop *loop;
	const char *servers; /* NULL: the system's */
	bool absolute;
	struct channel main;
	struct channel frank; /* see ask_again() */
};

/* One question under way; it lives until c-ares has called back. */
struct query {
	struct resolver *resolver;
	struct lookup *lookup; /* NULL: freed, nobody waits any more */
	size_t i;              /* of families[] */
	bool again;
};

struct lookup {
	struct resolver *resolver;
	char *name;
	int port;
	lookup_fn *fn;
	void *arg;
	struct query *queries[FAMILIES]; /* NULL: not under way */
	struct resolver_answer answers[FAMILIES];
	bool told[FAMILIES];
	struct loop_timer tell;
};

static const char *
status_text(int status)
{
	switch (status) {
	case ARES_ENOTFOUND:
		return "no such name (NXDOMAIN)";
	case ARES_ENODATA:
		return "no address of this family";
	case ARES_ESERVFAIL:
		return "the DNS server reported a failure (SERVFAIL)";
	case ARES_EREFUSED:
		return "the DNS server refused to answer (REFUSED)";
	case ARES_EFORMERR:
	case ARES_ENOTIMP:
		return "the DNS server did not understand the question";
	case ARES_ETIMEOUT:
	case ARES_ECONNREFUSED:
		return "no DNS server answered";
	case ARES_EBADRESP:
		return "the DNS server's answer is malformed";
	case ARES_EBADNAME:
	case ARES_EBADQUERY:
	case ARES_EBADSTR:
		return "not a valid DNS name";
	case ARES_ENOMEM:
	case ARES_ECANCELLED: /* see channel_rearm() */
		return "out of memory";
	default:
		return ares_strerror(status);
	}
}

struct resolver *
resolver_new(struct loop *l, const char *servers, bool absolute, struct err *e)
{
	struct resolver *r;
	int status;

	r = calloc(1, sizeof *r);
	if (r == NULL) {
		err_nomem(e);
		return NULL;
	}
	r->loop = l;
	r->servers = servers;
	r->absolute = absolute;
	status = ares_library_init_mem(
	    ARES_LIB_INIT_ALL, library_malloc, free, library_realloc);
	if (status != ARES_SUCCESS) {
		err_set(e, ERR_INTERNAL, "c-ares: %s", ares_strerror(status));
		free(r);
		return NULL;
	}
	status = channel_open(&r->main, r->loop, servers,
	    absolute ? ARES_FLAG_NOSEARCH : CHANNEL_DEFAULT);
	if (status == ARES_SUCCESS)
		return r;
	/* An address that c-ares does not take: an old one knows no scope. */
	if (status == ARES_ENOMEM)
		err_nomem(e);
	else
		err_set(e, status == ARES_EBADSTR ? ERR_USAGE : ERR_INTERNAL,
		    "c-ares cannot be set up%s%s: %s",
		    servers != NULL ? " for " : "",
		    servers != NULL ? servers : "", ares_strerror(status));
	resolver_free(r);
	return NULL;
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	channel_close(&r->main);
	channel_close(&r->frank);
	ares_library_cleanup();
	free(r);
}

static void on_tell(void *arg);

/* An answer is in.  c-ares may be in the middle of something: tell later. */
static void
settle(struct lookup *k, size_t i, int status)
{
	struct resolver_answer *a = &k->answers[i];

	a->status = status;
	if (status == ARES_SUCCESS) {
		a->state = RESOLVER_ANSWERED;
	} else {
		a->state = RESOLVER_FAILED;
		a->text = status_text(status);
	}
	loop_timer_set(k->resolver->loop, &k->tell,
	    loop_now_us(k->resolver->loop), on_tell, k);
}

/* Returns FAMILIES if none is to be told. */
static size_t
next_untold(const struct lookup *k)
{
	size_t i = 0;

	while (i < FAMILIES &&
	    (k->told[i] || k->answers[i].state < RESOLVER_ANSWERED))
		i++;
	return i;
}

static void
on_tell(void *arg)
{
	struct lookup *k = arg;
	size_t i = next_untold(k);

	if (i == FAMILIES)
		return;
	k->told[i] = true;
	/* k may be gone after the call, so the other family is told later. */
	if (next_untold(k) < FAMILIES)
		loop_timer_set(k->resolver->loop, &k->tell,
		    loop_now_us(k->resolver->loop), on_tell, k);
	k->fn(k->arg, families[i]);
}

/* Returns an ares status. */
static int
copy_addresses(struct lookup *k, size_t i, const struct ares_addrinfo *info)
{
	struct resolver_answer *a = &k->answers[i];
	const struct ares_addrinfo_node *node;
	size_t n = 0;

	for (node = info->nodes; node != NULL; node = node->ai_next)
		n += node->ai_family == families[i];
	if (n == 0)
		return ARES_ENODATA;
	a->addresses = calloc(n, sizeof *a->addresses);
	if (a->addresses == NULL)
		return ARES_ENOMEM;
	for (node = info->nodes; node != NULL; node = node->ai_next) {
		struct address *to = &a->addresses[a->count];

		if (node->ai_family != families[i])
			continue;
		memcpy(&to->ss, node->ai_addr, node->ai_addrlen);
		to->len = node->ai_addrlen;
		address_set_port(to, k->port);
		a->count++;
	}
	return ARES_SUCCESS;
}

static void on_answer(
    void *arg, int status, int timeouts, struct ares_addrinfo *info);

/* q may be gone afterwards: c-ares calls back at once if it can. */
static void
ask(struct channel *c, struct query *q)
{
	struct ares_addrinfo_hints hints = {
		.ai_family = families[q->i],
		.ai_socktype = SOCK_STREAM,
	};

	ares_getaddrinfo(c->ares, q->lookup->name, NULL, &hints, on_answer, q);
	channel_rearm(c);
}

/*
 * Before 1.20 c-ares says ARES_ECONNREFUSED also when servers answered, but
 * all of them with SERVFAIL or REFUSED.  A channel that takes such answers
 * for answers finds out; not used from the start, because with it the first
 * bad server would end the search for a better one.
 */
static bool
ask_again(struct query *q)
{
	struct resolver *r = q->resolver;
	int version;

	ares_version(&version);
	if (version >= 0x011400 || q->again)
		return false;
	if (r->frank.ares == NULL) {
		int status = channel_open(&r->frank, r->loop, r->servers,
		    ARES_FLAG_NOCHECKRESP |
			(r->absolute ? ARES_FLAG_NOSEARCH : 0));

		if (status != ARES_SUCCESS) {
			channel_close(&r->frank);
			return false;
		}
	}
	q->again = true;
	ask(&r->frank, q);
	return true;
}

static void
on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *info)
{
	struct query *q = arg;
	struct lookup *k = q->lookup;

	(void)timeouts;
	if (k != NULL && status == ARES_ECONNREFUSED && ask_again(q))
		return;
	if (k != NULL) {
		k->queries[q->i] = NULL;
		if (status == ARES_SUCCESS)
			status = copy_addresses(k, q->i, info);
		settle(k, q->i, status);
	}
	ares_freeaddrinfo(info);
	free(q);
}

static int
start_query(struct lookup *k, size_t i)
{
	struct query *q;

	q = calloc(1, sizeof *q);
	if (q == NULL)
		return -1;
	q->resolver = k->resolver;
	q->lookup = k;
	q->i = i;
	k->queries[i] = q;
	k->answers[i].state = RESOLVER_ASKED;
	ask(&k->resolver->main, q);
	return 0;
}

/* Answer without c-ares.  Returns 0, or -1 without memory. */
static int
answer_literal(struct lookup *k, size_t i, const struct address *a)
{
	if (address_family(a) != families[i]) {
		settle(k, i, ARES_ENODATA);
		return 0;
	}
	k->answers[i].addresses = malloc(sizeof *a);
	if (k->answers[i].addresses == NULL)
		return -1;
	k->answers[i].addresses[0] = *a;
	k->answers[i].count = 1;
	settle(k, i, ARES_SUCCESS);
	return 0;
}

static int
start_family(struct lookup *k, size_t i)
{
	struct address a;

	if (address_parse(&a, k->name, k->port))
		return answer_literal(k, i, &a);
	/*
	 * RFC 6761, 6.3: always the loopback addresses.  c-ares would look
	 * for it in /etc/hosts only, and 1.18 loses memory there.
	 */
	if (strcasecmp(k->name, "localhost") == 0 ||
	    strcasecmp(k->name, "localhost.") == 0) {
		address_parse(
		    &a, families[i] == AF_INET6 ? "::1" : "127.0.0.1", k->port);
		return answer_literal(k, i, &a);
	}
	return start_query(k, i);
}

struct lookup *
lookup_new(struct resolver *r, const char *name, int port, int family,
    lookup_fn *fn, void *arg, struct err *e)
{
	struct lookup *k;
	size_t i;

	k = calloc(1, sizeof *k);
	if (k == NULL)
		goto fail;
	k->resolver = r;
	k->port = port;
	k->fn = fn;
	k->arg = arg;
	k->name = strdup(name);
	if (k->name == NULL)
		goto fail;
	for (i = 0; i < FAMILIES; i++) {
		if (family != AF_UNSPEC && family != families[i])
			continue;
		if (start_family(k, i) == -1)
			goto fail;
	}
	return k;
fail:
	err_nomem(e);
	lookup_free(k);
	return NULL;
}

void
lookup_free(struct lookup *k)
{
	size_t i;

	if (k == NULL)
		return;
	loop_timer_cancel(k->resolver->loop, &k->tell);
	for (i = 0; i < FAMILIES; i++) {
		/* ares_cancel() would end the questions of others too. */
		if (k->queries[i] != NULL)
			k->queries[i]->lookup = NULL;
		free(k->answers[i].addresses);
	}
	free(k->name);
	free(k);
}

const struct resolver_answer *
lookup_answer(const struct lookup *k, int family)
{
	return &k->answers[family == AF_INET6 ? 0 : 1];
}

const char *
resolver_library(const char **built_with)
{
	*built_with = ARES_VERSION_STR;
	return ares_version(NULL);
}
