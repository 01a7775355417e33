/* Mechanisms: what each says and when; the AUTH exchange around them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "base/base64.h"
#include "base/buf.h"
#include "smtp/auth.h"
#include "smtp/reply.h"
#include "smtp/sasl.h"
#include "smtp_client.h"

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
static const struct sasl_creds tim = { .user = "tim",
	.secret = "tanstaaftanstaaf",
	.proof = SASL_PROOF_PASSWORD };
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
	} rows[] = {
		{ "OAUTHBEARER", SASL_PROOF_TOKEN, true, true, true },
		{ "XOAUTH2", SASL_PROOF_TOKEN, true, false, true },
		{ "PLAIN", SASL_PROOF_PASSWORD, true, true, true },
		{ "LOGIN", SASL_PROOF_PASSWORD, false, false, true },
		{ "SCRAM-SHA-512", SASL_PROOF_PASSWORD, true, true, false },
		{ "SCRAM-SHA-256", SASL_PROOF_PASSWORD, true, true, false },
		{ "SCRAM-SHA-1", SASL_PROOF_PASSWORD, true, true, false },
		{ "CRAM-MD5", SASL_PROOF_PASSWORD, false, false, false },
		{ "SCRAM-SHA-512-PLUS", SASL_PROOF_PASSWORD, true, true,
		    false },
		{ "SCRAM-SHA-256-PLUS", SASL_PROOF_PASSWORD, true, true,
		    false },
		{ "SCRAM-SHA-1-PLUS", SASL_PROOF_PASSWORD, true, true, false },
		{ "EXTERNAL", SASL_PROOF_NONE, true, true, false },
		{ "ANONYMOUS", SASL_PROOF_NONE, true, false, false },
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
		    m->reveals_secret != rows[i].reveals)
			fail_msg("%s", rows[i].name);
		assert_int_equal(
		    m->binds_channel, strstr(m->name, "-PLUS") != NULL);
		assert_null(sasl_lacks(m));
	}
	assert_null(sasl_mechs[i].name); /* there is no other */
	/* Default preference (the order of the table). */
	assert_true(mech("PLAIN") < mech("LOGIN"));
	assert_true(mech("LOGIN") < mech("SCRAM-SHA-512"));
	assert_true(mech("SCRAM-SHA-512") < mech("SCRAM-SHA-256"));
	assert_true(mech("SCRAM-SHA-256") < mech("SCRAM-SHA-1"));
	assert_true(mech("SCRAM-SHA-1") < mech("CRAM-MD5"));
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

#define SAYS(text) SASL_RESPOND, text, sizeof text - 1
#define ENDS SASL_UNEXPECTED, "", 0

enum { STEPS_MAX = 4 };

/*
 * Each step: the challenge (NULL is one that was no base64), what comes of it,
 * and whether a success may follow.  Ends with a step that says nothing.
 */
static const struct {
	const char *what, *mech;
	const struct sasl_creds *creds;
	struct {
		const char *challenge;
		enum sasl_step step;
		const char *raw;
		size_t len;
		bool may_succeed;
	} steps[STEPS_MAX];
} exchanged[] = {
	{ "PLAIN", "PLAIN", &password,
	    { { "", SAYS("\0alice\0S3cret"), true }, { "", ENDS, true } } },
	{ "PLAIN, authzid", "PLAIN", &both,
	    { { "", SAYS("boss\0alice\0S3cret"), true } } },
	{ "PLAIN, a prompt", "PLAIN", &password,
	    { { "go", SAYS("\0alice\0S3cret"), true } } },
	{ "PLAIN, no base64", "PLAIN", &password,
	    { { NULL, SAYS("\0alice\0S3cret"), true }, { NULL, ENDS, true } } },
	{ "PLAIN, an error", "PLAIN", &password,
	    { { "", SAYS("\0alice\0S3cret"), true }, { JSON, ENDS, true } } },
	{ "LOGIN", "LOGIN", &password,
	    { { "Username:", SAYS("alice"), false },
		{ "Password:", SAYS("S3cret"), true },
		{ "Code:", ENDS, true } } },
	{ "LOGIN, other prompts", "LOGIN", &password,
	    { { "Password:", SAYS("alice"), false },
		{ "Username:", SAYS("S3cret"), true } } },
	{ "LOGIN, no base64", "LOGIN", &password,
	    { { NULL, SAYS("alice"), false }, { NULL, SAYS("S3cret"), true },
		{ NULL, ENDS, true } } },
	{ "XOAUTH2, error", "XOAUTH2", &token,
	    { { "", SAYS("user=a,b=c\1auth=Bearer ya29.tok\1\1"), true },
		{ JSON, SASL_TOLD_ERROR, "", 0, false },
		{ JSON, ENDS, false } } },
	{ "XOAUTH2, error behind blanks", "XOAUTH2", &token,
	    { { "", SAYS("user=a,b=c\1auth=Bearer ya29.tok\1\1"), true },
		{ "\r\n\t " JSON, SASL_TOLD_ERROR, "", 0, false } } },
	{ "XOAUTH2, error before the token", "XOAUTH2", &token,
	    { { JSON, SAYS("user=a,b=c\1auth=Bearer ya29.tok\1\1"), true },
		{ JSON, SASL_TOLD_ERROR, "", 0, false } } },
	{ "XOAUTH2, blanks", "XOAUTH2", &token,
	    { { "", SAYS("user=a,b=c\1auth=Bearer ya29.tok\1\1"), true },
		{ "\r\n\t ", SASL_TOLD_ERROR, "", 0, false } } },
	{ "XOAUTH2, error in words", "XOAUTH2", &token,
	    { { "", SAYS("user=a,b=c\1auth=Bearer ya29.tok\1\1"), true },
		{ "what", SASL_TOLD_ERROR, "", 0, false } } },
	{ "XOAUTH2, empty", "XOAUTH2", &token,
	    { { "", SAYS("user=a,b=c\1auth=Bearer ya29.tok\1\1"), true },
		{ "", SASL_TOLD_ERROR, "", 0, false } } },
	{ "XOAUTH2, no base64", "XOAUTH2", &token,
	    { { NULL, SAYS("user=a,b=c\1auth=Bearer ya29.tok\1\1"), true },
		{ NULL, SASL_TOLD_ERROR, "", 0, false } } },
	{ "OAUTHBEARER, error", "OAUTHBEARER", &token,
	    { { "",
		  SAYS("n,a=a=2Cb=3Dc,\1host=mail.example.org\1port=587"
		       "\1auth=Bearer ya29.tok\1\1"),
		  true },
		{ JSON, SASL_TOLD_ERROR, "\1", 1, false },
		{ JSON, ENDS, false } } },
	{ "OAUTHBEARER, authzid, error without words", "OAUTHBEARER", &both,
	    { { "",
		  SAYS("n,a=boss,\1host=::1\1port=465"
		       "\1auth=Bearer S3cret\1\1"),
		  true },
		{ "", SASL_TOLD_ERROR, "\1", 1, false } } },
	/* RFC 2195, 2 has the challenge, RFC 2104 how to compute. */
	{ "CRAM-MD5", "CRAM-MD5", &tim,
	    { { "<1896.697170952@postoffice.reston.mci.net>",
		  SAYS("tim b913a602c7eda7a495b4e6e7334d3890"), true },
		{ "<1@x>", ENDS, true } } },
	{ "EXTERNAL", "EXTERNAL", &nothing,
	    { { "", SAYS(""), true }, { "", ENDS, true } } },
	{ "EXTERNAL, user", "EXTERNAL", &password,
	    { { "", SAYS("alice"), true } } },
	{ "EXTERNAL, authzid", "EXTERNAL", &both,
	    { { "", SAYS("boss"), true }, { "", ENDS, true } } },
	{ "ANONYMOUS", "ANONYMOUS", &nothing,
	    { { "", SAYS("check_smtp_auth"), true }, { "", ENDS, true } } },
	{ "ANONYMOUS, user", "ANONYMOUS", &password,
	    { { "", SAYS("alice"), true } } },
};

/* Take a step with a challenge of text, NULL for one that was no base64. */
static enum sasl_step
step_with(struct sasl *s, const char *text, struct buf *out)
{
	struct buf challenge = BUF_INIT(1000);
	enum sasl_step step;

	if (text != NULL)
		assert_int_equal(buf_adds(&challenge, text), 0);
	step = sasl_step(s, text != NULL ? &challenge : NULL, out);
	buf_free(&challenge);
	return step;
}

static void
test_steps(void **state)
{
	struct buf out = BUF_INIT(1000);
	enum sasl_step step;
	struct sasl *s;
	size_t i, t;

	(void)state;
	for (i = 0; i < sizeof exchanged / sizeof exchanged[0]; i++) {
		s = sasl_start(
		    mech(exchanged[i].mech), exchanged[i].creds, NULL);
		assert_non_null(s);
		assert_false(sasl_may_succeed(s));
		for (t = 0; t < STEPS_MAX; t++) {
			if (exchanged[i].steps[t].raw == NULL)
				break;
			buf_truncate(&out, 0);
			step =
			    step_with(s, exchanged[i].steps[t].challenge, &out);
			if (step != exchanged[i].steps[t].step ||
			    out.len != exchanged[i].steps[t].len ||
			    memcmp(buf_str(&out), exchanged[i].steps[t].raw,
				out.len) != 0 ||
			    sasl_may_succeed(s) !=
				exchanged[i].steps[t].may_succeed)
				fail_msg("%s, step %zu: %d, %zu octets",
				    exchanged[i].what, t, (int)step, out.len);
			if (step == SASL_UNEXPECTED)
				assert_string_equal(
				    sasl_why(s), "does not expect here");
		}
		sasl_free(s);
	}
	sasl_free(NULL);
	buf_free(&out);
}

static bool
is_scram(const struct sasl_mech *m)
{
	return strncmp(m->name, "SCRAM-", 6) == 0;
}

/*
 * Go through the exchange of creds until success may come, with room octets
 * for the response of step `at` (from 0) and enough for the others.  *longest
 * is the length of the longest response.  Returns the last step.
 */
static enum sasl_step
go_through(const struct sasl_mech *m, const struct sasl_creds *creds, size_t at,
    size_t room, size_t *longest)
{
	static const struct sasl_channel exporter = { .has_tls = true,
		.type = "tls-exporter" };
	struct sasl *s = sasl_start(m, creds, &exporter);
	enum sasl_step step = SASL_RESPOND;
	struct buf out;
	size_t t;

	assert_non_null(s);
	*longest = 0;
	for (t = 0; step == SASL_RESPOND && !sasl_may_succeed(s); t++) {
		assert_true(t < STEPS_MAX);
		out = (struct buf)BUF_INIT(t == at ? room : 100000);
		step = step_with(s, m == mech("CRAM-MD5") ? "<1@x>" : "", &out);
		if (step == SASL_RESPOND && out.len > *longest)
			*longest = out.len;
		buf_free(&out);
		/* What follows depends on the server, see test_scram.c. */
		if (is_scram(m))
			break;
	}
	sasl_free(s);
	return step;
}

/* What is said to be the longest response is the longest that is made. */
static void
test_length(void **state)
{
	static const struct sasl_creds longer_user = { .user = "a,=,=b@x.org",
		.secret = "S3cret",
		.host = "h",
		.port = 5 };
	static const struct sasl_creds none = { .user = "",
		.secret = "",
		.authzid = "",
		.host = "",
		.port = 65535 };
	static const struct sasl_creds *const creds[] = { &password, &token,
		&both, &longer_user, &none };
	const struct sasl_mech *m;
	size_t i, longest;

	(void)state;
	for (m = sasl_mechs; m->name != NULL; m++) {
		for (i = 0; i < sizeof creds / sizeof creds[0]; i++) {
			assert_int_equal(
			    go_through(m, creds[i], 0, 1000, &longest),
			    SASL_RESPOND);
			if (is_scram(m) && !m->binds_channel)
				longest += strlen("p=tls-exporter") - 1;
			if (sasl_length(m, creds[i]) != longest)
				fail_msg("%s, creds %zu: %zu, not %zu", m->name,
				    i, longest, sasl_length(m, creds[i]));
		}
	}
	assert_int_equal(sasl_length(mech("EXTERNAL"), &nothing), 0);
	assert_int_equal(sasl_length(mech("ANONYMOUS"), &nothing), 15);
}

/* With every room that is too small, each response says that it is full. */
static void
test_full(void **state)
{
	static const struct {
		const char *mech;
		size_t step, needed;
	} cases[] = {
		{ "PLAIN", 0, 17 },
		{ "LOGIN", 0, 5 },
		{ "LOGIN", 1, 6 },
		{ "XOAUTH2", 0, 31 },
		{ "OAUTHBEARER", 0, 48 },
		{ "CRAM-MD5", 0, 38 },
		{ "SCRAM-SHA-256", 0, 2 + 7 + 7 + 3 + 24 },
		{ "EXTERNAL", 0, 4 },
		{ "ANONYMOUS", 0, 5 },
	};
	size_t i, room, longest;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (room = 0; room <= cases[i].needed; room++) {
			if (go_through(mech(cases[i].mech), &both,
				cases[i].step, room, &longest) !=
			    (room < cases[i].needed ? SASL_FULL : SASL_RESPOND))
				fail_msg("%s, step %zu, %zu octets",
				    cases[i].mech, cases[i].step, room);
		}
	}
}

/* The answer to an error, too. */
static void
test_full_error(void **state)
{
	struct sasl *s = sasl_start(mech("OAUTHBEARER"), &both, NULL);
	struct buf out = BUF_INIT(1000), none = BUF_INIT(0);

	(void)state;
	assert_non_null(s);
	assert_int_equal(step_with(s, "", &out), SASL_RESPOND);
	assert_int_equal(step_with(s, JSON, &none), SASL_FULL);
	sasl_free(s);
	buf_free(&out);
}

/* 9213 octets make 12284 in base64; one more is too much. */
static void
test_fits(void **state)
{
	char text[9300];
	struct sasl_creds c = { .user = "alice",
		.secret = "S3cret",
		.host = "mail.example.org",
		.port = 587 };
	const struct sasl_mech *m;
	size_t i;

	(void)state;
	for (m = sasl_mechs; m->name != NULL; m++) {
		c.authzid = m->proof == SASL_PROOF_NONE ? text : NULL;
		c.user = m->reveals_secret ? "alice" : text;
		c.secret = text;
		memset(text, 'a', sizeof text);
		text[0] = '\0';
		i = 9213 -
		    (strcmp(m->name, "LOGIN") == 0 ? 0 : sasl_length(m, &c));
		memset(text, 'a', sizeof text);
		text[i] = '\0';
		assert_int_equal(sasl_length(m, &c), 9213);
		assert_true(auth_fits(m, &c));
		text[i] = 'a';
		text[i + 1] = '\0';
		assert_false(auth_fits(m, &c));
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
	{ "CRAM-MD5", "CRAM-MD5", &tim, "AUTH CRAM-MD5",
	    { { "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"
		"\r\n",
		  AUTH_RESPOND,
		  "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw" },
		{ "235 ok\r\n", AUTH_ACCEPTED, NULL } } },
	{ "CRAM-MD5, no base64", "CRAM-MD5", &tim, "AUTH CRAM-MD5",
	    { { "334 <1@x>\r\n", AUTH_CANCEL, NULL } } },
	{ "CRAM-MD5, empty", "CRAM-MD5", &tim, "AUTH CRAM-MD5",
	    { { "334 \r\n", AUTH_CANCEL, NULL } } },
	{ "CRAM-MD5, two challenges", "CRAM-MD5", &tim, "AUTH CRAM-MD5",
	    { { "334 PDFAeD4=\r\n", AUTH_RESPOND,
		  "dGltIGQzNTVjZmU2YjQ2NDczZmM4YTFlZmY0OTA1Y2JlN2Ni" },
		{ "334 PDFAeD4=\r\n", AUTH_CANCEL, NULL } } },
	{ "CRAM-MD5, accepted early", "CRAM-MD5", &tim, "AUTH CRAM-MD5",
	    { { "235 ok\r\n", AUTH_BROKEN, NULL } } },
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
		assert_int_equal(auth_init(&a, mech(exchanges[i].mech),
				     exchanges[i].creds, NULL),
		    0);
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
	assert_int_equal(auth_init(&a, mech("XOAUTH2"), &token, NULL), 0);
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

			assert_int_equal(
			    auth_init(&a, mech("LOGIN"), &password, NULL), 0);
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

/*
 * Where the library does not compute MD5, as in FIPS mode: another mechanism is
 * chosen, or the reason told.
 */
static void
test_lacking(void **state)
{
	const struct sasl_mech *mechs[] = { mech("CRAM-MD5"), mech("PLAIN") };
	struct smtp_params params = { .ehlo_name = "probe.example.org",
		.tls = SMTP_TLS_NONE,
		.allow_cleartext = true,
		.creds = &password,
		.mechs = mechs };
	static const char said[] = "250-mail.example.org\r\n"
				   "250 AUTH CRAM-MD5 PLAIN\r\n";
	const struct smtp_facts *f;
	struct smtp_client *c;
	size_t len;

	(void)state;
	assert_int_equal(EVP_set_default_properties(NULL, "fips=yes"), 1);
	assert_string_equal(sasl_lacks(mech("CRAM-MD5")), "MD5");
	assert_string_equal(sasl_lacks(mech("SCRAM-SHA-1-PLUS")), "SHA-1");
	assert_null(sasl_lacks(mech("PLAIN")));
	for (params.mech_count = 1; params.mech_count <= 2;
	     params.mech_count++) {
		c = smtp_client_new(&params);
		f = smtp_client_facts(c);
		smtp_client_input(c, "220 x\r\n", 7);
		smtp_client_output(c, &len);
		smtp_client_sent(c, len);
		smtp_client_input(c, said, sizeof said - 1);
		assert_ptr_equal(f->passed, mechs[0]);
		assert_int_equal(f->passed_for, SMTP_PASSED_LACKING);
		if (params.mech_count == 1) {
			assert_int_equal(f->outcome, SMTP_MECHANISM_MISSING);
			assert_string_equal(f->detail,
			    "CRAM-MD5 needs MD5, which this OpenSSL does not "
			    "compute");
		} else {
			assert_ptr_equal(f->mech, mechs[1]);
		}
		smtp_client_free(c);
	}
	assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
	assert_null(sasl_lacks(mech("CRAM-MD5")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_full_error),
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_exchanges),
		cmocka_unit_test(test_error_decoded),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_lacking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
