/* The replies seen, and nothing else; verdict/hints.c looks them up. */

#include <stddef.h>

#include "verdict/hints.h"

#define ANYWHERE ""
#define AT_AMAZON "amazonaws.com|SimpleEmailService"
#define AT_GOOGLE "gmail|google|gsmtp"
#define AT_MICROSOFT "office365|outlook|exchangelabs"
#define AT_SENDGRID "sendgrid"
#define AT_YANDEX "yandex"
#define AT_ZOHO "zoho"

#define PASSWORDS_OFF                                                          \
	"Microsoft 365: passwords are off for this tenant, as they are "       \
	"by default after December 2026 for tenants that there were "          \
	"before: use a token (--token-from), or let an administrator "         \
	"allow them again for a while"

/*
 * The advice names a provider only where the text can be nobody else's, or
 * where host, greeting or reply show who it is: a wrong name is worse than
 * none.  Of rows with the same text the more particular goes first.
 */
const struct hint hints_table[] = {
	/* Postfix */
	{ 535, "5.7.8", "Error: authentication failed: …", CAUSE_CREDENTIAL,
	    "wrong user or password, or the mechanism's verifier is missing on "
	    "the server",
	    ANYWHERE },
	{ 454, "4.7.0", "Temporary authentication failure: …", CAUSE_BACKEND,
	    "the server's SASL backend (dovecot auth, saslauthd) is down; the "
	    "password was not judged",
	    ANYWHERE },
	{ 504, "5.5.4",
	    "Encryption required for requested authentication mechanism",
	    CAUSE_ENCRYPTION, "use STARTTLS (-S) or implicit TLS (-s)",
	    ANYWHERE },
	{ 538, "5.7.11",
	    "Encryption required for requested authentication mechanism",
	    CAUSE_ENCRYPTION, "use STARTTLS (-S) or implicit TLS (-s)",
	    ANYWHERE },
	{ 503, "5.5.1", "Error: authentication not enabled", CAUSE_MECHANISM,
	    "AUTH is not offered on this port; it usually is on 587 or 465",
	    ANYWHERE },
	{ 530, "5.7.0", "Must issue a STARTTLS command first", CAUSE_ENCRYPTION,
	    "use STARTTLS (-S)", ANYWHERE },
	{ 450, "4.7.1", "Error: too many AUTH commands from …", CAUSE_RATE,
	    "checked too often: lengthen the interval", ANYWHERE },
	{ 553, "5.7.1", "Sender address rejected: not owned by user …",
	    CAUSE_SENDER,
	    "smtpd_sender_login_maps does not give this account the address",
	    ANYWHERE },
	{ 553, "5.7.1", "Sender address rejected: not logged in", CAUSE_SENDER,
	    "the sender address needs a login", ANYWHERE },
	{ 554, "5.5.0", "Error: SMTP protocol synchronization", CAUSE_PROTOCOL,
	    "commands were sent before their turn", ANYWHERE },

	/* Dovecot */
	{ 535, "5.7.8", "Authentication failed.", CAUSE_CREDENTIAL,
	    "wrong user or password, or an expired password", ANYWHERE },
	{ 454, "4.7.0", "Temporary authentication failure.", CAUSE_BACKEND,
	    "the server's auth backend is down or overloaded", ANYWHERE },
	{ 525, "5.7.13", "…", CAUSE_ACCOUNT, "the account is disabled",
	    ANYWHERE },
	{ 523, "5.7.10", "…", CAUSE_ENCRYPTION,
	    "the mechanism needs TLS: use STARTTLS (-S) or implicit TLS "
	    "(-s)",
	    ANYWHERE },
	/* Google's answer has this status too, with "bearer mac". */
	/* SCRAM's e= (RFC 5802, 7). */
	{ 334, "", "invalid-proof", CAUSE_CREDENTIAL,
	    "wrong password: the server has another for this user", "" },
	{ 334, "", "unknown-user", CAUSE_CREDENTIAL,
	    "no such user, or none that has a password for SCRAM there", "" },
	{ 334, "", "channel-bindings-dont-match", CAUSE_ENCRYPTION,
	    "the server sees another TLS connection: a proxy, or somebody in "
	    "between, ends TLS and begins it anew",
	    "" },
	{ 334, "", "server-does-support-channel-binding", CAUSE_ENCRYPTION,
	    "the server has mechanisms with -PLUS that did not get here: "
	    "somebody in between may take them out of its offer",
	    "" },
	{ 334, "", "{\"status\":\"401\",\"schemes\":\"bearer…", CAUSE_TOKEN,
	    "access token expired, or not valid for this server or user",
	    ANYWHERE },
	{ 334, "", "{\"status\":\"invalid_token\",…", CAUSE_TOKEN,
	    "access token expired, or not valid for this server or user",
	    ANYWHERE },

	/* Exim */
	{ 535, "", "Incorrect authentication data", CAUSE_CREDENTIAL,
	    "wrong user or password", ANYWHERE },
	{ 435, "", "Unable to authenticate at present", CAUSE_BACKEND,
	    "the look-up behind the server's authenticator failed; the "
	    "password was not judged",
	    ANYWHERE },
	{ 503, "", "AUTH command used when not advertised", CAUSE_MECHANISM,
	    "AUTH is offered on another port, or only with TLS: use STARTTLS "
	    "(-S) or implicit TLS (-s)",
	    ANYWHERE },
	{ 504, "", "… authentication mechanism not supported", CAUSE_MECHANISM,
	    "the mechanism is not configured on the server", ANYWHERE },

	/* Gmail */
	{ 535, "5.7.8", "Username and Password not accepted …BadCredentials",
	    CAUSE_CREDENTIAL,
	    "Gmail: the app password is wrong or was revoked (changing the "
	    "account's password revokes it)",
	    ANYWHERE },
	{ 534, "5.7.9",
	    "Application-specific password required …InvalidSecondFactor",
	    CAUSE_POLICY,
	    "Gmail: 2-step verification is on: make an app password or use "
	    "XOAUTH2",
	    ANYWHERE },
	{ 534, "5.7.9", "Please log in with your web browser and then try…",
	    CAUSE_ACCOUNT, "Gmail: sign in once in a browser and approve",
	    ANYWHERE },
	{ 534, "5.7.14", "Please log in via your web browser…", CAUSE_ACCOUNT,
	    "Gmail: sign in once in a browser and approve", ANYWHERE },
	{ 535, "5.7.1", "Username and Password not accepted", CAUSE_CREDENTIAL,
	    "wrong user or password, or SMTP is off for the account",
	    ANYWHERE },
	{ 550, "5.4.5", "Daily user sending limit exceeded", CAUSE_RATE,
	    "the account's daily sending limit is used up", ANYWHERE },
	{ 454, "4.7.0", "Too many login attempts…", CAUSE_RATE,
	    "Gmail: checked too often: lengthen the interval", AT_GOOGLE },
	{ 454, "4.7.0", "Too many login attempts…", CAUSE_RATE,
	    "checked too often: lengthen the interval", ANYWHERE },
	{ 334, "", "{\"status\":\"400\",\"schemes\":\"Bearer\",…}", CAUSE_TOKEN,
	    "Gmail: access token expired, or lacks the mail scope", AT_GOOGLE },
	{ 334, "", "{\"status\":\"400\",\"schemes\":\"Bearer\",…}", CAUSE_TOKEN,
	    "access token expired, or lacks the scope for mail", ANYWHERE },
	{ 501, "5.5.2", "Cannot Decode response", CAUSE_PROTOCOL,
	    "Gmail: malformed XOAUTH2 response", AT_GOOGLE },
	{ 501, "5.5.2", "Cannot Decode response", CAUSE_PROTOCOL,
	    "the server could not decode the response to AUTH", ANYWHERE },

	/* Microsoft 365 and Exchange */
	{ 535, "5.7.3", "Authentication unsuccessful", CAUSE_CREDENTIAL,
	    "Microsoft 365: wrong password, SMTP AUTH switched off, or a "
	    "token for the wrong audience or scope",
	    AT_MICROSOFT },
	{ 535, "5.7.3", "Authentication unsuccessful", CAUSE_CREDENTIAL,
	    "wrong user or password, or the account may not use SMTP AUTH",
	    ANYWHERE },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, SmtpClientAuthentication is "
	    "disabled for the Tenant…",
	    CAUSE_POLICY,
	    "Microsoft 365: enable SMTP AUTH for the tenant or the mailbox",
	    ANYWHERE },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, SmtpClientAuthentication is "
	    "disabled for the Mailbox…",
	    CAUSE_POLICY, "Microsoft 365: enable SMTP AUTH for this mailbox",
	    ANYWHERE },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, basic authentication is disabled",
	    CAUSE_POLICY, PASSWORDS_OFF, ANYWHERE },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, the user credentials were incorrect",
	    CAUSE_CREDENTIAL, "Microsoft 365: wrong password", ANYWHERE },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, the request did not meet the "
	    "criteria…",
	    CAUSE_POLICY,
	    "Microsoft 365: an authentication policy, conditional access or a "
	    "setting of the mailbox forbids it: the account's sign-in log says "
	    "which",
	    ANYWHERE },
	{ 535, "5.7.139", "Authentication unsuccessful, …multi-factor…",
	    CAUSE_POLICY,
	    "Microsoft 365: the account wants a second factor, which no "
	    "password carries: use a token (--token-from)",
	    ANYWHERE },
	{ 535, "5.7.139", "Authentication unsuccessful, …account is disabled…",
	    CAUSE_ACCOUNT, "Microsoft 365: the account is disabled", ANYWHERE },
	{ 535, "5.7.139", "Authentication unsuccessful, …password …expired…",
	    CAUSE_ACCOUNT,
	    "Microsoft 365: the password has expired: set a new one",
	    ANYWHERE },
	{ 550, "5.7.708", "Access denied, traffic not accepted from this IP",
	    CAUSE_POLICY,
	    "Microsoft 365: this machine's address, or a new tenant, has a bad "
	    "name there: let the administrator ask Microsoft to lift it",
	    ANYWHERE },
	{ 550, "5.1.8", "Access denied, bad outbound sender", CAUSE_ACCOUNT,
	    "Microsoft 365: the account sent spam and is blocked: see "
	    "Restricted entities in the Defender portal",
	    ANYWHERE },
	{ 451, "4.7.500", "Server busy", CAUSE_RATE,
	    "Microsoft 365: check less often, and not from many places",
	    ANYWHERE },
	{ 535, "5.7.139",
	    "Authentication unsuccessful, user is locked by your "
	    "organization's security defaults policy",
	    CAUSE_POLICY, "Microsoft 365: security defaults block SMTP AUTH",
	    ANYWHERE },
	{ 550, "5.7.30",
	    "Basic authentication is not supported for Client Submission.",
	    CAUSE_POLICY, PASSWORDS_OFF, ANYWHERE },
	{ 530, "5.7.57",
	    "Client was not authenticated to send anonymous mail during MAIL "
	    "FROM",
	    CAUSE_POLICY, "log in first (-U with a secret)", ANYWHERE },
	{ 530, "5.7.57", "Client not authenticated to send mail", CAUSE_POLICY,
	    "log in first (-U with a secret)", ANYWHERE },
	{ 550, "5.7.60",
	    "Client does not have permissions to send as this sender",
	    CAUSE_SENDER, "Exchange, Microsoft 365: grant the account Send As",
	    ANYWHERE },
	{ 554, "5.2.252", "SendAsDenied; …", CAUSE_SENDER,
	    "Exchange, Microsoft 365: grant the account Send As", ANYWHERE },
	{ 421, "4.7.66", "TLS 1.0 and 1.1 are not supported…", CAUSE_ENCRYPTION,
	    "use TLS 1.2 or later", ANYWHERE },
	{ 432, "4.3.2", "Concurrent connections limit exceeded…", CAUSE_RATE,
	    "run fewer checks at once", ANYWHERE },
	{ 432, "4.3.2", "STOREDRV.ClientSubmit; sender thread limit exceeded",
	    CAUSE_RATE, "run fewer checks at once", ANYWHERE },
	{ 421, "4.4.2",
	    "Message submission rate for this client has exceeded the "
	    "configured limit",
	    CAUSE_RATE, "Exchange, Microsoft 365: check less often", ANYWHERE },

	/* Amazon SES: its texts are common words, so it must be seen. */
	{ 535, "", "Authentication Credentials Invalid", CAUSE_CREDENTIAL,
	    "Amazon SES: SMTP key deleted, from another region, or only just "
	    "made",
	    AT_AMAZON },
	{ 535, "", "Authentication Credentials Invalid", CAUSE_CREDENTIAL,
	    "wrong user or password", ANYWHERE },
	{ 535, "", "Account not subscribed to SES", CAUSE_ACCOUNT,
	    "Amazon SES: wrong region or account", ANYWHERE },
	{ 454, "", "Temporary authentication failure", CAUSE_BACKEND,
	    "Amazon SES: try again", AT_AMAZON },
	{ 454, "", "Temporary authentication failure", CAUSE_BACKEND,
	    "the server cannot check log-ins now: see its log; the password "
	    "was not judged",
	    ANYWHERE },
	{ 454, "", "Throttling failure: …", CAUSE_RATE,
	    "Amazon SES: sending quota used up", AT_AMAZON },
	{ 454, "", "Throttling failure: …", CAUSE_RATE, HINT_LESS_OFTEN,
	    ANYWHERE },
	{ 554, "", "Access denied: User … ses:SendRawEmail…", CAUSE_POLICY,
	    "Amazon SES: the IAM policy lacks the right ses:SendRawEmail",
	    ANYWHERE },
	{ 554, "", "Message rejected: Email address is not verified…",
	    CAUSE_SENDER, "Amazon SES: verify the identity in this region",
	    AT_AMAZON },
	{ 554, "", "Message rejected: Email address is not verified…",
	    CAUSE_SENDER, "the provider has yet to verify the sender address",
	    ANYWHERE },

	/* SendGrid */
	{ 535, "",
	    "Authentication failed: The provided authorization grant is "
	    "invalid, expired, or revoked",
	    CAUSE_CREDENTIAL, "SendGrid: make a new API key", AT_SENDGRID },
	{ 535, "",
	    "Authentication failed: The provided authorization grant is "
	    "invalid, expired, or revoked",
	    CAUSE_CREDENTIAL, "make a new key at the provider", ANYWHERE },
	{ 451, "", "Authentication failed: Maximum credits exceeded",
	    CAUSE_ACCOUNT, "billing at the provider, not the key", ANYWHERE },
	{ 550, "", "Unauthenticated senders not allowed", CAUSE_POLICY,
	    "AUTH was skipped: log in first (-U with a secret)", ANYWHERE },

	/* Mailgun */
	{ 535, "5.7.0", "Mailgun is not loving your login or password",
	    CAUSE_CREDENTIAL, "Mailgun: wrong password", ANYWHERE },

	/* Zoho */
	{ 554, "5.7.8", "Access Restricted", CAUSE_POLICY,
	    "Zoho: SMTP is off for the account or no part of its plan, or it "
	    "needs an app password",
	    AT_ZOHO },
	{ 554, "5.7.8", "Access Restricted", CAUSE_POLICY,
	    "the account may not use SMTP: look into its settings", ANYWHERE },
	{ 550, "5.4.6", "Unusual sending activity detected", CAUSE_ACCOUNT,
	    "the provider has stopped the account's sending: sign in there",
	    ANYWHERE },

	/* Mail.ru */
	{ 535, "5.7.0",
	    "NEOBHODIM parol prilozheniya …Application password is REQUIRED",
	    CAUSE_POLICY, "Mail.ru: make an app password", ANYWHERE },

	/* Brevo */
	{ 525, "5.7.1", "Unauthorized IP address", CAUSE_POLICY,
	    "the account admits log-ins from known addresses only: add this "
	    "machine's at the provider",
	    ANYWHERE },

	/* Yahoo; seen also for an account's own password. */
	{ 535, "5.7.0", "(#AUTH005) Too many bad auth attempts", CAUSE_LOCKED,
	    "Yahoo: too many failed log-ins: stop the check, make an app "
	    "password, then wait",
	    ANYWHERE },

	/* Yandex */
	{ 535, "5.7.8",
	    "Error: authentication failed: This user does not have access "
	    "rights to this service",
	    CAUSE_POLICY,
	    "the account does not admit mail programs: allow them in its "
	    "settings, with an app password",
	    ANYWHERE },
	{ 553, "5.7.1", "Sender address rejected: not owned by auth user.",
	    CAUSE_SENDER,
	    "Yandex: the account does not own the address; MAIL FROM:<> is "
	    "refused too: probe with a real sender (-f)",
	    AT_YANDEX },
	{ 553, "5.7.1", "Sender address rejected: not owned by auth user.",
	    CAUSE_SENDER,
	    "the account does not own the address: probe with one that it "
	    "owns (-f)",
	    ANYWHERE },

	/* The registered enhanced codes (RFC 4954, 6; RFC 5248), in any words.
	 */
	{ 535, "5.7.8", "…", CAUSE_CREDENTIAL, "wrong user or password",
	    ANYWHERE },
	{ 526, "", "Authentication failure…", CAUSE_CREDENTIAL,
	    "wrong user or password", ANYWHERE },
	{ 534, "5.7.9", "…", CAUSE_MECHANISM,
	    "the server finds the mechanism too weak for this account: allow "
	    "another (-A), or use TLS",
	    ANYWHERE },
	{ 538, "5.7.11", "…", CAUSE_ENCRYPTION,
	    "the mechanism needs TLS: use STARTTLS (-S) or implicit TLS (-s)",
	    ANYWHERE },
	{ 432, "4.7.12", "…", CAUSE_ACCOUNT,
	    "the server wants the password set anew once, by another way",
	    ANYWHERE },
	{ 535, "5.7.13", "…", CAUSE_ACCOUNT, "the account is disabled",
	    ANYWHERE },
	{ 535, "5.7.139", "…", CAUSE_POLICY,
	    "Microsoft 365: a policy of the tenant refuses the login: see the "
	    "account's sign-in log",
	    ANYWHERE },
	{ 535, "", "…", CAUSE_CREDENTIAL,
	    "wrong user or password, as far as the reply tells", ANYWHERE },
	{ 0 },
};
