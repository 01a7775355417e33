/*
 * What no dialogue file can hold: limits of lines, replies and responses,
 * refused handshakes, and the facts that a dialogue leaves behind.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/buf.h"
#include "dialogue.h"
#include "play.h"

#define HELLO "S: 220 a\nC: EHLO probe.example.org\n"
#define CLEAR "tls: none\nallow-cleartext: yes\n"
#define LOGIN CLEAR "user: alice\npassword: S3cret\n" HELLO
#define TOKEN CLEAR "user: alice\ntoken: ya29.tok\nmechs: XOAUTH2\n" HELLO
#define PLAIN "C: AUTH PLAIN AGFsaWNlAFMzY3JldA==\n"
#define QUIT "C: QUIT\nS: 221 bye\n"

/* A dialogue being played; the text needs no END. */
struct scene {
	struct dialogue d;
	struct play p;
	const struct smtp_facts *f;
};

static void
play(struct scene *s, const char *text)
{
	struct buf b = BUF_INIT(256 * 1024);

	assert_int_equal(buf_addf(&b, "# scene\n%s\nEND none\n", text), 0);
	if (dialogue_parse(&s->d, b.data, b.len) == -1)
		fail_msg("%s", s->d.fault);
	buf_free(&b);
	if (play_begin(&s->p, &s->d, PLAY_WHOLE) == -1 ||
	    play_steps(&s->p, 0, s->d.step_count) == -1)
		fail_msg("%s", s->p.fault);
	s->f = smtp_client_facts(s->p.c);
}

static void
finish(struct scene *s)
{
	play_free(&s->p);
	dialogue_free(&s->d);
}

static void
expect_output(struct scene *s, const char *line)
{
	const char *out;
	size_t len;

	assert_int_equal(smtp_client_want(s->p.c), SMTP_WANT_WRITE);
	out = smtp_client_output(s->p.c, &len);
	assert_int_equal(len, strlen(line));
	assert_memory_equal(out, line, len);
	smtp_client_sent(s->p.c, len);
}

static void
expect_end(struct scene *s, enum smtp_outcome outcome)
{
	assert_int_equal(smtp_client_want(s->p.c), SMTP_END);
	assert_string_equal(dialogue_condition(s->f->outcome),
	    dialogue_condition(outcome));
}

/* Feed lines of n octets until the machine wants something else. */
static void
flood(struct scene *s, const char *start, size_t n, size_t total)
{
	struct buf b = BUF_INIT(8 * 1024 * 1024);
	size_t i;

	while (b.len < total) {
		assert_int_equal(buf_adds(&b, start), 0);
		for (i = strlen(start) + 2; i < n; i++)
			assert_int_equal(buf_addc(&b, 'x'), 0);
		assert_int_equal(buf_adds(&b, "\r\n"), 0);
	}
	play_feed(&s->p, b.data, b.len);
	buf_free(&b);
}

/* What exceeds the limits ends the session, however it comes. */
static void
test_over_long_replies(void **state)
{
	static const struct {
		const char *what;
		const char *start;
		size_t line, total;
	} cases[] = {
		{ "a line of 4097 octets", "250 ", 4097, 1 },
		{ "a first line of 4097", "250-", 4097, 1 },
		{ "a line of a megabyte", "250 ", 1024 * 1024, 1 },
		{ "a reply beyond 64 KiB", "250-", 1000, 66000 },
		{ "a reply of a megabyte", "250-", 4096, 1024 * 1024 },
		{ "short lines without end", "250-", 6, 200 * 1024 },
		{ "a megabyte of zeros", "", 1024 * 1024, 1 },
	};
	static const size_t chunks[] = { PLAY_WHOLE * 8, 4096, 1000 };
	struct scene s;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (j = 0; j < sizeof chunks / sizeof chunks[0]; j++) {
			play(&s, "tls: none\n" HELLO);
			s.p.chunk = chunks[j];
			flood(&s, cases[i].start, cases[i].line,
			    cases[i].total);
			if (smtp_client_want(s.p.c) != SMTP_END ||
			    s.f->outcome != SMTP_PROTOCOL_BROKEN)
				fail_msg("%s, %zu at a time: %s",
				    cases[i].what, chunks[j],
				    dialogue_condition(s.f->outcome));
			assert_true(s.f->detail[0] != '\0');
			finish(&s);
		}
	}
}

/* The longest line and the longest reply are read. */
static void
test_longest_replies(void **state)
{
	struct scene s;

	(void)state;
	play(&s, "tls: none\n" HELLO);
	flood(&s, "250-", 4096, 15 * 4096);
	assert_int_equal(smtp_client_want(s.p.c), SMTP_WANT_READ);
	flood(&s, "250 ", 4096, 1);
	expect_output(&s, "QUIT\r\n");
	assert_int_equal(s.f->ehlo.code, 250);
	assert_int_equal(s.f->ehlo.text.len, SMTP_REPLY_MAX);
	finish(&s);
}

/* The server talks on and on instead of reading what we have to say. */
static void
test_flood_while_writing(void **state)
{
	static const char lines[] = "250 what\r\n250 what\r\n250 what\r\n";
	struct scene s;
	int i;

	(void)state;
	play(&s, "tls: none\nS: 220 a\n");
	for (i = 0; i < 100000 && smtp_client_want(s.p.c) != SMTP_END; i++)
		play_feed(&s.p, lines, sizeof lines - 1);
	if (smtp_client_want(s.p.c) == SMTP_WANT_WRITE)
		expect_output(&s, "EHLO probe.example.org\r\n");
	assert_string_equal(dialogue_condition(s.f->outcome), "protocol");
	finish(&s);
}

/* A password for which PLAIN's response has n characters. */
static void
add_password(struct buf *b, size_t n)
{
	size_t i, len = n / 4 * 3 - strlen("alice") - 2;

	for (i = 0; i < len; i++)
		assert_int_equal(buf_addc(b, (char)('a' + i % 26)), 0);
}

/* Responses up to 12284 characters; longer ones are never sent. */
static void
test_longest_response(void **state)
{
	struct buf text = BUF_INIT(64 * 1024), line = BUF_INIT(64 * 1024);
	struct buf raw = BUF_INIT(64 * 1024);
	struct scene s;

	(void)state;
	buf_adds(&text, CLEAR "user: alice\npassword: ");
	add_password(&text, 12284);
	buf_adds(&text, "\n" HELLO "S: 250-a\nS: 250 AUTH PLAIN\n"
			"C: AUTH PLAIN\nS: 334 \n");
	play(&s, text.data);
	buf_add(&raw, "\0alice", 7);
	buf_adds(&raw, s.d.password);
	base64_encode(&line, raw.data, raw.len);
	assert_int_equal(line.len, 12284);
	buf_adds(&line, "\r\n");
	expect_output(&s, line.data);
	assert_int_equal(s.f->response_len, 12284);
	play_feed(&s.p, "235 ok\r\n", 8);
	expect_output(&s, "QUIT\r\n");
	assert_int_equal(s.f->login, SMTP_LOGIN_ACCEPTED);
	finish(&s);
	buf_free(&line);
	buf_free(&raw);
	buf_free(&text);
}

static void
too_long(const char *mech, const char *user, size_t n)
{
	struct buf text = BUF_INIT(512 * 1024);
	struct scene s;
	struct play *p = &s.p;

	buf_addf(&text, CLEAR "user: %s\nmechs: %s\npassword: ", user, mech);
	add_password(&text, n);
	buf_addf(&text, "\n" HELLO "S: 250-a\nS: 250 AUTH %s\n", mech);
	/* The player's own memory is not meant for so much. */
	assert_int_equal(dialogue_parse(&s.d, "# a\nEND secret\n", 15), 0);
	dialogue_free(&s.d);
	assert_int_equal(buf_adds(&text, "END secret\n"), 0);
	buf_drop(&text, 0);
	{
		struct buf whole = BUF_INIT(512 * 1024);

		buf_adds(&whole, "# a\n");
		buf_adds(&whole, text.data);
		assert_int_equal(
		    dialogue_parse(&s.d, whole.data, whole.len), 0);
		buf_free(&whole);
	}
	if (play_begin(p, &s.d, PLAY_WHOLE) == -1 ||
	    play_steps(p, 0, s.d.step_count) == -1)
		fail_msg("%s", p->fault);
	s.f = smtp_client_facts(p->c);
	expect_output(&s, "QUIT\r\n");
	assert_int_equal(s.f->outcome, SMTP_SECRET_TOO_LONG);
	assert_int_equal(s.f->login, SMTP_LOGIN_NOT_TRIED);
	finish(&s);
	buf_free(&text);
}
