/* A file of many sections, one at a time, and whichever is wanted again. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "cli/sections.h"
#include "options/table.h"

enum { MANY = 3000 };

static char path[] = "/tmp/test-sections.XXXXXX";

static void
write_file(const void *text, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static int
make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd == -1 ? -1 : close(fd);
}

static int
remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void
describe(struct buf *b, const struct section *s)
{
	size_t i;

	buf_addf(b, "%s@%u{", s->name, s->place.line);
	for (i = 0; i < s->list.count; i++)
		buf_addf(b, "%s%s=%s", i > 0 ? "," : "",
		    s->list.item[i].row->name,
		    s->list.item[i].value != NULL ? s->list.item[i].value
						  : "-");
	buf_addf(b, "}%s%s ", s->fault.kind != ERR_NONE ? "!" : "",
	    s->fault.kind != ERR_NONE ? s->fault.text + strlen(path) : "");
}

/* The whole file in words, its end or the error behind it. */
static void
read_all(struct buf *b)
{
	struct err e = { .kind = ERR_NONE };
	struct sections *s = sections_open(path, &options_table, &e);
	struct section one;
	int rc;

	assert_non_null(s);
	while ((rc = sections_next(s, GIVEN_SECTION, &one, &e)) == 1) {
		describe(b, &one);
		sections_forget(&one);
	}
	if (rc == -1)
		buf_addf(b, "error%s", e.text + strlen(path));
	sections_free(s);
}

static void
test_files(void **state)
{
	static const struct {
		const char *text;
		const char *wanted;
	} rows[] = {
		{ "", "" },
		{ "\n# nothing\n; at all\n", "" },
		{ "[a]", "a@1{} " },
		{ "\xef\xbb\xbf[a]\nport=1", "a@1{port=1} " },
		{ "#\n[ a b ]\r\n port = 1 \r\n[c!d] starttls\n\n-H h\n",
		    "a b@2{port=1} c!d@4{starttls=-}!, line 6: not an option "
		    "of this program; see --help " },
		{ "[a]\n-H=h\n--port=2\n", "a@1{hostname=h,port=2} " },
		{ "[a]\n[a]\n", "a@1{} a@2{} " },
		{ "[a]\nbogus=1\nport=\nfqdn=x\n[b]\nport=2\n",
		    "a@1{fqdn=x}!, line 2: not an option of this program; see "
		    "--help b@5{port=2} " },
		{ "[a]\nextra-opts=x\n",
		    "a@1{}!, line 2: extra-opts cannot stand in a file " },
		{ "[a]\nport=1 # one\n[b]\n",
		    "a@1{}!, line 2: port has a ';' or '#' between blanks in "
		    "its value; a comment stands on a line of its own, a secret "
		    "with that in a file (password-from = file:PATH) b@3{} " },
		{ "[a]\nport=1\n[b\nport=2\n",
		    "error, line 3: a section without its ']'" },
		{ "port=1\n[a]\n",
		    "error, line 1: text before the first "
		    "section" },
		{ "[a]\n[]\n",
		    "a@1{} error, line 2: a section without a "
		    "name" },
	};
	struct buf b = BUF_INIT(4096);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		write_file(rows[i].text, strlen(rows[i].text));
		read_all(&b);
		assert_string_equal(buf_str(&b), rows[i].wanted);
		buf_truncate(&b, 0);
	}
	write_file("[a\0b]\n", 6);
	read_all(&b);
	assert_string_equal(
	    buf_str(&b), "error, line 1: the section's name holds a NUL byte");
	buf_truncate(&b, 0);
	write_file("[a]\nport=1\0x\n", 13);
	read_all(&b);
	assert_string_equal(buf_str(&b), "a@1{}!, line 2: holds a NUL byte ");
	buf_free(&b);
}

/* It ends somewhere, and what is behind it is no section. */
static void
test_long_lines(void **state)
{
	static char text[300 * 1024];
	struct buf b = BUF_INIT(300 * 1024);
	char *s = stpcpy(text, "[a]\nfqdn=");

	(void)state;
	memset(s, '[', 64 * 1024);
	s = stpcpy(s + 64 * 1024, "\n[b]\nfqdn=");
	memset(s, '[', 200 * 1024);
	s = stpcpy(s + 200 * 1024, "\nport=3\n[c]\nport=4\n");
	write_file(text, (size_t)(s - text));
	read_all(&b);
	assert_memory_equal(buf_str(&b), "a@1{fqdn=[[[", 12);
	assert_string_equal(buf_str(&b) + 64 * 1024 + 12 - 3,
	    "} b@3{port=3}!, line 4: longer than 96 KiB c@6{port=4} ");
	memset(text, 'n', 300);
	text[0] = '[';
	text[300] = ']';
	write_file(text, 301);
	buf_truncate(&b, 0);
	read_all(&b);
	assert_string_equal(buf_str(&b),
	    "error, line 1: the section's name is over 255 octets");
	buf_free(&b);
}

/* Each of many again, backwards, as it was the first time. */
static void
test_again(void **state)
{
	static struct sections_place places[MANY];
	struct err e = { .kind = ERR_NONE };
	struct buf text = BUF_INIT(1024 * 1024), b = BUF_INIT(200);
	struct sections *s;
	struct section one;
	char wanted[100];
	int i;

	(void)state;
	for (i = 0; i < MANY; i++)
		buf_addf(&text, "[check %d]\nport = %d\n%s", i, i,
		    i % 7 == 0 ? "\n# a comment\n" : "");
	write_file(text.data, text.len);
	assert_non_null(s = sections_open(path, &options_table, &e));
	for (i = 0; i < MANY; i++) {
		assert_int_equal(sections_next(s, GIVEN_COMMON, &one, &e), 1);
		places[i] = one.place;
		assert_int_equal(one.list.item[0].origin, GIVEN_COMMON);
		sections_forget(&one);
	}
	assert_int_equal(sections_next(s, GIVEN_SECTION, &one, &e), 0);
	for (i = MANY - 1; i >= 0; i--) {
		sections_go(s, places[i]);
		assert_int_equal(sections_next(s, GIVEN_SECTION, &one, &e), 1);
		buf_truncate(&b, 0);
		describe(&b, &one);
		snprintf(wanted, sizeof wanted, "check %d@%u{port=%d} ", i,
		    places[i].line, i);
		assert_string_equal(buf_str(&b), wanted);
		assert_int_equal(one.list.item[0].line, places[i].line + 1);
		sections_forget(&one);
	}
	sections_free(s);
	buf_free(&text);
	buf_free(&b);
}

static void
test_no_file(void **state)
{
	struct err e = { .kind = ERR_NONE };

	(void)state;
	assert_null(sections_open("/nowhere/at/all", &options_table, &e));
	assert_int_equal(e.kind, ERR_USAGE);
	assert_string_equal(
	    e.text, "/nowhere/at/all: No such file or directory");
	e.kind = ERR_NONE;
	assert_null(sections_open("/tmp", &options_table, &e));
	assert_string_equal(e.text, "/tmp: Is a directory");
	e.kind = ERR_NONE;
	assert_null(sections_open("/dev/null", &options_table, &e));
	assert_non_null(strstr(e.text, "/dev/null: not a regular file"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
