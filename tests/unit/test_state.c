/* What is kept of a login, and what is not believed. */

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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "run/state.h"

/* A folder, in it "s" for the state; removed whole. */
struct place {
	char folder[64];
	struct settings asked;
};

static int
enter(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	if (p == NULL)
		return -1;
	*state = p;
	strcpy(p->folder, "/tmp/test_state.XXXXXX");
	if (mkdtemp(p->folder) == NULL || chdir(p->folder) == -1)
		return -1;
	p->asked.host = (char *)"mail.test";
	p->asked.port = 587;
	p->asked.user = (char *)"alice";
	p->asked.state_dir = (char *)"s";
	return 0;
}

static int
leave(void **state)
{
	struct place *p = *state;
	char command[100];
	int rc;

	snprintf(command, sizeof command, "rm -r %s", p->folder);
	rc = chdir("/") | system(command);
	free(p);
	return rc;
}

static struct state *
open_state(const struct place *p)
{
	struct state *s = calloc(1, sizeof *s);
	struct err e = { .kind = ERR_NONE };

	assert_non_null(s);
	assert_int_equal(state_open(s, &p->asked, &e), STATE_OK);
	assert_int_equal(e.kind, ERR_NONE);
	return s;
}

static void
free_state(struct state *s)
{
	state_close(s);
	free(s);
}

/* What is read of the kind "k"; aside tells whether a file was set aside. */
static void
check_read(struct state *s, const char *text, bool aside)
{
	struct buf b = BUF_INIT(1000);
	bool was_set_aside = false;

	assert_int_equal(state_lock(s), STATE_OK);
	assert_int_equal(state_read(s, "k", &b, &was_set_aside), STATE_OK);
	state_unlock(s);
	assert_string_equal(buf_str(&b), text);
	assert_int_equal(was_set_aside, aside);
	buf_free(&b);
}

static void
check_write(struct state *s, const char *text)
{
	assert_int_equal(state_lock(s), STATE_OK);
	assert_int_equal(state_write(s, "k", text, strlen(text)), STATE_OK);
	state_unlock(s);
}

static void
test_kept(void **state)
{
	struct state *s = open_state(*state);
	struct stat st;

	assert_int_equal(stat("s", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	check_read(s, "", false);
	check_write(s, "one\n");
	check_read(s, "one\n", false);
	check_write(s, "two\n");
	free_state(s);
	s = open_state(*state);
	check_read(s, "two\n", false);
	assert_int_equal(stat("s/mail.test,587,alice.k", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat("s/mail.test,587,alice.lock", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	check_write(s, "");
	check_read(s, "", false);
	assert_int_equal(access("s/mail.test,587,alice.k", F_OK), -1);
	free_state(s);
}

/* No two logins share anything, however they are written. */
static void
test_apart(void **state)
{
	static const struct {
		const char *host;
		int port;
		const char *user;
		const char *stem;
	} rows[] = {
		{ "mail.test", 587, "alice", "mail.test,587,alice" },
		{ "MAIL.Test", 587, "alice", "mail.test,587,alice" },
		{ "mail.test", 587, "Alice", "mail.test,587,Alice" },
		{ "mail.test", 465, "alice", "mail.test,465,alice" },
		{ "mail.test", 25, NULL, "mail.test,25," },
		{ "::1", 587, "a/../b", "%3a%3a1,587,a%2f..%2fb" },
		{ "h", 1, "a,1,b", "h,1,a%2c1%2cb" },
		{ "h", 1, "50%", "h,1,50%25" },
		{ "h", 1, "\303\244\n", "h,1,%c3%a4%0a" },
	};
	struct place *p = *state;
	struct state *s;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		p->asked.host = (char *)(uintptr_t)rows[i].host;
		p->asked.port = rows[i].port;
		p->asked.user = (char *)(uintptr_t)rows[i].user;
		s = open_state(p);
		assert_string_equal(s->stem, rows[i].stem);
		free_state(s);
	}
}

/* A name that no file can have is cut, and stays one of its own. */
static void
test_long(void **state)
{
	struct place *p = *state;
	char user[2][4097];
	struct state *s[2];
	int i;

	for (i = 0; i < 2; i++) {
		memset(user[i], '%', 4096);
		user[i][4096] = '\0';
		user[i][4095] = (char)('0' + i);
		p->asked.user = user[i];
		s[i] = open_state(p);
		assert_int_equal(strlen(s[i]->stem), STATE_STEM_MAX);
		check_write(s[i], i == 0 ? "zero\n" : "one\n");
	}
	assert_string_not_equal(s[0]->stem, s[1]->stem);
	check_read(s[0], "zero\n", false);
	check_read(s[1], "one\n", false);
	free_state(s[0]);
	free_state(s[1]);
}

static void
check_refused(const struct place *p, const char *words)
{
	struct state s;
	struct err e = { .kind = ERR_NONE };

	assert_int_equal(state_open(&s, &p->asked, &e), STATE_FAILED);
	assert_int_equal(e.kind, ERR_USAGE);
	if (strstr(e.text, words) == NULL)
		fail_msg("\"%s\" in \"%s\"", words, e.text);
	state_close(&s);
}

static void
test_folders(void **state)
{
	struct place *p = *state;

	assert_int_equal(mkdir("s", 0700), 0);
	assert_int_equal(symlink("s", "link"), 0);
	p->asked.state_dir = (char *)"link";
	check_refused(p, "--state-dir link: is a link; name the folder");
	p->asked.state_dir = (char *)"link///";
	check_refused(p, "--state-dir link: is a link; name the folder");
	p->asked.state_dir = (char *)"no/such";
	check_refused(
	    p, "--state-dir no/such: No such file or directory; make");
	assert_int_equal(close(open("file", O_CREAT | O_WRONLY, 0600)), 0);
	p->asked.state_dir = (char *)"file";
	check_refused(p, "--state-dir file: Not a directory; name a folder");
	p->asked.state_dir = (char *)"s";
	assert_int_equal(chmod("s", 0720), 0);
	check_refused(p, "--state-dir s: others may write it; chmod go-w");
	assert_int_equal(chmod("s", 0702), 0);
	check_refused(p, "--state-dir s: others may write it; chmod go-w");
	assert_int_equal(chmod("s", 0755), 0);
	free_state(open_state(p));
}

static void
put(const char *file, const char *text)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	assert_int_equal(fputs(text, f) >= 0, 1);
	assert_int_equal(fclose(f), 0);
}

#define FILE_OF_ALICE "s/mail.test,587,alice.k"
#define HEAD "check_smtp_auth k 1 mail.test,587,alice\n"

static void
check_aside(struct state *s, const char *words)
{
	s->why[0] = '\0';
	check_read(s, "", true);
	if (strstr(s->why, words) == NULL ||
	    strstr(s->why, "set aside as .damaged, and begun anew") == NULL)
		fail_msg("\"%s\" in \"%s\"", words, s->why);
	assert_int_equal(access(FILE_OF_ALICE, F_OK), -1);
	check_read(s, "", false);
	check_write(s, "new\n");
	check_read(s, "new\n", false);
}

/* What cannot be ours is set aside, and the next file is as good as any. */
static void
test_files(void **state)
{
	static const char *const damaged[] = { "", "\n", "check_smtp_auth",
		"check_smtp_auth k 1 mail.test,587,alice", HEAD "no line feed",
		"check_smtp_auth k 2 mail.test,587,alice\n",
		"check_smtp_auth k 1 mail.test,587,bob\n" };
	struct state *s = open_state(*state);
	size_t i;

	for (i = 0; i < sizeof damaged / sizeof *damaged; i++) {
		put(FILE_OF_ALICE, damaged[i]);
		check_aside(s, "alice.k: damaged");
	}
	put(FILE_OF_ALICE, HEAD "text\n");
	assert_int_equal(chmod(FILE_OF_ALICE, 0666), 0);
	check_aside(s, "others may write it");
	put("elsewhere", HEAD "text\n");
	unlink(FILE_OF_ALICE);
	assert_int_equal(symlink("../elsewhere", FILE_OF_ALICE), 0);
	check_aside(s, "is a link");
	unlink(FILE_OF_ALICE);
	assert_int_equal(link("elsewhere", FILE_OF_ALICE), 0);
	check_aside(s, "has another name");
	unlink(FILE_OF_ALICE);
	assert_int_equal(mkfifo(FILE_OF_ALICE, 0600), 0);
	check_aside(s, "not a regular file");
	put(FILE_OF_ALICE, HEAD);
	assert_int_equal(truncate(FILE_OF_ALICE, STATE_TEXT_MAX + 1), 0);
	check_aside(s, "too large");
	if (geteuid() == 0) {
		assert_int_equal(chown(FILE_OF_ALICE, 12345, 0), 0);
		check_aside(s, "belongs to another user");
	}
	free_state(s);
}

/* Root works as the folder's owner, for whom all of it is. */
static void
test_as_root(void **state)
{
	struct place *p = *state;
	struct state *s;
	struct stat st;

	if (geteuid() != 0)
		return;
	assert_int_equal(mkdir("s", 0700), 0);
	assert_int_equal(chown("s", 12345, 12346), 0);
	assert_int_equal(chmod(".", 0755), 0);
	s = open_state(p);
	check_write(s, "one\n");
	check_read(s, "one\n", false);
	assert_int_equal(geteuid(), 0);
	assert_int_equal(getegid(), getgid());
	assert_int_equal(stat(FILE_OF_ALICE, &st), 0);
	assert_int_equal(st.st_uid, 12345);
	assert_int_equal(st.st_gid, 12346);
	assert_int_equal(stat("s/mail.test,587,alice.lock", &st), 0);
	assert_int_equal(st.st_uid, 12345);
	free_state(s);
}

static void
test_lock(void **state)
{
	struct state *a = open_state(*state), *b = open_state(*state);

	assert_int_equal(state_lock(a), STATE_OK);
	assert_int_equal(state_lock(b), STATE_BUSY);
	state_unlock(a);
	assert_int_equal(state_lock(b), STATE_OK);
	assert_int_equal(state_lock(a), STATE_BUSY);
	free_state(b);
	assert_int_equal(state_lock(a), STATE_OK);
	free_state(a);
}

/* A seat goes with its process, however that ends. */
static void
test_seats(void **state)
{
	struct state *a = open_state(*state), *b = open_state(*state);
	int ready[2], status;
	pid_t child;
	char c;

	assert_int_equal(state_others(a), 0);
	assert_int_equal(state_sit(a), STATE_OK);
	assert_int_equal(state_others(a), 0);
	assert_int_equal(state_others(b), 1);
	assert_int_equal(pipe(ready), 0);
	if ((child = fork()) == 0) {
		struct state *c_state = open_state(*state);

		state_sit(c_state);
		(void)!write(ready[1], "c", 1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(state_others(a), 1);
	assert_int_equal(state_others(b), 2);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(state_others(b), 1);
	state_stand(a);
	assert_int_equal(state_others(b), 0);
	close(ready[0]);
	close(ready[1]);
	free_state(a);
	free_state(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kept, enter, leave),
		cmocka_unit_test_setup_teardown(test_apart, enter, leave),
		cmocka_unit_test_setup_teardown(test_long, enter, leave),
		cmocka_unit_test_setup_teardown(test_folders, enter, leave),
		cmocka_unit_test_setup_teardown(test_files, enter, leave),
		cmocka_unit_test_setup_teardown(test_as_root, enter, leave),
		cmocka_unit_test_setup_teardown(test_lock, enter, leave),
		cmocka_unit_test_setup_teardown(test_seats, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
