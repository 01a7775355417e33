/* Hundreds of timers of one loop: each in its turn, none twice or lost. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/loop.h"

enum { MANY = 500, ROUNDS = 20, CHANGES = 3000 };

struct alarm {
	struct loop_timer timer;
	unsigned long armed; /* the how manieth call armed it; 0: it is not */
	struct alarm *other; /* let go of when this one is called */
};

static struct loop *loop;
static struct alarm many[MANY];
static unsigned long armings;
static const struct alarm *latest;
static int64_t latest_due_us;
static unsigned long latest_armed;
static size_t called;

/* The same numbers in each run. */
static size_t
any_below(size_t n)
{
	static uint32_t state = 1;

	state = state * 1664525U + 1013904223U;
	return (state >> 8) % n;
}

static void
let_go(struct alarm *a)
{
	loop_timer_cancel(loop, &a->timer);
	a->armed = 0;
}

static void
on_timer(void *arg)
{
	struct alarm *a = arg;

	assert_int_not_equal(a->armed, 0);
	if (latest != NULL && latest_due_us == a->timer.due_us)
		assert_true(latest_armed < a->armed);
	else if (latest != NULL)
		assert_true(latest_due_us < a->timer.due_us);
	latest = a;
	latest_due_us = a->timer.due_us;
	latest_armed = a->armed;
	a->armed = 0;
	called++;
	if (a->other != NULL)
		let_go(a->other);
}

static void
arm(struct alarm *a, int64_t due_us)
{
	loop_timer_set(loop, &a->timer, due_us, on_timer, a);
	a->armed = ++armings;
}

static size_t
count_armed(void)
{
	size_t i, count = 0;

	for (i = 0; i < MANY; i++)
		count += many[i].armed != 0;
	return count;
}

static void
start(void)
{
	loop = loop_new();
	assert_non_null(loop);
	memset(many, 0, sizeof many);
	latest = NULL;
	called = 0;
}

/* Armed, armed anew and let go of at random, few different times among them. */
static void
stir(void)
{
	size_t i;
	struct alarm *a;

	for (i = 0; i < CHANGES; i++) {
		a = &many[any_below(MANY)];
		if (any_below(3) == 0)
			let_go(a);
		else
			arm(a, 1 + (int64_t)any_below(MANY / 4));
	}
}

static void
test_in_order_after_any_changes(void **state)
{
	size_t round, wanted;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		start();
		stir();
		wanted = count_armed();
		assert_int_equal(loop_turn(loop), 1);
		assert_int_equal(called, wanted);
		assert_int_equal(count_armed(), 0);
		assert_int_equal(loop_turn(loop), 0);
		loop_free(loop);
	}
}

static void
test_let_go_of_by_each_other(void **state)
{
	size_t i;

	(void)state;
	start();
	for (i = 0; i < MANY; i++) {
		arm(&many[i], 1 + (int64_t)any_below(MANY));
		many[i].other = &many[MANY - 1 - i];
	}
	assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(called, MANY / 2);
	assert_int_equal(loop_turn(loop), 0);
	loop_free(loop);
}

/* Those that are not due yet stay, in order. */
static void
test_some_of_them_later(void **state)
{
	int64_t now_us;
	size_t i;

	(void)state;
	start();
	now_us = loop_now_us(loop);
	for (i = 0; i < MANY; i++)
		arm(&many[i],
		    i % 2 == 0 ? 1 + (int64_t)any_below(MANY)
			       : now_us + 1000000000 + (int64_t)i);
	assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(called, MANY / 2);
	assert_int_equal(count_armed(), MANY / 2);
	for (i = 1; i < MANY; i += 2)
		arm(&many[i], 1 + (int64_t)any_below(MANY));
	latest = NULL;
	assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(called, MANY);
	assert_int_equal(loop_turn(loop), 0);
	loop_free(loop);
}

/* Work in pieces ------------------------------------------------------------
 */

enum { WORKERS = 3, PIECES = 4 };

static struct worker {
	struct loop_work work;
	int left;
} workers[WORKERS];

static char done[WORKERS * PIECES + 1];

static void
on_piece(void *arg)
{
	struct worker *w = arg;

	done[strlen(done)] = (char)('a' + (w - workers));
	if (--w->left > 0)
		loop_work_set(loop, &w->work, on_piece, w);
}

static void
on_last_timer(void *arg)
{
	(void)arg;
	done[strlen(done)] = 't';
}

static void
start_work(void)
{
	int i;

	loop = loop_new();
	assert_non_null(loop);
	memset(done, 0, sizeof done);
	for (i = 0; i < WORKERS; i++) {
		workers[i] = (struct worker){ .left = PIECES };
		loop_work_set(loop, &workers[i].work, on_piece, &workers[i]);
	}
}

/* One piece a turn, each in its turn, and then nothing is left. */
static void
test_work_takes_turns(void **state)
{
	size_t n;

	(void)state;
	start_work();
	for (n = 1; n <= WORKERS * PIECES; n++) {
		assert_int_equal(loop_turn(loop), 1);
		assert_int_equal(strlen(done), n);
	}
	assert_string_equal(done, "abcabcabcabc");
	assert_int_equal(loop_turn(loop), 0);
	loop_free(loop);
}

/* Whichever of them is let go of, the others stay in their order. */
static void
test_work_let_go_of(void **state)
{
	static const char *const wanted[WORKERS] = { "bcbcb", "acaca",
		"ababa" };
	int i, n;

	(void)state;
	for (i = 0; i < WORKERS; i++) {
		start_work();
		loop_work_cancel(loop, &workers[i].work);
		loop_work_cancel(loop, &workers[i].work);
		for (n = 0; n < 5; n++)
			assert_int_equal(loop_turn(loop), 1);
		assert_string_equal(done, wanted[i]);
		/* Armed again, it is behind the others; twice is once. */
		loop_work_set(loop, &workers[i].work, on_piece, &workers[i]);
		loop_work_set(loop, &workers[i].work, on_piece, &workers[i]);
		for (n = 0; n < 3; n++)
			assert_int_equal(loop_turn(loop), 1);
		assert_int_equal(done[7], 'a' + i);
		loop_free(loop);
	}
}

/* A timer that is due is called in the turn of a piece, before it. */
static void
test_work_comes_last(void **state)
{
	static struct loop_timer t;

	(void)state;
	start_work();
	loop_timer_set(loop, &t, 0, on_last_timer, NULL);
	assert_int_equal(loop_turn(loop), 1);
	assert_string_equal(done, "ta");
	loop_free(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order_after_any_changes),
		cmocka_unit_test(test_let_go_of_by_each_other),
		cmocka_unit_test(test_some_of_them_later),
		cmocka_unit_test(test_work_takes_turns),
		cmocka_unit_test(test_work_let_go_of),
		cmocka_unit_test(test_work_comes_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
