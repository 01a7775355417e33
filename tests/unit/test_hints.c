/*
 * The table of replies: each row found by a reply as a server sends it, the
 * most specific one among several, none by what only resembles it; and what
 * of it gets into the verdict.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hint_replies.h"
#include "verdict/hints.h"
#include "verdict/verdict.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* One failed check.  reply is raw, without the last line end. */
struct failure {
	enum smtp_outcome outcome;
	const char *reply;
	const char *error;    /* of the challenge before it, or NULL */
	const char *greeting; /* its text, NULL: nobody's in particular */
};

/* Behind the replies stand the signs. */
static const struct hint *
row_after(const struct hint *h)
{
	const struct hint *end = hints_table;

	while (end->code != 0)
		end++;
	return ++h == end ? hints_signs : h;
}

/* Whether a row is for the enhanced code that a reply has, or for any. */
static bool
is_for(const struct hint *h, const char *reply)
{
	size_t n = strlen(h->enhanced);

	return n == 0 || reply == NULL ||
	    (strlen(reply) > 4 + n - 1 &&
		strncmp(reply + 4, h->enhanced, n) == 0 &&
		strchr(" ", reply[4 + n]) != NULL);
}

/*
 * The one row of this code, or of a sign, with this text: for the reply's
 * enhanced code, or else for any; reply may be NULL.
 */
static const struct hint *
row_of(int code, const char *reply, const char *text, bool particular)
{
	const struct hint *h, *found = NULL;

	for (h = hints_table; h->code != 0; h = row_after(h))
		if ((h->code == code || h->code == HINT_SIGN ||
			h->code == HINT_LOGIN) &&
		    strcmp(h->text, text) == 0 &&
		    (h->at[0] != '\0') == particular && is_for(h, reply)) {
			if (found != NULL && found->enhanced[0] != '\0' &&
			    h->enhanced[0] != '\0')
				fail_msg("two rows: %d %s", code, text);
			if (found == NULL || h->enhanced[0] != '\0')
				found = h;
		}
	if (found == NULL)
		fail_msg("no row: %d %s", code, text);
	return found;
}

/* The row whose cause and advice a failure must yield; NULL: none. */
static void
expect_row(const char *what, const struct settings *o, const struct failure *x,
    const struct hint *row)
{
	struct smtp_facts s = { .outcome = x->outcome };
	struct settings asked = *o;
	struct facts f;
	struct verdict v;

	facts_init(&f);
	f.smtp = &s;
	/* With a login the advice would be to leave out --no-tls. */
	if (row != NULL && row->cause == CAUSE_ENCRYPTION)
		asked.login = false;
	s.greeting.code = 220;
	s.greeting.text.max = s.ehlo.text.max = SMTP_REPLY_MAX;
	buf_adds(&s.ehlo.text,
	    "250-mail.example.org\r\n250-STARTTLS\r\n"
	    "250 AUTH ZORP\r\n");
	buf_addf(&s.greeting.text, "220 %s\r\n",
	    x->greeting != NULL ? x->greeting : "mail.example.org ESMTP");
	s.ehlo.code = 250;
	s.mech = sasl_find("PLAIN", 5);
	s.last.code = atoi(x->reply);
	s.last.text.max = s.challenge_error.max = SMTP_REPLY_MAX;
	buf_addf(&s.last.text, "%s\r\n", x->reply);
	if (x->error != NULL)
		buf_adds(&s.challenge_error, x->error);
	assert_false(s.greeting.text.failed || s.last.text.failed ||
	    s.challenge_error.failed);
	assert_int_equal(verdict_reach(&v, &f, &asked), 0);
	if (row != NULL && v.row != row)
		fail_msg("%s: another row: %s", what,
		    v.row != NULL ? v.row->text : "none");
	if (v.cause != (row != NULL ? row->cause : CAUSE_UNKNOWN) ||
	    strcmp(buf_str(&v.hint), row != NULL ? row->advice : "") != 0)
		fail_msg(
		    "%s: cause %d, \"%s\"", what, v.cause, buf_str(&v.hint));
	verdict_free(&v);
	buf_free(&s.last.text);
	buf_free(&s.challenge_error);
	buf_free(&s.greeting.text);
	buf_free(&s.ehlo.text);
	facts_free(&f);
}

static struct settings
some_options(void)
{
	static char host[] = "mail.example.org", user[] = "alice@example.org",
		    from[] = "alice@example.org";
	struct settings o = { .host = host,
		.port = 587,
		.user = user,
		.from = from,
		.rcpt = from,
		.login = true };
	int c;

	for (c = 0; c < CONDITIONS; c++)
		o.state_of[c] = condition_default((enum condition)c);
	return o;
}

static const struct hint *
row_for(const struct hint_reply *r)
{
	return row_of(atoi(r->reply), r->reply, r->text, r->particular);
}

static void
test_rows(void **state)
{
	const struct hint_reply *r;
	struct settings o = some_options();
	struct failure x;
	char host[64];

	(void)state;
	for (r = hint_replies; r->reply != NULL; r++) {
		snprintf(host, sizeof host, "%s",
		    r->host != NULL ? r->host : "mail.example.org");
		o.host = host;
		x = (struct failure){ SMTP_AUTH_REJECTED, r->reply, NULL,
			r->greeting };
		if (atoi(r->reply) == HINT_CHALLENGE) {
			x.error = r->reply + 4;
			x.reply = "535 5.7.8 Authentication failed.";
		}
		assert_int_equal(row_for(r)->cause, r->cause);
		expect_row(r->reply, &o, &x, row_for(r));
	}
}

/* Nobody adds a row without a reply that shows it at work. */
static void
test_every_row_has_a_reply(void **state)
{
	const struct hint_reply *r;
	const struct hint *h;

	(void)state;
	for (h = hints_table; h->code != 0; h = row_after(h)) {
		for (r = hint_replies; r->reply != NULL; r++)
			if (row_for(r) == h)
				break;
		if (r->reply == NULL)
			fail_msg("no reply for %d %s", h->code, h->text);
	}
}

static const char *const unknown[] = {
	"571 Zorp",
	"535",
	"535 5.7.8",
	"535 5.7.8 authentication failed",
	"535 5.7.8 Go away",
	/* Another code, another enhanced code or none. */
	"534 5.7.8 Error: authentication failed: x",
	"535 5.7.0 Error: authentication failed: x",
	"535 Error: authentication failed: x",
	"535 5.7.80 Error: authentication failed: x",
	"535 4.7.8 Error: authentication failed: x",
	"523 5.7.11 Zorp needed",
	"434 Unable to authenticate at present",
	"535-Something\r\n535 5.7.8 Error: authentication failed: x",
	/* Other words, or the same in part. */
	"535 5.7.139 Authentication unsuccessful",
	"535 5.7.139 Authentication unsuccessful, the moon is full",
	"535 5.7.8 Error: authentication is failing",
	"535 5.7.8 Error:  authentication failed: x",
	"535 Incorrect authentication",
	"535 Incorrect authentication database",
	"535 5.7.8 Terror: authentication failed: x",
	"535 5.7.8 Error: authentication failedness",
	"535-5.7.8 Username and Password not accepted.\r\n535 5.7.8 Bye",
	"535 5.7.8 BadCredentials",
	"553 5.7.1 Sender address rejected: not owned",
	"454 Temporary authentication failures",
	"550 5.7.30 Bare authentication is not supported",
	/* In the wrong order, or once where it should be twice. */
	"535 5.7.8 BadCredentials: Username and Password not accepted",
	"554 ses:SendRawEmail Access denied: User bob",
	"554 Access denied: User bob is not authorized to perform ses:Send",
	/* No limit, or none on log-ins. */
	"554 5.7.0 Too many errors",
	"450 4.7.1 Too much mail",
	"535 5.7.0 Too manyauth",
	"554 5.7.1 Corporate limits apply",
	/* A challenge's row is not for other replies. */
	"535 {\"status\":\"400\",\"schemes\":\"Bearer\"}",
};

static void
test_unknown_replies(void **state)
{
	const struct settings o = some_options();
	struct failure x = { .outcome = SMTP_AUTH_REJECTED };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(unknown); i++) {
		x.reply = unknown[i];
		/* 535 says at least that something of the login is wrong. */
		expect_row(unknown[i], &o, &x,
		    atoi(unknown[i]) == 535
			? row_of(535, unknown[i], "…", false)
			: NULL);
	}
}

static void
test_every_row_is_whole(void **state)
{
	const struct hint *h;
	const char *c;

	(void)state;
	assert_int_not_equal(hints_table[0].code, 0);
	for (h = hints_table; h->code != 0; h = row_after(h)) {
		if (h->code != HINT_CHALLENGE && h->code != HINT_SIGN &&
		    h->code != HINT_LOGIN && (h->code < 400 || h->code > 599))
			fail_msg("%d %s refuses nothing", h->code, h->text);
		if (h->enhanced[0] != '\0' &&
		    h->enhanced[0] - '0' != h->code / 100)
			fail_msg(
			    "%d does not go with %s", h->code, h->enhanced);
		/* No text fills its place, and so lacks its end. */
		if (strnlen(h->text, HINT_TEXT) >= HINT_TEXT - 1 ||
		    strnlen(h->advice, HINT_ADVICE) >= HINT_ADVICE - 1 ||
		    strnlen(h->at, HINT_AT) >= HINT_AT - 1 ||
		    strnlen(h->enhanced, sizeof h->enhanced) ==
			sizeof h->enhanced)
			fail_msg("%d %.20s is too long", h->code, h->text);
		if (h->text[0] == '\0' || h->cause == CAUSE_UNKNOWN ||
		    h->advice[0] == '\0')
			fail_msg("%d %s is not whole", h->code, h->text);
		for (c = h->advice; *c != '\0'; c++)
			if (*c < ' ' || *c > '~' || *c == '|')
				fail_msg("%s is no line of text", h->advice);
	}
}

static const char zorp[] = "571 Zorp",
		  credential[] = "535 5.7.8 Authentication failed.",
		  policy[] = "535 5.7.139 Authentication unsuccessful, basic "
			     "authentication is disabled.",
		  known_error[] = "{\"status\":\"401\",\"schemes\":\"bearer\","
				  "\"scope\":\"mail\"}",
		  known_row[] = "{\"status\":\"401\",\"schemes\":\"bearer…",
		  policy_row[] = "Authentication unsuccessful, basic "
				 "authentication is disabled";

/* The challenge's error says why; the reply after it only that. */
static void
test_challenge_errors(void **state)
{
	static const struct {
		const char *what;
		const char *reply;
		const char *error;
		int code; /* of the row, 0: none */
		const char *text;
	} cases[] = {
		{ "before an unknown reply", zorp, known_error, HINT_CHALLENGE,
		    known_row },
		{ "before a reply about passwords", credential, known_error,
		    HINT_CHALLENGE, known_row },
		{ "before a reply with another cause", policy, known_error,
		    HINT_CHALLENGE, known_row },
		{ "the shortest", zorp, "{\"status\":\"invalid_token\"}",
		    HINT_CHALLENGE, "{\"status\":\"invalid_token\",…" },
		{ "status 400 of nobody known", zorp,
		    "{\"status\":\"400\",\"schemes\":\"Bearer\"}",
		    HINT_CHALLENGE,
		    "{\"status\":\"400\",\"schemes\":\"Bearer\",…}" },
		{ "unknown both", zorp, "{\"status\":\"500\"}", 0, NULL },
		{ "unknown: no password was used", credential,
		    "{\"status\":\"500\"}", 0, NULL },
		{ "unknown, but the reply says why", policy,
		    "{\"status\":\"500\"}", 535, policy_row },
		{ "cut off", zorp, "{\"status\":\"401\"", 0, NULL },
	};
	const struct settings o = some_options();
	struct failure x;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		x = (struct failure){ SMTP_AUTH_REJECTED, cases[i].reply,
			cases[i].error, NULL };
		expect_row(cases[i].what, &o, &x,
		    cases[i].code != 0
			? row_of(cases[i].code, NULL, cases[i].text, false)
			: NULL);
	}
}

/* Only where the reply is what the condition is about. */
static void
test_outcomes(void **state)
{
	static const bool hinted[SMTP_OUTCOMES] = {
		[SMTP_GREETING_REFUSED] = true,
		[SMTP_EHLO_REFUSED] = true,
		[SMTP_STARTTLS_MISSING] = true,
		[SMTP_MECHANISM_REFUSED] = true,
		[SMTP_AUTH_REJECTED] = true,
		[SMTP_AUTH_TEMPORARY] = true,
		[SMTP_SENDER_REFUSED] = true,
		[SMTP_RECIPIENT_REFUSED] = true,
		[SMTP_PROTOCOL_BROKEN] = true,
	};
	const struct settings o = some_options();
	struct failure x = { .reply = "525 5.7.13 Off" };
	char what[32];
	int i;

	(void)state;
	for (i = 0; i < SMTP_OUTCOMES; i++) {
		x.outcome = (enum smtp_outcome)i;
		/* These have hints of their own. */
		if (x.outcome == SMTP_STARTTLS_INJECTION ||
		    x.outcome == SMTP_SERVER_UNPROVEN ||
		    x.outcome == SMTP_SECRET_HELD_BACK)
			continue;
		snprintf(what, sizeof what, "outcome %d", i);
		expect_row(what, &o, &x,
		    hinted[i] ? row_of(525, NULL, "…", false) : NULL);
	}
}

/* Of whom it is that they speak is known in a login alone. */
static void
test_words_of_a_login(void **state)
{
	static const char *const replies[] = { "550 5.1.1 User unknown",
		"550 5.2.1 Mailbox is disabled", "550 5.2.1 User is locked" };
	const struct settings o = some_options();
	struct failure x;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(replies); i++) {
		x = (struct failure){ SMTP_RECIPIENT_REFUSED, replies[i], NULL,
			NULL };
		expect_row("a recipient's", &o, &x, NULL);
		x.outcome = SMTP_GREETING_REFUSED;
		expect_row("a greeting's", &o, &x, NULL);
	}
	x.outcome = SMTP_AUTH_REJECTED;
	expect_row(
	    "a login's", &o, &x, row_of(550, NULL, "user …locked", false));
}

/* An old reply says nothing of what did not come from it. */
static void
test_other_conditions(void **state)
{
	struct settings o = some_options();
	struct failure x = { SMTP_AUTH_REJECTED, credential, NULL, NULL };
	char starttls[] = "STARTTLS", xoauth2[] = "XOAUTH2";

	(void)state;
	o.expect_rejected = true;
	expect_row("rejected as expected", &o, &x, NULL);

	/* STARTTLS was not offered: the last reply is that to EHLO. */
	o = some_options();
	x = (struct failure){ SMTP_STARTTLS_MISSING, "250 mail.example.org",
		NULL, NULL };
	expect_row("not offered", &o, &x, NULL);

	/* A policy of the user's outweighs the server's temporary trouble. */
	x = (struct failure){ SMTP_AUTH_TEMPORARY,
		"454 4.7.0 Temporary authentication failure.", NULL, NULL };
	o.require_extension.word[o.require_extension.count++] = starttls;
	o.require_mechanism.word[o.require_mechanism.count++] = xoauth2;
	expect_row("the login's own", &o, &x,
	    row_of(454, NULL, "Temporary authentication failure.", false));
	o.state_of[CONDITION_AUTH_TEMPORARY] = STATUS_WARNING;
	expect_row("an extension", &o, &x, NULL);
	o.state_of[CONDITION_EXTENSION] = STATUS_OK;
	expect_row("a required mechanism", &o, &x, NULL);
}

/* The last reply is kept whatever ended the check. */
static void
test_other_ends(void **state)
{
	static const enum facts_end ends[] = { END_ERROR, END_TIMEOUT,
		END_TLS };
	struct smtp_facts s = { .outcome = SMTP_MECHANISM_REFUSED,
		.login = SMTP_LOGIN_UNDECIDED,
		.greeting.code = 220,
		.ehlo.code = 250,
		.last = { 523, BUF_INIT(SMTP_REPLY_MAX) } };
	struct settings o = some_options();
	struct facts f;
	struct verdict v;
	char xoauth2[] = "XOAUTH2";
	size_t i;

	(void)state;
	facts_init(&f);
	f.smtp = &s;
	assert_int_equal(buf_adds(&s.last.text, "523 5.7.10 TLS first"), 0);
	/* The condition is one that a reply may be about. */
	o.require_mechanism.word[o.require_mechanism.count++] = xoauth2;
	o.state_of[CONDITION_INTERNAL] = o.state_of[CONDITION_TIMEOUT] =
	    o.state_of[CONDITION_TLS] = STATUS_OK;
	for (i = 0; i < COUNT(ends); i++) {
		f.end = ends[i];
		assert_int_equal(verdict_reach(&v, &f, &o), 0);
		assert_int_equal(v.condition, CONDITION_MECHANISM);
		assert_int_equal(v.hint.len, 0);
		assert_int_equal(v.cause, CAUSE_UNKNOWN);
		verdict_free(&v);
	}
	buf_free(&s.last.text);
	facts_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_every_row_has_a_reply),
		cmocka_unit_test(test_unknown_replies),
		cmocka_unit_test(test_every_row_is_whole),
		cmocka_unit_test(test_challenge_errors),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_words_of_a_login),
		cmocka_unit_test(test_other_conditions),
		cmocka_unit_test(test_other_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
