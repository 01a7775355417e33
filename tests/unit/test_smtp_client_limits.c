/* How long lines, replies and responses may be, and what happens beyond. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/buf.h"
#include "tests/unit/scene.h"

#define HELLO "S: 220 a\nC: EHLO probe.example.org\n"
#define CLEAR "tls: none\nallow-cleartext: yes\n"

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

/* What exceeds the limits ends the dialogue, however it comes. */
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
			scene_play(&s, "tls: none\n" HELLO);
			s.p.chunk = chunks[j];
			flood(
			    &s, cases[i].start, cases[i].line, cases[i].total);
			if (smtp_client_want(s.p.c) != SMTP_END ||
			    s.f->outcome != SMTP_PROTOCOL_BROKEN)
				fail_msg("%s, %zu at a time: %s", cases[i].what,
				    chunks[j],
				    dialogue_condition(s.f->outcome));
			assert_true(s.f->detail[0] != '\0');
			scene_finish(&s);
		}
	}
}

/* The longest line and the longest reply are read. */
static void
test_longest_replies(void **state)
{
	struct scene s;

	(void)state;
	scene_play(&s, "tls: none\n" HELLO);
	flood(&s, "250-", 4096, 15 * 4096);
	assert_int_equal(smtp_client_want(s.p.c), SMTP_WANT_READ);
	flood(&s, "250 ", 4096, 1);
	scene_expect_output(&s, "QUIT\r\n");
	assert_int_equal(s.f->ehlo.code, 250);
	assert_int_equal(s.f->ehlo.text.len, SMTP_REPLY_MAX);
	scene_finish(&s);
}

/* The server talks on and on instead of reading what we have to say. */
static void
test_flood_while_writing(void **state)
{
	static const char lines[] = "250 what\r\n250 what\r\n250 what\r\n";
	struct scene s;
	int i;

	(void)state;
	scene_play(&s, "tls: none\nS: 220 a\n");
	for (i = 0; i < 100000 && smtp_client_want(s.p.c) != SMTP_END; i++)
		play_feed(&s.p, lines, sizeof lines - 1);
	if (smtp_client_want(s.p.c) == SMTP_WANT_WRITE)
		scene_expect_output(&s, "EHLO probe.example.org\r\n");
	assert_string_equal(dialogue_condition(s.f->outcome), "protocol");
	scene_finish(&s);
}

/* Play with a password of len characters. */
static void
play_password(struct scene *s, const char *mech, size_t len, const char *rest)
{
	struct buf text = BUF_INIT(1024 * 1024);
	size_t i;

	assert_int_equal(buf_adds(&text, CLEAR "user: alice\npassword: "), 0);
	for (i = 0; i < len; i++)
		assert_int_equal(buf_addc(&text, (char)('a' + i % 26)), 0);
	assert_int_equal(buf_addf(&text,
			     "\n" HELLO "S: 250-a\n"
			     "S: 250 AUTH %s\n%s",
			     mech, rest),
	    0);
	scene_play(s, text.data);
	buf_free(&text);
}

/* "\0alice\0" and 9206 characters make 12284 in base64; so do 9213 alone. */
static void
test_longest_response(void **state)
{
	struct buf line = BUF_INIT(20000), raw = BUF_INIT(20000);
	struct scene s;

	(void)state;
	play_password(&s, "PLAIN", 9206, "C: AUTH PLAIN\nS: 334 \n");
	assert_int_equal(buf_add(&raw, "\0alice", 7), 0);
	assert_int_equal(buf_adds(&raw, s.d.password), 0);
	assert_int_equal(base64_encode(&line, raw.data, raw.len), 0);
	assert_int_equal(line.len, 12284);
	assert_int_equal(buf_adds(&line, "\r\n"), 0);
	scene_expect_output(&s, line.data);
	assert_int_equal(s.f->response_len, 12284);
	play_feed(&s.p, "235 ok\r\n", 8);
	scene_expect_output(&s, "QUIT\r\n");
	assert_int_equal(s.f->login, SMTP_LOGIN_ACCEPTED);
	scene_finish(&s);
	buf_free(&line);
	buf_free(&raw);

	play_password(&s, "LOGIN", 9213,
	    "C: AUTH LOGIN\nS: 334 \nC: YWxpY2U=\nS: 334 \n");
	assert_int_equal(smtp_client_want(s.p.c), SMTP_WANT_WRITE);
	scene_finish(&s);
}

/* One octet more, or far more: nothing of it is sent. */
static void
test_too_long_response(void **state)
{
	static const struct {
		const char *mech;
		size_t len;
	} cases[] = { { "PLAIN", 9207 }, { "LOGIN", 9214 }, { "PLAIN", 20000 },
		{ "LOGIN", 200000 } };
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		play_password(&s, cases[i].mech, cases[i].len, "");
		assert_string_equal(dialogue_condition(s.f->outcome), "secret");
		assert_int_equal(s.f->login, SMTP_LOGIN_NOT_TRIED);
		scene_expect_output(&s, "QUIT\r\n");
		scene_finish(&s);
	}
}

/* An AUTH line of exactly 500 octets goes out with its response. */
static void
test_line_of_500(void **state)
{
	static const size_t lengths[] = { 363, 364 };
	const struct sasl_mech *const mechs[] = { sasl_find("EXTERNAL", 8) };
	char authzid[400];
	struct sasl_creds creds = { .authzid = authzid,
		.proof = SASL_PROOF_NONE };
	const struct smtp_params p = { .ehlo_name = "probe.example.org",
		.creds = &creds,
		.mechs = mechs,
		.mech_count = 1 };
	static const char hello[] = "220 a\r\n",
			  offer[] = "250-a\r\n250 AUTH EXTERNAL\r\n";
	struct smtp_client *c;
	size_t i, len;

	(void)state;
	for (i = 0; i < 2; i++) {
		memset(authzid, 'a', lengths[i]);
		authzid[lengths[i]] = '\0';
		c = smtp_client_new(&p);
		assert_non_null(c);
		smtp_client_input(c, hello, sizeof hello - 1);
		smtp_client_output(c, &len);
		smtp_client_sent(c, len);
		smtp_client_input(c, offer, sizeof offer - 1);
		assert_int_equal(smtp_client_want(c), SMTP_WANT_WRITE);
		smtp_client_output(c, &len);
		assert_int_equal(
		    len, i == 0 ? 500 : strlen("AUTH EXTERNAL\r\n"));
		smtp_client_free(c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_over_long_replies),
		cmocka_unit_test(test_longest_replies),
		cmocka_unit_test(test_flood_while_writing),
		cmocka_unit_test(test_longest_response),
		cmocka_unit_test(test_too_long_response),
		cmocka_unit_test(test_line_of_500),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
