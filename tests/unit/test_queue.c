/* Which check of many is next, and which has to wait. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"
#include "run/queue.h"

enum { MANY = 5000, PER_SERVER = 2 };

static struct loop *loop;
static struct queue *queue;

static int
setup(void **state)
{
	(void)state;
	loop = loop_new();
	queue = queue_new(loop, PER_SERVER);
	return loop != NULL && queue != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	queue_free(queue);
	loop_free(loop);
	return 0;
}

static void
add(unsigned line, uint64_t server)
{
	assert_int_equal(
	    queue_add(queue, (struct sections_place){ .line = line }, server),
	    0);
}

/* The line of the next one; 0: none may begin. */
static unsigned
take(struct queue_item *out)
{
	loop_refresh(loop);
	return queue_take(queue, out) ? out->place.line : 0;
}

static void
test_servers_take_turns(void **state)
{
	struct queue_item i;
	unsigned n, server, order[6];

	(void)state;
	for (n = 1; n <= 4; n++)
		for (server = 1; server <= 3; server++)
			add(10 * server + n, server);
	assert_int_equal(queue_count(queue), 12);
	queue_begin(queue, 0);
	for (n = 0; n < 6; n++)
		order[n] = take(&i);
	assert_int_equal(order[0], 11);
	assert_int_equal(order[1], 21);
	assert_int_equal(order[2], 31);
	assert_int_equal(order[3], 12);
	assert_int_equal(order[5], 32);
	/* Two of each run. */
	assert_int_equal(take(&i), 0);
	assert_int_equal(queue_left(queue), 6);
	i.server = 1;
	queue_done(queue, &i);
	assert_int_equal(take(&i), 23);
	assert_int_equal(take(&i), 0);
	for (n = 0; queue_drain(queue, &i); n++)
		continue;
	assert_int_equal(n, 5);
	assert_int_equal(queue_left(queue), 0);
}

/* Those of one server begin one after the other, as time allows; what was late
 * is made up for, but for half of it. */
static void
test_gap(void **state)
{
	struct queue_item i;
	int64_t start_us, began_us[3];
	unsigned n, line;

	(void)state;
	for (n = 1; n <= 3; n++)
		add(n, 7);
	loop_refresh(loop);
	start_us = loop_now_us(loop);
	queue_begin(queue, 30000);
	for (n = 0; n < 3; n++) {
		while ((line = take(&i)) == 0)
			assert_int_equal(loop_turn(loop), 1);
		assert_int_equal(line, n + 1);
		began_us[n] = loop_now_us(loop);
		queue_done(queue, &i);
	}
	assert_true(began_us[1] - start_us >= 10000);
	assert_true(began_us[2] - start_us >= 20000);
	assert_true(began_us[1] - began_us[0] >= 5000);
	assert_true(began_us[2] - began_us[1] >= 5000);
	assert_int_equal(loop_turn(loop), 0);
}

static void
on_turn(void *arg)
{
	(void)arg;
}

/* Turn until the loop has seen that time, and waits for nothing else. */
static void
turn_until(int64_t until_us)
{
	struct loop_timer t = { .fn = NULL };

	do {
		loop_timer_set(loop, &t, 0, on_turn, NULL);
		assert_int_equal(loop_turn(loop), 1);
	} while (loop_now_us(loop) < until_us);
}

static int64_t
later(int64_t a_us, int64_t b_us)
{
	return a_us > b_us ? a_us : b_us;
}

/* When it began. */
static int64_t
take_one(unsigned line)
{
	struct queue_item i;

	assert_int_equal(take(&i), line);
	queue_done(queue, &i);
	return loop_now_us(loop);
}

/* One that begins late makes none of those after it later, but for half a gap
 * between any two. */
static void
test_late(void **state)
{
	const int64_t gap_us = 20000;
	int64_t planned_us, due_us;
	unsigned n;

	(void)state;
	for (n = 1; n <= 4; n++)
		add(n, 7);
	loop_refresh(loop);
	planned_us = loop_now_us(loop);
	queue_begin(queue, 4 * gap_us);
	due_us = planned_us;
	for (n = 1; n <= 4; n++) {
		/* The second is later than the third was to be. */
		turn_until(n == 2 ? due_us + gap_us + 8000 : due_us);
		planned_us += gap_us;
		due_us = later(planned_us, take_one(n) + gap_us / 2);
	}
}

/* Whatever the order of ends, each comes once, and never three at a time. */
static void
test_each_once(void **state)
{
	static struct queue_item running[MANY];
	static bool seen[MANY + 1];
	static unsigned busy[100];
	unsigned n, count = 0, line, done = 0;

	(void)state;
	memset(seen, 0, sizeof seen);
	for (n = 1; n <= MANY; n++)
		add(n, 1000 + n % 97);
	queue_begin(queue, 0);
	while (done < MANY) {
		while ((line = take(&running[count])) != 0) {
			assert_false(seen[line]);
			seen[line] = true;
			assert_true(++busy[line % 97] <= PER_SERVER);
			count++;
		}
		assert_true(count > 0);
		n = (done * 31) % count;
		busy[running[n].place.line % 97]--;
		queue_done(queue, &running[n]);
		running[n] = running[--count];
		done++;
	}
	assert_int_equal(queue_left(queue), 0);
}

static void
test_map(void **state)
{
	struct map m = { .room = 0 };
	char name[20];
	size_t i, *at;

	(void)state;
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "check %zu", i);
		at = map_add(&m, map_hash(0, name, strlen(name)), i);
		assert_non_null(at);
		assert_int_equal(*at, i);
	}
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "check %zu", i);
		at = map_add(&m, map_hash(0, name, strlen(name)), 0);
		assert_int_equal(*at, i);
	}
	assert_int_equal(m.count, MANY);
	assert_int_not_equal(map_hash(0, "", 0), 0);
	map_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_servers_take_turns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_late, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_each_once, setup, teardown),
		cmocka_unit_test(test_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
