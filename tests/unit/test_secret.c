/* Secrets from every source, and what may go wrong there. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <fcntl.h>

#include "secret/secret.h"
#include "tests/unit/fetch.h"

extern char **environ;

static const int64_t LONG_US = 60 * 1000000LL;

static char folder[] = "/tmp/test-secret.XXXXXX";
static char path[64];

static int
make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/secret", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static void
write_file(const char *data, size_t len)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	close(fd);
}

static void
expect_secret(const char *what, const char *source, const char *wanted)
{
	struct secret s;
	struct err e;

	if (fetch_source(&s, source, LONG_US, &e) != 0)
		fail_msg("%s: %s", what, e.text);
	if (strcmp(s.value, wanted) != 0 || s.len != strlen(wanted))
		fail_msg("%s: got \"%s\"", what, s.value);
	secret_free(&s);
	assert_null(s.value);
}

static void
expect_error(const char *what, const char *source, enum err_kind kind,
    const char *wanted)
{
	struct secret s;
	struct err e;

	if (fetch_source(&s, source, LONG_US, &e) == 0)
		fail_msg("%s: got \"%s\"", what, s.value);
	if (strcmp(e.text, wanted) != 0)
		fail_msg("%s: \"%s\"", what, e.text);
	assert_int_equal(e.kind, kind);
}

static void
test_parse_faults(void **state)
{
	static const char *const bad[] = { "", "hunter2", "file",
		"file:", "env:", "env:A=B", "fd:", "fd:x", "fd:-1",
		"stdin:", "stdinx", "cmd:", "cred:", "cred:a/b", "cred:..",
		"FILE:/x" };
	struct secret_source s = { .kind = SECRET_NONE };
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		e.kind = ERR_NONE;
		if (secret_source_parse(bad[i], &s, &e) != -1)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(e.kind, ERR_USAGE);
		assert_null(strstr(e.text, "hunter2"));
		assert_null(s.text);
	}
}

static void
test_text(void **state)
{
	(void)state;
	expect_secret("text", "pass:p w", "p w");
	expect_secret("whole", "pass:a\r\nb\n", "a\r\nb\n");
	expect_error("empty", "pass:", ERR_SECRET,
	    "the secret on the command line is empty");
}

static const struct {
	const char *what;
	const char *data;
	size_t len;
	const char *secret; /* NULL: an error that ends in... */
	const char *fault;
} lines[] = {
#define DATA(text) (text), sizeof(text) - 1
	{ "newline", DATA("pw\n"), "pw", NULL },
	{ "no newline", DATA("pw"), "pw", NULL },
	{ "CR LF", DATA("pw\r\n"), "pw", NULL },
	{ "one CR only", DATA("pw\r\r\n"), "pw\r", NULL },
	{ "CR without LF", DATA("pw\r"), "pw\r", NULL },
	{ "blanks stay", DATA(" \tpw \n"), " \tpw ", NULL },
	{ "first line", DATA("pw\nother\n"), "pw", NULL },
	{ "UTF-8", DATA("p\xc3\xbc\n"), "p\xc3\xbc", NULL },
	{ "NUL later", DATA("pw\n\0"), "pw", NULL },
	{ "empty", DATA(""), NULL, "is empty" },
	{ "empty line", DATA("\npw\n"), NULL, "is empty" },
	{ "CR LF alone", DATA("\r\n"), NULL, "is empty" },
	{ "NUL", DATA("p\0w\n"), NULL, "holds a NUL byte" },
};

static void
test_file(void **state)
{
	char source[80], wanted[160];
	size_t i;

	(void)state;
	snprintf(source, sizeof source, "file:%s", path);
	for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		write_file(lines[i].data, lines[i].len);
		snprintf(wanted, sizeof wanted, "%s %s", source,
		    lines[i].fault != NULL ? lines[i].fault : "");
		if (lines[i].secret != NULL)
			expect_secret(lines[i].what, source, lines[i].secret);
		else
			expect_error(lines[i].what, source, ERR_SECRET, wanted);
	}
}

/* A pipe that holds the same, and whose writer stays. */
static void
test_fd(void **state)
{
	char source[80], wanted[160];
	int ends[2];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		assert_int_equal(pipe(ends), 0);
		assert_int_equal(write(ends[1], lines[i].data, lines[i].len),
		    (ssize_t)lines[i].len);
		if (memchr(lines[i].data, '\n', lines[i].len) == NULL) {
			close(ends[1]);
			ends[1] = -1;
		}
		snprintf(source, sizeof source, "fd:%d", ends[0]);
		snprintf(wanted, sizeof wanted, "%s %s", source,
		    lines[i].fault != NULL ? lines[i].fault : "");
		if (lines[i].secret != NULL)
			expect_secret(lines[i].what, source, lines[i].secret);
		else
			expect_error(lines[i].what, source, ERR_SECRET, wanted);
		close(ends[0]);
		if (ends[1] != -1)
			close(ends[1]);
	}
}

static void
test_long_lines(void **state)
{
	static char data[SECRET_MAX + 3];
	char source[80], wanted[160];
	struct secret s;
	struct err e;

	(void)state;
	snprintf(source, sizeof source, "file:%s", path);
	snprintf(
	    wanted, sizeof wanted, "%s is too long, more than 64 KiB", source);
	memset(data, 'x', sizeof data);
	write_file(data, SECRET_MAX + 1);
	expect_error("one too many", source, ERR_SECRET, wanted);
	write_file(data, SECRET_MAX + 3);
	expect_error("three too many", source, ERR_SECRET, wanted);
	data[SECRET_MAX] = '\r';
	data[SECRET_MAX + 1] = '\n';
	write_file(data, SECRET_MAX + 3);
	assert_int_equal(fetch_source(&s, source, LONG_US, &e), 0);
	assert_int_equal(s.len, SECRET_MAX);
	secret_free(&s);
	/* However much follows, it is not read. */
	expect_secret(
	    "endless rest", "cmd:echo pw; head -c 300000 /dev/zero", "pw");
}

static void
test_file_faults(void **state)
{
	struct secret s;
	struct err e;
	char source[80];

	(void)state;
	expect_error("missing", "file:/nonexistent/x", ERR_SECRET,
	    "file:/nonexistent/x: No such file or directory");
	expect_error(
	    "directory", "file:/", ERR_SECRET, "file:/: Is a directory");
	expect_error("closed", "fd:999", ERR_SECRET,
	    "fd:999 is not open: who runs this must pass it on");
	write_file("pw", 2);
	snprintf(source, sizeof source, "file:%s", path);
	assert_int_equal(fetch_source(&s, source, LONG_US, &e), 0);
	assert_false(s.world_readable);
	secret_free(&s);
	assert_int_equal(chmod(path, 0604), 0);
	assert_int_equal(fetch_source(&s, source, LONG_US, &e), 0);
	assert_true(s.world_readable);
	secret_free(&s);
	if (geteuid() != 0) {
		assert_int_equal(chmod(path, 0), 0);
		assert_int_equal(fetch_source(&s, source, LONG_US, &e), -1);
		assert_non_null(strstr(e.text, ": Permission denied for "));
		assert_non_null(
		    strstr(e.text, ", who runs this: let that user "));
	}
}

/* Nobody writes: the deadline must end it, be it a FIFO or a pipe. */
static void
test_silent_writers(void **state)
{
	char source[80], wanted[160];
	struct secret s;
	struct err e;
	int ends[2];

	(void)state;
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(source, sizeof source, "file:%s", path);
	assert_int_equal(fetch_source(&s, source, 20000, &e), -1);
	assert_int_equal(e.kind, ERR_TIMEOUT);
	assert_int_equal(pipe(ends), 0);
	snprintf(source, sizeof source, "fd:%d", ends[0]);
	assert_int_equal(fetch_source(&s, source, 20000, &e), -1);
	assert_int_equal(e.kind, ERR_TIMEOUT);
	assert_int_equal(write(ends[1], "pw", 2), 2);
	assert_int_equal(fetch_source(&s, source, 20000, &e), -1);
	assert_int_equal(e.kind, ERR_TIMEOUT);
	assert_int_equal(write(ends[1], "pw\n", 3), 3);
	/* The shell's <(command), its writer still there, or gone. */
	snprintf(source, sizeof source, "file:/dev/fd/%d", ends[0]);
	expect_secret("process substitution", source, "pw");
	assert_int_equal(write(ends[1], "pw", 2), 2);
	close(ends[1]);
	expect_secret("writer gone", source, "pw");
	snprintf(wanted, sizeof wanted, "%s is empty", source);
	expect_error("writer gone without a word", source, ERR_SECRET, wanted);
	close(ends[0]);
}

static void
test_fifo(void **state)
{
	char source[80];
	pid_t pid;
	int fd;

	(void)state;
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	if ((pid = fork()) == 0) {
		/* Waits until the reader has opened it. */
		fd = open(path, O_WRONLY);
		_exit(write(fd, "pw", 2) == 2 ? 0 : 1);
	}
	snprintf(source, sizeof source, "file:%s", path);
	expect_secret("FIFO", source, "pw");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
test_stdin(void **state)
{
	int saved = dup(STDIN_FILENO), ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "pw\r\nx", 5), 5);
	dup2(ends[0], STDIN_FILENO);
	expect_secret("stdin", "stdin", "pw");
	close(ends[0]);
	close(ends[1]);
	dup2(saved, STDIN_FILENO);
	close(saved);
}

static void
erase(const char *source)
{
	struct secret_source parsed = { .kind = SECRET_NONE };
	struct err e = { .kind = ERR_NONE };

	assert_int_equal(secret_source_parse(source, &parsed, &e), 0);
	secret_source_erase(&parsed);
	secret_source_free(&parsed);
}

static void
test_env(void **state)
{
	static char entry[22];

	(void)state;
	strcpy(entry, "TEST_SECRET=hunter2\nb");
	putenv(entry);
	expect_secret("env", "env:TEST_SECRET", "hunter2\nb");
	/* Another check may use the same one. */
	expect_secret("again", "env:TEST_SECRET", "hunter2\nb");
	erase("env:TEST_SECRET");
	assert_null(getenv("TEST_SECRET"));
	assert_memory_equal(entry, "TEST_SECRET=\0\0\0\0\0\0\0\0\0", 21);
	expect_error("unset", "env:TEST_SECRET", ERR_SECRET,
	    "env:TEST_SECRET is not set");
	setenv("TEST_SECRET", "", 1);
	expect_error(
	    "empty", "env:TEST_SECRET", ERR_SECRET, "env:TEST_SECRET is empty");
}

static void
test_cred(void **state)
{
	(void)state;
	write_file("pw\n", 3);
	unsetenv("CREDENTIALS_DIRECTORY");
	expect_error("not under systemd", "cred:secret", ERR_SECRET,
	    "cred:secret: CREDENTIALS_DIRECTORY is not set; systemd sets it "
	    "for units with LoadCredential=");
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	expect_secret("cred", "cred:secret", "pw");
	expect_error("missing", "cred:other", ERR_SECRET,
	    "cred:other: No such file or directory");
	unsetenv("CREDENTIALS_DIRECTORY");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_faults),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_fd),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_file_faults),
		cmocka_unit_test(test_silent_writers),
		cmocka_unit_test(test_fifo),
		cmocka_unit_test(test_stdin),
		cmocka_unit_test(test_env),
		cmocka_unit_test(test_cred),
	};

	int failed = cmocka_run_group_tests(tests, make_folder, NULL);

	/* The same again, with files read by threads. */
	fetch_by_readers = true;
	return failed + cmocka_run_group_tests(tests, NULL, remove_folder);
}
