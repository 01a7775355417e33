/* A job around its secret: when it is told, and what outlives which. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/clock.h"
#include "options/options.h"
#include "run/job.h"
#include "tests/unit/certs.h"

enum { JOBS = 3 };

static const int64_t LONG_US = 600 * 1000000LL;

struct one {
	struct options options;
	struct job job;
	bool over;
};

static struct shared *shared;
static struct one jobs[JOBS];

static void
on_over(void *arg)
{
	struct one *o = arg;

	assert_false(o->over);
	o->over = true;
}

/* At a port where nobody listens: with its secret it is over at once. */
static void
start(struct one *o, const char *source, int64_t limit_us)
{
	char words[][64] = { "check_smtp_auth", "-H", "127.0.0.1", "-p", "1",
		"-U", "alice", "--no-tls", "--allow-cleartext",
		"--password-from", "" };
	char *argv[sizeof words / sizeof words[0] + 1] = { NULL };
	int argc = sizeof words / sizeof words[0], i;
	struct err e = { .kind = ERR_NONE };

	for (i = 0; i < argc; i++)
		argv[i] = words[i];
	snprintf(words[argc - 1], sizeof words[0], "%s", source);
	memset(o, 0, sizeof *o);
	assert_int_equal(options_parse(&o->options, argc, argv, NULL, &e), 0);
	job_init(&o->job, &o->options.check);
	job_start(&o->job, shared, clock_now_us() + limit_us, on_over, o);
	assert_false(o->over);
}

static void
await(const struct one *o)
{
	while (!o->over)
		assert_int_equal(loop_turn(shared_loop(shared)), 1);
}

static void
end(struct one *o)
{
	job_free(&o->job);
	options_free(&o->options);
}

static int
setup(void **state)
{
	(void)state;
	folder_make();
	return (shared = shared_new()) == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	if (loop_turn(shared_loop(shared)) != 0)
		return -1;
	shared_free(shared);
	folder_remove();
	return 0;
}

static bool
has_renounced(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

/* A command of another one may need sudo.  The first of all. */
static void
test_privileges_until_the_last_secret(void **state)
{
	const char *fifo = folder_path("fifo");
	bool before = has_renounced(); /* a container may have */
	char source[64];
	FILE *f;

	(void)state;
	assert_int_equal(mkfifo(fifo, 0600), 0);
	snprintf(source, sizeof source, "cmd:cat %s", fifo);
	start(&jobs[0], "pass:pw", LONG_US);
	start(&jobs[1], source, LONG_US);
	start(&jobs[2], "cmd:exec tail -f /dev/null", LONG_US);
	await(&jobs[0]);
	assert_int_equal(jobs[0].job.facts.end, END_CONNECT);
	assert_false(jobs[1].over);
	assert_int_equal(has_renounced(), before);
	end(&jobs[2]);
	assert_int_equal(has_renounced(), before);
	assert_non_null(f = fopen(fifo, "w"));
	fputs("pw\n", f);
	fclose(f);
	await(&jobs[1]);
	assert_int_equal(jobs[1].job.facts.end, END_CONNECT);
	assert_true(has_renounced());
	end(&jobs[0]);
	end(&jobs[1]);
}

static void
test_hung_in_its_secret(void **state)
{
	const struct facts *f = &jobs[0].job.facts;

	(void)state;
	start(&jobs[0], "cmd:exec tail -f /dev/null", 20000);
	start(&jobs[1], "pass:pw", LONG_US);
	await(&jobs[0]);
	assert_int_equal(f->end, END_ERROR);
	assert_int_equal(f->err.kind, ERR_TIMEOUT);
	assert_string_equal(f->hung_in, "reading the secret");
	assert_false(f->begun);
	await(&jobs[1]);
	assert_null(jobs[1].job.facts.hung_in);
	end(&jobs[0]);
	end(&jobs[1]);
}

static void
test_no_secret_to_be_had(void **state)
{
	(void)state;
	start(&jobs[0], "env:NOT_SET", LONG_US);
	await(&jobs[0]);
	assert_string_equal(
	    jobs[0].job.facts.err.text, "env:NOT_SET is not set");
	assert_int_equal(jobs[0].job.facts.end, END_ERROR);
	end(&jobs[0]);
}

/* Freeing one leaves the variable to the other. */
static void
test_one_variable_for_two(void **state)
{
	(void)state;
	setenv("TEST_SHARED", "pw", 1);
	start(&jobs[0], "env:TEST_SHARED", LONG_US);
	end(&jobs[0]);
	start(&jobs[1], "env:TEST_SHARED", LONG_US);
	secret_source_erase(&jobs[1].options.check.secret);
	assert_null(getenv("TEST_SHARED"));
	await(&jobs[1]);
	assert_int_equal(jobs[1].job.facts.end, END_CONNECT);
	assert_string_equal(jobs[1].job.secret.value, "pw");
	end(&jobs[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_privileges_until_the_last_secret),
		TEST(test_hung_in_its_secret),
		TEST(test_no_secret_to_be_had),
		TEST(test_one_variable_for_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
