/*
 * What is visibly wrong with a secret, how it is said, where it leads, and
 * what is not even sent.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "secret/look.h"
#include "verdict/verdict.h"
#include "verdict/wording.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

enum { NOW = 1700000000 }; /* 2023-11-14 22:13:20 UTC */

/* {"exp":1699992800}: two hours before; and one with Graph's "aud", too. */
#define EXPIRED "eyJ9.eyJleHAiOjE2OTk5OTI4MDB9.c2ln"
#define ELSEWHERE                                                              \
	"eyJ9.eyJhdWQiOiJodHRwczovL2dyYXBoLm1pY3Jvc29mdC5jb20vIn0.c2ln"
#define EXPIRED_TEXT                                                           \
	"the token expired 2023-11-14 20:13 UTC, 2 hours ago by this "         \
	"machine's clock: get a new one"
#define ELSEWHERE_TEXT                                                         \
	"the token is not for a mail service, but for another one of "         \
	"Microsoft's: request it with the scope "                              \
	"https://outlook.office.com/SMTP.Send or, as an application, "         \
	"https://outlook.office365.com/.default; "                             \
	"national clouds have hosts of their own"

#define JSON_TEXT                                                              \
	"the token is JSON, not a token: take the value of access_token out "  \
	"of it, with \"jq -r .access_token\" for example"
#define MACRO_TEXT                                                             \
	" is a macro that the monitoring engine did not replace: define it "   \
	"there, or correct its name"
#define CHARACTERS_TEXT                                                        \
	"the token holds a character that no token has (RFC 6750, 2.1): give " \
	"the access token alone, as it was issued"
#define UTF8_TEXT                                                              \
	"the password is not UTF-8, as PLAIN wants it (RFC 4616): save its "   \
	"file as UTF-8"

static const struct {
	const char *value;
	bool is_token;
	const char *faults; /* a line for each */
} looks[] = {
	{ "korrekt Pferd 7!", false, "" },
	{ "ya29.a0AfH6SMBx", true, "" },
	{ "s", false, "" },
	{ "pa\tss", false, "" },
	{ "\"", false, "" },
	{ "\"\"", false, "" },
	{ "\"a\'", false, "" },
	{ "it's", false, "" },
	{ "Bearer x", false, "" },
	{ "Bearer", true, "" },
	{ "pass\xc3\xbc", false, "" },
	{ " ", false, "the password holds nothing but blanks\n" },
	{ " \r\n", true, "the token holds nothing but blanks\n" },
	{ "\xef\xbb\xbf", false, "the password holds nothing but blanks\n" },
	{ "pass\n", false, "the password ends with a line end\n" },
	{ "pass\r\n", false, "the password ends with a line end\n" },
	{ "pass\r", false, "the password ends with a carriage return\n" },
	{ "pass ", false, "the password ends with a blank\n" },
	{ "pass\t", false, "the password ends with a blank\n" },
	{ "pass \n", false,
	    "the password ends with a line end\n"
	    "the password ends with a blank\n" },
	{ " pass", false, "the password begins with a blank\n" },
	{ "\tpass", false, "the password begins with a blank\n" },
	{ "\xef\xbb\xbfpass", false,
	    "the password begins with a byte order mark: save its file as "
	    "UTF-8 without one\n" },
	{ "'pass'", false,
	    "the password stands in quotes, which are sent, too\n" },
	{ "\"pass\"\n", false,
	    "the password ends with a line end\n"
	    "the password stands in quotes, which are sent, too\n" },
	{ "pa\nss", false, "the password holds more than one line\n" },
	{ "\npass", false, "the password holds more than one line\n" },
	{ "pa\x1bss", false, "the password holds a control character\n" },
	{ "pa\rss", false, "the password holds a control character\n" },
	{ "pa\x7fss", false, "the password holds a control character\n" },
	{ "Bearer abc", true,
	    "the token begins with \"Bearer\", which is not part of it\n" },
	{ "bearer abc", true,
	    "the token begins with \"Bearer\", which is not part of it\n" },
	{ "abc def", true, "the token holds a blank, as no token does\n" },
	{ "abc\tdef", true, "the token holds a blank, as no token does\n" },
	{ EXPIRED, true, EXPIRED_TEXT "\n" },
	{ EXPIRED, false, "" },
	{ ELSEWHERE, true, ELSEWHERE_TEXT "\n" },
	{ "\"Bearer " EXPIRED "\" ", true,
	    "the token ends with a blank\n"
	    "the token stands in quotes, which are sent, too\n"
	    "the token begins with \"Bearer\", which is not part of "
	    "it\n" EXPIRED_TEXT "\n" },
	{ "p\xe4ss", false, UTF8_TEXT "\n" },
	{ "p\xe4ss ", false,
	    "the password ends with a blank\n" UTF8_TEXT "\n" },
	{ "\xc3", false, UTF8_TEXT "\n" },
	{ "\xc0\xaf", false, UTF8_TEXT "\n" },
	{ "\xe0\x9f\xbf", false, UTF8_TEXT "\n" },
	{ "\xed\xa0\x80", false, UTF8_TEXT "\n" },
	{ "\xf0\x8f\xbf\xbf", false, UTF8_TEXT "\n" },
	{ "\xf4\x90\x80\x80", false, UTF8_TEXT "\n" },
	{ "\xf5\x80\x80\x80", false, UTF8_TEXT "\n" },
	{ "\xe2\x82x", false, UTF8_TEXT "\n" },
	{ "\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80", false, "" },
	{ "\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", false, "" },
};

/* What is never sent: it has that one fault, or is sent with those it has. */
static const struct {
	const char *value;
	bool is_token;
	const char *why; /* NULL: it is sent */
} refused[] = {
	{ "{\"access_token\": \"ya29.a\", \"refresh_token\": \"1//b\"}", true,
	    JSON_TEXT },
	{ "{\"access_token\":\"ya29.a\"}\n", true, JSON_TEXT },
	{ " \xef\xbb\xbf{", true, CHARACTERS_TEXT },
	{ "\xef\xbb\xbf {", true, JSON_TEXT },
	{ "{", true, JSON_TEXT },
	{ "[\"ya29.a\"]", true, JSON_TEXT },
	{ "'{\"access_token\":\"ya29.a\"}'", true, JSON_TEXT },
	{ "{\"access_token\":\"ya29.a\"}", false, NULL },
	{ "\"access_token\": \"ya29.a\",", true, CHARACTERS_TEXT },
	{ "access_token=ya29.a", true, CHARACTERS_TEXT },
	{ "access_token:ya29", true, CHARACTERS_TEXT },
	{ "\"ya29.a", true, CHARACTERS_TEXT },
	{ "ya29.\xc3\xa4", true, CHARACTERS_TEXT },
	{ "ya29.\xff", true, CHARACTERS_TEXT },
	{ "<html>", true, CHARACTERS_TEXT },
	{ "=ya29", true, CHARACTERS_TEXT },
	{ "=", true, CHARACTERS_TEXT },
	{ "ya=29", true, CHARACTERS_TEXT },
	{ "ya29=\n", true, NULL },
	{ "ya29==", true, NULL },
	{ "ABZabz059-._~+/", true, NULL },
	{ "\"ya29.a\"", true, NULL },
	{ "Bearer ya29.a", true, NULL },
	{ " ya29.a ", true, NULL },
	{ "ya29 a", true, NULL },
	{ "ya29\033a", true, NULL },
	{ "ya29\nand more", true, NULL },
	{ "\xef\xbb\xbfya29.a", true, NULL },
	{ EXPIRED, true, NULL },
	{ ELSEWHERE, true, NULL },
	{ EXPIRED, false, NULL },
	{ "=:{\"'<>}", false, NULL },
	{ " pass ", false, NULL },
	{ "p\xe4ss", false, NULL },
	{ " ", false, NULL },
	{ "$ARG3$", false, "the password" MACRO_TEXT },
	{ "$ARG3$", true, "the token" MACRO_TEXT },
	{ "$ARG3$\n", false, "the password" MACRO_TEXT },
	{ "'$USER5$'", false, "the password" MACRO_TEXT },
	{ "$_HOSTSECRET$", false, "the password" MACRO_TEXT },
	{ "$_SERVICEMAIL_PASSWORD$", true, "the token" MACRO_TEXT },
	{ "$SERVICESTATE:host:service$", false, "the password" MACRO_TEXT },
	{ "$smtp_password$", false, "the password" MACRO_TEXT },
	{ "$host.vars.Secret9$", false, "the password" MACRO_TEXT },
	{ "$ecret$", false, NULL },
	{ "$ecret$", true, CHARACTERS_TEXT },
	{ "$$", false, NULL },
	{ "$", false, NULL },
	{ "$9LIVES$", false, NULL },
	{ "$ARG3$x", false, NULL },
	{ "x$ARG3$", false, NULL },
	{ "$ARG3", false, NULL },
	{ "$ARG 3$", false, NULL },
	{ "$ARG1$$ARG2$", false, NULL },
	{ "$ARG-3$", false, NULL },
};

static void
test_refused(void **state)
{
	struct buf said = BUF_INIT(4096);
	struct secret_look l;
	enum secret_fault fault;
	const char *v;
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < COUNT(refused); i++) {
		v = refused[i].value;
		assert_int_equal(
		    secret_look(&l, v, strlen(v), refused[i].is_token), 0);
		fault = secret_look_refuses(&l);
		if (fault != SECRET_FAULTS)
			word_secret(&said, &l, fault, NOW);
		if (strcmp(buf_str(&said),
			refused[i].why != NULL ? refused[i].why : "") != 0)
			fail_msg("%s: %s", v, buf_str(&said));
		/* Neither JSON nor a macro has any other. */
		for (k = 0;
		     k < SECRET_FAULTS && fault < SECRET_FAULT_CHARACTERS; k++)
			assert_int_equal(l.fault[k], k == (int)fault);
		buf_truncate(&said, 0);
	}
	buf_free(&said);
}

static void
test_looks(void **state)
{
	struct buf said = BUF_INIT(4096);
	struct secret_look l;
	const char *v;
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < COUNT(looks); i++) {
		v = looks[i].value;
		assert_int_equal(
		    secret_look(&l, v, strlen(v), looks[i].is_token), 0);
		for (k = 0; k < SECRET_FAULTS; k++)
			if (secret_look_has(&l, (enum secret_fault)k, NOW)) {
				word_secret(
				    &said, &l, (enum secret_fault)k, NOW);
				buf_addc(&said, '\n');
			}
		if (strcmp(buf_str(&said), looks[i].faults) != 0)
			fail_msg("%s: %s", v, buf_str(&said));
		buf_truncate(&said, 0);
	}
	buf_free(&said);
}

/* "On or after" exp (RFC 7519, 4.1.4), and how long ago that is. */
static void
test_expiry(void **state)
{
	static const struct {
		int64_t ago;
		const char *part; /* NULL: not expired */
	} times[] = {
		{ -1, NULL },
		{ 0, "UTC, 0 s ago" },
		{ 119, "UTC, 119 s ago" },
		{ 120, "UTC, 2 minutes ago" },
		{ 7199, "UTC, 119 minutes ago" },
		{ 7200, "UTC, 2 hours ago" },
		{ 172799, "UTC, 47 hours ago" },
		{ 172800, "UTC, 2 days ago" },
	};
	struct buf said = BUF_INIT(4096);
	struct secret_look l = { .is_token = true,
		.token = { .has_expiry = true, .expires_at = NOW } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(times); i++) {
		assert_int_equal(secret_look_has(&l, SECRET_FAULT_EXPIRED,
				     NOW + times[i].ago),
		    times[i].part != NULL);
		if (times[i].part == NULL)
			continue;
		word_secret(
		    &said, &l, SECRET_FAULT_EXPIRED, NOW + times[i].ago);
		if (strstr(buf_str(&said), times[i].part) == NULL)
			fail_msg("%s", buf_str(&said));
		buf_truncate(&said, 0);
	}
	buf_free(&said);
}

/* Where the hint speaks of the secret, and where somebody knows better. */
static const struct {
	const char *what;
	const char *secret;
	enum smtp_outcome outcome;
	enum smtp_phase ended_in;
	const char *reply;
	enum cause cause;
	const char *hint; /* how it begins */
} hints[] = {
	{ "refused", EXPIRED, SMTP_AUTH_REJECTED, SMTP_PHASE_AUTH,
	    "550 Nobody knows this one", CAUSE_TOKEN, EXPIRED_TEXT },
	{ "a row of the table follows", EXPIRED, SMTP_AUTH_REJECTED,
	    SMTP_PHASE_AUTH, "535 5.7.3 Authentication unsuccessful",
	    CAUSE_TOKEN,
	    EXPIRED_TEXT
	    "; if that is not why: wrong user or password, or the account may "
	    "not use SMTP AUTH" },
	{ "a blank", "abc ", SMTP_AUTH_REJECTED, SMTP_PHASE_AUTH,
	    "550 Nobody knows this one", CAUSE_CREDENTIAL,
	    "the token ends with a blank" },
	{ "the first of two", "Bearer " EXPIRED, SMTP_AUTH_REJECTED,
	    SMTP_PHASE_AUTH, "550 Nobody knows this one", CAUSE_TOKEN,
	    "the token begins with \"Bearer\"" },
	{ "not now", EXPIRED, SMTP_AUTH_TEMPORARY, SMTP_PHASE_AUTH,
	    "454 Nobody knows this one", CAUSE_TOKEN, EXPIRED_TEXT },
	{ "malformed", "abc def", SMTP_PROTOCOL_BROKEN, SMTP_PHASE_AUTH,
	    "501 Nobody knows this one", CAUSE_TOKEN,
	    "the token holds a blank" },
	{ "garbage", "abc def", SMTP_PROTOCOL_BROKEN, SMTP_PHASE_AUTH,
	    "334 Nobody knows this one", CAUSE_UNKNOWN, "" },
	{ "before the login", EXPIRED, SMTP_PROTOCOL_BROKEN, SMTP_PHASE_EHLO,
	    "500 Nobody knows this one", CAUSE_UNKNOWN, "" },
	{ "the sender", EXPIRED, SMTP_SENDER_REFUSED, SMTP_PHASE_ENVELOPE,
	    "550 Nobody knows this one", CAUSE_UNKNOWN, "" },
	{ "the backend is down", EXPIRED, SMTP_AUTH_TEMPORARY, SMTP_PHASE_AUTH,
	    "454 4.7.0 Temporary authentication failure: Connection lost to "
	    "authentication server",
	    CAUSE_BACKEND, "the server's SASL backend" },
	{ "nothing wrong", "abc", SMTP_AUTH_REJECTED, SMTP_PHASE_AUTH,
	    "550 Nobody knows this one", CAUSE_UNKNOWN, "" },
};

static void
test_hints(void **state)
{
	static char host[] = "mail.example.org", user[] = "alice@example.org";
	struct settings o = { .host = host,
		.port = 587,
		.user = user,
		.from = user,
		.login = true,
		.proof = SASL_PROOF_TOKEN };
	struct smtp_facts s;
	struct verdict v;
	struct facts f;
	size_t i;
	int c;

	(void)state;
	for (c = 0; c < CONDITIONS; c++)
		o.state_of[c] = condition_default((enum condition)c);
	for (i = 0; i < COUNT(hints); i++) {
		s = (struct smtp_facts){ .outcome = hints[i].outcome,
			.ended_in = hints[i].ended_in,
			.mech = sasl_find("XOAUTH2", 7) };
		facts_init(&f);
		f.smtp = &s;
		f.now_unix = NOW;
		assert_int_equal(secret_look(&f.look, hints[i].secret,
				     strlen(hints[i].secret), true),
		    0);
		s.greeting.code = 220;
		s.greeting.text.max = s.last.text.max = SMTP_REPLY_MAX;
		buf_adds(&s.greeting.text, "220 mail.example.org\r\n");
		s.last.code = atoi(hints[i].reply);
		buf_addf(&s.last.text, "%s\r\n", hints[i].reply);
		assert_int_equal(verdict_reach(&v, &f, &o), 0);
		if (strncmp(buf_str(&v.hint), hints[i].hint,
			strlen(hints[i].hint)) != 0 ||
		    (hints[i].hint[0] == '\0' && v.hint.len > 0) ||
		    v.cause != hints[i].cause)
			fail_msg("%s: cause %d: \"%s\"", hints[i].what, v.cause,
			    buf_str(&v.hint));
		verdict_free(&v);
		buf_free(&s.greeting.text);
		buf_free(&s.last.text);
		facts_free(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_looks),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_hints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
