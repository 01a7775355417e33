/* The cmd: source: what it gives, how it ends, what it leaves behind. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "secret/censor.h"
#include "secret/secret.h"
#include "tests/unit/fetch.h"

static const int64_t LONG_US = 60 * 1000000LL;

static int
fetch(struct secret *s, const char *command, int64_t limit_us, struct err *e)
{
	char source[512];

	snprintf(source, sizeof source, "cmd:%s", command);
	return fetch_source(s, source, limit_us, e);
}

static void
expect_secret(const char *command, const char *wanted)
{
	struct secret s;
	struct err e;

	if (fetch(&s, command, LONG_US, &e) != 0)
		fail_msg("%s: %s", command, e.text);
	if (strcmp(s.value, wanted) != 0)
		fail_msg("%s: got \"%s\"", command, s.value);
	secret_free(&s);
}

static void
expect_error(const char *command, enum err_kind kind, const char *wanted)
{
	struct secret s;
	struct err e;

	if (fetch(&s, command, LONG_US, &e) != -1)
		fail_msg("%s: got \"%s\"", command, s.value);
	if (strcmp(e.text, wanted) != 0)
		fail_msg("%s: \"%s\"", command, e.text);
	assert_int_equal(e.kind, kind);
}

/*
 * Wait for every process left behind: as the subreaper (see main) we inherit
 * them.  A living one would make this, and so the test, hang.
 */
static int
reap_leftovers(int *killed)
{
	int status, count = 0;

	*killed = 0;
	while (waitpid(-1, &status, 0) > 0) {
		count++;
		*killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	}
	assert_int_equal(errno, ECHILD);
	return count;
}

static void
test_output(void **state)
{
	(void)state;
	expect_secret("echo pw", "pw");
	expect_secret("printf pw", "pw");
	expect_secret("printf 'pw\\r\\nother\\n'", "pw");
	expect_secret("printf ' p w '", " p w ");
	expect_secret("echo pw; echo noise >&2", "pw");
	expect_secret("echo p; sleep 0; echo w", "p");
	expect_secret("echo pw; exec >&-; exit 0", "pw");
	expect_secret("cat; echo pw", "pw"); /* stdin is empty */
	expect_secret("head -c 500000 /dev/zero >&2; echo pw", "pw");
	expect_secret("echo pw; head -c 500000 /dev/zero", "pw");
}

static void
test_faults(void **state)
{
	char command[400], wanted[400];

	(void)state;
	expect_error("exit 3", ERR_SECRET, "cmd: exit status 3");
	expect_error("echo pw; exit 1", ERR_SECRET, "cmd: exit status 1");
	expect_error("echo a >&2; echo 'no entry' >&2; echo >&2; exit 3",
	    ERR_SECRET, "cmd: exit status 3: no entry");
	expect_error("printf 'locked\\r\\n' >&2; exit 1", ERR_SECRET,
	    "cmd: exit status 1: locked");
	expect_error("kill -TERM $$", ERR_SECRET, "cmd: killed by signal 15");
	expect_error("true", ERR_SECRET, "cmd: its output is empty");
	expect_error("echo; echo pw", ERR_SECRET, "cmd: its output is empty");
	expect_error(
	    "printf 'p\\000w'", ERR_SECRET, "cmd: its output holds a NUL byte");
	expect_error("head -c 70000 /dev/zero | tr '\\0' x", ERR_SECRET,
	    "cmd: its output is too long, more than 64 KiB");
	/* A line is cut after 200 bytes. */
	snprintf(command, sizeof command, "printf '%%0300d' 0 >&2; exit 1");
	snprintf(wanted, sizeof wanted, "cmd: exit status 1: %0200d", 0);
	expect_error(command, ERR_SECRET, wanted);
	/* A tool that prints the secret, fails, and complains of it. */
	expect_error("echo wxyz; echo 'bad token wxyz' >&2; exit 1", ERR_SECRET,
	    "cmd: exit status 1: " CENSOR_TEXT);
	expect_error("echo wxyz; echo 'bad d3h5eg==' >&2; kill -TERM $$",
	    ERR_SECRET, "cmd: killed by signal 15: " CENSOR_TEXT);
	expect_error("printf 'wxyz%0300d\\n' 0; printf 'no wxyz%0300d' 0 >&2; "
		     "exit 1",
	    ERR_SECRET, "cmd: exit status 1: " CENSOR_TEXT);
	expect_error("echo wxyz; echo 'no such entry' >&2; exit 1", ERR_SECRET,
	    "cmd: exit status 1: no such entry");
}

static void
test_hanging_command_is_killed(void **state)
{
	struct secret s;
	struct err e;
	int count, killed;

	(void)state;
	/* Both wait for ever unless they are killed. */
	assert_int_equal(fetch(&s,
			     "echo pw; tail -f /dev/null & "
			     "tail -f /dev/null; echo x",
			     50000, &e),
	    -1);
	assert_int_equal(e.kind, ERR_TIMEOUT);
	assert_null(s.value);
	count = reap_leftovers(&killed);
	assert_int_equal(count, killed);
}

/* One that ignores what can be ignored is killed all the same. */
static void
test_stubborn_command_is_killed(void **state)
{
	struct secret s;
	struct err e;
	int killed;

	(void)state;
	assert_int_equal(fetch(&s,
			     "trap '' TERM HUP INT; exec >&- 2>&-; "
			     "while :; do sleep 1; done",
			     50000, &e),
	    -1);
	assert_int_equal(e.kind, ERR_TIMEOUT);
	reap_leftovers(&killed);
}

/* It is done when the shell is, not when its pipe is closed. */
static void
test_leftovers(void **state)
{
	int killed;

	(void)state;
	expect_secret("tail -f /dev/null & echo pw", "pw");
	assert_int_equal(reap_leftovers(&killed), 1);
	assert_int_equal(killed, 1);
	expect_secret("echo pw; yes >&2 & exit 0", "pw");
	assert_int_equal(reap_leftovers(&killed), 1);
	assert_int_equal(killed, 1);
}

static void
test_descriptors_not_inherited(void **state)
{
	int fd = open("/dev/null", O_RDONLY); /* not close-on-exec */
	int high = fcntl(fd, F_DUPFD, 200);

	(void)state;
	assert_true(fd > 2 && high >= 200);
	/* 3 is the directory that ls itself has open. */
	expect_secret("ls /proc/self/fd | tr '\\n' ' '", "0 1 2 3 ");
	expect_secret("readlink /proc/self/fd/0", "/dev/null");
	close(high);
	close(fd);
}

static void
test_started_without_descriptors(void **state)
{
	int saved[3], fd;

	(void)state;
	for (fd = 0; fd < 3; fd++)
		saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	for (fd = 0; fd < 3; fd++)
		close(fd);
	struct secret s, failed;
	struct err e, e2;
	int rc = fetch(&s, "readlink /proc/self/fd/0", LONG_US, &e);
	int rc2 = fetch(&failed, "echo no >&2; exit 1", LONG_US, &e2);

	for (fd = 0; fd < 3; fd++) {
		if (saved[fd] == -1)
			continue;
		dup2(saved[fd], fd);
		close(saved[fd]);
	}
	assert_int_equal(rc, 0);
	assert_string_equal(s.value, "/dev/null");
	secret_free(&s);
	assert_int_equal(rc2, -1);
	assert_string_equal(e2.text, "cmd: exit status 1: no");
}

/* The child starts with default dispositions and an empty mask. */
static void
test_signals(void **state)
{
	sigset_t blocked, before;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	/*
	 * The C library keeps 32 and 33 to itself; a parent that used
	 * posix_spawn() leaves them ignored, and nobody can undo that.
	 */
	expect_secret("grep -E '^Sig(Blk|Ign)' /proc/self/status | tr -d "
		      "'\\n\\t' | sed 's/0000000180000000$/0000000000000000/'",
	    "SigBlk:0000000000000000SigIgn:0000000000000000");
	expect_error("exit 3", ERR_SECRET, "cmd: exit status 3");
	assert_ptr_equal(signal(SIGCHLD, SIG_DFL), SIG_IGN);
	assert_ptr_equal(signal(SIGPIPE, SIG_DFL), SIG_IGN);
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	assert_int_equal(sigismember(&blocked, SIGTERM), 1);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* It leads a process group of its own, and our environment is kept. */
static void
test_surroundings(void **state)
{
	(void)state;
	setenv("TEST_KEPT", "kept", 1);
	expect_secret("echo $TEST_KEPT", "kept");
	expect_secret(
	    "[ $(cut -d' ' -f5 /proc/$$/stat) = $$ ] && echo ok", "ok");
}

/* A source that another one replaced is not left to the command. */
static void
test_replaced_variable(void **state)
{
	static const char *const given[] = { "env:TEST_FIRST", "env:TEST_OTHER",
		"env:TEST_OTHER", "pass:x", "cmd:echo" };
	struct secret_source source = { .kind = SECRET_NONE }, next;
	struct err e = { .kind = ERR_NONE };
	size_t i;

	(void)state;
	setenv("TEST_FIRST", "hunter1", 1);
	setenv("TEST_OTHER", "hunter2", 1);
	for (i = 0; i < sizeof given / sizeof given[0]; i++) {
		assert_int_equal(secret_source_parse(given[i], &next, &e), 0);
		assert_int_equal(secret_source_replace(&source, &next), 0);
	}
	assert_int_equal(source.kind, SECRET_CMD);
	expect_secret("echo [$TEST_FIRST$TEST_OTHER]", "[hunter1hunter2]");
	secret_source_erase(&source);
	expect_secret("echo [$TEST_FIRST$TEST_OTHER]", "[]");
	setenv("TEST_OTHER", "hunter2", 1);
	secret_source_free(&source);
	assert_string_equal(getenv("TEST_OTHER"), "hunter2");
}

/* No descriptor and no child is left in this process. */
static void
test_nothing_leaks(void **state)
{
	int before = open("/dev/null", O_RDONLY), after, killed;

	(void)state;
	close(before);
	expect_secret("echo pw", "pw");
	expect_error("exit 3", ERR_SECRET, "cmd: exit status 3");
	after = open("/dev/null", O_RDONLY);
	close(after);
	assert_int_equal(before, after);
	assert_int_equal(reap_leftovers(&killed), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_hanging_command_is_killed),
		cmocka_unit_test(test_stubborn_command_is_killed),
		cmocka_unit_test(test_leftovers),
		cmocka_unit_test(test_descriptors_not_inherited),
		cmocka_unit_test(test_started_without_descriptors),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_surroundings),
		cmocka_unit_test(test_replaced_variable),
		cmocka_unit_test(test_nothing_leaks),
	};

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
