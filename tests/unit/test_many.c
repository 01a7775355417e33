/*
 * Hundreds of checks side by side on one loop, with one resolver and one TLS
 * context: each gives the answer of its own account, whatever the others do.
 */

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/clock.h"
#include "options/options.h"
#include "run/deadline.h"
#include "run/job.h"
#include "tests/unit/certs.h"
#include "tests/unit/post.h"
#include "tests/unit/tls_peer.h"
#include "verdict/verdict.h"

enum { CHECKS = 200, WORDS_MAX = 32, HALTS = 20 };

enum fate { RIGHT, WRONG, SILENT, HANGS_IN_AUTH, HANGS_IN_COMMAND };

struct check {
	unsigned number;
	enum fate fate;
	enum post_door door;
	struct options options;
	struct job job;
	bool over;
	bool freed;
};

static struct check checks[CHECKS];
static struct shared *shared;
static struct post post;
static const char *ca_file;
static size_t over_count;
static bool frees_within; /* in the midst of it, from within a call */

/* Every other one is wrong, every twentieth is silent, and so on. */
static enum fate
fate_of(unsigned number)
{
	if (number % 2 == 1)
		return WRONG;
	switch (number % 20) {
	case 0:
		return SILENT;
	case 4:
		return HANGS_IN_COMMAND;
	case 10:
		return HANGS_IN_AUTH;
	default:
		return RIGHT;
	}
}

static const char *
secret_of(const struct check *c)
{
	static char secret[40];
	const char *word = c->fate == RIGHT ? "right"
	    : c->fate == HANGS_IN_AUTH      ? "hang"
					    : "wrong";

	snprintf(secret, sizeof secret, "%s-%u", word, c->number);
	return secret;
}

/* Those that may log in with env: share one variable. */
static void
choose_source(const struct check *c, char *out, size_t size)
{
	char name[40];

	if (c->fate == HANGS_IN_COMMAND) {
		snprintf(out, size, "cmd:echo x; exec tail -f /dev/null");
		return;
	}
	switch (c->number / 3 % 4) {
	case 0:
		snprintf(out, size, "pass:%s", secret_of(c));
		break;
	case 1:
		snprintf(out, size, "cmd:echo %s", secret_of(c));
		break;
	case 2:
		snprintf(name, sizeof name, "secret%u", c->number);
		snprintf(
		    out, size, "file:%s", folder_write(name, secret_of(c)));
		break;
	default:
		snprintf(name, sizeof name, "TEST_%u", c->number);
		snprintf(out, size, "env:%s",
		    c->fate == RIGHT ? "TEST_COMMON" : name);
		setenv(out + 4, c->fate == RIGHT ? "common" : secret_of(c), 1);
	}
}

static void
add(char *argv[WORDS_MAX], int *argc, const char *word)
{
	assert_true(*argc < WORDS_MAX);
	assert_non_null(argv[(*argc)++] = strdup(word));
}

static void
read_options(struct check *c)
{
	static const char *const doors[] = { [POST_CLEAR] =
						 "--no-tls --allow-cleartext",
		[POST_STARTTLS] = "-S",
		[POST_IMPLICIT] = "-s",
		[POST_SILENT] = "-S" };
	char line[600], source[200], *argv[WORDS_MAX], *word, *rest = NULL;
	struct err e = { .kind = ERR_NONE };
	int argc = 0;

	snprintf(line, sizeof line,
	    "check_smtp_auth %s -p %d -F probe.example.org --ca-file=%s -t %d "
	    "-U user%u@example.org %s",
	    c->number % 4 < 2 ? "-H localhost -4"
			      : "-H mail.example.org -I 127.0.0.1",
	    post.port[c->door], ca_file,
	    c->fate == RIGHT || c->fate == WRONG ? 600 : 1, c->number,
	    doors[c->door]);
	for (word = strtok_r(line, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest))
		add(argv, &argc, word);
	choose_source(c, source, sizeof source);
	add(argv, &argc, "--password-from");
	add(argv, &argc, source);
	argv[argc] = NULL;
	if (options_parse(&c->options, argc, argv, NULL, &e) == -1)
		fail_msg("check %u: %s", c->number, e.text);
	while (argc > 0)
		free(argv[--argc]);
}

static void
free_check(struct check *c)
{
	job_free(&c->job);
	c->freed = true;
}

/* Those that are not done, or are: of each four one. */
static void
free_some(unsigned which)
{
	unsigned i;

	for (i = 0; i < CHECKS; i++)
		if (i / 2 % 4 == which && !checks[i].freed)
			free_check(&checks[i]);
}

static void
on_over(void *arg)
{
	struct check *c = arg;

	assert_false(c->over);
	assert_false(c->freed);
	c->over = true;
	over_count++;
	if (frees_within && over_count == HALTS)
		free_some(1);
}

static void
start_all(void)
{
	unsigned i;
	struct check *c;

	over_count = 0;
	assert_non_null(shared = shared_new());
	for (i = 0; i < CHECKS; i++) {
		c = &checks[i];
		memset(c, 0, sizeof *c);
		c->number = i;
		c->fate = fate_of(i);
		c->door =
		    c->fate == SILENT ? POST_SILENT : (enum post_door)(i % 3);
		read_options(c);
	}
	for (i = 0; i < CHECKS; i++) {
		c = &checks[i];
		job_init(&c->job, &c->options.check);
		job_start(&c->job, shared,
		    deadline_reckon(clock_now_us(), c->options.check.timeout_us)
			.soft_us,
		    on_over, c);
	}
	for (i = 0; i < CHECKS; i++)
		secret_source_erase(&checks[i].options.check.secret);
	assert_null(getenv("TEST_COMMON"));
}

static bool
is_waiting(void)
{
	unsigned i;

	for (i = 0; i < CHECKS; i++)
		if (!checks[i].over && !checks[i].freed)
			return true;
	return false;
}

/* It names its own user, and nobody else's. */
static void
expect_user(const struct check *c, const char *message)
{
	const char *at = message;
	unsigned number, named = 0;

	while ((at = strstr(at, "user")) != NULL) {
		if (sscanf(at, "user%u@example.org", &number) == 1) {
			named++;
			if (number != c->number)
				fail_msg("check %u: %s", c->number, message);
		}
		at++;
	}
	if (named == 0)
		fail_msg("check %u: %s", c->number, message);
}

static void
expect_verdict(const struct check *c)
{
	static const struct {
		enum condition condition;
		const char *says;
	} wanted[] = {
		[RIGHT] = { CONDITION_NONE, " logged in with PLAIN" },
		[WRONG] = { CONDITION_AUTH_REJECTED, " rejected" },
		[SILENT] = { CONDITION_TIMEOUT, "timeout after 1 s " },
		[HANGS_IN_AUTH] = { CONDITION_TIMEOUT, "timeout after 1 s " },
		[HANGS_IN_COMMAND] = { CONDITION_TIMEOUT,
		    "timeout after 1 s reading the secret " },
	};
	struct verdict v;
	const char *said;

	assert_int_equal(
	    verdict_reach(&v, &c->job.facts, &c->options.check), 0);
	said = buf_str(&v.message);
	if (v.condition != wanted[c->fate].condition ||
	    strstr(said, wanted[c->fate].says) == NULL)
		fail_msg("check %u: condition %d: %s", c->number,
		    (int)v.condition, said);
	expect_user(c, said);
	if (c->fate == RIGHT || c->fate == WRONG)
		assert_int_equal(c->job.facts.tls.done, c->door != POST_CLEAR);
	verdict_free(&v);
}

static void
finish_all(void)
{
	unsigned i;

	for (i = 0; i < CHECKS; i++) {
		if (!checks[i].freed) {
			assert_true(checks[i].over);
			expect_verdict(&checks[i]);
			free_check(&checks[i]);
		}
		options_free(&checks[i].options);
	}
	assert_int_equal(loop_turn(shared_loop(shared)), 0);
	shared_free(shared);
}

static void
test_each_its_own(void **state)
{
	(void)state;
	frees_within = false;
	start_all();
	while (is_waiting())
		assert_int_equal(loop_turn(shared_loop(shared)), 1);
	assert_int_equal(over_count, CHECKS);
	finish_all();
}

/* A quarter before anything began, one from within a call, one later. */
static void
test_some_freed_meanwhile(void **state)
{
	(void)state;
	frees_within = true;
	start_all();
	free_some(0);
	while (is_waiting()) {
		assert_int_equal(loop_turn(shared_loop(shared)), 1);
		if (over_count >= 2 * HALTS)
			free_some(2);
	}
	assert_true(over_count >= CHECKS / 4);
	finish_all();
}

static struct cert ca, server;

static int
setup(void **state)
{
	(void)state;
	peer_init();
	folder_make();
	ca =
	    cert_make(&(struct cert_plan){ .cn = "Test CA", .ca = true }, NULL);
	server = cert_make(&(struct cert_plan){ .cn = "mail.example.org",
			       .san = "DNS:mail.example.org,DNS:localhost" },
	    &ca);
	ca_file = folder_write_cert("ca.pem", &ca);
	post_open(&post, &server);
	return 0;
}

/* No command is left; a living one would make this hang. */
static int
teardown(void **state)
{
	int status;

	(void)state;
	post_close(&post);
	while (waitpid(-1, &status, 0) > 0)
		continue;
	folder_remove();
	cert_free(&server);
	cert_free(&ca);
	return errno == ECHILD ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_each_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_some_freed_meanwhile, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
