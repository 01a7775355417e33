/* Mechanisms: what each says and when; the AUTH exchange around them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/buf.h"
#include "smtp/auth.h"
#include "smtp/reply.h"
#include "smtp/sasl.h"

#define JSON "{\"status\":\"401\"}"

static const struct sasl_creds password = { .user = "alice",
	.secret = "S3cret",
	.proof = SASL_PROOF_PASSWORD,
	.host = "mail.example.org",
	.port = 587 };
static const struct sasl_creds token = { .user = "a,b=c",
	.secret = "ya29.tok",
	.proof = SASL_PROOF_TOKEN,
	.host = "mail.example.org",
	.port = 587 };
static const struct sasl_creds both = { .user = "alice",
	.authzid = "boss",
	.secret = "S3cret",
	.proof = SASL_PROOF_PASSWORD,
	.host = "::1",
	.port = 465 };
static const struct sasl_creds nothing = { .proof = SASL_PROOF_NONE,
	.trace = "check_smtp_auth" };

static const struct sasl_mech *
mech(const char *name)
{
	const struct sasl_mech *m = sasl_find(name, strlen(name));

	if (m == NULL)
		fail_msg("no %s", name);
	return m;
}

static void
test_table(void **state)
{
	static const struct {
		const char *name;
		enum sasl_proof proof;
		bool initial, authzid, reveals;
		int last_turn;
	} rows[] = {
		{ "OAUTHBEARER", SASL_PROOF_TOKEN, true, true, true, 0 },
		{ "XOAUTH2", SASL_PROOF_TOKEN, true, false, true, 0 },
		{ "PLAIN", SASL_PROOF_PASSWORD, true, true, true, 0 },
		{ "LOGIN", SASL_PROOF_PASSWORD, false, false, true, 1 },
		{ "EXTERNAL", SASL_PROOF_NONE, true, true, false, 0 },
		{ "ANONYMOUS", SASL_PROOF_NONE, true, false, false, 0 },
	};
	const struct sasl_mech *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		m = mech(rows[i].name);
		if (strcmp(m->name, rows[i].name) != 0 ||
		    m->proof != rows[i].proof ||
		    m->has_initial_response != rows[i].initial ||
		    m->carries_authzid != rows[i].authzid ||
		    m->reveals_secret != rows[i].reveals ||
		    m->last_turn != rows[i].last_turn)
			fail_msg("%s", rows[i].name);
	}
	/* Default preference (the order of the table). */
	assert_true(mech("PLAIN") < mech("LOGIN"));
	assert_true(mech("OAUTHBEARER") < mech("XOAUTH2"));
}

static void
test_find(void **state)
{
	(void)state;
	assert_ptr_equal(sasl_find("plain", 5), mech("PLAIN"));
	assert_ptr_equal(sasl_find("PLAIN LOGIN", 5), mech("PLAIN"));
	assert_ptr_equal(sasl_find("xOAuth2", 7), mech("XOAUTH2"));
	assert_null(sasl_find("PLAIN", 4));
	assert_null(sasl_find("PLAINX", 6));
	assert_null(sasl_find("PLAIN-CLIENTTOKEN", 17));
	assert_null(sasl_find("", 0));
	assert_null(sasl_find("ROT13", 5));
}

#define RAW(text) text, sizeof text - 1

/* A challenge of NULL is one that was no base64. */
static const struct {
	const char *what, *mech;
	const struct sasl_creds *creds;
	int turn;
	const char *challenge;
	enum sasl_step step;
	const char *raw;
	size_t len;
} responses[] = {
	{ "PLAIN", "PLAIN", &password, 0, "", SASL_RESPOND,
	    RAW("\0alice\0S3cret") },
	{ "PLAIN, authzid", "PLAIN", &both, 0, "", SASL_RESPOND,
	    RAW("boss\0alice\0S3cret") },
	{ "PLAIN, a prompt", "PLAIN", &password, 0, "go", SASL_RESPOND,
	    RAW("\0alice\0S3cret") },
	{ "PLAIN, no base64", "PLAIN", &password, 0, NULL, SASL_RESPOND,
	    RAW("\0alice\0S3cret") },
	{ "PLAIN, turn 1", "PLAIN", &password, 1, "", SASL_UNEXPECTED,
	    RAW("") },
	{ "LOGIN, user", "LOGIN", &password, 0, "Username:", SASL_RESPOND,
	    RAW("alice") },
	{ "LOGIN, password", "LOGIN", &password, 1, "Password:", SASL_RESPOND,
	    RAW("S3cret") },
	{ "LOGIN, other prompts", "LOGIN", &password, 0,
	    "Password:", SASL_RESPOND, RAW("alice") },
	{ "LOGIN, no base64", "LOGIN", &password, 1, NULL, SASL_RESPOND,
	    RAW("S3cret") },
	{ "LOGIN, turn 2", "LOGIN", &password, 2, "Code:", SASL_UNEXPECTED,
	    RAW("") },
	{ "XOAUTH2", "XOAUTH2", &token, 0, "", SASL_RESPOND,
	    RAW("user=a,b=c\1auth=Bearer ya29.tok\1\1") },
	{ "XOAUTH2, error", "XOAUTH2", &token, 1, JSON, SASL_RESPOND, RAW("") },
	{ "XOAUTH2, error behind blanks", "XOAUTH2", &token, 1, "\r\n\t " JSON,
	    SASL_RESPOND, RAW("") },
	{ "XOAUTH2, blanks", "XOAUTH2", &token, 1, "\r\n\t ", SASL_UNEXPECTED,
	    RAW("") },
	{ "XOAUTH2, no error", "XOAUTH2", &token, 1, "what", SASL_UNEXPECTED,
	    RAW("") },
	{ "XOAUTH2, empty", "XOAUTH2", &token, 1, "", SASL_UNEXPECTED,
	    RAW("") },
	{ "XOAUTH2, no base64", "XOAUTH2", &token, 1, NULL, SASL_UNEXPECTED,
	    RAW("") },
	{ "XOAUTH2, turn 2", "XOAUTH2", &token, 2, JSON, SASL_UNEXPECTED,
	    RAW("") },
	{ "OAUTHBEARER", "OAUTHBEARER", &token, 0, "", SASL_RESPOND,
	    RAW("n,a=a=2Cb=3Dc,\1host=mail.example.org\1port=587"
		"\1auth=Bearer ya29.tok\1\1") },
	{ "OAUTHBEARER, error", "OAUTHBEARER", &token, 1, JSON, SASL_RESPOND,
	    RAW("\1") },
	{ "OAUTHBEARER, no error", "OAUTHBEARER", &token, 1, "",
	    SASL_UNEXPECTED, RAW("") },
	{ "OAUTHBEARER, turn 2", "OAUTHBEARER", &token, 2, JSON,
	    SASL_UNEXPECTED, RAW("") },
	{ "EXTERNAL", "EXTERNAL", &nothing, 0, "", SASL_RESPOND, RAW("") },
	{ "EXTERNAL, authzid", "EXTERNAL", &both, 0, "", SASL_RESPOND,
	    RAW("boss") },
	{ "EXTERNAL, turn 1", "EXTERNAL", &nothing, 1, "", SASL_UNEXPECTED,
	    RAW("") },
	{ "ANONYMOUS", "ANONYMOUS", &nothing, 0, "", SASL_RESPOND,
	    RAW("check_smtp_auth") },
	{ "ANONYMOUS, user", "ANONYMOUS", &password, 0, "", SASL_RESPOND,
	    RAW("alice") },
	{ "ANONYMOUS, turn 1", "ANONYMOUS", &nothing, 1, "", SASL_UNEXPECTED,
	    RAW("") },
};

static void
test_responses(void **state)
{
	struct buf out, challenge;
	enum sasl_step step;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof responses / sizeof responses[0]; i++) {
		out = (struct buf)BUF_INIT(1000);
		challenge = (struct buf)BUF_INIT(1000);
		if (responses[i].challenge != NULL)
			buf_adds(&challenge, responses[i].challenge);
		step =
		    mech(responses[i].mech)
			->respond(&out, responses[i].creds, responses[i].turn,
			    responses[i].challenge != NULL ? &challenge : NULL);
		if (step != responses[i].step || out.len != responses[i].len ||
		    memcmp(buf_str(&out), responses[i].raw, out.len) != 0)
			fail_msg("%s: step %d, %zu octets", responses[i].what,
			    (int)step, out.len);
		buf_free(&out);
		buf_free(&challenge);
	}
}

/* With every room that is too small, each response says that it is full. */
static void
test_full(void **state)
{
	static const char *const names[] = { "PLAIN", "LOGIN", "XOAUTH2",
		"OAUTHBEARER", "EXTERNAL", "ANONYMOUS" };
	const struct buf empty = BUF_INIT(0);
	struct buf out;
	size_t i, room, needed;

	(void)state;
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		out = (struct buf)BUF_INIT(1000);
		mech(names[i])->respond(&out, &both, 0, &empty);
		needed = out.len;
		buf_free(&out);
		for (room = 0; room < needed; room++) {
			out = (struct buf)BUF_INIT(room);
			assert_int_equal(
			    mech(names[i])->respond(&out, &both, 0, &empty),
			    SASL_FULL);
			buf_free(&out);
		}
	}
}

/* The whole exchange: what is sent, what each reply comes to. */
static const struct {
	const char *what, *mech;
	const struct sasl_creds *creds;
	const char *command;
	struct {
		const char *reply;
		enum auth_verdict verdict;
		const char *response;
	} turns[4];
} exchanges[] = {
	{ "PLAIN", "PLAIN", &password, "AUTH PLAIN AGFsaWNlAFMzY3JldA==",
	    { { "235 ok\r\n", AUTH_ACCEPTED, NULL } } },
	{ "LOGIN", "LOGIN", &password, "AUTH LOGIN",
	    { { "334 \r\n", AUTH_RESPOND, "YWxpY2U=" },
		{ "334 !\r\n", AUTH_RESPOND, "UzNjcmV0" },
		{ "235 ok\r\n", AUTH_ACCEPTED, NULL } } },
	{ "LOGIN, accepted early", "LOGIN", &password, "AUTH LOGIN",
	    { { "334 \r\n", AUTH_RESPOND, "YWxpY2U=" },
		{ "235 ok\r\n", AUTH_BROKEN, NULL } } },
	{ "LOGIN, three challenges", "LOGIN", &password, "AUTH LOGIN",
	    { { "334 \r\n", AUTH_RESPOND, "YWxpY2U=" },
		{ "334 \r\n", AUTH_RESPOND, "UzNjcmV0" },
		{ "334 \r\n", AUTH_CANCEL, NULL } } },
	{ "EXTERNAL", "EXTERNAL", &nothing,
	    "AUTH EXTERNAL =", { { "235 ok\r\n", AUTH_ACCEPTED, NULL } } },
	{ "EXTERNAL, authzid", "EXTERNAL", &both,
	    "AUTH EXTERNAL Ym9zcw==", { { "334 \r\n", AUTH_CANCEL, NULL } } },
	{ "ANONYMOUS", "ANONYMOUS", &nothing,
	    "AUTH ANONYMOUS Y2hlY2tfc210cF9hdXRo",
	    { { "235 ok\r\n", AUTH_ACCEPTED, NULL } } },
	{ "XOAUTH2, error", "XOAUTH2", &password,
	    "AUTH XOAUTH2 dXNlcj1hbGljZQFhdXRoPUJlYXJlciBTM2NyZXQBAQ==",
	    { { "334 eyJzdGF0dXMiOiI0MDEifQ==\r\n", AUTH_RESPOND, "" },
		{ "535 5.7.8 no\r\n", AUTH_REJECTED, NULL } } },
	{ "XOAUTH2, 235 after an error", "XOAUTH2", &password,
	    "AUTH XOAUTH2 dXNlcj1hbGljZQFhdXRoPUJlYXJlciBTM2NyZXQBAQ==",
	    { { "334 eyJzdGF0dXMiOiI0MDEifQ==\r\n", AUTH_RESPOND, "" },
		{ "235 ok\r\n", AUTH_BROKEN, NULL } } },
	{ "OAUTHBEARER, error", "OAUTHBEARER", &both,
	    "AUTH OAUTHBEARER bixhPWJvc3MsAWhvc3Q9OjoxAXBvcnQ9NDY1AWF1dGg9"
	    "QmVhcmVyIFMzY3JldAEB",
	    { { "334 eyJzdGF0dXMiOiI0MDEifQ==\r\n", AUTH_RESPOND, "AQ==" },
		{ "334 eyJzdGF0dXMiOiI0MDEifQ==\r\n", AUTH_CANCEL, NULL } } },
};

static void
test_exchanges(void **state)
{
	struct buf line;
	struct auth a;
	size_t i, t;

	(void)state;
	for (i = 0; i < sizeof exchanges / sizeof exchanges[0]; i++) {
		line = (struct buf)BUF_INIT(1000);
		auth_init(&a, mech(exchanges[i].mech), exchanges[i].creds);
		assert_int_equal(auth_command(&a, &line), 0);
		if (strcmp(line.data, exchanges[i].command) != 0)
			fail_msg("%s: %s", exchanges[i].what, line.data);
		for (t = 0; t < 4 && exchanges[i].turns[t].reply != NULL; t++) {
			const char *text = exchanges[i].turns[t].reply;
			struct smtp_reply r;
			enum auth_verdict v;

			smtp_reply_parse(&r, text, strlen(text), NULL);
			v = auth_hear(&a, &r);
			if (v != exchanges[i].turns[t].verdict ||
			    (v == AUTH_RESPOND &&
				strcmp(buf_str(&a.response),
				    exchanges[i].turns[t].response) != 0))
				fail_msg("%s: reply %zu: verdict %d, %s",
				    exchanges[i].what, t, (int)v,
				    buf_str(&a.response));
		}
		auth_free(&a);
		buf_free(&line);
	}
}

static void
test_error_decoded(void **state)
{
	const char *text = "334 eyJzdGF0dXMiOiI0MDEifQ==\r\n";
	struct buf line = BUF_INIT(1000);
	struct smtp_reply r;
	struct auth a;

	(void)state;
	smtp_reply_parse(&r, text, strlen(text), NULL);
	auth_init(&a, mech("XOAUTH2"), &token);
	assert_int_equal(auth_command(&a, &line), 0);
	assert_false(a.told_error);
	assert_int_equal(auth_hear(&a, &r), AUTH_RESPOND);
	assert_true(a.told_error);
	assert_string_equal(buf_str(&a.error), JSON);
	auth_free(&a);
	buf_free(&line);
}

/* Replies to AUTH itself, and to the response after a 334. */
static void
test_refusals(void **state)
{
	static const struct {
		const char *reply;
		enum auth_verdict to_command, to_response;
	} cases[] = {
		{ "535 5.7.8 no\r\n", AUTH_REJECTED, AUTH_REJECTED },
		{ "534 5.7.9 no\r\n", AUTH_REJECTED, AUTH_REJECTED },
		{ "525 5.7.13 no\r\n", AUTH_REJECTED, AUTH_REJECTED },
		{ "550 5.7.30 no\r\n", AUTH_REJECTED, AUTH_REJECTED },
		{ "521 no\r\n", AUTH_REJECTED, AUTH_REJECTED },
		{ "554 no\r\n", AUTH_REJECTED, AUTH_REJECTED },
		{ "500 no\r\n", AUTH_MECHANISM_REFUSED, AUTH_BROKEN },
		{ "500 5.5.2 no\r\n", AUTH_MECHANISM_REFUSED, AUTH_BROKEN },
		{ "502 no\r\n", AUTH_MECHANISM_REFUSED, AUTH_REJECTED },
		{ "504 5.5.4 no\r\n", AUTH_MECHANISM_REFUSED, AUTH_REJECTED },
		{ "501 no\r\n", AUTH_BROKEN, AUTH_BROKEN },
		{ "501 5.5.2 no\r\n", AUTH_BROKEN, AUTH_BROKEN },
		{ "501 5.5.4 no\r\n", AUTH_BROKEN, AUTH_BROKEN },
		{ "501 5.5.40 no\r\n", AUTH_REJECTED, AUTH_REJECTED },
		{ "501 5.7.8 no\r\n", AUTH_REJECTED, AUTH_REJECTED },
		{ "503 5.5.1 no\r\n", AUTH_BROKEN, AUTH_BROKEN },
		{ "421 no\r\n", AUTH_TEMPORARY, AUTH_TEMPORARY },
		{ "432 no\r\n", AUTH_TEMPORARY, AUTH_TEMPORARY },
		{ "454 4.7.0 no\r\n", AUTH_TEMPORARY, AUTH_TEMPORARY },
		{ "220 ok\r\n", AUTH_BROKEN, AUTH_BROKEN },
		{ "250 ok\r\n", AUTH_BROKEN, AUTH_BROKEN },
		{ "234 ok\r\n", AUTH_BROKEN, AUTH_BROKEN },
		{ "354 ok\r\n", AUTH_BROKEN, AUTH_BROKEN },
		{ "235 ok\r\n", AUTH_BROKEN, AUTH_BROKEN },
	};
	static const char challenge[] = "334 \r\n";
	enum auth_verdict verdict[2];
	struct smtp_reply r;
	struct auth a;
	size_t i;
	int after;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (after = 0; after < 2; after++) {
			struct buf line = BUF_INIT(100);

			auth_init(&a, mech("LOGIN"), &password);
			assert_int_equal(auth_command(&a, &line), 0);
			smtp_reply_parse(
			    &r, challenge, strlen(challenge), NULL);
			if (after)
				auth_hear(&a, &r);
			smtp_reply_parse(
			    &r, cases[i].reply, strlen(cases[i].reply), NULL);
			verdict[after] = auth_hear(&a, &r);
			if (verdict[after] == AUTH_BROKEN)
				assert_true(a.detail[0] != '\0');
			auth_free(&a);
			buf_free(&line);
		}
		if (verdict[0] != cases[i].to_command ||
		    verdict[1] != cases[i].to_response)
			fail_msg("%.3s: %d to AUTH, %d to the response",
			    cases[i].reply, (int)verdict[0], (int)verdict[1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_responses),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_exchanges),
		cmocka_unit_test(test_error_decoded),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
