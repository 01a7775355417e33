/* Happy Eyeballs on loopback: order, gaps, failures, what is left behind. */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/dialer.h"

enum { LIST_MAX = 16, GAP_US = 250000, FULL = 8 };

static struct loop *loop;
static bool has_ipv6;
static int closed_port; /* on 127.0.0.1 and ::1 */

/* What the dialer told. */
static struct {
	int calls;
	int fd;
	int64_t at_us;
	struct dialer *free_it;
} told;

static void
on_dialed(void *arg, int fd)
{
	assert_ptr_equal(arg, &told);
	told.calls++;
	told.fd = fd;
	told.at_us = loop_now_us(loop);
	dialer_free(told.free_it);
}

static int
bind_loopback(const char *host, int port)
{
	struct address a;
	int fd;

	assert_true(address_parse(&a, host, port));
	fd = socket(address_family(&a), SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (bind(fd, (struct sockaddr *)&a.ss, a.len) == -1) {
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

static int
listen_on(const char *host, int backlog)
{
	int fd = bind_loopback(host, 0);

	assert_true(fd != -1);
	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

/* Bound and not listening, so that nobody else gets the port meanwhile. */
static int closed_fds[2];

static int
setup_group(void **state)
{
	(void)state;
	closed_fds[1] = bind_loopback("::1", 0);
	has_ipv6 = closed_fds[1] != -1;
	closed_fds[0] =
	    bind_loopback("127.0.0.1", has_ipv6 ? port_of(closed_fds[1]) : 0);
	if (closed_fds[0] == -1)
		return -1;
	closed_port = port_of(closed_fds[0]);
	return 0;
}

static int
teardown_group(void **state)
{
	(void)state;
	close(closed_fds[0]);
	if (has_ipv6)
		close(closed_fds[1]);
	return 0;
}

static struct dialer *dialer;

static int
setup(void **state)
{
	(void)state;
	memset(&told, 0, sizeof told);
	loop = loop_new();
	dialer = dialer_new(loop, on_dialed, &told);
	return loop == NULL || dialer == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	if (told.free_it == NULL)
		dialer_free(dialer);
	loop_free(loop);
	return 0;
}

static void
add(const char *host, int port)
{
	struct address a;

	assert_true(address_parse(&a, host, port));
	assert_int_equal(dialer_add(dialer, &a, 1), 0);
	assert_int_equal(told.calls, 0);
}

/* Blank-separated addresses, all on the closed port, in one call. */
static void
add_list(const char *hosts)
{
	struct address list[LIST_MAX];
	char copy[256], *rest = copy, *host;
	size_t count = 0;

	snprintf(copy, sizeof copy, "%s", hosts);
	while ((host = strsep(&rest, " ")) != NULL) {
		if (host[0] == '\0')
			continue;
		assert_true(count < LIST_MAX);
		assert_true(address_parse(&list[count++], host, closed_port));
	}
	assert_int_equal(dialer_add(dialer, list, count), 0);
}

static const struct dialer_attempt *
attempt(size_t i)
{
	size_t count;
	const struct dialer_attempt *list = dialer_attempts(dialer, &count);

	assert_true(i < count);
	return &list[i];
}

/* Turn until it has told, or until nothing can happen any more. */
static void
run(void)
{
	assert_int_equal(told.calls, 0); /* never from within add, complete */
	while (told.calls == 0)
		assert_int_equal(loop_turn(loop), 1);
	/* It leaves nothing behind, and tells once. */
	while (loop_turn(loop) == 1)
		;
	assert_int_equal(told.calls, 1);
}

static void
test_connects(void **state)
{
	int listener = listen_on("127.0.0.1", 4);
	int on = 0;
	socklen_t len = sizeof on;
	struct sockaddr_in peer;
	socklen_t peer_len = sizeof peer;

	(void)state;
	add("127.0.0.1", port_of(listener));
	assert_true(attempt(0)->started);
	dialer_complete(dialer);
	run();
	assert_true(told.fd >= 0);
	assert_true(fcntl(told.fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(told.fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(
	    getsockopt(told.fd, IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
	assert_int_not_equal(on, 0);
	assert_int_equal(
	    getpeername(told.fd, (struct sockaddr *)&peer, &peer_len), 0);
	assert_int_equal(ntohs(peer.sin_port), port_of(listener));
	assert_ptr_equal(dialer_winner(dialer), attempt(0));
	assert_false(attempt(0)->error != 0);
	close(told.fd);
	close(listener);
}

static void
test_all_refuse(void **state)
{
	(void)state;
	add_list(has_ipv6 ? "127.0.0.1 ::1" : "127.0.0.1");
	dialer_complete(dialer);
	run();
	assert_int_equal(told.fd, -1);
	assert_null(dialer_winner(dialer));
	assert_true(attempt(0)->error != 0);
	assert_int_equal(attempt(0)->error, ECONNREFUSED);
	if (has_ipv6) {
		assert_true(attempt(1)->error != 0);
		assert_int_equal(attempt(1)->error, ECONNREFUSED);
	}
}

/* 255.255.255.255 fails in connect() itself, so the next is due at once. */
static void
test_failure_starts_the_next_one(void **state)
{
	int listener = listen_on("127.0.0.1", 4);

	(void)state;
	add("255.255.255.255", port_of(listener));
	assert_true(attempt(0)->error != 0);
	assert_int_not_equal(attempt(0)->error, 0);
	add("127.0.0.1", closed_port);
	assert_true(attempt(1)->started);
	add("127.0.0.1", port_of(listener));
	assert_false(attempt(2)->started);
	dialer_complete(dialer);
	run();
	assert_true(told.fd >= 0);
	assert_true(attempt(1)->error != 0);
	assert_int_equal(attempt(1)->error, ECONNREFUSED);
	assert_ptr_equal(dialer_winner(dialer), attempt(2));
	close(told.fd);
	close(listener);
}

static void
test_fails_at_once_everywhere(void **state)
{
	(void)state;
	add("255.255.255.255", 1);
	add("255.255.255.255", 2);
	assert_true(attempt(1)->error != 0);
	dialer_complete(dialer);
	run();
	assert_int_equal(told.fd, -1);
}

static void
test_no_address_at_all(void **state)
{
	(void)state;
	dialer_complete(dialer);
	run();
	assert_int_equal(told.fd, -1);
}

static void
test_waits_for_more_addresses(void **state)
{
	int listener = listen_on("127.0.0.1", 4);
	size_t count;

	(void)state;
	add("127.0.0.1", closed_port);
	while (attempt(0)->error == 0)
		assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(loop_turn(loop), 0);
	assert_int_equal(told.calls, 0);
	add("127.0.0.1", port_of(listener));
	assert_true(attempt(1)->started);
	run();
	assert_true(told.fd >= 0);
	close(told.fd);
	/* What comes after the news changes nothing. */
	add_list("127.0.0.9");
	dialer_attempts(dialer, &count);
	assert_int_equal(count, 2);
	dialer_complete(dialer);
	assert_int_equal(loop_turn(loop), 0);
	assert_int_equal(told.calls, 1);
	close(listener);
}

/* A listener whose queue is full answers no further SYN. */
static int
open_deaf(int fillers[FULL])
{
	int listener = listen_on("127.0.0.1", 0);
	struct address a;
	size_t i;

	assert_true(address_parse(&a, "127.0.0.1", port_of(listener)));
	for (i = 0; i < FULL; i++) {
		fillers[i] = socket(
		    AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		assert_true(fillers[i] != -1);
		connect(fillers[i], (struct sockaddr *)&a.ss, a.len);
	}
	return listener;
}

static void
close_deaf(int listener, const int fillers[FULL])
{
	size_t i;

	for (i = 0; i < FULL; i++)
		close(fillers[i]);
	close(listener);
}

static void
test_silence_costs_one_gap(void **state)
{
	int fillers[FULL], deaf = open_deaf(fillers);
	int listener = listen_on("127.0.0.1", 4);
	int64_t begun_us = loop_now_us(loop);

	(void)state;
	add("127.0.0.1", port_of(deaf));
	add("127.0.0.1", port_of(listener));
	dialer_complete(dialer);
	assert_true(attempt(0)->started);
	assert_false(attempt(1)->started);
	run();
	assert_true(told.fd >= 0);
	assert_true(told.at_us - begun_us >= GAP_US);
	assert_ptr_equal(dialer_winner(dialer), attempt(1));
	/* Given up for another, not failed. */
	assert_true(attempt(0)->started);
	assert_false(attempt(0)->error != 0);
	close(told.fd);
	close(listener);
	close_deaf(deaf, fillers);
}

/* The next one follows in the same turn, though the first still hangs. */
static void
test_failure_cuts_the_gap_short(void **state)
{
	int fillers[FULL], deaf = open_deaf(fillers);
	int listener = listen_on("127.0.0.1", 4);

	(void)state;
	add("127.0.0.1", port_of(deaf));
	add("127.0.0.1", closed_port);
	add("127.0.0.1", port_of(listener));
	while (attempt(1)->error == 0)
		assert_int_equal(loop_turn(loop), 1);
	assert_false(attempt(0)->error != 0);
	assert_true(attempt(2)->started);
	run();
	assert_ptr_equal(dialer_winner(dialer), attempt(2));
	close(told.fd);
	close(listener);
	close_deaf(deaf, fillers);
}

static void
do_nothing(void *arg)
{
	(void)arg;
}

/* Its gap is over before the second address comes. */
static void
test_late_address_starts_at_once(void **state)
{
	int fillers[FULL], deaf = open_deaf(fillers);
	struct loop_timer wait = { .fn = NULL };

	(void)state;
	add("127.0.0.1", port_of(deaf));
	loop_timer_set(
	    loop, &wait, loop_now_us(loop) + GAP_US, do_nothing, NULL);
	while (wait.fn != NULL)
		assert_int_equal(loop_turn(loop), 1);
	add("127.0.0.1", closed_port);
	assert_true(attempt(1)->started);
	close_deaf(deaf, fillers);
}

static void
test_order(void **state)
{
	static const struct {
		const char *what;
		const char *first;
		const char *then; /* added after the first was started */
		const char *order;
		bool needs_ipv6;
	} cases[] = {
		{ "one family", "127.0.0.2 127.0.0.1 127.0.0.3", "",
		    "127.0.0.2 127.0.0.1 127.0.0.3", false },
		{ "interleaved, IPv6 first",
		    "127.0.0.1 127.0.0.2 127.0.0.3 ::1 ::2", "",
		    "::1 127.0.0.1 ::2 127.0.0.2 127.0.0.3", true },
		{ "more IPv6", "::1 ::2 ::3 127.0.0.1", "",
		    "::1 127.0.0.1 ::2 ::3", true },
		{ "IPv4 comes later", "::1 ::2", "127.0.0.1 127.0.0.2",
		    "::1 127.0.0.1 ::2 127.0.0.2", true },
		{ "IPv6 comes later", "127.0.0.1 127.0.0.2", "::1 ::2",
		    "127.0.0.1 ::1 127.0.0.2 ::2", true },
		{ "no route for IPv6", "fe80::1 127.0.0.1 127.0.0.2", "",
		    "127.0.0.1 127.0.0.2 fe80::1", false },
		{ "no route for IPv4", "255.255.255.255 ::1 ::2", "",
		    "::1 ::2 255.255.255.255", true },
		{ "twice in one list", "127.0.0.1 127.0.0.2 127.0.0.1", "",
		    "127.0.0.1 127.0.0.2", false },
		{ "twice, added later", "127.0.0.1", "127.0.0.1 127.0.0.2",
		    "127.0.0.1 127.0.0.2", false },
	};
	size_t i, k, count;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char order[256] = "";
		const struct dialer_attempt *list;

		if (cases[i].needs_ipv6 && !has_ipv6)
			continue;
		assert_int_equal(setup(state), 0);
		add_list(cases[i].first);
		add_list(cases[i].then);
		list = dialer_attempts(dialer, &count);
		for (k = 0; k < count; k++) {
			char text[ADDRESS_TEXT_MAX];
			size_t len = strlen(order);

			address_text(&list[k].address, text);
			snprintf(order + len, sizeof order - len, "%s%s",
			    len > 0 ? " " : "", text);
		}
		if (strcmp(order, cases[i].order) != 0)
			fail_msg("%s: %s", cases[i].what, order);
		teardown(state);
	}
}

static int
lowest_free_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void
test_freed_under_way(void **state)
{
	int fillers[FULL], deaf = open_deaf(fillers);
	int before = lowest_free_fd();

	(void)state;
	add("127.0.0.1", port_of(deaf));
	assert_int_not_equal(lowest_free_fd(), before);
	add("127.0.0.1", closed_port);
	dialer_complete(dialer);
	dialer_free(dialer);
	dialer = NULL;
	assert_int_equal(lowest_free_fd(), before);
	assert_int_equal(loop_turn(loop), 0);
	assert_int_equal(told.calls, 0);
	close_deaf(deaf, fillers);
}

/* The losers are closed when one has won. */
static void
test_nothing_left_open(void **state)
{
	int fillers[FULL], deaf = open_deaf(fillers);
	int listener = listen_on("127.0.0.1", 4);
	int before = lowest_free_fd();

	(void)state;
	add("127.0.0.1", port_of(deaf));
	add("127.0.0.1", port_of(listener));
	run();
	assert_true(told.fd >= 0);
	close(told.fd);
	assert_int_equal(lowest_free_fd(), before);
	close(listener);
	close_deaf(deaf, fillers);
}

static void
test_freed_before_the_news(void **state)
{
	(void)state;
	dialer_complete(dialer);
	dialer_free(dialer);
	dialer = NULL;
	assert_int_equal(loop_turn(loop), 0);
	assert_int_equal(told.calls, 0);
}

static void
test_freed_in_its_own_call(void **state)
{
	int listener = listen_on("127.0.0.1", 4);

	(void)state;
	told.free_it = dialer;
	add("127.0.0.1", closed_port);
	add("127.0.0.1", port_of(listener));
	dialer_complete(dialer);
	run();
	assert_true(told.fd >= 0);
	close(told.fd);
	close(listener);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_connects),
		TEST(test_all_refuse),
		TEST(test_failure_starts_the_next_one),
		TEST(test_fails_at_once_everywhere),
		TEST(test_no_address_at_all),
		TEST(test_waits_for_more_addresses),
		TEST(test_silence_costs_one_gap),
		TEST(test_failure_cuts_the_gap_short),
		TEST(test_late_address_starts_at_once),
		cmocka_unit_test(test_order),
		TEST(test_freed_under_way),
		TEST(test_nothing_left_open),
		TEST(test_freed_before_the_news),
		TEST(test_freed_in_its_own_call),
	};

	alarm(60); /* rather ended than hanging */
	return cmocka_run_group_tests_name(
	    "dialer", tests, setup_group, teardown_group);
}
