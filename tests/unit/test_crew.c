/* Threads beside the loop: who does what when, and who frees it. */

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/crew.h"
#include "base/loop.h"

enum { MANY = 40, STACK = 256 * 1024 };

/* What is performed is announced in one pipe, and waits for the other. */
static int begun[2], gate[2];
static bool no_thread;

/* In place of the C library's, for this program. */
int
pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
    void *(*work)(void *), void *arg)
{
	int (*real)(
	    pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	if (no_thread)
		return EAGAIN;
	*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	return real(thread, attributes, work, arg);
}

struct one {
	struct crew_task task;
	bool is_free;  /* it does not wait at the gate */
	int performed; /* how often */
	int turn;      /* 0: nobody called; else in which order */
	_Atomic int freed;
};

static struct loop *loop;
static struct crew *crew;
static int turns;

static void
perform(struct crew_task *t)
{
	struct one *o = (struct one *)t;
	char c = 'x';

	o->performed++;
	(void)!write(begun[1], &c, 1);
	if (!o->is_free)
		(void)!read(gate[0], &c, 1);
}

static void
done(struct crew_task *t)
{
	struct one *o = (struct one *)t;

	assert_int_equal(o->turn, 0);
	assert_int_equal(o->freed, 0);
	o->turn = ++turns;
}

static void
release(struct crew_task *t)
{
	((struct one *)t)->freed++;
}

static const struct crew_work one_thread = { perform, done, release, STACK, 1,
	false },
			      joined = { perform, done, release, STACK, 1,
				      true },
			      any_threads = { perform, done, release, STACK,
				      SIZE_MAX, false };

static void
begin(const struct crew_work *work)
{
	crew = crew_new(loop, work);
	assert_non_null(crew);
}

static void
start(struct one *o)
{
	assert_int_equal(crew_start(crew, &o->task), 0);
}

/* Until one is being performed. */
static void
await_busy(void)
{
	char c;

	assert_int_equal(read(begun[0], &c, 1), 1);
}

static void
let(size_t how_many)
{
	while (how_many-- > 0)
		assert_int_equal(write(gate[1], "x", 1), 1);
}

static void
await(const struct one *o)
{
	while (o->turn == 0)
		assert_int_equal(loop_turn(loop), 1);
}

static void
nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000 * 1000 }, NULL);
}

/* Besides this one. */
static size_t
threads(void)
{
	struct stat st;

	assert_int_equal(stat("/proc/self/task", &st), 0);
	return (size_t)st.st_nlink - 3;
}

/* Done by a thread that is idle: sooner or later there is one. */
static void
reuse(struct one *o)
{
	size_t before, tries = 0;

	do {
		nap();
		assert_in_range(++tries, 1, 1000);
		before = threads();
		*o = (struct one){ .is_free = true };
		start(o);
		await(o);
	} while (threads() > before);
}

static int
setup(void **state)
{
	(void)state;
	turns = 0;
	no_thread = false;
	if (pipe(begun) == -1 || pipe(gate) == -1)
		return -1;
	return (loop = loop_new()) != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	crew_free(crew);
	crew = NULL;
	loop_free(loop);
	while (threads() > 0)
		nap();
	close(gate[0]);
	close(gate[1]);
	close(begun[0]);
	close(begun[1]);
	return 0;
}

static void
test_order(void **state)
{
	static struct one many[MANY];
	int i;

	(void)state;
	begin(&one_thread);
	assert_int_equal(loop_turn(loop), 0);
	for (i = 0; i < MANY; i++)
		start(&many[i]);
	assert_int_equal(threads(), 1);
	let(MANY);
	await(&many[MANY - 1]);
	for (i = 0; i < MANY; i++) {
		assert_int_equal(many[i].turn, i + 1);
		assert_int_equal(many[i].performed, 1);
		assert_int_equal(many[i].freed, 1);
	}
	/* The loop waits for nothing any more. */
	assert_int_equal(loop_turn(loop), 0);
}

/* Whoever hangs holds up no other; who is idle is used again. */
static void
test_a_thread_for_each(void **state)
{
	static struct one hung[MANY];
	struct one quick = { .is_free = true }, later;
	int i;

	(void)state;
	begin(&any_threads);
	for (i = 0; i < MANY; i++)
		start(&hung[i]);
	for (i = 0; i < MANY; i++)
		await_busy();
	start(&quick);
	await(&quick);
	assert_int_equal(quick.turn, 1);
	assert_int_equal(threads(), MANY + 1);
	let(MANY);
	for (i = 0; i < MANY; i++)
		await(&hung[i]);
	reuse(&later);
	assert_int_equal(loop_turn(loop), 0);
}

/* One that is being performed, those behind it, and the last of all. */
static void
test_abandoned(void **state)
{
	static struct one gone[4], kept, last;
	int i;

	(void)state;
	begin(&one_thread);
	start(&gone[0]);
	await_busy();
	start(&gone[1]);
	start(&kept);
	start(&gone[2]);
	start(&gone[3]);
	for (i = 0; i < 4; i++)
		crew_abandon(crew, &gone[i].task);
	/* What is not being performed is gone at once. */
	assert_int_equal(gone[0].freed, 0);
	for (i = 1; i < 4; i++)
		assert_int_equal(gone[i].freed, 1);
	start(&last);
	let(3);
	await(&last);
	assert_int_equal(kept.turn, 1);
	assert_int_equal(last.turn, 2);
	assert_int_equal(gone[0].performed, 1);
	for (i = 0; i < 4; i++) {
		assert_int_equal(gone[i].turn, 0);
		assert_int_equal(gone[i].freed, 1);
		assert_int_equal(gone[i].performed, i == 0);
	}
	assert_int_equal(loop_turn(loop), 0);
}

/* It was performed, and the loop has not turned yet. */
static void
test_abandoned_late(void **state)
{
	static struct one first, second;

	(void)state;
	begin(&one_thread);
	start(&first);
	start(&second);
	let(1);
	await_busy();
	await_busy(); /* so the first is over */
	crew_abandon(crew, &first.task);
	assert_int_equal(first.freed, 1);
	let(1);
	await(&second);
	assert_int_equal(first.turn, 0);
	assert_int_equal(second.turn, 1);
	assert_int_equal(loop_turn(loop), 0);
}

/* What was abandoned is not reckoned with any more. */
static void
test_abandoned_are_not_queued(void **state)
{
	static struct one hung, gone[MANY], last;
	int i;

	(void)state;
	begin(&any_threads);
	start(&hung);
	await_busy();
	no_thread = true;
	for (i = 0; i < MANY; i++) {
		start(&gone[i]);
		crew_abandon(crew, &gone[i].task);
	}
	let(1);
	await(&hung);
	no_thread = false;
	reuse(&last);
	assert_in_range(threads(), 1, MANY - 1);
}

static void
free_while_busy(const struct crew_work *work)
{
	static struct one many[MANY];
	int i;

	begin(work);
	for (i = 0; i < MANY; i++)
		many[i] = (struct one){ .turn = 0 };
	for (i = 0; i < MANY; i++)
		start(&many[i]);
	await_busy();
	if (work->is_joined)
		let(MANY);
	crew_free(crew);
	crew = NULL;
	/* One is being performed, unless that was waited for. */
	assert_int_equal(many[0].freed, work->is_joined);
	for (i = 1; i < MANY; i++)
		assert_int_equal(many[i].freed, 1);
	if (!work->is_joined)
		let(1);
	while (many[0].freed == 0)
		nap();
	for (i = 0; i < MANY; i++)
		assert_int_equal(many[i].turn, 0);
	assert_int_equal(loop_turn(loop), 0);
}

static void
test_freed_while_busy(void **state)
{
	(void)state;
	free_while_busy(&one_thread);
}

static void
test_joined(void **state)
{
	(void)state;
	free_while_busy(&joined);
}

static void
test_freed_with_results(void **state)
{
	static struct one first, second;

	(void)state;
	begin(&joined);
	start(&first);
	start(&second);
	let(2);
	await_busy();
	await_busy();
	crew_free(crew);
	crew = NULL;
	assert_int_equal(first.turn, 0);
	assert_int_equal(first.freed, 1);
	assert_int_equal(second.freed, 1);
}

/* Without a thread it fails; with one that is there it waits for that. */
static void
test_no_thread(void **state)
{
	static struct one refused, first, second;

	(void)state;
	begin(&any_threads);
	no_thread = true;
	assert_int_equal(crew_start(crew, &refused.task), EAGAIN);
	assert_int_equal(refused.freed, 0);
	assert_int_equal(loop_turn(loop), 0);
	no_thread = false;
	start(&first);
	await_busy();
	no_thread = true;
	start(&second);
	let(2);
	await(&second);
	assert_int_equal(first.turn, 1);
	assert_int_equal(threads(), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_thread_for_each, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_abandoned, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_abandoned_late, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_abandoned_are_not_queued, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_freed_while_busy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_joined, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_freed_with_results, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_no_thread, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
