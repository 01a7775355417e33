/* Files read beside the loop: one that never comes holds up no other. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/loop.h"
#include "secret/readers.h"
#include "tests/unit/certs.h"

enum { MANY = 40, MAX = 100 };

int open(const char *path, int flags, ...);

/* A server that is gone, until something is written into the pipe. */
static int gate[2];

/* In place of the C library's, for this program. */
int
open(const char *path, int flags, ...)
{
	char c;

	if (strstr(path, "/dead") != NULL)
		while (read(gate[0], &c, 1) == -1)
			continue;
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
}

struct one {
	bool over;
	int error, fd;
	bool others;
	mode_t mode;
	uid_t owner;
	char text[MAX + 1];
};

static struct loop *loop;
static struct secret_readers *readers;

static void
on_read(void *arg, const struct secret_read *what)
{
	struct one *o = arg;

	assert_false(o->over);
	o->over = true;
	o->error = what->error;
	o->fd = what->fd;
	o->others = what->others;
	o->mode = what->mode;
	o->owner = what->owner;
	assert_true(what->len <= MAX);
	memcpy(o->text, what->data, what->len);
}

static struct secret_reading *
start_so(struct one *o, const char *path, enum secret_read_how how)
{
	struct secret_reading *q;

	*o = (struct one){ .over = false };
	q = secret_reading_start(readers, path, MAX, how, on_read, o);
	assert_non_null(q);
	return q;
}

static struct secret_reading *
start(struct one *o, const char *path)
{
	return start_so(o, path, SECRET_READ_LINE);
}

static void
await(const struct one *o)
{
	while (!o->over)
		assert_int_equal(loop_turn(loop), 1);
}

static int
setup(void **state)
{
	(void)state;
	folder_make();
	if (pipe(gate) == -1)
		return -1;
	loop = loop_new();
	readers = secret_readers_new(loop);
	return loop != NULL && readers != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	secret_readers_free(readers);
	loop_free(loop);
	close(gate[1]); /* whoever still waits goes on */
	folder_remove();
	return 0;
}

static void
test_files(void **state)
{
	char path[300];
	struct one o;
	const char *file = folder_write("file", "secret\nmore\n");

	(void)state;
	assert_int_equal(chmod(file, 0604), 0);
	start(&o, file);
	await(&o);
	assert_int_equal(o.error, 0);
	assert_int_equal(o.fd, -1);
	assert_true(o.others);
	assert_memory_equal(o.text, "secret\n", 7);
	assert_int_equal(chmod(file, 0600), 0);
	start(&o, file);
	await(&o);
	assert_false(o.others);
	snprintf(path, sizeof path, "%s.not", file);
	start(&o, path);
	await(&o);
	assert_int_equal(o.error, ENOENT);
	start(&o, "/tmp");
	await(&o);
	assert_int_equal(o.error, EISDIR);
	start(&o, "/dev/null");
	await(&o);
	assert_int_equal(o.error, 0);
	assert_true(o.fd > 2);
	close(o.fd);
	assert_int_equal(loop_turn(loop), 0);
}

static void
test_cut(void **state)
{
	char long_line[3 * MAX];
	struct one o;

	(void)state;
	memset(long_line, 'x', sizeof long_line - 1);
	long_line[sizeof long_line - 1] = '\0';
	start(&o, folder_write("long", long_line));
	await(&o);
	assert_int_equal(strlen(o.text), MAX);
}

/* Those that never come, in front of those that do. */
static void
test_dead_ones(void **state)
{
	static struct one dead[MANY], alive[MANY];
	struct secret_reading *q[MANY];
	const char *file = folder_write("alive", "here\n");
	struct one last;
	int i;

	(void)state;
	folder_write("dead", "late\n");
	for (i = 0; i < MANY; i++) {
		q[i] = start(&dead[i], folder_write("dead", "late\n"));
		start(&alive[i], file);
	}
	for (i = 0; i < MANY; i++)
		await(&alive[i]);
	for (i = 0; i < MANY; i++) {
		assert_false(dead[i].over);
		secret_reading_abandon(q[i]);
	}
	/* Nobody waits for anything any more, and it goes on all the same. */
	assert_int_equal(loop_turn(loop), 0);
	for (i = 0; i < MANY / 2; i++)
		assert_int_equal(write(gate[1], "x", 1), 1);
	start(&last, file);
	await(&last);
	assert_int_equal(last.error, 0);
	for (i = 0; i < MANY; i++)
		assert_false(dead[i].over);
}

/* All of it, and nothing that another could have put there. */
static void
test_own(void **state)
{
	char path[300];
	struct one o;
	const char *file = folder_write("file", "token\nmore\n");

	(void)state;
	start_so(&o, file, SECRET_READ_OWN);
	await(&o);
	assert_int_equal(o.error, 0);
	assert_string_equal(o.text, "token\nmore\n");
	assert_true(S_ISREG(o.mode));
	assert_int_equal(o.owner, geteuid());
	snprintf(path, sizeof path, "%s.link", file);
	assert_int_equal(symlink(file, path), 0);
	start_so(&o, path, SECRET_READ_OWN);
	await(&o);
	assert_int_equal(o.error, ELOOP);
	assert_int_equal(o.mode, 0);
	assert_int_equal(unlink(path), 0);
	start_so(&o, "/dev/null", SECRET_READ_OWN);
	await(&o);
	assert_int_equal(o.error, 0);
	assert_int_equal(o.fd, -1);
	assert_true(S_ISCHR(o.mode));
	assert_string_equal(o.text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_own, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_dead_ones, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
