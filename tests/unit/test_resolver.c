/*
 * Look-ups against a small DNS server of our own, which lives in the same
 * loop: answers, failures, silence, and lookups that are freed half-way.
 */

#include <ares.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/channel.h"
#include "net/resolver.h"

enum {
	HEADER = 12,
	TYPE_A = 1,
	TYPE_AAAA = 28,
	NOERROR = 0,
	SERVFAIL = 2,
	NXDOMAIN = 3,
	REFUSED = 5,
	MESSAGE_MAX = 512,
	CONNECTIONS_MAX = 8,
	ADDRESSES_MAX = 4,
	PORT = 587,
	MANY = 100,
	LOOKUPS_MAX = 2 * MANY,
};

/* What the server knows; every other name does not exist. */
static const struct record {
	const char *name;
	const char *a[ADDRESSES_MAX];
	const char *aaaa[ADDRESSES_MAX];
	int rcode;
	bool silent, silent6; /* no answer at all, or none to AAAA */
	bool truncated;       /* over UDP */
	bool garbled;
} zone[] = {
	{ .name = "both.test",
	    .a = { "192.0.2.1", "192.0.2.2" },
	    .aaaa = { "2001:db8::1" } },
	{ .name = "four.test", .a = { "192.0.2.4" } },
	{ .name = "six.test", .aaaa = { "2001:db8::6" } },
	{ .name = "nothing.test" },
	{ .name = "servfail.test", .rcode = SERVFAIL },
	{ .name = "refused.test", .rcode = REFUSED },
	{ .name = "mute.test", .silent = true },
	{ .name = "mute6.test", .a = { "192.0.2.5" }, .silent6 = true },
	{ .name = "long.test", .a = { "192.0.2.7" }, .truncated = true },
	{ .name = "garbled.test", .garbled = true },
	/* RFC 6724, rule 8: the smaller scope first. */
	{ .name = "sorted.test", .a = { "192.0.2.9", "127.0.0.2" } },
};

struct server {
	int udp, tcp, port;
	int connections[CONNECTIONS_MAX];
	size_t connection_count;
	size_t asked;
	int rcode; /* unless NOERROR, the answer to everything */
};

static struct loop *loop;
static struct server server, second;
static struct resolver *resolver;
static char its_servers[64];

/* Those not freed yet, for a test that fails half-way. */
static struct lookup *lookups[LOOKUPS_MAX];

static void
put16(unsigned char *at, unsigned value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
}

/* The question's name with dots.  Returns the offset behind it. */
static size_t
read_name(const unsigned char *q, size_t len, char *name, size_t size)
{
	size_t at = HEADER, n = 0;

	while (at < len && q[at] != 0) {
		size_t label = q[at++];

		assert_true(at + label < len && n + label + 2 < size);
		if (n > 0)
			name[n++] = '.';
		memcpy(name + n, q + at, label);
		n += label;
		at += label;
	}
	name[n] = '\0';
	return at + 1;
}

static const struct record *
find_record(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof zone / sizeof zone[0]; i++) {
		if (strcasecmp(zone[i].name, name) == 0)
			return &zone[i];
	}
	return NULL;
}

static size_t
put_record(unsigned char *at, int type, const char *text)
{
	int family = type == TYPE_A ? AF_INET : AF_INET6;
	unsigned size = type == TYPE_A ? 4 : 16;

	memset(at, 0, HEADER);
	put16(at, 0xc000 | HEADER); /* the question's name */
	put16(at + 2, (unsigned)type);
	put16(at + 4, 1);
	put16(at + 10, size); /* TTL 0: nothing is cached */
	assert_int_equal(inet_pton(family, text, at + 12), 1);
	return HEADER + size;
}

/* Make the answer to q in a.  Returns its length, 0 for none. */
static size_t
answer(struct server *s, bool over_tcp, const unsigned char *q, size_t len,
    unsigned char *a)
{
	const struct record *r;
	const char *const *addresses;
	char name[256];
	size_t at = read_name(q, len, name, sizeof name), i;
	int type = q[at] << 8 | q[at + 1];
	unsigned count = 0, rcode = NXDOMAIN;

	s->asked++;
	at += 4;
	r = find_record(name);
	memcpy(a, q, at);
	if (r != NULL) {
		if (r->silent || (r->silent6 && type == TYPE_AAAA))
			return 0;
		rcode = (unsigned)r->rcode;
		addresses = type == TYPE_A ? r->a : r->aaaa;
		for (i = 0; i < ADDRESSES_MAX && addresses[i] != NULL; i++) {
			at += put_record(a + at, type, addresses[i]);
			count++;
		}
	}
	if (s->rcode != NOERROR)
		rcode = (unsigned)s->rcode;
	put16(a + 2, 0x8180 | rcode);
	if (r != NULL && r->truncated && !over_tcp)
		a[2] |= 0x02;
	put16(a + 6, r != NULL && r->garbled ? 3 : count);
	put16(a + 8, 0);
	put16(a + 10, 0);
	return at;
}

static void
on_udp(void *arg, int fd, short revents)
{
	unsigned char q[MESSAGE_MAX], a[2 * MESSAGE_MAX];
	struct sockaddr_storage from;
	socklen_t from_len = sizeof from;
	ssize_t len;
	size_t n;

	(void)revents;
	len = recvfrom(fd, q, sizeof q, 0, (struct sockaddr *)&from, &from_len);
	assert_true(len > HEADER);
	n = answer(arg, false, q, (size_t)len, a);
	if (n > 0)
		sendto(fd, a, n, 0, (struct sockaddr *)&from, from_len);
}

/* Over loopback a question comes in one piece, perhaps with the next one. */
static void
on_tcp(void *arg, int fd, short revents)
{
	unsigned char q[4 * MESSAGE_MAX], a[2 + 2 * MESSAGE_MAX];
	ssize_t len;
	size_t at = 0;

	(void)revents;
	len = recv(fd, q, sizeof q, 0);
	if (len <= 0)
		loop_unwatch(loop, fd);
	while (len > 0 && at < (size_t)len) {
		size_t size = (size_t)(q[at] << 8 | q[at + 1]), n;

		assert_true(at + 2 + size <= (size_t)len);
		n = answer(arg, true, q + at + 2, size, a + 2);
		put16(a, (unsigned)n);
		assert_int_equal(send(fd, a, n + 2, MSG_NOSIGNAL), n + 2);
		at += 2 + size;
	}
}

static void
on_connection(void *arg, int fd, short revents)
{
	struct server *s = arg;
	int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	(void)revents;
	assert_true(connection != -1);
	assert_true(s->connection_count < CONNECTIONS_MAX);
	s->connections[s->connection_count++] = connection;
	assert_int_equal(loop_watch(loop, connection, POLLIN, on_tcp, s), 0);
}

static int
bind_to(const char *host, int type, int port)
{
	struct address a;
	int fd;

	assert_true(address_parse(&a, host, port));
	fd = socket(address_family(&a), type | SOCK_CLOEXEC, 0);
	if (fd != -1 && bind(fd, (struct sockaddr *)&a.ss, a.len) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

static int
port_of(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;

	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &len), 0);
	return ntohs(ss.ss_family == AF_INET6
		? ((struct sockaddr_in6 *)&ss)->sin6_port
		: ((struct sockaddr_in *)&ss)->sin_port);
}

/* Returns false where there is no such host. */
static bool
server_open(struct server *s, const char *host)
{
	int tries;

	memset(s, 0, sizeof *s);
	/* The port must be free for both. */
	for (tries = 0; tries < 100; tries++) {
		s->tcp = bind_to(host, SOCK_STREAM, 0);
		if (s->tcp == -1)
			return false;
		s->port = port_of(s->tcp);
		s->udp = bind_to(host, SOCK_DGRAM, s->port);
		if (s->udp != -1)
			break;
		close(s->tcp);
	}
	assert_true(s->udp != -1);
	assert_int_equal(listen(s->tcp, CONNECTIONS_MAX), 0);
	assert_int_equal(loop_watch(loop, s->udp, POLLIN, on_udp, s), 0);
	assert_int_equal(loop_watch(loop, s->tcp, POLLIN, on_connection, s), 0);
	return true;
}

static void
server_close(struct server *s)
{
	size_t i;

	for (i = 0; i < s->connection_count; i++) {
		loop_unwatch(loop, s->connections[i]);
		close(s->connections[i]);
	}
	loop_unwatch(loop, s->udp);
	loop_unwatch(loop, s->tcp);
	close(s->udp);
	close(s->tcp);
}

/* servers: NULL for the system's. */
static void
open_resolver(const char *servers)
{
	struct err e = { .kind = ERR_NONE };

	/* It borrows them. */
	snprintf(its_servers, sizeof its_servers, "%s",
	    servers != NULL ? servers : "");
	resolver =
	    resolver_new(loop, servers != NULL ? its_servers : NULL, false, &e);
	if (resolver == NULL)
		fail_msg("%s: %s", servers, e.text);
}

static int
setup(void **state)
{
	char servers[64];

	(void)state;
	loop = loop_new();
	assert_true(server_open(&server, "127.0.0.1"));
	assert_true(server_open(&second, "127.0.0.1"));
	snprintf(servers, sizeof servers, "127.0.0.1:%d", server.port);
	open_resolver(servers);
	return 0;
}

static int
teardown(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < LOOKUPS_MAX; i++) {
		lookup_free(lookups[i]);
		lookups[i] = NULL;
	}
	resolver_free(resolver);
	server_close(&server);
	server_close(&second);
	/* Nothing of the resolver's is left in the loop. */
	assert_int_equal(loop_turn(loop), 0);
	loop_free(loop);
	return 0;
}

static void
use_servers(const char *servers)
{
	resolver_free(resolver);
	open_resolver(servers);
}

/* One look-up and what it was told. */
struct asker {
	struct lookup *lookup;
	bool starting;  /* within lookup_new() */
	int told[2];    /* times, for IPv6 and IPv4 */
	int first;      /* the family told first */
	int free_after; /* calls after which it frees the lookup; 0: never */
	bool free_resolver;
};

static size_t
slot_of(const struct lookup *k)
{
	size_t i = 0;

	while (i < LOOKUPS_MAX && lookups[i] != k)
		i++;
	assert_true(i < LOOKUPS_MAX);
	return i;
}

static void
drop(struct asker *q)
{
	lookups[slot_of(q->lookup)] = NULL;
	lookup_free(q->lookup);
	q->lookup = NULL;
}

static void
on_told(void *arg, int family)
{
	struct asker *q = arg;
	const struct resolver_answer *a = lookup_answer(q->lookup, family);

	assert_false(q->starting);
	assert_true(family == AF_INET || family == AF_INET6);
	assert_true(
	    a->state == RESOLVER_ANSWERED || a->state == RESOLVER_FAILED);
	if (q->told[0] + q->told[1] == 0)
		q->first = family;
	q->told[family == AF_INET]++;
	if (q->told[0] + q->told[1] != q->free_after)
		return;
	drop(q);
	if (q->free_resolver) {
		resolver_free(resolver);
		resolver = NULL;
	}
}

static void
ask(struct asker *q, const char *name, int family)
{
	struct err e = { .kind = ERR_NONE };

	q->starting = true;
	q->lookup = lookup_new(resolver, name, PORT, family, on_told, q, &e);
	q->starting = false;
	assert_non_null(q->lookup);
	lookups[slot_of(NULL)] = q->lookup;
	assert_int_equal(q->told[0] + q->told[1], 0);
}

static void
run_until_told(struct asker *q, int times)
{
	while (q->told[0] + q->told[1] < times)
		assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(q->told[0] + q->told[1], times);
}

/*
 * "192.0.2.1 192.0.2.2", or the words for the failure, or "asked", "not
 * asked".
 */
static const char *
found(const struct asker *q, int family)
{
	static char text[256];
	const struct resolver_answer *a = lookup_answer(q->lookup, family);
	size_t i;

	switch (a->state) {
	case RESOLVER_NOT_ASKED:
		return "not asked";
	case RESOLVER_ASKED:
		return "asked";
	case RESOLVER_FAILED:
		assert_int_not_equal(a->status, ARES_SUCCESS);
		assert_int_equal(a->count, 0);
		return a->text;
	case RESOLVER_ANSWERED:
		break;
	}
	assert_int_equal(a->status, ARES_SUCCESS);
	assert_null(a->text);
	text[0] = '\0';
	for (i = 0; i < a->count; i++) {
		size_t len = strlen(text);
		char one[ADDRESS_TEXT_MAX];
		struct address expected;

		/* Text alone would not show the port. */
		address_text(&a->addresses[i], one);
		assert_true(address_parse(&expected, one, PORT));
		assert_true(address_equal(&a->addresses[i], &expected));
		assert_int_equal(a->addresses[i].len, expected.len);
		snprintf(text + len, sizeof text - len, "%s%s",
		    len > 0 ? " " : "", one);
	}
	return text;
}

static void
test_answers(void **state)
{
	static const struct {
		const char *name;
		const char *six;
		const char *four;
	} cases[] = {
		{ "both.test", "2001:db8::1", "192.0.2.1 192.0.2.2" },
		{ "both.test.", "2001:db8::1", "192.0.2.1 192.0.2.2" },
		{ "BOTH.test", "2001:db8::1", "192.0.2.1 192.0.2.2" },
		{ "four.test", "no address of this family", "192.0.2.4" },
		{ "six.test", "2001:db8::6", "no address of this family" },
		{ "nothing.test", "no address of this family",
		    "no address of this family" },
		{ "none.test", "no such name (NXDOMAIN)",
		    "no such name (NXDOMAIN)" },
		{ "servfail.test",
		    "the DNS server reported a failure (SERVFAIL)",
		    "the DNS server reported a failure (SERVFAIL)" },
		{ "refused.test", "the DNS server refused to answer (REFUSED)",
		    "the DNS server refused to answer (REFUSED)" },
		{ "long.test", "no address of this family", "192.0.2.7" },
		{ "a-label-that-is-longer-than-the-sixty-three-octets-that-dns-"
		  "allows.test",
		    "not a valid DNS name", "not a valid DNS name" },
		{ "two..dots.test", "not a valid DNS name",
		    "not a valid DNS name" },
		{ "localhost", "::1", "127.0.0.1" },
		{ "LocalHost.", "::1", "127.0.0.1" },
		{ "192.0.2.3", "no address of this family", "192.0.2.3" },
		{ "2001:db8::3", "2001:db8::3", "no address of this family" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct asker q = { .lookup = NULL };

		ask(&q, cases[i].name, AF_UNSPEC);
		run_until_told(&q, 2);
		assert_int_equal(q.told[0], 1);
		if (strcmp(found(&q, AF_INET6), cases[i].six) != 0)
			fail_msg(
			    "%s: IPv6: %s", cases[i].name, found(&q, AF_INET6));
		if (strcmp(found(&q, AF_INET), cases[i].four) != 0)
			fail_msg(
			    "%s: IPv4: %s", cases[i].name, found(&q, AF_INET));
		drop(&q);
	}
	assert_true(server.connection_count > 0); /* the truncated one */
}

static void
test_garbled_answer(void **state)
{
	struct asker q = { .lookup = NULL };

	(void)state;
	ask(&q, "garbled.test", AF_INET);
	run_until_told(&q, 1);
	assert_string_equal(
	    found(&q, AF_INET), "the DNS server's answer is malformed");
	drop(&q);
}

static void
test_one_family_only(void **state)
{
	struct asker four = { .lookup = NULL }, six = { .lookup = NULL };

	(void)state;
	ask(&four, "both.test", AF_INET);
	ask(&six, "both.test", AF_INET6);
	run_until_told(&four, 1);
	run_until_told(&six, 1);
	assert_string_equal(found(&four, AF_INET), "192.0.2.1 192.0.2.2");
	assert_string_equal(found(&four, AF_INET6), "not asked");
	assert_string_equal(found(&six, AF_INET6), "2001:db8::1");
	assert_string_equal(found(&six, AF_INET), "not asked");
	assert_int_equal(server.asked, 2);
	drop(&four);
	drop(&six);
}

static void
test_nothing_is_asked_for_literals(void **state)
{
	static const char *const names[] = { "192.0.2.3", "2001:db8::3",
		"[2001:db8::3]", "localhost" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct asker q = { .lookup = NULL };

		ask(&q, names[i], AF_UNSPEC);
		run_until_told(&q, 2);
		assert_int_equal(q.first, AF_INET6);
		drop(&q);
	}
	assert_int_equal(server.asked, 0);
}

static void
test_sorted(void **state)
{
	struct asker q = { .lookup = NULL };

	(void)state;
	ask(&q, "sorted.test", AF_INET);
	run_until_told(&q, 1);
	assert_string_equal(found(&q, AF_INET), "127.0.0.2 192.0.2.9");
	drop(&q);
}

/* The IPv4 answer does not wait for the other one. */
static void
test_silence_of_one_family(void **state)
{
	struct asker q = { .lookup = NULL };

	(void)state;
	ask(&q, "mute6.test", AF_UNSPEC);
	run_until_told(&q, 1);
	assert_int_equal(q.first, AF_INET);
	assert_string_equal(found(&q, AF_INET), "192.0.2.5");
	assert_string_equal(found(&q, AF_INET6), "asked");
	drop(&q);
}

static void
test_nobody_answers(void **state)
{
	struct asker q = { .lookup = NULL };
	char servers[64];
	int fd = bind_to("127.0.0.1", SOCK_DGRAM, 0);
	struct sockaddr_in self;
	socklen_t len = sizeof self;

	/*
	 * The kernel says so at once where nobody listens.  Who listens to
	 * itself alone keeps the port, or another test might get it.
	 */
	(void)state;
	assert_int_equal(getsockname(fd, (struct sockaddr *)&self, &len), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&self, len), 0);
	snprintf(servers, sizeof servers, "127.0.0.1:%d", port_of(fd));
	use_servers(servers);
	ask(&q, "both.test", AF_UNSPEC);
	run_until_told(&q, 2);
	assert_string_equal(found(&q, AF_INET), "no DNS server answered");
	assert_string_equal(found(&q, AF_INET6), "no DNS server answered");
	drop(&q);
	close(fd);
}

static void
test_second_server(void **state)
{
	static const struct {
		const char *what;
		int first, second; /* what they say to everything */
		const char *answer;
	} cases[] = {
		{ "first fails", SERVFAIL, NOERROR, "192.0.2.4" },
		{ "first refuses", REFUSED, NOERROR, "192.0.2.4" },
		{ "both fail", SERVFAIL, SERVFAIL,
		    "the DNS server reported a failure (SERVFAIL)" },
		{ "the first's word counts", NXDOMAIN, NOERROR,
		    "no such name (NXDOMAIN)" },
	};
	char servers[64];
	size_t i;

	(void)state;
	snprintf(servers, sizeof servers, "127.0.0.1:%d,127.0.0.1:%d",
	    server.port, second.port);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct asker q = { .lookup = NULL };

		use_servers(servers);
		server.rcode = cases[i].first;
		second.rcode = cases[i].second;
		ask(&q, "four.test", AF_INET);
		run_until_told(&q, 1);
		if (strcmp(found(&q, AF_INET), cases[i].answer) != 0)
			fail_msg("%s: %s", cases[i].what, found(&q, AF_INET));
		drop(&q);
	}
}

static void
test_server_over_ipv6(void **state)
{
	struct server six;
	struct asker q = { .lookup = NULL };
	char servers[64];

	(void)state;
	if (!server_open(&six, "::1"))
		return;
	snprintf(servers, sizeof servers, "[::1]:%d", six.port);
	use_servers(servers);
	ask(&q, "four.test", AF_INET);
	run_until_told(&q, 1);
	assert_string_equal(found(&q, AF_INET), "192.0.2.4");
	assert_int_equal(six.asked, 1);
	drop(&q);
	server_close(&six);
}

/*
 * The last name of the last IPv4 line of /etc/hosts that is no localhost;
 * false if there is none.
 */
static bool
read_hosts(char *name, char *address)
{
	FILE *f = fopen("/etc/hosts", "re");
	char line[256], a[64], n[128];
	struct address parsed;
	bool is_there = false;

	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		if (sscanf(line, "%63s %127s", a, n) == 2 &&
		    address_parse(&parsed, a, 0) &&
		    address_family(&parsed) == AF_INET && n[0] != '#' &&
		    strstr(n, "localhost") == NULL) {
			strcpy(name, n);
			strcpy(address, a);
			is_there = true;
		}
	}
	if (f != NULL)
		fclose(f);
	return is_there;
}

static void
test_system(void **state)
{
	struct asker q = { .lookup = NULL }, hosts = { .lookup = NULL };
	char name[128], address[64];

	(void)state;
	use_servers(NULL);
	ask(&q, "localhost", AF_UNSPEC);
	run_until_told(&q, 2);
	assert_int_equal(strncmp(found(&q, AF_INET), "127.", 4), 0);
	assert_string_equal(found(&q, AF_INET6), "::1");
	drop(&q);
	if (!read_hosts(name, address))
		return;
	ask(&hosts, name, AF_INET);
	run_until_told(&hosts, 1);
	assert_non_null(strstr(found(&hosts, AF_INET), address));
	drop(&hosts);
}

static void
test_servers_given_leave_hosts_out(void **state)
{
	struct asker q = { .lookup = NULL };
	char name[128], address[64];

	(void)state;
	if (!read_hosts(name, address))
		return;
	ask(&q, name, AF_INET);
	run_until_told(&q, 1);
	assert_string_equal(found(&q, AF_INET), "no such name (NXDOMAIN)");
	assert_true(server.asked > 0);
	drop(&q);
}

/* The answers to freed lookups come in, and another's is not disturbed. */
static void
test_freed_under_way(void **state)
{
	struct asker gone = { .lookup = NULL }, kept = { .lookup = NULL },
		     half = { .lookup = NULL };

	(void)state;
	ask(&gone, "both.test", AF_UNSPEC);
	ask(&kept, "four.test", AF_UNSPEC);
	drop(&gone);
	run_until_told(&kept, 2);
	assert_string_equal(found(&kept, AF_INET), "192.0.2.4");
	assert_int_equal(server.asked, 4);
	/* With one family's answer in, still to be told. */
	ask(&half, "192.0.2.3", AF_UNSPEC);
	drop(&half);
	while (server.asked < 5) {
		drop(&kept);
		kept = (struct asker){ .lookup = NULL };
		ask(&kept, "none.test", AF_INET);
		run_until_told(&kept, 1);
	}
	assert_int_equal(gone.told[0] + gone.told[1], 0);
	assert_int_equal(half.told[0] + half.told[1], 0);
	drop(&kept);
}

/* Freed before the second question that an old c-ares needs is answered. */
static void
test_failing_freed_under_way(void **state)
{
	struct asker q = { .lookup = NULL };

	(void)state;
	ask(&q, "servfail.test", AF_UNSPEC);
	while (server.asked < 2)
		assert_int_equal(loop_turn(loop), 1);
	drop(&q);
	assert_int_equal(q.told[0] + q.told[1], 0);
}

static void
test_resolver_freed_with_questions_open(void **state)
{
	struct asker q = { .lookup = NULL };

	(void)state;
	ask(&q, "mute.test", AF_UNSPEC);
	while (server.asked < 2)
		assert_int_equal(loop_turn(loop), 1);
	drop(&q);
}

static void
test_freed_in_its_own_call(void **state)
{
	static const struct {
		const char *what;
		const char *name;
		int family;
		int calls;
	} cases[] = {
		{ "the first of two", "both.test", AF_UNSPEC, 1 },
		{ "the second of two", "both.test", AF_UNSPEC, 2 },
		{ "both known at once", "192.0.2.3", AF_UNSPEC, 1 },
		{ "a failure", "none.test", AF_INET, 1 },
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct asker q = { .free_after = cases[i].calls,
			.free_resolver = true };

		ask(&q, cases[i].name, cases[i].family);
		run_until_told(&q, cases[i].calls);
		assert_null(resolver);
		/* teardown() finds out if anything of it is left in the loop.
		 */
		teardown(state);
		assert_int_equal(setup(state), 0);
		assert_int_equal(q.told[0] + q.told[1], cases[i].calls);
	}
}

static void
test_many_side_by_side(void **state)
{
	static struct asker many[MANY];
	size_t i;

	(void)state;
	memset(many, 0, sizeof many);
	for (i = 0; i < MANY; i++)
		ask(&many[i], i % 2 ? "both.test" : "none.test", AF_UNSPEC);
	for (i = 0; i < MANY; i++) {
		run_until_told(&many[i], 2);
		assert_string_equal(found(&many[i], AF_INET),
		    i % 2 ? "192.0.2.1 192.0.2.2" : "no such name (NXDOMAIN)");
		drop(&many[i]);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answers),
		TEST(test_garbled_answer),
		TEST(test_one_family_only),
		TEST(test_nothing_is_asked_for_literals),
		TEST(test_sorted),
		TEST(test_silence_of_one_family),
		TEST(test_nobody_answers),
		TEST(test_second_server),
		TEST(test_server_over_ipv6),
		TEST(test_system),
		TEST(test_servers_given_leave_hosts_out),
		TEST(test_freed_under_way),
		TEST(test_failing_freed_under_way),
		TEST(test_resolver_freed_with_questions_open),
		TEST(test_freed_in_its_own_call),
		TEST(test_many_side_by_side),
	};

	alarm(120); /* rather ended than hanging */
	return cmocka_run_group_tests_name("resolver", tests, NULL, NULL);
}
