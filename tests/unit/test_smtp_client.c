/*
 * Replays every file in tests/dialogues, whole, in 7-byte and in 1-byte
 * pieces, and cut off at every byte that the server sends.
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

#include "tests/unit/dialogue.h"
#include "tests/unit/play.h"

#define DIALOGUES "tests/dialogues"

static const size_t chunks[] = { PLAY_WHOLE, 7, 1 };

static int
is_dialogue(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* Call test with every dialogue.  Each failure is printed, then it fails. */
static void
for_each(void (*test)(const struct dialogue *, char *why, size_t size))
{
	struct dirent **list;
	struct dialogue d;
	char path[512], why[512];
	int i, n, failed = 0;

	n = scandir(DIALOGUES, &list, is_dialogue, alphasort);
	assert_true(n >= 70);
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof path, DIALOGUES "/%s", list[i]->d_name);
		free(list[i]);
		why[0] = '\0';
		if (dialogue_load(&d, path) == -1)
			snprintf(why, sizeof why, "%s", d.fault);
		else
			test(&d, why, sizeof why);
		dialogue_free(&d);
		if (why[0] == '\0')
			continue;
		print_error("%s: %s\n", path, why);
		failed++;
	}
	free(list);
	assert_int_equal(failed, 0);
}

static void
replay(const struct dialogue *d, char *why, size_t size)
{
	struct play p;
	size_t i;

	for (i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
		if (play_whole(&p, d, chunks[i]) == -1)
			snprintf(why, size, "in pieces of %zu: %.400s",
			    chunks[i], p.fault);
		play_free(&p);
	}
}

static void
test_dialogues(void **state)
{
	(void)state;
	for_each(replay);
}

/*
 * The server closes now.  Unless it ended before, or only QUIT was left, that
 * is what the dialogue ends in; nothing else can change.
 */
static void
cut_off(struct play *p, char *why, size_t size)
{
	const struct smtp_facts *f = smtp_client_facts(p->c);
	enum smtp_outcome before = f->outcome;
	bool leaving = smtp_client_is_leaving(p->c);
	enum smtp_outcome expected = leaving ? before : SMTP_DISCONNECTED;

	if (smtp_client_want(p->c) == SMTP_WANT_TLS)
		return; /* the handshake notices it */
	if (!leaving && before != SMTP_OK)
		snprintf(why, size, "an outcome, and it stays");
	play_close(p);
	if (smtp_client_want(p->c) != SMTP_END)
		snprintf(why, size, "closed, and it does not end");
	else if (f->outcome != expected)
		snprintf(why, size, "closed, and it ends in %s",
		    dialogue_condition(f->outcome));
}

static const char *
condition_of(const struct play *p)
{
	return dialogue_condition(smtp_client_facts(p->c)->outcome);
}

/* Each line of both sides may be the last one. */
static void
truncate_at_lines(const struct dialogue *d, char *why, size_t size)
{
	struct play p;
	size_t i, at;

	for (i = 0; i <= d->step_count && why[0] == '\0'; i++) {
		if (play_begin(&p, d, 7) == -1 || play_steps(&p, 0, i) == -1)
			snprintf(why, size, "%.400s", p.fault);
		else if (smtp_client_is_leaving(p.c) &&
		    strcmp(condition_of(&p), d->end) != 0)
			snprintf(
			    why, size, "it leaves with %s", condition_of(&p));
		else
			cut_off(&p, why, size);
		at = strlen(why);
		if (at > 0)
			snprintf(why + at, size - at, " (after %zu steps)", i);
		play_free(&p);
	}
}

static void
test_closed_at_each_line(void **state)
{
	(void)state;
	for_each(truncate_at_lines);
}

/* The server's bytes end within a line. */
static void
truncate_step(const struct dialogue *d, size_t i, char *why, size_t size)
{
	const struct dialogue_step *s = &d->steps[i];
	struct play p;
	size_t n, at;

	for (n = 1; n < s->len && why[0] == '\0'; n++) {
		if (play_begin(&p, d, PLAY_WHOLE) == 0 &&
		    play_steps(&p, 0, i) == 0) {
			play_feed(&p, s->bytes, n);
			cut_off(&p, why, size);
		}
		if (p.fault[0] != '\0')
			snprintf(why, size, "%.400s", p.fault);
		at = strlen(why);
		if (at > 0)
			snprintf(why + at, size - at, " (line %d, byte %zu)",
			    s->line, n);
		play_free(&p);
	}
}

static void
truncate_at_bytes(const struct dialogue *d, char *why, size_t size)
{
	size_t i;

	for (i = 0; i < d->step_count && why[0] == '\0'; i++)
		if (d->steps[i].kind == DIALOGUE_SERVER ||
		    d->steps[i].kind == DIALOGUE_RAW)
			truncate_step(d, i, why, size);
}

static void
test_closed_at_each_byte(void **state)
{
	(void)state;
	for_each(truncate_at_bytes);
}

#define HELLO "S: 220 a\nC: EHLO probe.example.org\n"
#define LEAVE "C: QUIT\nS: 221 bye\n"

/* The tests above can fail: each of these is wrong in one way. */
static void
test_wrong_dialogues(void **state)
{
	static const struct {
		const char *what, *text, *fault;
	} cases[] = {
		{ "right",
		    "# a\ntls: none\n" HELLO "S: 250 a\n" LEAVE "END none\n",
		    "" },
		{ "no END", "# a\ntls: none\n" HELLO "S: 250 a\n" LEAVE,
		    "no END" },
		{ "no comment", "tls: none\nEND none\n", "no comment" },
		{ "unknown directive", "# a\nWAIT\nEND none\n",
		    "unknown directive" },
		{ "unknown setting", "# a\ncolour: red\nEND none\n",
		    "bad setting" },
		{ "late setting", "# a\nS: 220 a\ntls: none\nEND none\n",
		    "unknown directive" },
		{ "unknown condition", "# a\nEND well\n", "unknown condition" },
		{ "something after END", "# a\nEND none\nS: 220 a\n",
		    "after END" },
		{ "unknown escape", "# a\nR: 220\\q\nEND none\n",
		    "unknown escape" },
		{ "user without secret", "# a\nuser: a\nEND none\n",
		    "one secret" },
		{ "unknown mechanism", "# a\nmechs: ROT13\nEND none\n",
		    "bad setting" },
		{ "another line expected",
		    "# a\ntls: none\nS: 220 a\nC: EHLO x\nEND none\n",
		    "it sends EHLO probe.example.org" },
		{ "a line too few",
		    "# a\ntls: none\n" HELLO "S: 250 a\nEND none\n",
		    "it wants to write" },
		{ "a line too many",
		    "# a\ntls: none\n" HELLO "C: QUIT\nEND none\n",
		    "it wants to read" },
		{ "no TLS here", "# a\ntls: none\nTLS\nEND none\n",
		    "it wants to read, not TLS" },
		{ "another end",
		    "# a\ntls: none\n" HELLO "S: 250 a\n" LEAVE "END ehlo\n",
		    "it ends in none" },
	};
	struct dialogue d;
	struct play p = { .c = NULL };
	const char *fault;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		fault = d.fault;
		if (dialogue_parse(&d, cases[i].text, strlen(cases[i].text)) ==
		    0) {
			play_whole(&p, &d, PLAY_WHOLE);
			fault = p.fault;
		}
		if ((cases[i].fault[0] == '\0') != (fault[0] == '\0') ||
		    strstr(fault, cases[i].fault) == NULL)
			fail_msg("%s: \"%s\"", cases[i].what, fault);
		if (fault == p.fault)
			play_free(&p);
		dialogue_free(&d);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_dialogues),
		cmocka_unit_test(test_dialogues),
		cmocka_unit_test(test_closed_at_each_line),
		cmocka_unit_test(test_closed_at_each_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
