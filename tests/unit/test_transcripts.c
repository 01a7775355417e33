/*
 * Every file in tests/transcripts: from the facts in it follows the output in
 * it, to the byte.  With TRANSCRIPTS_UPDATE set the output is written anew
 * instead, for somebody to read.
 */

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/transcript.h"

#define TRANSCRIPTS "tests/transcripts"

static bool seen[CONDITIONS + 1];

static int
is_transcript(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static int
load(struct buf *text, const char *path)
{
	char block[4096];
	FILE *f = fopen(path, "r");
	size_t n;

	if (f == NULL)
		return -1;
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		if (buf_add(text, block, n) == -1)
			break;
	fclose(f);
	return text->failed ? -1 : 0;
}

/* The first line in which two texts differ. */
static int
differ(struct transcript *t, const struct transcript_block *b,
    const struct buf *is)
{
	const char *got = buf_str(is), *wanted = b->wanted;
	const char *end = wanted + b->len;
	int line = b->line + 1;
	size_t n, m;

	for (;; line++, got += n + 1, wanted += m + 1) {
		n = strcspn(got, "\n");
		m = wanted < end ? strcspn(wanted, "\n") : 0;
		if (n != m || memcmp(got, wanted, n) != 0)
			break;
	}
	return transcript_fault(t, line, "== %s\n- %.*s\n+ %.*s", b->head,
	    (int)m, wanted < end ? wanted : "", (int)n, got);
}

static int
compare(struct transcript *t, const struct transcript_block *b,
    const struct buf *is)
{
	if (is->len == b->len && memcmp(buf_str(is), b->wanted, b->len) == 0)
		return 0;
	return differ(t, b, is);
}

/* Compare each block; or, if page is not NULL, append all of them to it. */
static int
run(struct transcript *t, struct buf *page, bool *found)
{
	struct buf out = BUF_INIT(TRANSCRIPT_TEXT_MAX * 4);
	const struct transcript_block *b;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < t->block_count; i++) {
		b = &t->blocks[i];
		buf_truncate(&out, 0);
		rc = transcript_show(t, b, &out, found);
		if (rc == 0 && page == NULL)
			rc = compare(t, b, &out);
		else if (rc == 0)
			rc =
			    buf_addf(page, "== %s\n%s", b->head, buf_str(&out));
	}
	buf_free(&out);
	return rc;
}

static void
rewrite(struct transcript *t, const struct buf *old, const char *path)
{
	struct buf page = BUF_INIT(TRANSCRIPT_TEXT_MAX * 16);
	FILE *f;

	if (buf_add(&page, old->data, t->head_len) == 0 &&
	    run(t, &page, seen) == 0 &&
	    (page.len != old->len ||
		memcmp(page.data, old->data, page.len) != 0)) {
		print_message("%s: written anew\n", path);
		if ((f = fopen(path, "w")) == NULL ||
		    fwrite(page.data, 1, page.len, f) != page.len ||
		    fclose(f) != 0)
			transcript_fault(t, 0, "cannot write it");
	}
	buf_free(&page);
}

/* Returns how many things are wrong with it, 0 or 1. */
static int
try_file(const char *path)
{
	struct buf text = BUF_INIT(TRANSCRIPT_TEXT_MAX);
	struct transcript t;
	int failed;

	if (load(&text, path) == -1)
		fail_msg("%s: cannot be read", path);
	if (transcript_parse(&t, buf_str(&text), text.len) == 0) {
		if (getenv("TRANSCRIPTS_UPDATE") != NULL)
			rewrite(&t, &text, path);
		else
			run(&t, NULL, seen);
	}
	failed = t.fault[0] != '\0';
	if (failed)
		print_error("%s: %s\n", path, t.fault);
	transcript_free(&t);
	buf_free(&text);
	return failed;
}

static void
test_transcripts(void **state)
{
	struct dirent **list;
	char path[512];
	int i, n, failed = 0;

	(void)state;
	n = scandir(TRANSCRIPTS, &list, is_transcript, alphasort);
	assert_true(n > 0);
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof path, TRANSCRIPTS "/%s", list[i]->d_name);
		free(list[i]);
		failed += try_file(path);
	}
	free(list);
	assert_int_equal(failed, 0);
}

static void
test_every_condition_is_in_one(void **state)
{
	int c, missing = 0;

	(void)state;
	for (c = 0; c < CONDITIONS; c++)
		if (!seen[c]) {
			print_error(
			    "no %s\n", condition_name((enum condition)c));
			missing++;
		}
	assert_int_equal(missing, 0);
}

#define FACTS                                                                  \
	"# a\n$ check_smtp_auth a.example\n"                                   \
	"times: dns 1, connect 1, greeting 1, ehlo 1, quit 1\n"
#define TALK                                                                   \
	"S: 220 a\nC: EHLO probe.example.org\nS: 250 a\nC: QUIT\nS: 221 bye\n"
#define OUTPUT                                                                 \
	"== text --perfdata=known\n"                                           \
	"SMTP_AUTH OK: a.example:25 answers, no login tried (no credentials "  \
	"given) | time=0.005000s;;;0;10 time_dns=0.001000s;;;0 "               \
	"time_connect=0.001000s;;;0 time_greeting=0.001000s;;;0 "              \
	"time_ehlo=0.001000s;;;0 time_quit=0.001000s;;;0\n"

/* The test above can fail: each of these is wrong in one way. */
static void
test_wrong_transcripts(void **state)
{
	static const struct {
		const char *what, *text, *fault;
	} cases[] = {
		{ "right", FACTS TALK OUTPUT, "" },
		{ "twice", FACTS TALK OUTPUT OUTPUT, "" },
		{ "no comment", "$ check_smtp_auth a\n== text\n",
		    "no comment" },
		{ "no command line", "# a\ntimes: dns 1\n== text\n",
		    "no command line" },
		{ "no output", FACTS TALK, "no output" },
		{ "output missing", FACTS TALK "== text\n",
		    "\n- \n+ SMTP_AUTH OK" },
		{ "output without a line end", FACTS TALK OUTPUT "x",
		    "no line end" },
		{ "a line too many", FACTS TALK OUTPUT "x\n", "\n- x\n+ " },
		{ "another output", FACTS TALK "== text\nSMTP_AUTH OK\n",
		    "line 10: == text\n- SMTP_AUTH OK\n+ SMTP_AUTH OK: a" },
		{ "unknown format", FACTS TALK "== paper\n", "unknown format" },
		{ "a terminal without columns", FACTS TALK "== terminal -v\n",
		    "unknown format" },
		{ "a word without an end", FACTS TALK "== text -e 'a\n",
		    "a word has no end" },
		{ "unknown key", FACTS "colour: red\n" TALK OUTPUT,
		    "bad key colour" },
		{ "no key", FACTS "colour\n" TALK OUTPUT, "no key" },
		{ "a bad date", FACTS "now: today\n" TALK OUTPUT, "bad key" },
		{ "an unknown phase",
		    "# a\n$ check_smtp_auth a\ntimes: tea 1\n" TALK OUTPUT,
		    "bad key times" },
		{ "a phase that was not",
		    "# a\n$ check_smtp_auth a.example\ntimes: dns 1, connect "
		    "1, "
		    "greeting 1, ehlo 1, auth 1, quit 1\n" TALK OUTPUT,
		    "times: quit comes next" },
		{ "a dialogue without times",
		    "# a\n$ check_smtp_auth a\n" TALK OUTPUT, "no times" },
		{ "a dialogue that stops",
		    FACTS "S: 220 a\nC: EHLO probe.example.org\n" OUTPUT,
		    "it wants to read" },
		{ "over, and not the end", FACTS "end: timeout\n" TALK OUTPUT,
		    "the dialogue is over" },
		{ "another line of ours",
		    FACTS "S: 220 a\nC: HELO probe.example.org\n" OUTPUT,
		    "it says EHLO probe.example.org" },
		{ "no login without a secret",
		    "# a\n$ check_smtp_auth a -U b --password-from=cmd:c\n"
		    "times: dns 1\nend: timeout\n" OUTPUT,
		    "no secret is given" },
		{ "facts for a wrong command line",
		    "# a\n$ check_smtp_auth\ntimes: dns 1\n" OUTPUT,
		    "no check" },
	};
	bool ignored[CONDITIONS + 1];
	struct transcript t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (transcript_parse(
			&t, cases[i].text, strlen(cases[i].text)) == 0)
			run(&t, NULL, ignored);
		if ((cases[i].fault[0] == '\0') != (t.fault[0] == '\0') ||
		    strstr(t.fault, cases[i].fault) == NULL)
			fail_msg("%s: \"%s\"", cases[i].what, t.fault);
		transcript_free(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_transcripts),
		cmocka_unit_test(test_transcripts),
		cmocka_unit_test(test_every_condition_is_in_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
