/* What is ready among few and among many, and which call is asked for it. */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/poller.h"

enum { MANY = 100 };

static struct poller p;
static int fds[MANY];

static int
setup(void **state)
{
	int i;

	(void)state;
	p = (struct poller){ .epoll = -1 };
	for (i = 0; i < MANY; i++)
		fds[i] = eventfd(1, EFD_CLOEXEC);
	return fds[MANY - 1] == -1;
}

static int
teardown(void **state)
{
	int i;

	(void)state;
	poller_free(&p);
	for (i = 0; i < MANY; i++)
		close(fds[i]);
	return 0;
}

static void
add(int from, int to)
{
	for (; from < to; from++)
		assert_int_equal(poller_set(&p, fds[from], POLLIN), 0);
}

static void
test_few_need_no_epoll(void **state)
{
	(void)state;
	add(0, 32);
	assert_int_equal(poller_wait(&p, 0), 32);
	assert_int_equal(p.epoll, -1);
	add(32, 33);
	assert_int_equal(poller_wait(&p, 0), 33);
	assert_int_not_equal(p.epoll, -1);
	add(33, MANY);
	assert_int_equal(poller_wait(&p, 0), MANY);
}

/* A bad epoll would be seen by its refusals: poll() is asked instead. */
static void
test_changes_reach_epoll(void **state)
{
	int i;

	(void)state;
	add(0, MANY);
	assert_int_equal(poller_wait(&p, 0), MANY);
	for (i = 0; i < MANY - 1; i++)
		poller_remove(&p, fds[i]);
	assert_int_equal(poller_wait(&p, 0), 1);
	assert_int_equal(p.ready[0].fd, fds[MANY - 1]);
	assert_int_equal(poller_set(&p, fds[MANY - 1], POLLOUT), 0);
	assert_int_equal(poller_events(&p, fds[MANY - 1]), POLLOUT);
	assert_int_equal(poller_wait(&p, 0), 1);
	assert_int_equal(p.ready[0].revents, POLLOUT);
	add(0, 2);
	assert_int_equal(poller_wait(&p, 0), 3);
	assert_int_equal(p.refused, 0);
}

static void
test_what_epoll_refuses(void **state)
{
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(poller_set(&p, file, POLLIN), 0);
	add(0, MANY);
	assert_int_equal(poller_wait(&p, 0), MANY + 1);
	assert_int_equal(p.refused, 1);
	poller_remove(&p, file);
	assert_int_equal(p.refused, 0);
	assert_int_equal(poller_wait(&p, 0), MANY);
	assert_int_equal(poller_set(&p, file, POLLIN), 0);
	assert_int_equal(poller_set(&p, file, POLLIN | POLLOUT), 0);
	assert_int_equal(p.refused, 1);
	assert_int_equal(poller_wait(&p, 0), MANY + 1);
	close(file);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_few_need_no_epoll),
		TEST(test_changes_reach_epoll),
		TEST(test_what_epoll_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
