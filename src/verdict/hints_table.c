/* The replies seen, and nothing else; verdict/hints.c looks them up. */

#include <stddef.h>

#include "verdict/hints.h"

#define ANYWHERE NULL
#define AT_AMAZON "amazonaws.com|SimpleEmailService"
#define AT_GOOGLE "gmail|google|gsmtp"
#define AT_MICROSOFT "office365|outlook|exchangelabs"
#define AT_SENDGRID "sendgrid"
#define AT_YANDEX "yandex"
#define AT_ZOHO "zoho"

static const char less_often[] =
    "the server limits log-ins or connections: check less often, and not "
    "from many places at once";

/*
 * The advice names a provider only where the text can be nobody else's, or
 * where host, greeting or reply show who it is: a wrong name is worse than
 * none.  Of rows with the same text the more particular goes first.
 */
const struct hint hints_table[] = {
	/* Postfix */
	{ 535, "5.7.8", "Error: authentication failed: …", "credential",
	    "wrong user or password, or the mechanism's verifier is missing on "
	    "the server",
	    ANYWHERE },
	{ 454, "4.7.0", "Temporary authentication failure: …", "backend",
	    "the server's SASL backend (dovecot auth, saslauthd) is down; the "
	    "password was not judged",
	    ANYWHERE },
	{ 504, "5.5.4",
	    "Encryption required for requested authentication mechanism",
	    "encryption", "use STARTTLS (-S) or implicit TLS (-s)", ANYWHERE },
	{ 538, "5.7.11",
	    "Encryption required for requested authentication mechanism",
	    "encryption", "use STARTTLS (-S) or implicit TLS (-s)", ANYWHERE },
	{ 503, "5.5.1", "Error: authentication not enabled", "mechanism",
	    "AUTH is not offered on this port; it usually is on 587 or 465",
	    ANYWHERE },
	{ 530, "5.7.0", "Must issue a STARTTLS command first", "encryption",
	    "use STARTTLS (-S)", ANYWHERE },
	{ 450, "4.7.1", "Error: too many AUTH commands from …", "rate",
	    "checked too often: lengthen the interval", ANYWHERE },
	{ 553, "5.7.1", "Sender address rejected: not owned by user …",
	    "sender",
	    "smtpd_sender_login_maps does not give this account the address",
	    ANYWHERE },
	{ 553, "5.7.1", "Sender address rejected: not logged in", "sender",
	    "the sender address needs a login", ANYWHERE },
	{ 554, "5.5.0", "Error: SMTP protocol synchronization", "protocol",
	    "commands were sent before their turn", ANYWHERE },

	/* Dovecot */
	{ 535, "5.7.8", "Authentication failed.", "credential",
	    "wrong user or password, or an expired password", ANYWHERE },
	{ 454, "4.7.0", "Temporary authentication failure.", "backend",
	    "the server's auth backend is down or overloaded", ANYWHERE },
	{ 525, "5.7.13", "…", "account", "the account is disabled", ANYWHERE },
	{ 523, "5.7.10", "…", "encryption",
	    "the mechanism needs TLS: use STARTTLS (-S) or implicit TLS "
	    "(-s)",
	    ANYWHERE },
	/* Google's answer has this status too, with "bearer mac". */
	{ 334, NULL, "{\"status\":\"401\",\"schemes\":\"bearer…", "token",
	    "access token expired, or not valid for this server or user",
	    ANYWHERE },
	{ 334, NULL, "{\"status\":\"invalid_token\",…", "token",
	    "access token expired, or not valid for this server or user",
	    ANYWHERE },

	/* Exim */
	{ 535, NULL, "Incorrect authentication data", "credential",
	    "wrong user or password", ANYWHERE },
	{ 435, NULL, "Unable to authenticate at present", "backend",
	    "the look-up behind the server's authenticator failed; the "
	    "password was not judged",
	    ANYWHERE },
	{ 503, NULL, "AUTH command used when not advertised", "mechanism",
	    "AUTH is offered on another port, or only with TLS: use STARTTLS "
	    "(-S) or implicit TLS (-s)",
	    ANYWHERE },
	{ 504, NULL, "… authentication mechanism not supported", "mechanism",
	    "the mechanism is not configured on the server", ANYWHERE },

	/* Gmail */
	{ 535, "5.7.8", "Username and Password not accepted …BadCredentials",
	    "credential",
	    "Gmail: the app password is wrong or was revoked (changing the "
	    "account's password revokes it)",
	    ANYWHERE },
	{ 534, "5.7.9",
	    "Application-specific password required …InvalidSecondFactor",
	    "policy",
	    "Gmail: 2-step verification is on: make an app password or use "
	    "XOAUTH2",
	    ANYWHERE },
	{ 534, "5.7.9", "Please log in with your web browser and then try…",
	    "account", "Gmail: sign in once in a browser and approve",
	    ANYWHERE },
	{ 534, "5.7.14", "Please log in via your web browser…", "account",
	    "Gmail: sign in once in a browser and approve", ANYWHERE },
	{ 535, "5.7.1", "Username and Password not accepted", "credential",
	    "wrong user or password, or SMTP is off for the account",
	    ANYWHERE },
	{ 550, "5.4.5", "Daily user sending limit exceeded", "rate",
	    "the account's daily sending limit is used up", ANYWHERE },
	{ 454, "4.7.0", "Too many login attempts…", "rate",
	    "Gmail: checked too often: lengthen the interval", AT_GOOGLE },
	{ 454, "4.7.0", "Too many login attempts…", "rate",
	    "checked too often: lengthen the interval", ANYWHERE },
	{ 334, NULL, "{\"status\":\"400\",\"schemes\":\"Bearer\",…}", "token",
	    "Gmail: access token expired, or lacks the mail scope", AT_GOOGLE },
	{ 334, NULL, "{\"status\":\"400\",\"schemes\":\"Bearer\",…}", "token",
	    "access token expired, or lacks the scope for mail", ANYWHERE },
	{ 501, "5.5.2", "Cannot Decode response", "protocol",
	    "Gmail: malformed XOAUTH2 response", AT_GOOGLE },
	{ 501, "5.5.2", "Cannot Decode response", "protocol",
	    "the server could not decode the response to AUTH", ANYWHERE },

	/* Microsoft 365 and Exchange */
	{ 535, "5.7.3", "Authentication unsuccessful", "credential",
	    "Microsoft 365: wrong password, SMTP AUTH switched off, or a "
	    "token for the wrong audience or scope",
	    AT_MICROSOFT },
	{ 535, "5.7.3", "Authentication unsuccessful", "credential",
	    "wrong user or password, or the account may not use SMTP AUTH",
	    ANYWHERE },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, SmtpClientAuthentication is "
	    "disabled for the Tenant…",
	    "policy",
	    "Microsoft 365: enable SMTP AUTH for the tenant or the mailbox",
	    ANYWHERE },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, SmtpClientAuthentication is "
	    "disabled for the Mailbox…",
	    "policy", "Microsoft 365: enable SMTP AUTH for this mailbox",
	    ANYWHERE },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, basic authentication is disabled",
	    "policy", "Microsoft 365: passwords no longer work: use XOAUTH2",
	    ANYWHERE },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, the user credentials were incorrect",
	    "credential", "Microsoft 365: wrong password", ANYWHERE },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, the request did not meet the "
	    "criteria…",
	    "policy",
	    "Microsoft 365: an authentication policy or mailbox setting "
	    "forbids it",
	    ANYWHERE },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, user is locked by your "
	    "organization's security defaults policy",
	    "policy", "Microsoft 365: security defaults block SMTP AUTH",
	    ANYWHERE },
	{ 550, "5.7.30",
	    "Basic authentication is not supported for Client Submission.",
	    "policy", "Microsoft 365: passwords no longer work: use XOAUTH2",
	    ANYWHERE },
	{ 530, "5.7.57",
	    "Client was not authenticated to send anonymous mail during MAIL "
	    "FROM",
	    "policy", "log in first (-U with a secret)", ANYWHERE },
	{ 530, "5.7.57", "Client not authenticated to send mail", "policy",
	    "log in first (-U with a secret)", ANYWHERE },
	{ 550, "5.7.60",
	    "Client does not have permissions to send as this sender", "sender",
	    "Exchange, Microsoft 365: grant the account Send As", ANYWHERE },
	{ 554, "5.2.252", "SendAsDenied; …", "sender",
	    "Exchange, Microsoft 365: grant the account Send As", ANYWHERE },
	{ 421, "4.7.66", "TLS 1.0 and 1.1 are not supported…", "encryption",
	    "use TLS 1.2 or later", ANYWHERE },
	{ 432, "4.3.2", "Concurrent connections limit exceeded…", "rate",
	    "run fewer checks at once", ANYWHERE },
	{ 432, "4.3.2", "STOREDRV.ClientSubmit; sender thread limit exceeded",
	    "rate", "run fewer checks at once", ANYWHERE },
	{ 421, "4.4.2",
	    "Message submission rate for this client has exceeded the "
	    "configured limit",
	    "rate", "Exchange, Microsoft 365: check less often", ANYWHERE },

	/* Amazon SES: its texts are common words, so it must be seen. */
	{ 535, NULL, "Authentication Credentials Invalid", "credential",
	    "Amazon SES: SMTP key deleted, from another region, or only just "
	    "made",
	    AT_AMAZON },
	{ 535, NULL, "Authentication Credentials Invalid", "credential",
	    "wrong user or password", ANYWHERE },
	{ 535, NULL, "Account not subscribed to SES", "account",
	    "Amazon SES: wrong region or account", ANYWHERE },
	{ 454, NULL, "Temporary authentication failure", "backend",
	    "Amazon SES: try again", AT_AMAZON },
	{ 454, NULL, "Temporary authentication failure", "backend",
	    "the server cannot check log-ins now: see its log; the password "
	    "was not judged",
	    ANYWHERE },
	{ 454, NULL, "Throttling failure: …", "rate",
	    "Amazon SES: sending quota used up", AT_AMAZON },
	{ 454, NULL, "Throttling failure: …", "rate", less_often, ANYWHERE },
	{ 554, NULL, "Access denied: User … ses:SendRawEmail…", "policy",
	    "Amazon SES: the IAM policy lacks the right ses:SendRawEmail",
	    ANYWHERE },
	{ 554, NULL, "Message rejected: Email address is not verified…",
	    "sender", "Amazon SES: verify the identity in this region",
	    AT_AMAZON },
	{ 554, NULL, "Message rejected: Email address is not verified…",
	    "sender", "the provider has yet to verify the sender address",
	    ANYWHERE },

	/* SendGrid */
	{ 535, NULL,
	    "Authentication failed: The provided authorization grant is "
	    "invalid, expired, or revoked",
	    "credential", "SendGrid: make a new API key", AT_SENDGRID },
	{ 535, NULL,
	    "Authentication failed: The provided authorization grant is "
	    "invalid, expired, or revoked",
	    "credential", "make a new key at the provider", ANYWHERE },
	{ 451, NULL, "Authentication failed: Maximum credits exceeded",
	    "account", "billing at the provider, not the key", ANYWHERE },
	{ 550, NULL, "Unauthenticated senders not allowed", "policy",
	    "AUTH was skipped: log in first (-U with a secret)", ANYWHERE },

	/* Mailgun */
	{ 535, "5.7.0", "Mailgun is not loving your login or password",
	    "credential", "Mailgun: wrong password", ANYWHERE },

	/* Zoho */
	{ 554, "5.7.8", "Access Restricted", "policy",
	    "Zoho: SMTP is off for the account or no part of its plan, or it "
	    "needs an app password",
	    AT_ZOHO },
	{ 554, "5.7.8", "Access Restricted", "policy",
	    "the account may not use SMTP: look into its settings", ANYWHERE },
	{ 550, "5.4.6", "Unusual sending activity detected", "account",
	    "the provider has stopped the account's sending: sign in there",
	    ANYWHERE },

	/* Mail.ru */
	{ 535, "5.7.0",
	    "NEOBHODIM parol prilozheniya …Application password is REQUIRED",
	    "policy", "Mail.ru: make an app password", ANYWHERE },

	/* Brevo */
	{ 525, "5.7.1", "Unauthorized IP address", "policy",
	    "the account admits log-ins from known addresses only: add this "
	    "machine's at the provider",
	    ANYWHERE },

	/* Yahoo; seen also for an account's own password. */
	{ 535, "5.7.0", "(#AUTH005) Too many bad auth attempts", "rate",
	    "Yahoo: too many failed log-ins: wait, then check less often, and "
	    "with an app password",
	    ANYWHERE },

	/* Yandex */
	{ 535, "5.7.8",
	    "Error: authentication failed: This user does not have access "
	    "rights to this service",
	    "policy",
	    "the account does not admit mail programs: allow them in its "
	    "settings, with an app password",
	    ANYWHERE },
	{ 553, "5.7.1", "Sender address rejected: not owned by auth user.",
	    "sender",
	    "Yandex: the account does not own the address; MAIL FROM:<> is "
	    "refused too: probe with a real sender (-f)",
	    AT_YANDEX },
	{ 553, "5.7.1", "Sender address rejected: not owned by auth user.",
	    "sender",
	    "the account does not own the address: probe with one that it "
	    "owns (-f)",
	    ANYWHERE },

	/* What limits say whoever sets them. */
	{ HINT_SIGN, NULL, "too many connections", "rate", less_often,
	    ANYWHERE },
	{ HINT_SIGN, NULL, "too many open connections", "rate", less_often,
	    ANYWHERE },
	{ HINT_SIGN, NULL, "too many concurrent", "rate", less_often,
	    ANYWHERE },
	{ HINT_SIGN, NULL, "too many simultaneous", "rate", less_often,
	    ANYWHERE },
	{ HINT_SIGN, NULL, "too many sessions", "rate", less_often, ANYWHERE },
	{ HINT_SIGN, NULL, "too many new TLS sessions", "rate", less_often,
	    ANYWHERE },
	{ HINT_SIGN, NULL, "too many auth…", "rate", less_often, ANYWHERE },
	{ HINT_SIGN, NULL, "too many failed…", "rate", less_often, ANYWHERE },
	{ HINT_SIGN, NULL, "too many log-in…", "rate", less_often, ANYWHERE },
	{ HINT_SIGN, NULL, "too many login…", "rate", less_often, ANYWHERE },
	{ HINT_SIGN, NULL, "too many bad auth…", "rate", less_often, ANYWHERE },
	{ HINT_SIGN, NULL, "connections limit exceeded", "rate", less_often,
	    ANYWHERE },
	{ HINT_SIGN, NULL, "connection limit exceeded", "rate", less_often,
	    ANYWHERE },
	{ HINT_SIGN, NULL, "rate limit…", "rate", less_often, ANYWHERE },
	{ HINT_SIGN, NULL, "throttl…", "rate", less_often, ANYWHERE },
	{ 0, NULL, NULL, NULL, NULL, NULL },
};
