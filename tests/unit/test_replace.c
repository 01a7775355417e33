/* A file gets its new content whole, or keeps the old one. */

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
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/replace.h"

/* A folder of its own, in which each test runs. */
struct place {
	char folder[64];
	int before; /* the folder that was left */
};

static int
enter(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	if (p == NULL)
		return -1;
	*state = p;
	strcpy(p->folder, "/tmp/test_replace.XXXXXX");
	p->before = open(".", O_RDONLY | O_DIRECTORY);
	return mkdtemp(p->folder) != NULL ? chdir(p->folder) : -1;
}

/* rmdir() fails if a test left anything but its file. */
static int
leave(void **state)
{
	struct place *p = *state;
	int rc;

	unlink("f");
	rc = fchdir(p->before) | rmdir(p->folder);
	close(p->before);
	free(p);
	return rc;
}

static int
replace(const char *path, const char *text)
{
	char *temporary = replace_temporary(path, "test");
	int rc;

	assert_non_null(temporary);
	rc = replace_file(path, temporary, text, strlen(text));
	assert_int_equal(access(temporary, F_OK), -1);
	free(temporary);
	return rc;
}

static void
assert_holds(const char *path, const char *text)
{
	char data[64];
	ssize_t n;
	int fd = open(path, O_RDONLY);

	assert_int_not_equal(fd, -1);
	n = read(fd, data, sizeof data);
	close(fd);
	assert_int_equal(n, strlen(text));
	assert_memory_equal(data, text, strlen(text));
}

static void
test_names(void **state)
{
	static const struct {
		const char *path;
		const char *start;
	} cases[] = {
		{ "x.prom", ".test." },
		{ "/x.prom", "/.test." },
		{ "/a/b.c/x.prom", "/a/b.c/.test." },
		{ "a/x.prom", "a/.test." },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *one = replace_temporary(cases[i].path, "test");
		char *two = replace_temporary(cases[i].path, "test");
		size_t n = strlen(cases[i].start);

		assert_int_equal(strncmp(one, cases[i].start, n), 0);
		assert_int_equal(strlen(one), n + 16);
		assert_int_equal(strspn(one + n, "0123456789abcdef"), 16);
		assert_string_not_equal(one, two);
		free(one);
		free(two);
	}
}

static void
test_new_and_again(void **state)
{
	mode_t mask = umask(027);
	struct stat st;

	(void)state;
	assert_int_equal(replace("f", "first"), 0);
	assert_holds("f", "first");
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	umask(0);
	assert_int_equal(replace("f", "2"), 0);
	assert_holds("f", "2");
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	umask(mask);
}

static void
test_mode_and_owner_stay(void **state)
{
	static const mode_t modes[] = { 0600, 0664, 0644, 0606, 0400 };
	struct stat st;
	size_t i;

	(void)state;
	assert_int_equal(replace("g", "first"), 0);
	for (i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		assert_int_equal(chmod("g", modes[i]), 0);
		/* Only root may give files away. */
		if (geteuid() == 0)
			assert_int_equal(chown("g", 65534, 65534), 0);
		assert_int_equal(replace("g", "2"), 0);
		assert_holds("g", "2");
		assert_int_equal(stat("g", &st), 0);
		assert_int_equal(st.st_mode & 07777, modes[i]);
		if (geteuid() == 0) {
			assert_int_equal(st.st_uid, 65534);
			assert_int_equal(st.st_gid, 65534);
		}
	}
	/* Nobody gets what a set-user-ID file had. */
	assert_int_equal(chmod("g", 04755), 0);
	assert_int_equal(replace("g", "3"), 0);
	assert_int_equal(stat("g", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	unlink("g");
}

/* Who has the old file open goes on reading it. */
static void
test_reader(void **state)
{
	char data[8];
	int fd;

	(void)state;
	assert_int_equal(replace("f", "old"), 0);
	fd = open("f", O_RDONLY);
	assert_int_equal(replace("f", "newer"), 0);
	assert_int_equal(read(fd, data, sizeof data), 3);
	assert_memory_equal(data, "old", 3);
	close(fd);
}

/* A signal's answer takes over what it interrupted. */
static void
test_left_behind(void **state)
{
	char *temporary = replace_temporary("f", "test");
	int fd = open(temporary, O_WRONLY | O_CREAT, 0600);

	(void)state;
	assert_int_equal(write(fd, "a longer half", 13), 13);
	close(fd);
	assert_int_equal(replace_file("f", temporary, "whole", 5), 0);
	assert_holds("f", "whole");
	free(temporary);
}

static void
test_not_regular(void **state)
{
	(void)state;
	assert_int_equal(mkdir("d", 0700), 0);
	assert_int_equal(mkfifo("p", 0600), 0);
	assert_int_equal(symlink("f", "l"), 0);
	assert_int_equal(replace("d", "x"), REPLACE_NOT_REGULAR);
	assert_int_equal(replace("p", "x"), REPLACE_NOT_REGULAR);
	assert_int_equal(replace("l", "x"), REPLACE_NOT_REGULAR);
	assert_int_equal(replace("/dev/null", "x"), REPLACE_NOT_REGULAR);
	assert_int_equal(access("f", F_OK), -1);
	assert_int_equal(rmdir("d") | unlink("p") | unlink("l"), 0);
}

static void
test_no_folder(void **state)
{
	char name[300];

	(void)state;
	assert_int_equal(replace("no/f", "x"), ENOENT);
	assert_int_equal(replace("f", "old"), 0);
	assert_int_equal(replace("f/f", "x"), ENOTDIR);
	assert_holds("f", "old");
	/* The temporary name fits, the last one does not. */
	memset(name, 'x', sizeof name);
	name[sizeof name - 1] = '\0';
	assert_int_equal(replace(name, "x"), ENAMETOOLONG);
}

static void
test_no_space(void **state)
{
	struct rlimit all, four = { 0 };
	int rc;

	(void)state;
	assert_int_equal(replace("f", "old"), 0);
	getrlimit(RLIMIT_FSIZE, &all);
	four.rlim_cur = 4;
	four.rlim_max = all.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &four);
	rc = replace("f", "too long");
	setrlimit(RLIMIT_FSIZE, &all);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(rc, EFBIG);
	assert_holds("f", "old");
}

/* In a folder that is open, whatever the working one is; for nobody else. */
static void
test_at(void **state)
{
	struct stat st;
	int folder = open(".", O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(
	    replace_file_at(folder, "f", "f.new", 0600, "private", 7), 0);
	assert_int_equal(fchdir(folder), 0);
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, 7);
	assert_int_equal(access("f.new", F_OK), -1);
	close(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test_setup_teardown(
		    test_new_and_again, enter, leave),
		cmocka_unit_test_setup_teardown(
		    test_mode_and_owner_stay, enter, leave),
		cmocka_unit_test_setup_teardown(test_reader, enter, leave),
		cmocka_unit_test_setup_teardown(test_left_behind, enter, leave),
		cmocka_unit_test_setup_teardown(test_not_regular, enter, leave),
		cmocka_unit_test_setup_teardown(test_no_folder, enter, leave),
		cmocka_unit_test_setup_teardown(test_no_space, enter, leave),
		cmocka_unit_test_setup_teardown(test_at, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
