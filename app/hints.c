#include "app/hints.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char varies[] = "…";

/*
 * The advice begins with the provider's name where the reply is a provider's
 * own.  Of rows with the same text those with an enhanced code go first.
 */
const struct hint hints_table[] = {
	/* Postfix */
	{ 535, "5.7.8", "Error: authentication failed: …", "credential",
	    "wrong user or password, or the mechanism's verifier is missing on "
	    "the server" },
	{ 454, "4.7.0", "Temporary authentication failure: …", "backend",
	    "the server's SASL backend (dovecot auth, saslauthd) is down; the "
	    "password was not judged" },
	{ 504, "5.5.4",
	    "Encryption required for requested authentication mechanism",
	    "encryption", "use STARTTLS (-S) or implicit TLS (-s)" },
	{ 538, "5.7.11",
	    "Encryption required for requested authentication mechanism",
	    "encryption", "use STARTTLS (-S) or implicit TLS (-s)" },
	{ 503, "5.5.1", "Error: authentication not enabled", "mechanism",
	    "AUTH is not offered on this port; it usually is on 587 or 465" },
	{ 530, "5.7.0", "Must issue a STARTTLS command first", "encryption",
	    "use STARTTLS (-S)" },
	{ 450, "4.7.1", "Error: too many AUTH commands from …", "rate",
	    "checked too often: lengthen the interval" },
	{ 553, "5.7.1", "Sender address rejected: not owned by user …",
	    "sender",
	    "smtpd_sender_login_maps does not give this account the address" },
	{ 553, "5.7.1", "Sender address rejected: not logged in", "sender",
	    "the sender address needs a login" },
	{ 554, "5.5.0", "Error: SMTP protocol synchronization", "protocol",
	    "commands were sent before their turn" },

	/* Dovecot */
	{ 535, "5.7.8", "Authentication failed.", "credential",
	    "wrong user or password, or an expired password" },
	{ 454, "4.7.0", "Temporary authentication failure.", "backend",
	    "the server's auth backend is down or overloaded" },
	{ 525, "5.7.13", "…", "account", "the account is disabled" },
	{ 523, "5.7.10", "…", "encryption",
	    "the mechanism needs TLS: use STARTTLS (-S) or implicit TLS "
	    "(-s)" },
	/* Google's answer has this status too, with "bearer mac". */
	{ 334, NULL, "{\"status\":\"401\",\"schemes\":\"bearer…", "token",
	    "access token expired, or not valid for this server or user" },
	{ 334, NULL, "{\"status\":\"invalid_token\",…", "token",
	    "access token expired, or not valid for this server or user" },

	/* Exim */
	{ 535, NULL, "Incorrect authentication data", "credential",
	    "wrong user or password" },
	{ 435, NULL, "Unable to authenticate at present", "backend",
	    "the look-up behind the server's authenticator failed; the "
	    "password was not judged" },
	{ 503, NULL, "AUTH command used when not advertised", "mechanism",
	    "AUTH is offered on another port, or only with TLS: use STARTTLS "
	    "(-S) or implicit TLS (-s)" },
	{ 504, NULL, "… authentication mechanism not supported", "mechanism",
	    "the mechanism is not configured on the server" },

	/* Gmail */
	{ 535, "5.7.8", "Username and Password not accepted …BadCredentials",
	    "credential",
	    "Gmail: the app password is wrong or was revoked (changing the "
	    "account's password revokes it)" },
	{ 534, "5.7.9",
	    "Application-specific password required …InvalidSecondFactor",
	    "policy",
	    "Gmail: 2-step verification is on: make an app password or use "
	    "XOAUTH2" },
	{ 534, "5.7.14", "Please log in via your web browser…", "account",
	    "Gmail: sign in once in a browser and approve" },
	{ 454, "4.7.0", "Too many login attempts…", "rate",
	    "Gmail: checked too often: lengthen the interval" },
	{ 334, NULL, "{\"status\":\"400\",\"schemes\":\"Bearer\",…}", "token",
	    "Gmail: access token expired, or lacks the mail scope" },
	{ 501, "5.5.2", "Cannot Decode response", "protocol",
	    "Gmail: malformed XOAUTH2 response" },

	/* Microsoft 365 and Exchange */
	{ 535, "5.7.3", "Authentication unsuccessful", "credential",
	    "Microsoft 365: wrong password, SMTP AUTH switched off, or a "
	    "token for the wrong audience or scope" },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, SmtpClientAuthentication is "
	    "disabled for the Tenant…",
	    "policy",
	    "Microsoft 365: enable SMTP AUTH for the tenant or the mailbox" },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, basic authentication is disabled",
	    "policy", "Microsoft 365: passwords no longer work: use XOAUTH2" },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, the user credentials were incorrect",
	    "credential", "Microsoft 365: wrong password" },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, the request did not meet the "
	    "criteria…",
	    "policy",
	    "Microsoft 365: an authentication policy or mailbox setting "
	    "forbids it" },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, user is locked by your "
	    "organization's security defaults policy",
	    "policy", "Microsoft 365: security defaults block SMTP AUTH" },
	{ 550, "5.7.30",
	    "Basic authentication is not supported for Client Submission.",
	    "policy", "Microsoft 365: passwords no longer work: use XOAUTH2" },
	{ 530, "5.7.57",
	    "Client was not authenticated to send anonymous mail during MAIL "
	    "FROM",
	    "policy", "log in first (-U with a secret)" },
	{ 550, "5.7.60",
	    "Client does not have permissions to send as this sender", "sender",
	    "Microsoft 365: grant the account Send As" },
	{ 554, "5.2.252", "SendAsDenied; …", "sender",
	    "Microsoft 365: grant the account Send As" },
	{ 421, "4.7.66", "TLS 1.0 and 1.1 are not supported…", "encryption",
	    "Microsoft 365: use TLS 1.2 or later" },
	{ 432, "4.3.2", "Concurrent connections limit exceeded…", "rate",
	    "Microsoft 365: run fewer checks at once" },

	/* Amazon SES */
	{ 535, NULL, "Authentication Credentials Invalid", "credential",
	    "Amazon SES: SMTP key deleted, from another region, or only just "
	    "made" },
	{ 535, NULL, "Account not subscribed to SES", "account",
	    "Amazon SES: wrong region or account" },
	{ 454, NULL, "Temporary authentication failure", "backend",
	    "Amazon SES: try again" },
	{ 454, NULL, "Throttling failure: …", "rate",
	    "Amazon SES: sending quota used up" },
	{ 554, NULL, "Access denied: User … ses:SendRawEmail…", "policy",
	    "Amazon SES: the IAM policy lacks the right ses:SendRawEmail" },
	{ 554, NULL, "Message rejected: Email address is not verified…",
	    "sender", "Amazon SES: verify the identity in this region" },

	/* SendGrid */
	{ 535, NULL,
	    "Authentication failed: The provided authorization grant is "
	    "invalid, expired, or revoked",
	    "credential", "SendGrid: make a new API key" },
	{ 451, NULL, "Authentication failed: Maximum credits exceeded",
	    "account", "SendGrid: billing, not the key" },
	{ 550, NULL, "Unauthenticated senders not allowed", "policy",
	    "SendGrid: AUTH was skipped: log in first (-U with a secret)" },

	/* Mailgun */
	{ 535, "5.7.0", "Mailgun is not loving your login or password",
	    "credential", "Mailgun: wrong password" },

	/* Yandex */
	{ 553, "5.7.1", "Sender address rejected: not owned by auth user.",
	    "sender",
	    "Yandex: the account does not own the address; MAIL FROM:<> is "
	    "refused too: probe with a real sender (-f)" },
	{ 0, NULL, NULL, NULL, NULL },
};

/* A run of fixed text, and whether a word may go on before or behind it. */
struct part {
	const char *text;
	size_t len;
	bool open_front;
	bool open_back;
};

/* The next fixed part at *pos; false after the last. */
static bool
take_part(const char **pos, struct part *p)
{
	const size_t n = sizeof varies - 1;
	const char *start = *pos, *end;

	p->open_front = strncmp(start, varies, n) == 0;
	if (p->open_front)
		start += n;
	if (*start == '\0')
		return false;
	end = strstr(start, varies);
	p->open_back = end != NULL;
	if (end == NULL)
		end = start + strlen(start);
	*pos = end;
	for (; *start == ' '; start++)
		p->open_front = false;
	for (; end > start && strchr(" :;,", end[-1]) != NULL; end--)
		p->open_back = false;
	p->text = start;
	p->len = (size_t)(end - start);
	return true;
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) != 0;
}

/* Where the part ends in text, at or behind from; NULL if it is not there. */
static const char *
find_part(const char *text, const char *from, const struct part *p)
{
	const char *end;

	for (; *from != '\0'; from++) {
		if (strncasecmp(from, p->text, p->len) != 0)
			continue;
		end = from + p->len;
		if ((p->open_front || from == text || !is_word(from[-1]) ||
			!is_word(*from)) &&
		    (p->open_back || !is_word(end[-1]) || !is_word(*end)))
			return end;
	}
	return NULL;
}

/* How many characters text has in common with what is wanted, -1: no match. */
static int
match(const char *wanted, const char *text)
{
	const char *from = text;
	struct part p;
	int common = 0;

	while (take_part(&wanted, &p)) {
		if ((from = find_part(text, from, &p)) == NULL)
			return -1;
		common += (int)p.len;
	}
	return common;
}

const struct hint *
hints_find(int code, const char *enhanced, const char *text)
{
	const struct hint *h, *best = NULL;
	int common, most = -1;

	for (h = hints_table; h->code != 0; h++) {
		if (h->code != code ||
		    (h->enhanced != NULL && strcmp(h->enhanced, enhanced) != 0))
			continue;
		common = match(h->text, text);
		if (common > most) {
			best = h;
			most = common;
		}
	}
	return best;
}
