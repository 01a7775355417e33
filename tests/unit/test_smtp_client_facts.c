/*
 * What the machine knows at the end, and what no dialogue file can hold: a
 * server that must not be used, and what comes instead of a handshake.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "tests/unit/scene.h"

#define HELLO "S: 220 a\nC: EHLO probe.example.org\n"
#define CLEAR "tls: none\nallow-cleartext: yes\n"
#define LOGIN CLEAR "user: alice\npassword: S3cret\n" HELLO
#define TOKEN CLEAR "user: alice\ntoken: ya29.tok\nmechs: XOAUTH2\n" HELLO
#define PLAIN "C: AUTH PLAIN AGFsaWNlAFMzY3JldA==\n"
#define QUIT "C: QUIT\nS: 221 bye\n"

/* The server must not be used: QUIT, after the greeting if it is due. */
static void
test_leave(void **state)
{
	struct scene s;

	(void)state;
	scene_play(
	    &s, HELLO "S: 250-a\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n");
	assert_int_equal(smtp_client_want(s.p.c), SMTP_WANT_TLS);
	smtp_client_leave(s.p.c);
	assert_true(smtp_client_is_leaving(s.p.c));
	scene_expect_output(&s, "QUIT\r\n");
	play_feed(&s.p, "221 bye\r\n", 9);
	scene_expect_end(&s, SMTP_SERVER_UNVERIFIED);
	assert_true(smtp_client_has_quit(s.p.c));
	assert_true(s.f->tls);
	assert_int_equal(s.f->ended_in, SMTP_PHASE_TLS);
	scene_finish(&s);

	scene_play(&s, "tls: implicit\n");
	assert_int_equal(smtp_client_want(s.p.c), SMTP_WANT_TLS);
	smtp_client_leave(s.p.c);
	assert_true(smtp_client_is_leaving(s.p.c));
	assert_int_equal(smtp_client_want(s.p.c), SMTP_WANT_READ);
	play_feed(&s.p, "220-hello\r\n", 11);
	assert_int_equal(smtp_client_want(s.p.c), SMTP_WANT_READ);
	play_feed(&s.p, "220 there\r\n", 11);
	scene_expect_output(&s, "QUIT\r\n");
	play_feed(&s.p, "221 bye\r\n", 9);
	scene_expect_end(&s, SMTP_SERVER_UNVERIFIED);
	scene_finish(&s);
}

/* Whatever a server that must not be used says, that is what it stays. */
static void
test_leave_changes_nothing(void **state)
{
	static const char *const says[] = { "", "554 no\r\n",
		"HTTP/1.1 400\r\n", "150 wait\r\n" };
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof says / sizeof says[0]; i++) {
		scene_play(&s, "tls: implicit\n");
		smtp_client_leave(s.p.c);
		play_feed(&s.p, says[i], strlen(says[i]));
		if (smtp_client_want(s.p.c) == SMTP_WANT_WRITE)
			scene_expect_output(&s, "QUIT\r\n");
		play_close(&s.p);
		scene_expect_end(&s, SMTP_SERVER_UNVERIFIED);
		scene_finish(&s);
	}
}

/* What the loop sees before the handshake that the machine asked for. */
static void
test_before_handshake(void **state)
{
	static const char to_tls[] =
	    HELLO "S: 250-a\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n";
	struct scene s;

	(void)state;
	scene_play(&s, to_tls);
	smtp_client_injected(s.p.c);
	scene_expect_end(&s, SMTP_STARTTLS_INJECTION);
	assert_false(s.f->tls);
	scene_finish(&s);

	scene_play(&s, to_tls);
	play_feed(&s.p, "2", 1);
	scene_expect_end(&s, SMTP_STARTTLS_INJECTION);
	scene_finish(&s);

	scene_play(&s, to_tls);
	play_close(&s.p);
	scene_expect_end(&s, SMTP_DISCONNECTED);
	scene_finish(&s);

	scene_play(&s, "tls: implicit\n");
	play_close(&s.p);
	scene_expect_end(&s, SMTP_DISCONNECTED);
	scene_finish(&s);
}

/* The reply that decided stays, whatever QUIT is answered with. */
static void
test_last_reply(void **state)
{
	static const struct {
		const char *what, *text;
		int code;
		enum smtp_phase ended_in;
	} cases[] = {
		{ "greeting", CLEAR "S: 554 no\n" QUIT, 554,
		    SMTP_PHASE_GREETING },
		{ "EHLO", LOGIN "S: 550 no\n" QUIT, 550, SMTP_PHASE_EHLO },
		{ "HELO",
		    CLEAR HELLO "S: 502 no\nC: HELO probe.example.org\n"
				"S: 504 no\n" QUIT,
		    504, SMTP_PHASE_EHLO },
		{ "STARTTLS",
		    HELLO "S: 250-a\nS: 250 STARTTLS\nC: STARTTLS\n"
			  "S: 454 no\n" QUIT,
		    454, SMTP_PHASE_STARTTLS },
		{ "no mechanism", LOGIN "S: 250 a\n" QUIT, 250,
		    SMTP_PHASE_EHLO },
		{ "AUTH",
		    LOGIN "S: 250-a\nS: 250 AUTH PLAIN\n" PLAIN
			  "S: 535 no\n" QUIT,
		    535, SMTP_PHASE_AUTH },
		{ "unexpected challenge",
		    LOGIN "S: 250-a\nS: 250 AUTH PLAIN\n" PLAIN
			  "S: 334 UGFzc3dvcmQ6\nC: *\nS: 501 no\n" QUIT,
		    334, SMTP_PHASE_AUTH },
		{ "MAIL",
		    CLEAR "from: a@example.org\n" HELLO "S: 250 a\n"
			  "C: MAIL FROM:<a@example.org>\nS: 553 no\n"
			  "C: RSET\nS: 250 ok\n" QUIT,
		    553, SMTP_PHASE_ENVELOPE },
	};
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		scene_play(&s, cases[i].text);
		assert_int_equal(smtp_client_want(s.p.c), SMTP_END);
		if (s.f->last.code != cases[i].code ||
		    s.f->ended_in != cases[i].ended_in)
			fail_msg("%s: %d, in phase %d", cases[i].what,
			    s.f->last.code, (int)s.f->ended_in);
		assert_true(smtp_client_has_quit(s.p.c));
		scene_finish(&s);
	}
}

static void
test_facts_of_refusals(void **state)
{
	struct scene s;

	(void)state;
	scene_play(&s,
	    LOGIN "S: 250-a\nS: 250 AUTH PLAIN\n" PLAIN
		  "S: 535-5.7.8 no\nS: 535 5.7.8 never\n");
	assert_string_equal(
	    buf_str(&s.f->last.text), "535-5.7.8 no\r\n535 5.7.8 never\r\n");
	assert_string_equal(s.f->mech->name, "PLAIN");
	assert_int_equal(s.f->login, SMTP_LOGIN_REJECTED);
	assert_string_equal(buf_str(&s.f->greeting.text), "220 a\r\n");
	assert_false(s.f->tls);
	scene_finish(&s);

	scene_play(&s,
	    "tls: none\nuser: alice\npassword: S3cret\n" HELLO
	    "S: 250-a\nS: 250 AUTH LOGIN\n");
	assert_int_equal(s.f->outcome, SMTP_SECRET_HELD_BACK);
	assert_true(s.f->secret_needs_tls);
	assert_string_equal(s.f->mech->name, "LOGIN");
	scene_finish(&s);

	scene_play(&s,
	    "tls: implicit\nunverified: yes\nuser: alice\n"
	    "password: S3cret\nTLS\n" HELLO "S: 250-a\nS: 250 AUTH LOGIN\n");
	assert_int_equal(s.f->outcome, SMTP_SECRET_HELD_BACK);
	assert_false(s.f->secret_needs_tls);
	assert_true(s.f->tls);
	scene_finish(&s);

	/* The length of a response that is too long for the server. */
	scene_play(&s,
	    LOGIN "S: 250-a\nS: 250 AUTH LOGIN\nC: AUTH LOGIN\n"
		  "S: 334 \nC: YWxpY2U=\nS: 334 \nC: UzNjcmV0\n"
		  "S: 500 too long\n");
	assert_int_equal(s.f->outcome, SMTP_PROTOCOL_BROKEN);
	assert_int_equal(s.f->response_len, 8);
	assert_non_null(strstr(s.f->detail, " 8 "));
	scene_finish(&s);
}

#define ENVELOPE                                                               \
	CLEAR "from: a@example.org\nrcpt: b@example.org\n" HELLO               \
	      "S: 250 a\nC: MAIL FROM:<a@example.org>\n"
#define RCPT "S: 250 ok\nC: RCPT TO:<b@example.org>\n"

static void
test_refused_envelope(void **state)
{
	static const struct {
		const char *text;
		enum smtp_outcome outcome;
	} cases[] = {
		{ ENVELOPE "S: 550 no\n", SMTP_SENDER_REFUSED },
		{ ENVELOPE RCPT "S: 550 5.1.8 no\n", SMTP_SENDER_REFUSED },
		{ ENVELOPE RCPT "S: 550 no\n", SMTP_RECIPIENT_REFUSED },
		{ ENVELOPE RCPT "S: 504 <x>: Helo command rejected: no\n",
		    SMTP_EHLO_REFUSED },
		{ ENVELOPE RCPT "S: 421 no\n", SMTP_DISCONNECTED },
	};
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		scene_play(&s, cases[i].text);
		assert_int_equal(s.f->outcome, cases[i].outcome);
		assert_int_equal(s.f->ended_in, SMTP_PHASE_ENVELOPE);
		scene_finish(&s);
	}
}

/* What was offered before TLS is kept apart from what counts. */
static void
test_ehlo_replies(void **state)
{
	static const char clear[] = "250-a\r\n250 STARTTLS\r\n";
	struct scene s;

	(void)state;
	scene_play(&s,
	    HELLO "S: 250-a\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n"
		  "TLS\n");
	assert_string_equal(buf_str(&s.f->ehlo_clear.text), clear);
	assert_string_equal(buf_str(&s.f->ehlo.text), "");
	assert_int_equal(s.f->ehlo.code, 0);
	scene_expect_output(&s, "EHLO probe.example.org\r\n");
	play_feed(&s.p, "250 b\r\n", 7);
	assert_string_equal(buf_str(&s.f->ehlo_clear.text), clear);
	assert_string_equal(buf_str(&s.f->ehlo.text), "250 b\r\n");
	scene_finish(&s);

	scene_play(&s, "tls: implicit\nTLS\n" HELLO "S: 250 a\n");
	assert_int_equal(s.f->ehlo_clear.code, 0);
	assert_string_equal(buf_str(&s.f->ehlo.text), "250 a\r\n");
	scene_finish(&s);
}

static void
test_command_answers(void **state)
{
	struct scene s;

	(void)state;
	scene_play(&s,
	    CLEAR "command: NOOP\ncommand: HELP\ncommand: VRFY a\n" HELLO
		  "S: 250 a\nC: NOOP\nS: 250 ok\nC: HELP\nS: 214-a\n"
		  "S: 214 b\nC: VRFY a\n");
	assert_int_equal(s.f->command_answers[0].code, 250);
	assert_string_equal(
	    buf_str(&s.f->command_answers[1].text), "214-a\r\n214 b\r\n");
	assert_int_equal(s.f->command_answers[2].code, 0);
	scene_finish(&s);
}

/* The error is decoded; the payload itself is kept nowhere. */
static void
test_challenge_error(void **state)
{
	struct scene s;

	(void)state;
	scene_play(&s,
	    TOKEN "S: 250-a\nS: 250 AUTH XOAUTH2\nC: AUTH XOAUTH2 "
		  "dXNlcj1hbGljZQFhdXRoPUJlYXJlciB5YTI5LnRvawEB\n"
		  "S: 334 eyJzdGF0dXMiOiI0MDEifQ==\n");
	assert_string_equal(
	    buf_str(&s.f->challenge_error), "{\"status\":\"401\"}");
	assert_null(strstr(buf_str(&s.f->last.text), "eyJz"));
	scene_expect_output(&s, "\r\n");
	play_feed(&s.p, "535 no\r\n", 8);
	assert_string_equal(
	    buf_str(&s.f->challenge_error), "{\"status\":\"401\"}");
	assert_int_equal(s.f->outcome, SMTP_AUTH_REJECTED);
	scene_finish(&s);
}

/* Without anybody who listens to the trace, and given up at the start. */
static void
test_bare(void **state)
{
	const struct smtp_params p = { .ehlo_name = "[192.0.2.7]" };
	struct smtp_client *c = smtp_client_new(&p);
	const char *out;
	size_t len;

	(void)state;
	assert_non_null(c);
	assert_int_equal(smtp_client_want(c), SMTP_WANT_READ);
	assert_int_equal(smtp_client_phase(c), SMTP_PHASE_GREETING);
	assert_false(smtp_client_is_leaving(c));
	assert_false(smtp_client_has_quit(c));
	smtp_client_input(c, "220 a\r\n", 7);
	out = smtp_client_output(c, &len);
	assert_int_equal(len, 18);
	assert_memory_equal(out, "EHLO [192.0.2.7]\r\n", 18);
	smtp_client_free(c);
	c = smtp_client_new(&p);
	smtp_client_free(c);
	smtp_client_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leave),
		cmocka_unit_test(test_leave_changes_nothing),
		cmocka_unit_test(test_before_handshake),
		cmocka_unit_test(test_last_reply),
		cmocka_unit_test(test_facts_of_refusals),
		cmocka_unit_test(test_refused_envelope),
		cmocka_unit_test(test_ehlo_replies),
		cmocka_unit_test(test_command_answers),
		cmocka_unit_test(test_challenge_error),
		cmocka_unit_test(test_bare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
