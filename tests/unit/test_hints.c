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

#include "verdict/hints.h"
#include "verdict/verdict.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

enum { CHALLENGE = 334 }; /* the reply is a challenge's decoded error */

/* One failed check.  reply is raw, without the last line end. */
struct failure {
	enum smtp_outcome outcome;
	const char *reply;
	const char *error;    /* of the challenge before it, or NULL */
	const char *greeting; /* its text, NULL: nobody's in particular */
};

/* The cause and the hint, "" for none, that a failure must yield. */
static void
expect_verdict(const char *what, const struct settings *o,
    const struct failure *x, enum cause cause, const char *hint)
{
	struct smtp_facts s = { .outcome = x->outcome };
	struct facts f;
	struct verdict v;

	facts_init(&f);
	f.smtp = &s;
	s.greeting.code = 220;
	s.greeting.text.max = SMTP_REPLY_MAX;
	assert_int_equal(
	    buf_addf(&s.greeting.text, "220 %s\r\n",
		x->greeting != NULL ? x->greeting : "mail.example.org ESMTP"),
	    0);
	s.ehlo.code = 250;
	s.mech = sasl_find("PLAIN", 5);
	s.last.code = atoi(x->reply);
	s.last.text.max = s.challenge_error.max = SMTP_REPLY_MAX;
	assert_int_equal(buf_addf(&s.last.text, "%s\r\n", x->reply), 0);
	if (x->error != NULL)
		assert_int_equal(buf_adds(&s.challenge_error, x->error), 0);
	assert_int_equal(verdict_reach(&v, &f, o), 0);
	if (strcmp(buf_str(&v.hint), hint) != 0 || v.cause != cause)
		fail_msg(
		    "%s: cause %d, \"%s\"", what, v.cause, buf_str(&v.hint));
	verdict_free(&v);
	buf_free(&s.last.text);
	buf_free(&s.challenge_error);
	buf_free(&s.greeting.text);
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

static const char less_often[] =
    "the server limits log-ins or connections: check less often, and not "
    "from many places at once";
static const char cannot_check[] =
    "the server cannot check log-ins now: see its log; the password was not "
    "judged";

/* What real replies must yield. */
static const struct {
	const char *reply;
	enum cause cause;
	const char *hint;
} rows[] = {
	/* Postfix */
	{ "535 5.7.8 Error: authentication failed: (reason unavailable)",
	    CAUSE_CREDENTIAL,
	    "wrong user or password, or the mechanism's verifier is missing on "
	    "the server" },
	{ "454 4.7.0 Temporary authentication failure: Connection lost to "
	  "authentication server",
	    CAUSE_BACKEND,
	    "the server's SASL backend (dovecot auth, saslauthd) is down; the "
	    "password was not judged" },
	{ "504 5.5.4 Encryption required for requested authentication "
	  "mechanism",
	    CAUSE_ENCRYPTION, "use STARTTLS (-S) or implicit TLS (-s)" },
	{ "538 5.7.11 Encryption required for requested authentication "
	  "mechanism",
	    CAUSE_ENCRYPTION, "use STARTTLS (-S) or implicit TLS (-s)" },
	{ "503 5.5.1 Error: authentication not enabled", CAUSE_MECHANISM,
	    "AUTH is not offered on this port; it usually is on 587 or 465" },
	{ "530 5.7.0 Must issue a STARTTLS command first", CAUSE_ENCRYPTION,
	    "use STARTTLS (-S)" },
	{ "450 4.7.1 Error: too many AUTH commands from probe[192.0.2.7]",
	    CAUSE_RATE, "checked too often: lengthen the interval" },
	{ "553 5.7.1 <bob@example.org>: Sender address rejected: not owned by "
	  "user alice@example.org",
	    CAUSE_SENDER,
	    "smtpd_sender_login_maps does not give this account the address" },
	{ "553 5.7.1 <bob@example.org>: Sender address rejected: not logged in",
	    CAUSE_SENDER, "the sender address needs a login" },
	{ "554 5.5.0 Error: SMTP protocol synchronization", CAUSE_PROTOCOL,
	    "commands were sent before their turn" },

	/* Dovecot */
	{ "535 5.7.8 Authentication failed.", CAUSE_CREDENTIAL,
	    "wrong user or password, or an expired password" },
	{ "454 4.7.0 Temporary authentication failure.", CAUSE_BACKEND,
	    "the server's auth backend is down or overloaded" },
	{ "525 5.7.13 Account is disabled.", CAUSE_ACCOUNT,
	    "the account is disabled" },
	{ "525 5.7.13", CAUSE_ACCOUNT, "the account is disabled" },
	{ "523 5.7.10 Authentication not allowed without TLS.",
	    CAUSE_ENCRYPTION,
	    "the mechanism needs TLS: use STARTTLS (-S) or implicit TLS "
	    "(-s)" },
	{ "334 {\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"mail\","
	  "\"openid-configuration\":\"https://idp.example.org/\"}",
	    CAUSE_TOKEN,
	    "access token expired, or not valid for this server or user" },
	{ "334 {\"status\":\"invalid_token\",\"scope\":\"mail\","
	  "\"openid-configuration\":\"https://idp.example.org/\"}",
	    CAUSE_TOKEN,
	    "access token expired, or not valid for this server or user" },

	/* Exim */
	{ "535 Incorrect authentication data", CAUSE_CREDENTIAL,
	    "wrong user or password" },
	{ "435 Unable to authenticate at present", CAUSE_BACKEND,
	    "the look-up behind the server's authenticator failed; the "
	    "password was not judged" },
	{ "503 AUTH command used when not advertised", CAUSE_MECHANISM,
	    "AUTH is offered on another port, or only with TLS: use STARTTLS "
	    "(-S) or implicit TLS (-s)" },
	{ "504 CRAM-MD5 authentication mechanism not supported",
	    CAUSE_MECHANISM, "the mechanism is not configured on the server" },

	/* Gmail */
	{ "535-5.7.8 Username and Password not accepted. For more "
	  "information, go to\r\n"
	  "535 5.7.8  https://support.google.com/mail/?p=BadCredentials "
	  "ffacd0b85a97d-3a0 - gsmtp",
	    CAUSE_CREDENTIAL,
	    "Gmail: the app password is wrong or was revoked (changing the "
	    "account's password revokes it)" },
	{ "534-5.7.9 Application-specific password required. For more "
	  "information, go to\r\n"
	  "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor "
	  "5b1f17b1804b1-42 - gsmtp",
	    CAUSE_POLICY,
	    "Gmail: 2-step verification is on: make an app password or use "
	    "XOAUTH2" },
	{ "534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1&"
	  "scc=1&plt=AKgnsbu>\r\n"
	  "534-5.7.14 Please log in via your web browser and then try "
	  "again.\r\n"
	  "534-5.7.14  Learn more at\r\n"
	  "534 5.7.14  https://support.google.com/mail/answer/78754 - gsmtp",
	    CAUSE_ACCOUNT, "Gmail: sign in once in a browser and approve" },
	{ "454 4.7.0 Too many login attempts, please try again later. - gsmtp",
	    CAUSE_RATE, "Gmail: checked too often: lengthen the interval" },
	{ "454 4.7.0 Too many login attempts, please try again later.",
	    CAUSE_RATE, "checked too often: lengthen the interval" },
	{ "534-5.7.9 Please log in with your web browser and then try again. "
	  "For more\r\n"
	  "534-5.7.9 information, go to\r\n"
	  "534 5.7.9  https://support.google.com/mail/?p=WebLoginRequired",
	    CAUSE_ACCOUNT, "Gmail: sign in once in a browser and approve" },
	{ "334 {\"status\":\"400\",\"schemes\":\"Bearer\",\"scope\":"
	  "\"https://mail.google.com/\"}",
	    CAUSE_TOKEN,
	    "Gmail: access token expired, or lacks the mail scope" },
	{ "334 {\"status\":\"400\",\"schemes\":\"Bearer\",\"scope\":"
	  "\"mail\"}",
	    CAUSE_TOKEN, "access token expired, or lacks the scope for mail" },
	{ "334 {\"status\":\"401\",\"schemes\":\"bearer mac\",\"scope\":"
	  "\"https://mail.google.com/\"}\n",
	    CAUSE_TOKEN,
	    "access token expired, or not valid for this server or user" },
	{ "501 5.5.2 Cannot Decode response 4fb4d7f45d1cf-5c - gsmtp",
	    CAUSE_PROTOCOL, "Gmail: malformed XOAUTH2 response" },
	{ "501 5.5.2 Cannot Decode response", CAUSE_PROTOCOL,
	    "the server could not decode the response to AUTH" },

	/* Microsoft 365 and Exchange */
	{ "535 5.7.3 Authentication unsuccessful "
	  "[AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
	    CAUSE_CREDENTIAL,
	    "Microsoft 365: wrong password, SMTP AUTH switched off, or a "
	    "token for the wrong audience or scope" },
	{ "535 5.7.3 Authentication unsuccessful", CAUSE_CREDENTIAL,
	    "wrong user or password, or the account may not use SMTP AUTH" },
	{ "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication "
	  "is disabled for the Mailbox. Visit "
	  "https://aka.ms/smtp_auth_disabled for more information.",
	    CAUSE_POLICY, "Microsoft 365: enable SMTP AUTH for this mailbox" },
	{ "530 5.7.57 Client not authenticated to send mail.", CAUSE_POLICY,
	    "log in first (-U with a secret)" },
	{ "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication "
	  "is disabled for the Tenant. Visit "
	  "https://aka.ms/smtp_auth_disabled for more information. "
	  "[AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
	    CAUSE_POLICY,
	    "Microsoft 365: enable SMTP AUTH for the tenant or the mailbox" },
	{ "535 5.7.139 Authentication unsuccessful, basic authentication is "
	  "disabled. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
	    CAUSE_POLICY,
	    "Microsoft 365: passwords no longer work: use XOAUTH2" },
	{ "535 5.7.139 Authentication unsuccessful, the user credentials were "
	  "incorrect. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
	    CAUSE_CREDENTIAL, "Microsoft 365: wrong password" },
	{ "535 5.7.139 Authentication unsuccessful, the request did not meet "
	  "the criteria to be authenticated successfully. Contact your "
	  "administrator. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
	    CAUSE_POLICY,
	    "Microsoft 365: an authentication policy or mailbox setting "
	    "forbids it" },
	{ "535 5.7.139 Authentication unsuccessful, user is locked by your "
	  "organization's security defaults policy. Contact your "
	  "administrator. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
	    CAUSE_POLICY, "Microsoft 365: security defaults block SMTP AUTH" },
	{ "550 5.7.30 Basic authentication is not supported for Client "
	  "Submission. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
	    CAUSE_POLICY,
	    "Microsoft 365: passwords no longer work: use XOAUTH2" },
	{ "530 5.7.57 SMTP; Client was not authenticated to send anonymous "
	  "mail during MAIL FROM [AM0PR01CA0001.eurprd01]",
	    CAUSE_POLICY, "log in first (-U with a secret)" },
	{ "550 5.7.60 SMTP; Client does not have permissions to send as this "
	  "sender",
	    CAUSE_SENDER,
	    "Exchange, Microsoft 365: grant the account Send As" },
	{ "554 5.2.252 SendAsDenied; alice@example.org not allowed to send as "
	  "bob@example.org",
	    CAUSE_SENDER,
	    "Exchange, Microsoft 365: grant the account Send As" },
	{ "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update "
	  "your client to support TLS 1.2.",
	    CAUSE_ENCRYPTION, "use TLS 1.2 or later" },
	{ "432 4.3.2 Concurrent connections limit exceeded. Visit "
	  "https://aka.ms/concurrent_sending for more information.",
	    CAUSE_RATE, "run fewer checks at once" },
	{ "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
	    CAUSE_RATE, "run fewer checks at once" },
	{ "421 4.4.2 Message submission rate for this client has exceeded the "
	  "configured limit",
	    CAUSE_RATE, "Exchange, Microsoft 365: check less often" },
	{ "535 5.7.1 Username and Password not accepted. Learn more at",
	    CAUSE_CREDENTIAL,
	    "wrong user or password, or SMTP is off for the account" },
	{ "550 5.4.5 Daily user sending limit exceeded.", CAUSE_RATE,
	    "the account's daily sending limit is used up" },

	/* Amazon SES */
	{ "535 Authentication Credentials Invalid", CAUSE_CREDENTIAL,
	    "wrong user or password" },
	{ "535 Account not subscribed to SES", CAUSE_ACCOUNT,
	    "Amazon SES: wrong region or account" },
	{ "454 Temporary authentication failure", CAUSE_BACKEND, cannot_check },
	{ "454 4.3.0 Temporary authentication failure", CAUSE_BACKEND,
	    cannot_check },
	{ "454 Throttling failure: Maximum sending rate exceeded.", CAUSE_RATE,
	    less_often },
	{ "554 Access denied: User `arn:aws:iam::123456789012:user/ses-smtp' "
	  "is not authorized to perform `ses:SendRawEmail' on resource "
	  "`arn:aws:ses:eu-west-1:123456789012:identity/example.org'",
	    CAUSE_POLICY,
	    "Amazon SES: the IAM policy lacks the right ses:SendRawEmail" },
	{ "554 Message rejected: Email address is not verified. The following "
	  "identities failed the check in region EU-WEST-1: bob@example.org",
	    CAUSE_SENDER, "the provider has yet to verify the sender address" },

	/* SendGrid */
	{ "535 Authentication failed: The provided authorization grant is "
	  "invalid, expired, or revoked",
	    CAUSE_CREDENTIAL, "make a new key at the provider" },
	{ "451 Authentication failed: Maximum credits exceeded", CAUSE_ACCOUNT,
	    "billing at the provider, not the key" },
	{ "550 Unauthenticated senders not allowed", CAUSE_POLICY,
	    "AUTH was skipped: log in first (-U with a secret)" },

	/* Mailgun */
	{ "535 5.7.0 Mailgun is not loving your login or password",
	    CAUSE_CREDENTIAL, "Mailgun: wrong password" },

	/* Zoho */
	{ "554 5.7.8 Access Restricted", CAUSE_POLICY,
	    "the account may not use SMTP: look into its settings" },
	{ "550 5.4.6 Unusual sending activity detected. Please try after "
	  "sometime.",
	    CAUSE_ACCOUNT,
	    "the provider has stopped the account's sending: sign in there" },

	/* Mail.ru */
	{ "535 5.7.0 NEOBHODIM parol prilozheniya "
	  "https://help.mail.ru/mail/security/protection/external / "
	  "Application password is REQUIRED",
	    CAUSE_POLICY, "Mail.ru: make an app password" },

	/* Brevo */
	{ "525 5.7.1 Unauthorized IP address", CAUSE_POLICY,
	    "the account admits log-ins from known addresses only: add this "
	    "machine's at the provider" },

	/* Yahoo */
	{ "535 5.7.0 (#AUTH005) Too many bad auth attempts.", CAUSE_RATE,
	    "Yahoo: too many failed log-ins: wait, then check less often, and "
	    "with an app password" },

	/* Yandex */
	{ "535 5.7.8 Error: authentication failed: This user does not have "
	  "access rights to this service",
	    CAUSE_POLICY,
	    "the account does not admit mail programs: allow them in its "
	    "settings, with an app password" },
	{ "553 5.7.1 Sender address rejected: not owned by auth user.",
	    CAUSE_SENDER,
	    "the account does not own the address: probe with one that it "
	    "owns (-f)" },

	/* Limits, whatever the code. */
	{ "421 4.7.0 mail.example.org Error: too many connections from "
	  "probe[192.0.2.7]",
	    CAUSE_RATE, less_often },
	{ "421 4.3.2 Too many open connections.", CAUSE_RATE, less_often },
	{ "421 mail.example.org: Too many concurrent SMTP connections; please "
	  "try again later",
	    CAUSE_RATE, less_often },
	{ "421 Too many simultaneous connections", CAUSE_RATE, less_often },
	{ "421 4.7.0 Too many sessions", CAUSE_RATE, less_often },
	{ "454 4.7.0 Error: too many new TLS sessions from probe", CAUSE_RATE,
	    less_often },
	{ "535 5.7.0 Too many authentication failures", CAUSE_RATE,
	    less_often },
	{ "535 5.7.0 too many failed login attempts", CAUSE_RATE, less_often },
	{ "454 4.7.1 Too many log-ins", CAUSE_RATE, less_often },
	{ "550 Too many logins", CAUSE_RATE, less_often },
	{ "550 5.7.1 Too many bad auth attempts", CAUSE_RATE, less_often },
	{ "421 4.7.0 Concurrent connections limit exceeded", CAUSE_RATE,
	    less_often },
	{ "421 4.7.0 Connection limit exceeded", CAUSE_RATE, less_often },
	{ "452 4.3.2 Connection rate limit exceeded.", CAUSE_RATE, less_often },
	{ "421 4.1.0 192.0.2.1 Throttled - try again later", CAUSE_RATE,
	    less_often },

	/* It outweighs what only says that the login failed. */
	{ "535 5.7.8 Error: authentication failed: too many failed attempts",
	    CAUSE_RATE, less_often },
	{ "525 5.7.13 Too many logins: disabled", CAUSE_ACCOUNT,
	    "the account is disabled" },

	/* In any case, and what leads over to the rest may be missing. */
	{ "535 5.7.8 ERROR: AUTHENTICATION FAILED", CAUSE_CREDENTIAL,
	    "wrong user or password, or the mechanism's verifier is missing on "
	    "the server" },
	{ "535 incorrect Authentication Data (set_id=alice)", CAUSE_CREDENTIAL,
	    "wrong user or password" },
	{ "535-5.7.8 Error: authentication\r\n535 5.7.8 failed: later",
	    CAUSE_CREDENTIAL,
	    "wrong user or password, or the mechanism's verifier is missing on "
	    "the server" },

	/* A word goes on where the rest touches it. */
	{ "535 5.7.8 Username and Password not accepted: "
	  "WebBadCredentials",
	    CAUSE_CREDENTIAL,
	    "Gmail: the app password is wrong or was revoked (changing the "
	    "account's password revokes it)" },
	{ "334 {\"status\":\"401\",\"schemes\":\"bearerplus\"}", CAUSE_TOKEN,
	    "access token expired, or not valid for this server or user" },

	/* Several fit: the most text, then the first. */
	{ "454 4.7.0 Temporary authentication failure", CAUSE_BACKEND,
	    "the server's SASL backend (dovecot auth, saslauthd) is down; the "
	    "password was not judged" },
	{ "535 5.7.8 Error: authentication failed: Authentication failed.",
	    CAUSE_CREDENTIAL,
	    "wrong user or password, or the mechanism's verifier is missing on "
	    "the server" },
	{ "535 5.7.8 Authentication failed. Incorrect authentication data",
	    CAUSE_CREDENTIAL, "wrong user or password" },
	{ "525 5.7.13 Authentication failed.", CAUSE_ACCOUNT,
	    "the account is disabled" },
};

static void
test_rows(void **state)
{
	const struct settings o = some_options();
	struct failure x = { .error = NULL };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		x.outcome = SMTP_AUTH_REJECTED;
		x.reply = rows[i].reply;
		x.error = NULL;
		if (atoi(x.reply) == CHALLENGE) {
			x.error = x.reply + 4;
			x.reply = "535 5.7.8 Authentication failed.";
		}
		expect_verdict(
		    rows[i].reply, &o, &x, rows[i].cause, rows[i].hint);
	}
}

/* What only a provider means by it, and how that is seen. */
static const struct {
	const char *host;     /* NULL: mail.example.org */
	const char *greeting; /* NULL: nobody's */
	const char *reply;
	enum cause cause;
	const char *hint;
} provider_rows[] = {
	{ "email-smtp.eu-west-1.amazonaws.com", NULL,
	    "535 Authentication Credentials Invalid", CAUSE_CREDENTIAL,
	    "Amazon SES: SMTP key deleted, from another region, or only just "
	    "made" },
	{ NULL, "email-smtp.amazonaws.com ESMTP SimpleEmailService-d-X1",
	    "454 Temporary authentication failure", CAUSE_BACKEND,
	    "Amazon SES: try again" },
	{ "EMAIL-SMTP.EU-WEST-1.AMAZONAWS.COM", NULL,
	    "454 Throttling failure: Daily message quota exceeded.", CAUSE_RATE,
	    "Amazon SES: sending quota used up" },
	{ "email-smtp.eu-west-1.amazonaws.com", NULL,
	    "554 Message rejected: Email address is not verified.",
	    CAUSE_SENDER, "Amazon SES: verify the identity in this region" },
	{ "smtp.gmail.com", NULL, "454 4.7.0 Too many login attempts",
	    CAUSE_RATE, "Gmail: checked too often: lengthen the interval" },
	{ "smtp.gmail.com", NULL, "501 5.5.2 Cannot Decode response",
	    CAUSE_PROTOCOL, "Gmail: malformed XOAUTH2 response" },
	{ "smtp.office365.com", NULL, "535 5.7.3 Authentication unsuccessful",
	    CAUSE_CREDENTIAL,
	    "Microsoft 365: wrong password, SMTP AUTH switched off, or a "
	    "token for the wrong audience or scope" },
	{ "smtp.sendgrid.net", NULL,
	    "535 Authentication failed: The provided authorization grant is "
	    "invalid, expired, or revoked",
	    CAUSE_CREDENTIAL, "SendGrid: make a new API key" },
	{ "smtp.yandex.com", NULL,
	    "553 5.7.1 Sender address rejected: not owned by auth user.",
	    CAUSE_SENDER,
	    "Yandex: the account does not own the address; MAIL FROM:<> is "
	    "refused too: probe with a real sender (-f)" },
	{ "smtp.zoho.eu", NULL, "554 5.7.8 Access Restricted", CAUSE_POLICY,
	    "Zoho: SMTP is off for the account or no part of its plan, or it "
	    "needs an app password" },
	/* Another provider's name is none. */
	{ "smtp.sendgrid.net", NULL, "535 Authentication Credentials Invalid",
	    CAUSE_CREDENTIAL, "wrong user or password" },
};

static void
test_providers(void **state)
{
	struct failure x = { .outcome = SMTP_AUTH_REJECTED };
	struct settings o = some_options();
	char host[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(provider_rows); i++) {
		snprintf(host, sizeof host, "%s",
		    provider_rows[i].host != NULL ? provider_rows[i].host
						  : "mail.example.org");
		o.host = host;
		x.reply = provider_rows[i].reply;
		x.greeting = provider_rows[i].greeting;
		expect_verdict(x.reply, &o, &x, provider_rows[i].cause,
		    provider_rows[i].hint);
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
	"525 5.7.1 Account is disabled.",
	"525 Account is disabled.",
	"523 5.7.11 Encryption Needed",
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
	"550 5.7.30 Basic authentication is not supported",
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
		expect_verdict(unknown[i], &o, &x, CAUSE_UNKNOWN, "");
	}
}

/* The row of this code for this text, as the verdict would ask for it. */
static const struct hint *
find_row(const char *host, const char *greeting, const char *reply)
{
	struct smtp_reply r = {
		.code = atoi(reply), .text = reply, .len = strlen(reply)
	};
	struct buf text = BUF_INIT(4096);
	const struct hint *h;
	const char *line, *code = "";
	char enhanced[16];
	size_t pos = 0, n = smtp_reply_enhanced(&r, &code), skip;

	snprintf(enhanced, sizeof enhanced, "%.*s", (int)n, code);
	while (smtp_reply_line(&r, &pos, &line, &skip))
		assert_int_equal(buf_addf(&text, " %.*s", (int)skip, line), 0);
	h = hints_find(&(struct hint_query){ .code = r.code,
	    .enhanced = enhanced,
	    .text = buf_str(&text),
	    .host = host,
	    .greeting = greeting });
	buf_free(&text);
	return h;
}

/* Nobody adds a row without a reply that shows it at work. */
static void
test_every_row_has_a_reply(void **state)
{
	const struct hint *h;
	size_t i;

	(void)state;
	for (h = hints_table; h->code != 0; h++) {
		for (i = 0; i < COUNT(rows); i++)
			if (find_row(NULL, NULL, rows[i].reply) == h)
				break;
		if (i < COUNT(rows))
			continue;
		for (i = 0; i < COUNT(provider_rows); i++)
			if (find_row(provider_rows[i].host,
				provider_rows[i].greeting,
				provider_rows[i].reply) == h)
				break;
		if (i == COUNT(provider_rows))
			fail_msg("no reply for %d %s", h->code, h->text);
	}
}

/* What JSON calls it, and a letter for each trait (Secret, Vague, Limit). */
static void
test_causes(void **state)
{
	static const struct {
		const char *name;
		const char *traits;
	} causes[CAUSES] = {
		[CAUSE_UNKNOWN] = { NULL, "S" },
		[CAUSE_CREDENTIAL] = { "credential", "SV" },
		[CAUSE_ACCOUNT] = { "account", "" },
		[CAUSE_POLICY] = { "policy", "" },
		[CAUSE_BACKEND] = { "backend", "" },
		[CAUSE_RATE] = { "rate", "L" },
		[CAUSE_ENCRYPTION] = { "encryption", "" },
		[CAUSE_MECHANISM] = { "mechanism", "" },
		[CAUSE_SENDER] = { "sender", "" },
		[CAUSE_PROTOCOL] = { "protocol", "" },
		[CAUSE_TOKEN] = { "token", "S" },
	};
	static const char letters[] = "SVL";
	enum cause c;
	size_t k;

	(void)state;
	assert_null(cause_name(CAUSE_UNKNOWN));
	for (c = CAUSE_UNKNOWN; c < CAUSES; c++) {
		if (c != CAUSE_UNKNOWN)
			assert_string_equal(cause_name(c), causes[c].name);
		for (k = 0; letters[k] != '\0'; k++)
			assert_int_equal(
			    cause_has(c, (enum cause_trait)(1 << k)),
			    strchr(causes[c].traits, letters[k]) != NULL);
	}
}

static void
test_every_row_is_whole(void **state)
{
	const struct hint *h;
	const char *c;

	(void)state;
	assert_int_not_equal(hints_table[0].code, 0);
	for (h = hints_table; h->code != 0; h++) {
		if (h->code != CHALLENGE && h->code != HINT_SIGN &&
		    (h->code < 400 || h->code > 599))
			fail_msg("%d %s refuses nothing", h->code, h->text);
		if (h->enhanced != NULL &&
		    h->enhanced[0] - '0' != h->code / 100)
			fail_msg(
			    "%d does not go with %s", h->code, h->enhanced);
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
				  "\"scope\":\"mail\"}";

/* The challenge's error says why; the reply after it only that. */
static void
test_challenge_errors(void **state)
{
	static const char token[] =
	    "access token expired, or not valid for this server or user";
	static const struct {
		const char *what;
		struct failure failure;
		enum cause cause;
		const char *hint;
	} cases[] = {
		{ "before an unknown reply",
		    { SMTP_AUTH_REJECTED, zorp, known_error, NULL },
		    CAUSE_TOKEN, token },
		{ "before a reply about passwords",
		    { SMTP_AUTH_REJECTED, credential, known_error, NULL },
		    CAUSE_TOKEN, token },
		{ "before a reply with another cause",
		    { SMTP_AUTH_REJECTED, policy, known_error, NULL },
		    CAUSE_TOKEN, token },
		{ "the shortest",
		    { SMTP_AUTH_REJECTED, zorp,
			"{\"status\":\"invalid_token\"}", NULL },
		    CAUSE_TOKEN, token },
		{ "status 400 of nobody known",
		    { SMTP_AUTH_REJECTED, zorp,
			"{\"status\":\"400\",\"schemes\":\"Bearer\"}", NULL },
		    CAUSE_TOKEN,
		    "access token expired, or lacks the scope for mail" },
		{ "unknown both",
		    { SMTP_AUTH_REJECTED, zorp, "{\"status\":\"500\"}", NULL },
		    CAUSE_UNKNOWN, "" },
		{ "unknown: no password was used",
		    { SMTP_AUTH_REJECTED, credential, "{\"status\":\"500\"}",
			NULL },
		    CAUSE_UNKNOWN, "" },
		{ "unknown, but the reply says why",
		    { SMTP_AUTH_REJECTED, policy, "{\"status\":\"500\"}",
			NULL },
		    CAUSE_POLICY,
		    "Microsoft 365: passwords no longer work: use XOAUTH2" },
		{ "cut off",
		    { SMTP_AUTH_REJECTED, zorp, "{\"status\":\"401\"", NULL },
		    CAUSE_UNKNOWN, "" },
	};
	const struct settings o = some_options();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		expect_verdict(cases[i].what, &o, &cases[i].failure,
		    cases[i].cause, cases[i].hint);
}

/* Only where the reply is what the condition is about. */
static void
test_outcomes(void **state)
{
	static const struct {
		enum smtp_outcome outcome;
		bool hinted;
	} cases[] = {
		{ SMTP_OK, false },
		{ SMTP_GREETING_REFUSED, true },
		{ SMTP_EHLO_REFUSED, true },
		{ SMTP_STARTTLS_MISSING, true },
		{ SMTP_MECHANISM_MISSING, false },
		{ SMTP_MECHANISM_REFUSED, true },
		{ SMTP_SECRET_TOO_LONG, false },
		{ SMTP_AUTH_REJECTED, true },
		{ SMTP_AUTH_TEMPORARY, true },
		{ SMTP_SENDER_REFUSED, true },
		{ SMTP_RECIPIENT_REFUSED, true },
		{ SMTP_PROTOCOL_BROKEN, true },
		{ SMTP_DISCONNECTED, false },
		{ SMTP_NO_MEMORY, false },
	};
	const struct settings o = some_options();
	struct failure x = { .reply = "525 5.7.13 Off" };
	char what[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(what, sizeof what, "outcome %d", cases[i].outcome);
		x.outcome = cases[i].outcome;
		expect_verdict(what, &o, &x,
		    cases[i].hinted ? CAUSE_ACCOUNT : CAUSE_UNKNOWN,
		    cases[i].hinted ? "the account is disabled" : "");
	}
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
	expect_verdict("rejected as expected", &o, &x, CAUSE_UNKNOWN, "");

	/* STARTTLS was not offered: the last reply is that to EHLO. */
	o = some_options();
	x = (struct failure){ SMTP_STARTTLS_MISSING, "250 mail.example.org",
		NULL, NULL };
	expect_verdict("not offered", &o, &x, CAUSE_UNKNOWN, "");

	/* A policy of the user's outweighs the server's temporary trouble. */
	x = (struct failure){ SMTP_AUTH_TEMPORARY,
		"454 4.7.0 Temporary authentication failure.", NULL, NULL };
	o.require_extension.word[o.require_extension.count++] = starttls;
	o.require_mechanism.word[o.require_mechanism.count++] = xoauth2;
	expect_verdict("the login's own", &o, &x, CAUSE_BACKEND,
	    "the server's auth backend is down or overloaded");
	o.state_of[CONDITION_AUTH_TEMPORARY] = STATUS_WARNING;
	expect_verdict("an extension", &o, &x, CAUSE_UNKNOWN, "");
	o.state_of[CONDITION_EXTENSION] = STATUS_OK;
	expect_verdict("a required mechanism", &o, &x, CAUSE_UNKNOWN, "");
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
		cmocka_unit_test(test_providers),
		cmocka_unit_test(test_unknown_replies),
		cmocka_unit_test(test_every_row_has_a_reply),
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_every_row_is_whole),
		cmocka_unit_test(test_challenge_errors),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_other_conditions),
		cmocka_unit_test(test_other_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
