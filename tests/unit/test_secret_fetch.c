/* Secrets fetched side by side, and given up in the midst of it. */

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/loop.h"
#include "secret/fetch.h"
#include "secret/internal.h"

enum { MANY = 60, NOT_YET = 1 };

static const int64_t LONG_US = 600 * 1000000LL;

struct one {
	struct secret_source source;
	struct secret_fetch *fetch;
	struct secret secret;
	struct err e;
	int rc;
};

static struct loop *loop;
static struct one many[MANY];

static void
on_done(void *arg, int rc)
{
	struct one *o = arg;

	assert_int_equal(o->rc, NOT_YET);
	o->rc = rc;
	/* From within the call, as a job does it. */
	secret_fetch_free(o->fetch);
	o->fetch = NULL;
}

static void start(struct one *o, int64_t limit_us, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
start(struct one *o, int64_t limit_us, const char *format, ...)
{
	char source[200];
	va_list ap;

	va_start(ap, format);
	vsnprintf(source, sizeof source, format, ap);
	va_end(ap);
	*o = (struct one){ .rc = NOT_YET };
	assert_int_equal(secret_source_parse(source, &o->source, &o->e), 0);
	o->fetch = secret_fetch_start(loop, &o->source,
	    clock_now_us() + limit_us, &o->secret, &o->e, on_done, o);
	assert_non_null(o->fetch);
}

static void
await(const struct one *o)
{
	while (o->rc == NOT_YET)
		assert_int_equal(loop_turn(loop), 1);
}

static void
expect(const struct one *o, const char *secret, const char *fault)
{
	await(o);
	if (o->rc == 0 ? secret == NULL || strcmp(o->secret.value, secret) != 0
		       : fault == NULL || strcmp(o->e.text, fault) != 0)
		fail_msg("wanted \"%s\": got \"%s\", \"%s\"",
		    secret != NULL ? secret : fault,
		    o->secret.value != NULL ? o->secret.value : "", o->e.text);
}

static void
end(struct one *o)
{
	secret_fetch_free(o->fetch);
	secret_free(&o->secret);
	secret_source_free(&o->source);
	*o = (struct one){ .rc = NOT_YET };
}

static int
setup(void **state)
{
	(void)state;
	loop = loop_new();
	return loop == NULL;
}

/* Nothing that was ended is waited for, and no process is left. */
static int
teardown(void **state)
{
	int status;

	(void)state;
	if (loop_turn(loop) != 0)
		return -1;
	/* A living one would make this hang. */
	while (waitpid(-1, &status, 0) > 0)
		continue;
	/* And with the next one nothing is left to be reaped. */
	start(&many[0], LONG_US, "cmd:true");
	await(&many[0]);
	end(&many[0]);
	loop_free(loop);
	return waitpid(-1, &status, 0) == -1 && errno == ECHILD ? 0 : -1;
}

/* The slow do not hold up the others, nor take what is theirs. */
static void
test_side_by_side(void **state)
{
	char wanted[40];
	int i, ends[2], hanging[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pipe(hanging), 0);
	start(&many[0], LONG_US, "cmd:exec tail -f /dev/null");
	start(&many[1], LONG_US, "fd:%d", hanging[0]);
	start(&many[2], LONG_US, "fd:%d", ends[0]);
	for (i = 3; i < MANY; i++)
		start(&many[i], LONG_US,
		    i % 3 == 0       ? "cmd:echo out of %d"
			: i % 3 == 1 ? "cmd:echo no %d >&2; exit 3"
				     : "pass:told %d",
		    i);
	for (i = 3; i < MANY; i++) {
		snprintf(wanted, sizeof wanted,
		    i % 3 == 0       ? "out of %d"
			: i % 3 == 1 ? "cmd: exit status 3: no %d"
				     : "told %d",
		    i);
		expect(&many[i], i % 3 == 1 ? NULL : wanted, wanted);
	}
	for (i = 0; i < 3; i++)
		assert_int_equal(many[i].rc, NOT_YET);
	assert_int_equal(write(ends[1], "late\n", 5), 5);
	expect(&many[2], "late", NULL);
	for (i = 0; i < MANY; i++)
		end(&many[i]);
	for (i = 0; i < 2; i++) {
		close(ends[i]);
		close(hanging[i]);
	}
}

static void
test_each_its_own_deadline(void **state)
{
	(void)state;
	start(&many[0], LONG_US, "cmd:exec tail -f /dev/null");
	start(&many[1], 20000, "cmd:exec tail -f /dev/null");
	expect(&many[1], NULL, "cmd: the command did not end in time");
	assert_int_equal(many[1].e.kind, ERR_TIMEOUT);
	assert_int_equal(many[0].rc, NOT_YET);
	end(&many[0]);
	end(&many[1]);
}

/* Whoever reads it first has it; the other would take its bytes. */
static void
test_one_reader_each(void **state)
{
	char fault[80];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	start(&many[0], LONG_US, "fd:%d", ends[0]);
	start(&many[1], LONG_US, "fd:%d", ends[0]);
	snprintf(fault, sizeof fault,
	    "fd:%d is being read by another check already", ends[0]);
	expect(&many[1], NULL, fault);
	end(&many[1]);
	assert_int_equal(write(ends[1], "pw\n", 3), 3);
	expect(&many[0], "pw", NULL);
	end(&many[0]);
	/* The descriptor is somebody else's, and stays open. */
	assert_int_equal(close(ends[0]), 0);
	close(ends[1]);
}

/* At any time: before it began, and while it is waited for. */
static void
test_given_up(void **state)
{
	int before = open("/dev/null", O_RDONLY), after, i, ends[2];

	(void)state;
	close(before);
	for (i = 0; i < MANY; i++)
		start(&many[i], LONG_US,
		    i % 2 == 0 ? "cmd:tail -f /dev/null & tail -f /dev/null"
			       : "cmd:echo %d",
		    i);
	for (i = 0; i < MANY; i += 3)
		end(&many[i]);
	assert_int_equal(loop_turn(loop), 1);
	for (i = 1; i < MANY; i += 3)
		end(&many[i]);
	for (i = 5; i < MANY; i += 6)
		await(&many[i]);
	for (i = 2; i < MANY; i += 3)
		end(&many[i]);
	assert_int_equal(pipe(ends), 0);
	start(&many[0], LONG_US, "file:/dev/fd/%d", ends[0]);
	assert_int_equal(loop_turn(loop), 1);
	end(&many[0]);
	close(ends[0]);
	close(ends[1]);
	/* The loop may have one of its own. */
	loop_free(loop);
	assert_non_null(loop = loop_new());
	after = open("/dev/null", O_RDONLY);
	close(after);
	assert_int_equal(before, after);
}

static void
test_ignored_children(void **state)
{
	int i;

	(void)state;
	signal(SIGCHLD, SIG_IGN);
	for (i = 0; i < 8; i++)
		start(&many[i], LONG_US,
		    i < 4 ? "cmd:exit 3" : "cmd:exec tail -f /dev/null");
	for (i = 0; i < 4; i++)
		expect(&many[i], NULL, "cmd: exit status 3");
	for (i = 0; i < 8; i++)
		end(&many[i]);
	/* Those given up may take a moment to die. */
	start(&many[0], LONG_US, "cmd:exit 3");
	expect(&many[0], NULL, "cmd: exit status 3");
	end(&many[0]);
	for (;;) {
		siginfo_t info = { .si_pid = 0 };

		if (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == -1)
			break;
		start(&many[0], LONG_US, "cmd:true");
		await(&many[0]);
		end(&many[0]);
	}
	assert_int_equal(errno, ECHILD);
	assert_ptr_equal(signal(SIGCHLD, SIG_DFL), SIG_IGN);
}

/* As a signal handler does it. */
static void
test_all_killed(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < MANY; i++)
		start(&many[i], LONG_US, "cmd:exec tail -f /dev/null");
	assert_int_equal(loop_turn(loop), 1);
	secret_kill_commands();
	for (i = 0; i < MANY; i++) {
		expect(&many[i], NULL, "cmd: killed by signal 9");
		end(&many[i]);
	}
}

static void
test_more_than_are_allowed(void **state)
{
	int i, place[SECRET_RUNNING_MAX];

	(void)state;
	for (i = 0; i < SECRET_RUNNING_MAX; i++)
		assert_int_not_equal(place[i] = secret_running_reserve(), -1);
	start(&many[0], LONG_US, "cmd:echo pw");
	expect(&many[0], NULL,
	    "cmd: cannot start a process: Resource temporarily unavailable");
	assert_int_equal(many[0].e.kind, ERR_INTERNAL);
	end(&many[0]);
	for (i = 0; i < SECRET_RUNNING_MAX; i++)
		secret_running_cancel(place[i]);
	start(&many[0], LONG_US, "cmd:echo pw");
	expect(&many[0], "pw", NULL);
	end(&many[0]);
}

static void
refuse_pidfd(void)
{
#ifdef SYS_pidfd_open
	struct sock_filter refuse[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 4, .filter = refuse };

	assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	assert_int_equal(
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
	assert_int_equal(syscall(SYS_pidfd_open, getpid(), 0), -1);
#endif
}

/* Where the kernel does not tell of the end of a child.  The last of all. */
static void
test_without_pidfd(void **state)
{
	int i;

	(void)state;
	refuse_pidfd();
	start(&many[0], LONG_US, "cmd:exec tail -f /dev/null");
	start(&many[1], 20000, "cmd:exec tail -f /dev/null");
	for (i = 2; i < MANY; i++)
		start(&many[i], LONG_US,
		    i % 2 == 0 ? "cmd:tail -f /dev/null & echo pw"
			       : "cmd:exec >&- 2>&-; exit 3");
	expect(&many[1], NULL, "cmd: the command did not end in time");
	for (i = 2; i < MANY; i++)
		expect(&many[i], "pw", "cmd: exit status 3");
	for (i = 0; i < MANY; i++)
		end(&many[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_side_by_side),
		TEST(test_each_its_own_deadline),
		TEST(test_one_reader_each),
		TEST(test_given_up),
		TEST(test_ignored_children),
		TEST(test_all_killed),
		TEST(test_more_than_are_allowed),
		TEST(test_without_pidfd),
	};

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
