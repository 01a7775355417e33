/* The loop: order, safety of changes from within calls, no idle turning. */

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/loop.h"

enum { MANY = 400 };

static struct loop *loop;
static char heard[64]; /* a letter for each call, in order */

static void
hear(char letter)
{
	size_t len = strlen(heard);

	assert_true(len + 1 < sizeof heard);
	heard[len] = letter;
	heard[len + 1] = '\0';
}

/* What a call does besides being heard. */
struct actor {
	char letter;
	struct loop_timer timer;
	int fd;
	short revents;
	void (*act)(struct actor *self);
	struct actor *other;
};

static void
on_timer(void *arg)
{
	struct actor *a = arg;

	hear(a->letter);
	if (a->act != NULL)
		a->act(a);
}

static void
on_fd(void *arg, int fd, short revents)
{
	struct actor *a = arg;

	assert_int_equal(fd, a->fd);
	a->revents = revents;
	on_timer(a);
}

static int
setup(void **state)
{
	(void)state;
	loop = loop_new();
	heard[0] = '\0';
	return loop == NULL;
}

/* The same after it had so many to watch that it waits in another way. */
static int
setup_after_many(void **state)
{
	struct actor a = { .letter = 'a' };
	int fds[MANY], i;

	if (setup(state) != 0)
		return -1;
	for (i = 0; i < MANY; i++) {
		fds[i] = eventfd(0, EFD_CLOEXEC);
		if (loop_watch(loop, fds[i], POLLIN, on_fd, &a) == -1)
			return -1;
	}
	loop_timer_set(loop, &a.timer, 0, on_timer, &a);
	if (loop_turn(loop) != 1)
		return -1;
	for (i = 0; i < MANY; i++) {
		loop_unwatch(loop, fds[i]);
		close(fds[i]);
	}
	heard[0] = '\0';
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

static void
arm(struct actor *a, int64_t in_us)
{
	loop_timer_set(loop, &a->timer, loop_now_us(loop) + in_us, on_timer, a);
}

/* A descriptor that is ready for reading from the start, and watched. */
static void
open_ready(struct actor *a)
{
	a->fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_true(a->fd != -1);
	assert_int_equal(loop_watch(loop, a->fd, POLLIN, on_fd, a), 0);
}

static void
run_out(void)
{
	while (loop_turn(loop) == 1)
		;
}

static void
test_nothing_to_wait_for(void **state)
{
	struct actor a = { .letter = 'a' };

	(void)state;
	assert_int_equal(loop_turn(loop), 0);
	arm(&a, 0);
	assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(loop_turn(loop), 0);
	open_ready(&a);
	assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(loop_watch(loop, a.fd, 0, on_fd, &a), 0);
	assert_int_equal(loop_turn(loop), 0);
	close(a.fd);
}

static void
test_timers_in_order(void **state)
{
	struct actor a = { .letter = 'a' }, b = { .letter = 'b' },
		     c = { .letter = 'c' }, d = { .letter = 'd' },
		     e = { .letter = 'e' };

	(void)state;
	arm(&d, 3000);
	arm(&b, 0);
	arm(&c, 0);
	arm(&a, -1000);
	arm(&e, 1000);
	loop_timer_cancel(loop, &e.timer);
	loop_timer_cancel(loop, &e.timer);
	run_out();
	assert_string_equal(heard, "abcd");
	assert_null(d.timer.fn);
}

static void
test_timer_set_again_moves_it(void **state)
{
	struct actor a = { .letter = 'a' }, b = { .letter = 'b' };

	(void)state;
	arm(&a, 0);
	arm(&b, 1);
	arm(&a, 2);
	run_out();
	assert_string_equal(heard, "ba");
}

static void
cancel_other(struct actor *self)
{
	loop_timer_cancel(loop, &self->other->timer);
}

static void
test_timer_cancelled_in_same_turn(void **state)
{
	struct actor a = { .letter = 'a' }, b = { .letter = 'b' },
		     c = { .letter = 'c' };

	(void)state;
	a.act = cancel_other;
	a.other = &b;
	arm(&a, -3);
	arm(&b, -2);
	arm(&c, -1);
	assert_int_equal(loop_turn(loop), 1);
	assert_string_equal(heard, "ac");
	assert_int_equal(loop_turn(loop), 0);
}

static void
arm_self(struct actor *self)
{
	arm(self, 0);
}

static void
test_timer_armed_in_call_waits_a_turn(void **state)
{
	struct actor a = { .letter = 'a', .act = arm_self };
	struct actor b = { .letter = 'b' };

	(void)state;
	arm(&a, 0);
	arm(&b, 0);
	assert_int_equal(loop_turn(loop), 1);
	assert_string_equal(heard, "ab");
	assert_int_equal(loop_turn(loop), 1);
	assert_string_equal(heard, "aba");
	loop_timer_cancel(loop, &a.timer);
}

static void
arm_other(struct actor *self)
{
	arm(self->other, 0);
}

static void
test_timer_rearmed_by_an_earlier_one_fires_once(void **state)
{
	struct actor a = { .letter = 'a', .act = arm_other };
	struct actor b = { .letter = 'b' };

	(void)state;
	a.other = &b;
	arm(&a, -1);
	arm(&b, 0);
	assert_int_equal(loop_turn(loop), 1);
	assert_string_equal(heard, "a");
	run_out();
	assert_string_equal(heard, "ab");
}

/* A turn that ends before the timer is due would be an idle one. */
static void
test_no_idle_turn_before_a_timer(void **state)
{
	static const int64_t waits_us[] = { 1, 999, 1000, 1001, 1500, 2999 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof waits_us / sizeof waits_us[0]; i++) {
		struct actor a = { .letter = 'a' };

		heard[0] = '\0';
		loop_refresh(loop);
		arm(&a, waits_us[i]);
		assert_int_equal(loop_turn(loop), 1);
		assert_string_equal(heard, "a");
		assert_true(loop_now_us(loop) >= a.timer.due_us);
	}
}

static void
test_descriptors_before_timers(void **state)
{
	struct actor a = { .letter = 'a' }, b = { .letter = 'b' };

	(void)state;
	arm(&a, -1);
	open_ready(&b);
	assert_int_equal(loop_turn(loop), 1);
	assert_string_equal(heard, "ba");
	loop_unwatch(loop, b.fd);
	close(b.fd);
}

static void
test_timer_set_by_a_descriptor_needs_no_turn_more(void **state)
{
	struct actor a = { .letter = 'a', .act = arm_other };
	struct actor b = { .letter = 'b' };

	(void)state;
	a.other = &b;
	open_ready(&a);
	assert_int_equal(loop_turn(loop), 1);
	assert_string_equal(heard, "ab");
	loop_unwatch(loop, a.fd);
	close(a.fd);
}

static void
unwatch_other(struct actor *self)
{
	loop_unwatch(loop, self->other->fd);
	close(self->other->fd);
}

static void
test_unwatched_in_same_turn(void **state)
{
	struct actor a = { .letter = 'a', .act = unwatch_other };
	struct actor b = { .letter = 'b', .act = unwatch_other };

	(void)state;
	a.other = &b;
	b.other = &a;
	open_ready(&a);
	open_ready(&b);
	/* Whichever is called first, the other is not. */
	assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(strlen(heard), 1);
	if (heard[0] == 'a') {
		loop_unwatch(loop, a.fd);
		close(a.fd);
	} else {
		loop_unwatch(loop, b.fd);
		close(b.fd);
	}
	assert_int_equal(loop_turn(loop), 0);
}

/* Hang-ups are told unasked, but not to those who do not watch any more. */
static void
test_unwatched_and_hung_up(void **state)
{
	struct actor a = { .letter = 'a', .act = unwatch_other };
	struct actor b = { .letter = 'b', .act = unwatch_other };
	int ends[2][2];

	(void)state;
	assert_int_equal(pipe(ends[0]), 0);
	assert_int_equal(pipe(ends[1]), 0);
	close(ends[0][1]);
	close(ends[1][1]);
	a.fd = ends[0][0];
	b.fd = ends[1][0];
	a.other = &b;
	b.other = &a;
	loop_watch(loop, a.fd, POLLIN, on_fd, &a);
	loop_watch(loop, b.fd, POLLIN, on_fd, &b);
	assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(strlen(heard), 1);
	close(heard[0] == 'a' ? a.fd : b.fd);
}

/* The other's number goes to a new descriptor, which is not ready. */
static void
replace_other(struct actor *self)
{
	static struct actor heir = { .letter = 'h' };
	int fresh, fd = self->other->fd;

	self->act = NULL;
	self->other->act = NULL;
	loop_unwatch(loop, fd);
	fresh = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(dup3(fresh, fd, O_CLOEXEC), fd);
	close(fresh);
	heir.fd = fd;
	assert_int_equal(loop_watch(loop, fd, POLLIN, on_fd, &heir), 0);
}

static void
test_new_owner_of_a_number(void **state)
{
	struct actor a = { .letter = 'a', .act = replace_other };
	struct actor b = { .letter = 'b', .act = replace_other };

	(void)state;
	a.other = &b;
	b.other = &a;
	open_ready(&a);
	open_ready(&b);
	assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(strlen(heard), 1);
	assert_true(heard[0] == 'a' || heard[0] == 'b');
	loop_unwatch(loop, a.fd);
	loop_unwatch(loop, b.fd);
	close(a.fd);
	close(b.fd);
}

static void
want_other_to_write(struct actor *self)
{
	self->act = NULL;
	self->other->act = NULL;
	loop_watch(loop, self->other->fd, POLLOUT, on_fd, self->other);
}

/* Both readable and writable; asked for POLLIN, then only for POLLOUT. */
static void
test_events_changed_in_same_turn(void **state)
{
	struct actor a = { .letter = 'a', .act = want_other_to_write };
	struct actor b = { .letter = 'b', .act = want_other_to_write };
	struct actor *changed;

	(void)state;
	a.other = &b;
	b.other = &a;
	open_ready(&a);
	open_ready(&b);
	assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(strlen(heard), 1);
	changed = heard[0] == 'a' ? &b : &a;
	assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(strlen(heard), 3);
	assert_int_equal(changed->revents, POLLOUT);
	loop_unwatch(loop, a.fd);
	loop_unwatch(loop, b.fd);
	close(a.fd);
	close(b.fd);
}

static void
watch_the_same_again(struct actor *self)
{
	assert_int_equal(
	    loop_watch(loop, self->other->fd, POLLIN, on_fd, self->other), 0);
}

/* Saying what is so already must not keep the other from its turn. */
static void
test_watching_the_same_again_changes_nothing(void **state)
{
	struct actor a = { .letter = 'a', .act = watch_the_same_again };
	struct actor b = { .letter = 'b', .act = watch_the_same_again };

	(void)state;
	a.other = &b;
	b.other = &a;
	open_ready(&a);
	open_ready(&b);
	assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(strlen(heard), 2);
	loop_unwatch(loop, a.fd);
	loop_unwatch(loop, b.fd);
	close(a.fd);
	close(b.fd);
}

static void
test_hang_up_is_told_unasked(void **state)
{
	struct actor a = { .letter = 'a' };
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	a.fd = ends[0];
	assert_int_equal(loop_watch(loop, a.fd, POLLIN, on_fd, &a), 0);
	close(ends[1]);
	assert_int_equal(loop_turn(loop), 1);
	assert_true(a.revents & POLLHUP);
	loop_unwatch(loop, a.fd);
	close(a.fd);
}

static void
test_bad_descriptors(void **state)
{
	struct actor a = { .letter = 'a' };

	(void)state;
	assert_int_equal(loop_watch(loop, -1, POLLIN, on_fd, &a), -1);
	assert_int_equal(loop_watch(loop, -1, 0, on_fd, &a), 0);
	loop_unwatch(loop, -1);
	loop_unwatch(loop, 12345);
	assert_int_equal(loop_turn(loop), 0);
}

static void
unwatch_self(struct actor *self)
{
	loop_unwatch(loop, self->fd);
	self->letter = '\0';
}

static void
count_fd(void *arg, int fd, short revents)
{
	assert_true(revents & POLLIN);
	assert_int_equal(((struct actor *)arg)->fd, fd);
	unwatch_self(arg);
}

static void
test_hundreds_of_descriptors(void **state)
{
	static struct actor many[MANY];
	size_t i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		many[i].letter = 'x';
		many[i].fd = eventfd(i % 2, EFD_CLOEXEC);
		assert_true(many[i].fd != -1);
		assert_int_equal(
		    loop_watch(loop, many[i].fd, POLLIN, count_fd, &many[i]),
		    0);
	}
	assert_int_equal(loop_turn(loop), 1);
	for (i = 0; i < MANY; i++) {
		/* Those that were ready, and they alone, were called. */
		assert_int_equal(many[i].letter, i % 2 ? '\0' : 'x');
		loop_unwatch(loop, many[i].fd);
		close(many[i].fd);
	}
	assert_int_equal(loop_turn(loop), 0);
}

/* A regular file is always ready, a closed descriptor always wrong. */
static void
test_what_is_always_ready(void **state)
{
	struct actor file = { .letter = 'f' }, gone = { .letter = 'g' },
		     late = { .letter = 'l' };

	(void)state;
	file.fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	gone.fd = fcntl(file.fd, F_DUPFD_CLOEXEC, 300);
	assert_int_equal(close(gone.fd), 0);
	assert_int_equal(loop_watch(loop, file.fd, POLLIN, on_fd, &file), 0);
	assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(loop_turn(loop), 1);
	assert_string_equal(heard, "ff");
	assert_int_equal(file.revents, POLLIN);
	open_ready(&late);
	assert_int_equal(loop_turn(loop), 1);
	assert_string_equal(heard, "fffl");
	loop_unwatch(loop, file.fd);
	assert_int_equal(loop_watch(loop, gone.fd, POLLIN, on_fd, &gone), 0);
	assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(strlen(heard), 6);
	assert_int_equal(gone.revents, POLLNVAL);
	loop_unwatch(loop, gone.fd);
	assert_int_equal(loop_turn(loop), 1);
	assert_int_equal(heard[6], 'l');
	loop_unwatch(loop, late.fd);
	assert_int_equal(loop_turn(loop), 0);
	close(late.fd);
	close(file.fd);
}

static volatile sig_atomic_t signals;

static void
on_signal(int number)
{
	(void)number;
	signals++;
}

/* Nothing but the signal can end this turn. */
static void
test_signal_is_no_error(void **state)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct itimerval every_ms = { { 0, 1000 }, { 0, 1000 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	struct actor a = { .letter = 'a' };

	(void)state;
	signals = 0;
	a.fd = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(loop_watch(loop, a.fd, POLLIN, on_fd, &a), 0);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every_ms, NULL);
	assert_int_equal(loop_turn(loop), 1);
	setitimer(ITIMER_REAL, &never, NULL);
	assert_true(signals > 0);
	assert_string_equal(heard, "");
	loop_unwatch(loop, a.fd);
	close(a.fd);
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, setup, teardown),                   \
	    cmocka_unit_test_setup_teardown(f, setup_after_many, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_to_wait_for),
		TEST(test_timers_in_order),
		TEST(test_timer_set_again_moves_it),
		TEST(test_timer_cancelled_in_same_turn),
		TEST(test_timer_armed_in_call_waits_a_turn),
		TEST(test_timer_rearmed_by_an_earlier_one_fires_once),
		TEST(test_no_idle_turn_before_a_timer),
		TEST(test_descriptors_before_timers),
		TEST(test_timer_set_by_a_descriptor_needs_no_turn_more),
		TEST(test_unwatched_in_same_turn),
		TEST(test_unwatched_and_hung_up),
		TEST(test_new_owner_of_a_number),
		TEST(test_events_changed_in_same_turn),
		TEST(test_watching_the_same_again_changes_nothing),
		TEST(test_hang_up_is_told_unasked),
		TEST(test_bad_descriptors),
		TEST(test_hundreds_of_descriptors),
		TEST(test_what_is_always_ready),
		TEST(test_signal_is_no_error),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
