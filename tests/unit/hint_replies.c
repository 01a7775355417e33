#include "tests/unit/hint_replies.h"

#include <stddef.h>

/* Whose row it is, and where that shows. */
#define ANYBODY false, NULL, NULL
#define IN_REPLY true, NULL, NULL
#define IN_HOST(name) true, name, NULL
#define NOT_IN_HOST(name) false, name, NULL
#define IN_GREETING(text) true, NULL, text

const struct hint_reply hint_replies[] = {
	/* Postfix */
	{ "535 5.7.8 Error: authentication failed: (reason unavailable)",
	    CAUSE_CREDENTIAL, "Error: authentication failed: …", ANYBODY },
	{ "454 4.7.0 Temporary authentication failure: Connection lost to "
	  "authentication server",
	    CAUSE_BACKEND, "Temporary authentication failure: …", ANYBODY },
	{ "504 5.5.4 Encryption required for requested authentication "
	  "mechanism",
	    CAUSE_ENCRYPTION,
	    "Encryption required for requested authentication mechanism",
	    ANYBODY },
	{ "538 5.7.11 Encryption required for requested authentication "
	  "mechanism",
	    CAUSE_ENCRYPTION,
	    "Encryption required for requested authentication mechanism",
	    ANYBODY },
	{ "503 5.5.1 Error: authentication not enabled", CAUSE_MECHANISM,
	    "Error: authentication not enabled", ANYBODY },
	{ "530 5.7.0 Must issue a STARTTLS command first", CAUSE_ENCRYPTION,
	    "Must issue a STARTTLS command first", ANYBODY },
	{ "450 4.7.1 Error: too many AUTH commands from probe[192.0.2.7]",
	    CAUSE_RATE, "Error: too many AUTH commands from …", ANYBODY },
	{ "553 5.7.1 <bob@example.org>: Sender address rejected: not owned by "
	  "user alice@example.org",
	    CAUSE_SENDER, "Sender address rejected: not owned by user …",
	    ANYBODY },
	{ "553 5.7.1 <bob@example.org>: Sender address rejected: not logged in",
	    CAUSE_SENDER, "Sender address rejected: not logged in", ANYBODY },
	{ "554 5.5.0 Error: SMTP protocol synchronization", CAUSE_PROTOCOL,
	    "Error: SMTP protocol synchronization", ANYBODY },

	/* Dovecot */
	{ "535 5.7.8 Authentication failed.", CAUSE_CREDENTIAL,
	    "Authentication failed.", ANYBODY },
	{ "454 4.7.0 Temporary authentication failure.", CAUSE_BACKEND,
	    "Temporary authentication failure.", ANYBODY },
	{ "525 5.7.13 Account is disabled.", CAUSE_ACCOUNT, "…", ANYBODY },
	{ "525 5.7.13", CAUSE_ACCOUNT, "…", ANYBODY },
	{ "523 5.7.10 Authentication not allowed without TLS.",
	    CAUSE_ENCRYPTION, "…", ANYBODY },
	{ "334 invalid-proof", CAUSE_CREDENTIAL, "invalid-proof", ANYBODY },
	{ "334 unknown-user", CAUSE_CREDENTIAL, "unknown-user", ANYBODY },
	{ "334 channel-bindings-dont-match", CAUSE_ENCRYPTION,
	    "channel-bindings-dont-match", ANYBODY },
	{ "334 server-does-support-channel-binding", CAUSE_ENCRYPTION,
	    "server-does-support-channel-binding", ANYBODY },
	{ "334 {\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"mail\","
	  "\"openid-configuration\":\"https://idp.example.org/\"}",
	    CAUSE_TOKEN, "{\"status\":\"401\",\"schemes\":\"bearer…", ANYBODY },
	{ "334 {\"status\":\"invalid_token\",\"scope\":\"mail\","
	  "\"openid-configuration\":\"https://idp.example.org/\"}",
	    CAUSE_TOKEN, "{\"status\":\"invalid_token\",…", ANYBODY },

	/* Exim */
	{ "535 Incorrect authentication data", CAUSE_CREDENTIAL,
	    "Incorrect authentication data", ANYBODY },
	{ "435 Unable to authenticate at present", CAUSE_BACKEND,
	    "Unable to authenticate at present", ANYBODY },
	{ "503 AUTH command used when not advertised", CAUSE_MECHANISM,
	    "AUTH command used when not advertised", ANYBODY },
	{ "504 CRAM-MD5 authentication mechanism not supported",
	    CAUSE_MECHANISM, "… authentication mechanism not supported",
	    ANYBODY },

	/* Gmail */
	{ "535-5.7.8 Username and Password not accepted. For more "
	  "information, go to\r\n"
	  "535 5.7.8  https://support.google.com/mail/?p=BadCredentials "
	  "ffacd0b85a97d-3a0 - gsmtp",
	    CAUSE_CREDENTIAL,
	    "Username and Password not accepted …BadCredentials", ANYBODY },
	{ "534-5.7.9 Application-specific password required. For more "
	  "information, go to\r\n"
	  "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor "
	  "5b1f17b1804b1-42 - gsmtp",
	    CAUSE_POLICY,
	    "Application-specific password required …InvalidSecondFactor",
	    ANYBODY },
	{ "534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1&"
	  "scc=1&plt=AKgnsbu>\r\n"
	  "534-5.7.14 Please log in via your web browser and then try "
	  "again.\r\n"
	  "534-5.7.14  Learn more at\r\n"
	  "534 5.7.14  https://support.google.com/mail/answer/78754 - gsmtp",
	    CAUSE_ACCOUNT, "Please log in via your web browser…", ANYBODY },
	{ "454 4.7.0 Too many login attempts, please try again later. - gsmtp",
	    CAUSE_RATE, "Too many login attempts…", IN_REPLY },
	{ "454 4.7.0 Too many login attempts, please try again later.",
	    CAUSE_RATE, "Too many login attempts…", ANYBODY },
	{ "534-5.7.9 Please log in with your web browser and then try again. "
	  "For more\r\n"
	  "534-5.7.9 information, go to\r\n"
	  "534 5.7.9  https://support.google.com/mail/?p=WebLoginRequired",
	    CAUSE_ACCOUNT, "Please log in with your web browser and then try…",
	    ANYBODY },
	{ "334 {\"status\":\"400\",\"schemes\":\"Bearer\",\"scope\":"
	  "\"https://mail.google.com/\"}",
	    CAUSE_TOKEN, "{\"status\":\"400\",\"schemes\":\"Bearer\",…}",
	    IN_REPLY },
	{ "334 {\"status\":\"400\",\"schemes\":\"Bearer\",\"scope\":"
	  "\"mail\"}",
	    CAUSE_TOKEN, "{\"status\":\"400\",\"schemes\":\"Bearer\",…}",
	    ANYBODY },
	{ "334 {\"status\":\"401\",\"schemes\":\"bearer mac\",\"scope\":"
	  "\"https://mail.google.com/\"}\n",
	    CAUSE_TOKEN, "{\"status\":\"401\",\"schemes\":\"bearer…", ANYBODY },
	{ "501 5.5.2 Cannot Decode response 4fb4d7f45d1cf-5c - gsmtp",
	    CAUSE_PROTOCOL, "Cannot Decode response", IN_REPLY },
	{ "501 5.5.2 Cannot Decode response", CAUSE_PROTOCOL,
	    "Cannot Decode response", ANYBODY },

	/* Microsoft 365 and Exchange */
	{ "535 5.7.3 Authentication unsuccessful "
	  "[AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
	    CAUSE_CREDENTIAL, "Authentication unsuccessful", IN_REPLY },
	{ "535 5.7.3 Authentication unsuccessful", CAUSE_CREDENTIAL,
	    "Authentication unsuccessful", ANYBODY },
	{ "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication "
	  "is disabled for the Mailbox. Visit "
	  "https://aka.ms/smtp_auth_disabled for more information.",
	    CAUSE_POLICY,
	    "Authentication unsuccessful, SmtpClientAuthentication is "
	    "disabled for the Mailbox…",
	    ANYBODY },
	{ "530 5.7.57 Client not authenticated to send mail.", CAUSE_POLICY,
	    "Client not authenticated to send mail", ANYBODY },
	{ "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication "
	  "is disabled for the Tenant. Visit "
	  "https://aka.ms/smtp_auth_disabled for more information. "
	  "[AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
	    CAUSE_POLICY,
	    "Authentication unsuccessful, SmtpClientAuthentication is "
	    "disabled for the Tenant…",
	    ANYBODY },
	{ "535 5.7.139 Authentication unsuccessful, basic authentication is "
	  "disabled. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
	    CAUSE_POLICY,
	    "Authentication unsuccessful, basic authentication is disabled",
	    ANYBODY },
	{ "535 5.7.139 Authentication unsuccessful, the user credentials were "
	  "incorrect. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
	    CAUSE_CREDENTIAL,
	    "Authentication unsuccessful, the user credentials were incorrect",
	    ANYBODY },
	{ "535 5.7.139 Authentication unsuccessful, the request did not meet "
	  "the criteria to be authenticated successfully. Contact your "
	  "administrator. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
	    CAUSE_POLICY,
	    "Authentication unsuccessful, the request did not meet the "
	    "criteria…",
	    ANYBODY },
	{ "535 5.7.139 Authentication unsuccessful, user is locked by your "
	  "organization's security defaults policy. Contact your "
	  "administrator. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
	    CAUSE_POLICY,
	    "Authentication unsuccessful, user is locked by your "
	    "organization's security defaults policy",
	    ANYBODY },
	{ "550 5.7.30 Basic authentication is not supported for Client "
	  "Submission. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
	    CAUSE_POLICY,
	    "Basic authentication is not supported for Client Submission.",
	    ANYBODY },
	{ "530 5.7.57 SMTP; Client was not authenticated to send anonymous "
	  "mail during MAIL FROM [AM0PR01CA0001.eurprd01]",
	    CAUSE_POLICY,
	    "Client was not authenticated to send anonymous mail during MAIL "
	    "FROM",
	    ANYBODY },
	{ "550 5.7.60 SMTP; Client does not have permissions to send as this "
	  "sender",
	    CAUSE_SENDER,
	    "Client does not have permissions to send as this sender",
	    ANYBODY },
	{ "554 5.2.252 SendAsDenied; alice@example.org not allowed to send as "
	  "bob@example.org",
	    CAUSE_SENDER, "SendAsDenied; …", ANYBODY },
	{ "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update "
	  "your client to support TLS 1.2.",
	    CAUSE_ENCRYPTION, "TLS 1.0 and 1.1 are not supported…", ANYBODY },
	{ "432 4.3.2 Concurrent connections limit exceeded. Visit "
	  "https://aka.ms/concurrent_sending for more information.",
	    CAUSE_RATE, "Concurrent connections limit exceeded…", ANYBODY },
	{ "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
	    CAUSE_RATE, "STOREDRV.ClientSubmit; sender thread limit exceeded",
	    ANYBODY },
	{ "421 4.4.2 Message submission rate for this client has exceeded the "
	  "configured limit",
	    CAUSE_RATE,
	    "Message submission rate for this client has exceeded the "
	    "configured limit",
	    ANYBODY },
	{ "535 5.7.1 Username and Password not accepted. Learn more at",
	    CAUSE_CREDENTIAL, "Username and Password not accepted", ANYBODY },
	{ "550 5.4.5 Daily user sending limit exceeded.", CAUSE_RATE,
	    "Daily user sending limit exceeded", ANYBODY },

	/* Amazon SES */
	{ "535 Authentication Credentials Invalid", CAUSE_CREDENTIAL,
	    "Authentication Credentials Invalid", ANYBODY },
	{ "535 Account not subscribed to SES", CAUSE_ACCOUNT,
	    "Account not subscribed to SES", ANYBODY },
	{ "454 Temporary authentication failure", CAUSE_BACKEND,
	    "Temporary authentication failure", ANYBODY },
	{ "454 4.3.0 Temporary authentication failure", CAUSE_BACKEND,
	    "Temporary authentication failure", ANYBODY },
	{ "454 Throttling failure: Maximum sending rate exceeded.", CAUSE_RATE,
	    "Throttling failure: …", ANYBODY },
	{ "554 Access denied: User `arn:aws:iam::123456789012:user/ses-smtp' "
	  "is not authorized to perform `ses:SendRawEmail' on resource "
	  "`arn:aws:ses:eu-west-1:123456789012:identity/example.org'",
	    CAUSE_POLICY, "Access denied: User … ses:SendRawEmail…", ANYBODY },
	{ "554 Message rejected: Email address is not verified. The following "
	  "identities failed the check in region EU-WEST-1: bob@example.org",
	    CAUSE_SENDER, "Message rejected: Email address is not verified…",
	    ANYBODY },

	/* SendGrid */
	{ "535 Authentication failed: The provided authorization grant is "
	  "invalid, expired, or revoked",
	    CAUSE_CREDENTIAL,
	    "Authentication failed: The provided authorization grant is "
	    "invalid, expired, or revoked",
	    ANYBODY },
	{ "451 Authentication failed: Maximum credits exceeded", CAUSE_ACCOUNT,
	    "Authentication failed: Maximum credits exceeded", ANYBODY },
	{ "550 Unauthenticated senders not allowed", CAUSE_POLICY,
	    "Unauthenticated senders not allowed", ANYBODY },

	/* Mailgun */
	{ "535 5.7.0 Mailgun is not loving your login or password",
	    CAUSE_CREDENTIAL, "Mailgun is not loving your login or password",
	    ANYBODY },

	/* Zoho */
	{ "554 5.7.8 Access Restricted", CAUSE_POLICY, "Access Restricted",
	    ANYBODY },
	{ "550 5.4.6 Unusual sending activity detected. Please try after "
	  "sometime.",
	    CAUSE_ACCOUNT, "Unusual sending activity detected", ANYBODY },

	/* Mail.ru */
	{ "535 5.7.0 NEOBHODIM parol prilozheniya "
	  "https://help.mail.ru/mail/security/protection/external / "
	  "Application password is REQUIRED",
	    CAUSE_POLICY,
	    "NEOBHODIM parol prilozheniya …Application password is REQUIRED",
	    ANYBODY },

	/* Brevo */
	{ "525 5.7.1 Unauthorized IP address", CAUSE_POLICY,
	    "Unauthorized IP address", ANYBODY },

	/* Yahoo */
	{ "535 5.7.0 (#AUTH005) Too many bad auth attempts.", CAUSE_LOCKED,
	    "(#AUTH005) Too many bad auth attempts", ANYBODY },

	/* Yandex */
	{ "535 5.7.8 Error: authentication failed: This user does not have "
	  "access rights to this service",
	    CAUSE_POLICY,
	    "Error: authentication failed: This user does not have access "
	    "rights to this service",
	    ANYBODY },
	{ "553 5.7.1 Sender address rejected: not owned by auth user.",
	    CAUSE_SENDER, "Sender address rejected: not owned by auth user.",
	    ANYBODY },

	/* Limits, whatever the code. */
	{ "421 4.7.0 mail.example.org Error: too many connections from "
	  "probe[192.0.2.7]",
	    CAUSE_RATE, "too many connections", ANYBODY },
	{ "421 4.3.2 Too many open connections.", CAUSE_RATE,
	    "too many open connections", ANYBODY },
	{ "421 mail.example.org: Too many concurrent SMTP connections; please "
	  "try again later",
	    CAUSE_RATE, "too many concurrent", ANYBODY },
	{ "421 Too many simultaneous connections", CAUSE_RATE,
	    "too many simultaneous", ANYBODY },
	{ "421 4.7.0 Too many sessions", CAUSE_RATE, "too many sessions",
	    ANYBODY },
	{ "454 4.7.0 Error: too many new TLS sessions from probe", CAUSE_RATE,
	    "too many new TLS sessions", ANYBODY },
	{ "535 5.7.0 too many failed login attempts", CAUSE_LOCKED,
	    "too many failed…", ANYBODY },
	{ "454 4.7.1 Too many log-ins", CAUSE_RATE, "too many log-in…",
	    ANYBODY },
	{ "550 Too many logins", CAUSE_RATE, "too many login…", ANYBODY },
	{ "550 5.7.1 Too many bad auth attempts", CAUSE_LOCKED,
	    "too many bad auth…", ANYBODY },
	{ "421 4.7.0 Concurrent connections limit exceeded", CAUSE_RATE,
	    "connections limit exceeded", ANYBODY },
	{ "421 4.7.0 Connection limit exceeded", CAUSE_RATE,
	    "connection limit exceeded", ANYBODY },
	{ "452 4.3.2 Connection rate limit exceeded.", CAUSE_RATE,
	    "rate limit…", ANYBODY },
	{ "421 4.1.0 192.0.2.1 Throttled - try again later", CAUSE_RATE,
	    "throttl…", ANYBODY },

	/* It outweighs what only says that the login failed. */
	{ "535 5.7.8 Error: authentication failed: too many failed attempts",
	    CAUSE_LOCKED, "too many failed…", ANYBODY },
	{ "525 5.7.13 Too many logins: disabled", CAUSE_ACCOUNT, "…", ANYBODY },

	/* In any case, and what leads over to the rest may be missing. */
	{ "535 5.7.8 ERROR: AUTHENTICATION FAILED", CAUSE_CREDENTIAL,
	    "Error: authentication failed: …", ANYBODY },
	{ "535 incorrect Authentication Data (set_id=alice)", CAUSE_CREDENTIAL,
	    "Incorrect authentication data", ANYBODY },
	{ "535-5.7.8 Error: authentication\r\n535 5.7.8 failed: later",
	    CAUSE_CREDENTIAL, "Error: authentication failed: …", ANYBODY },

	/* A word goes on where the rest touches it. */
	{ "535 5.7.8 Username and Password not accepted: "
	  "WebBadCredentials",
	    CAUSE_CREDENTIAL,
	    "Username and Password not accepted …BadCredentials", ANYBODY },
	{ "334 {\"status\":\"401\",\"schemes\":\"bearerplus\"}", CAUSE_TOKEN,
	    "{\"status\":\"401\",\"schemes\":\"bearer…", ANYBODY },

	/* Several fit: the most text, then the first. */
	{ "454 4.7.0 Temporary authentication failure", CAUSE_BACKEND,
	    "Temporary authentication failure: …", ANYBODY },
	{ "535 5.7.8 Error: authentication failed: Authentication failed.",
	    CAUSE_CREDENTIAL, "Error: authentication failed: …", ANYBODY },
	{ "535 5.7.8 Authentication failed. Incorrect authentication data",
	    CAUSE_CREDENTIAL, "Incorrect authentication data", ANYBODY },
	{ "525 5.7.13 Authentication failed.", CAUSE_ACCOUNT, "…", ANYBODY },

	/* The reasons behind a refusal, and the registered codes. */
	{ "535 5.7.8 Bad credentials", CAUSE_CREDENTIAL, "…", ANYBODY },
	{ "535 Authentication failed", CAUSE_CREDENTIAL, "…", ANYBODY },
	{ "534 5.7.9 too weak", CAUSE_MECHANISM, "…", ANYBODY },
	{ "538 5.7.11 no", CAUSE_ENCRYPTION, "…", ANYBODY },
	{ "432 4.7.12 no", CAUSE_ACCOUNT, "…", ANYBODY },
	{ "535 5.7.13 no", CAUSE_ACCOUNT, "…", ANYBODY },
	{ "535 5.7.139 Authentication unsuccessful, other", CAUSE_POLICY, "…",
	    ANYBODY },
	{ "535 5.7.8 Error: authentication failed: generic failure",
	    CAUSE_BACKEND, "generic failure", ANYBODY },
	{ "535 5.7.8 Error: authentication failed: Connection lost to "
	  "authentication server",
	    CAUSE_BACKEND, "Connection lost to authentication server",
	    ANYBODY },
	{ "535 5.7.8 Error: authentication failed: Connection to storage "
	  "server failed",
	    CAUSE_BACKEND, "Connection to …failed", ANYBODY },
	{ "535 5.7.8 Internal authentication failure", CAUSE_BACKEND,
	    "Internal authentication failure", ANYBODY },
	{ "535 5.7.8 cannot connect to saslauthd server: No such file",
	    CAUSE_BACKEND, "cannot connect to …server", ANYBODY },
	{ "535 5.7.8 Error: authentication failed: Password expired",
	    CAUSE_ACCOUNT, "Password expired", ANYBODY },
	{ "535 5.7.8 Your password has expired", CAUSE_ACCOUNT,
	    "password …has expired", ANYBODY },
	{ "535 5.7.8 Error: authentication failed: Invalid authentication "
	  "mechanism",
	    CAUSE_MECHANISM, "Invalid authentication mechanism", ANYBODY },
	{ "535 5.7.8 Error: authentication failed: another step is needed in "
	  "authentication",
	    CAUSE_MECHANISM, "another step is needed in authentication",
	    ANYBODY },
	{ "535 5.7.1 Unauthorized IP", CAUSE_POLICY, "Unauthorized IP",
	    ANYBODY },
	{ "535 5.7.1 IP not authorized", CAUSE_POLICY, "IP not authorized",
	    ANYBODY },
	{ "535 5.7.1 Your IP 192.0.2.9 is not allowed", CAUSE_POLICY,
	    "IP …not allowed", ANYBODY },
	{ "554 5.7.1 Client host [192.0.2.9] blocked using zen.example",
	    CAUSE_POLICY, "Client host …blocked", ANYBODY },
	{ "554 5.7.1 Service unavailable; blocked using zen.example",
	    CAUSE_POLICY, "blocked using", ANYBODY },
	{ "550 5.7.1 Your address is blacklisted", CAUSE_POLICY, "blacklisted",
	    ANYBODY },
	{ "535 5.7.0 Too many authentication failures", CAUSE_LOCKED,
	    "too many auth…fail…", ANYBODY },
	{ "535 5.7.0 Too many login failures", CAUSE_LOCKED,
	    "too many log…fail…", ANYBODY },
	{ "535 5.7.0 Too many failed log-ins", CAUSE_LOCKED, "too many failed…",
	    ANYBODY },
	{ "535 5.7.0 too many failures", CAUSE_LOCKED, "too many failures",
	    ANYBODY },
	{ "535 5.7.0 Too many bad auth attempts", CAUSE_LOCKED,
	    "too many bad auth…", ANYBODY },
	{ "535 5.7.0 Too many invalid attempts", CAUSE_LOCKED,
	    "too many invalid…", ANYBODY },
	{ "535 5.7.0 Too many wrong passwords", CAUSE_LOCKED, "too many wrong…",
	    ANYBODY },
	{ "535 5.7.0 Too many incorrect passwords", CAUSE_LOCKED,
	    "too many incorrect…", ANYBODY },
	{ "535 5.7.0 Too many unsuccessful attempts", CAUSE_LOCKED,
	    "too many unsuccessful…", ANYBODY },
	{ "535 5.7.8 account is temporarily locked", CAUSE_LOCKED,
	    "account …locked", ANYBODY },
	{ "535 5.7.8 The user has been locked", CAUSE_LOCKED, "user …locked",
	    ANYBODY },
	{ "535 5.7.8 You are locked out", CAUSE_LOCKED, "locked out", ANYBODY },
	{ "451 4.3.2 (rate-limit) slow down", CAUSE_RATE, "rate-limit…",
	    ANYBODY },
	{ "535 5.7.0 Too many authentication attempts", CAUSE_RATE,
	    "too many auth…", ANYBODY },
	{ "421 4.3.2 The maximum number of concurrent connections has "
	  "exceeded a limit",
	    CAUSE_RATE, "number of …connections …exceed…", ANYBODY },
	{ "421 4.3.2 The number of sessions has been exceeded", CAUSE_RATE,
	    "number of …sessions …exceed…", ANYBODY },
	{ "421 4.3.2 connections from you are over the limit", CAUSE_RATE,
	    "connections …limit", ANYBODY },

	/* Microsoft 365, more of it. */
	{ "535 5.7.139 Authentication unsuccessful, you must use multi-factor "
	  "authentication",
	    CAUSE_POLICY, "Authentication unsuccessful, …multi-factor…",
	    ANYBODY },
	{ "535 5.7.139 Authentication unsuccessful, the user account is "
	  "disabled.",
	    CAUSE_ACCOUNT, "Authentication unsuccessful, …account is disabled…",
	    ANYBODY },
	{ "535 5.7.139 Authentication unsuccessful, the user password has "
	  "expired.",
	    CAUSE_ACCOUNT, "Authentication unsuccessful, …password …expired…",
	    ANYBODY },
	{ "550 5.7.708 Service unavailable. Access denied, traffic not "
	  "accepted from this IP.",
	    CAUSE_POLICY, "Access denied, traffic not accepted from this IP",
	    ANYBODY },
	{ "550 5.1.8 Access denied, bad outbound sender AS(4200)",
	    CAUSE_ACCOUNT, "Access denied, bad outbound sender", ANYBODY },
	{ "451 4.7.500 Server busy. Please try again later from [192.0.2.9].",
	    CAUSE_RATE, "Server busy", ANYBODY },

	/* Lists of addresses. */
	{ "550 5.7.1 Your address is on our blocklist", CAUSE_POLICY,
	    "blocklist", ANYBODY },
	{ "554 5.7.1 Your address is blocklisted", CAUSE_POLICY, "blocklisted",
	    ANYBODY },
	{ "550 5.7.1 You are on a block list", CAUSE_POLICY, "block list",
	    ANYBODY },
	{ "554 5.7.1 You are on a blacklist", CAUSE_POLICY, "blacklist",
	    ANYBODY },
	{ "554 5.7.1 host mail.example.org [192.0.2.9] is listed", CAUSE_POLICY,
	    "host …listed", ANYBODY },
	{ "554 5.7.1 IP 192.0.2.9 listed", CAUSE_POLICY, "IP …listed",
	    ANYBODY },
	{ "554 5.7.1 DNSBL: zen", CAUSE_POLICY, "DNSBL…", ANYBODY },
	{ "550 Rejected by an RBL", CAUSE_POLICY, "RBL", ANYBODY },
	{ "550 5.7.1 See Spamhaus for 192.0.2.9", CAUSE_POLICY, "Spamhaus",
	    ANYBODY },
	{ "554 5.7.1 SpamCop says no", CAUSE_POLICY, "SpamCop", ANYBODY },
	{ "554 5.7.1 your address has a poor reputation", CAUSE_POLICY,
	    "poor reputation", ANYBODY },
	{ "554 5.7.1 your address has a bad reputation", CAUSE_POLICY,
	    "bad reputation", ANYBODY },

	/* What is wanted before anybody gets in. */
	{ "421 4.7.1 mail.example.org Error: No client certificate presented",
	    CAUSE_POLICY, "No client certificate", ANYBODY },
	{ "554 5.7.1 Client certificate required", CAUSE_POLICY,
	    "client certificate required", ANYBODY },
	{ "421 4.7.1 mail.example.org Error: Client certificate not trusted",
	    CAUSE_POLICY, "client certificate not trusted", ANYBODY },
	{ "503 Command refused, required Proxy negotiation failed",
	    CAUSE_PROTOCOL, "Proxy negotiation failed", ANYBODY },
	{ "550 5.7.1 <probe>: Helo command rejected: Host not found",
	    CAUSE_POLICY, "Helo command rejected", ANYBODY },
	{ "550 5.7.1 HELO argument is no name", CAUSE_POLICY, "HELO argument",
	    ANYBODY },
	{ "504 5.5.2 <probe>: need fully-qualified hostname", CAUSE_POLICY,
	    "need fully-qualified hostname", ANYBODY },
	{ "501 Invalid HELO name", CAUSE_POLICY, "invalid HELO…", ANYBODY },
	{ "501 Syntactically invalid EHLO argument(s)", CAUSE_POLICY,
	    "invalid EHLO…", ANYBODY },
	{ "454 4.7.0 TLS not available due to local problem", CAUSE_ENCRYPTION,
	    "TLS not available", ANYBODY },
	{ "454 TLS currently unavailable", CAUSE_ENCRYPTION,
	    "TLS currently unavailable", ANYBODY },
	{ "454 4.3.3 TLS is not available", CAUSE_ENCRYPTION,
	    "TLS is not available", ANYBODY },
	{ "454 TLS temporarily unavailable", CAUSE_ENCRYPTION,
	    "TLS temporarily unavailable", ANYBODY },

	/* What only a provider means by it, and how that is seen. */
	{ "535 Authentication Credentials Invalid", CAUSE_CREDENTIAL,
	    "Authentication Credentials Invalid",
	    IN_HOST("email-smtp.eu-west-1.amazonaws.com") },
	{ "454 Temporary authentication failure", CAUSE_BACKEND,
	    "Temporary authentication failure",
	    IN_GREETING(
		"email-smtp.amazonaws.com ESMTP SimpleEmailService-d-X1") },
	{ "454 Throttling failure: Daily message quota exceeded.", CAUSE_RATE,
	    "Throttling failure: …",
	    IN_HOST("EMAIL-SMTP.EU-WEST-1.AMAZONAWS.COM") },
	{ "554 Message rejected: Email address is not verified.", CAUSE_SENDER,
	    "Message rejected: Email address is not verified…",
	    IN_HOST("email-smtp.eu-west-1.amazonaws.com") },
	{ "454 4.7.0 Too many login attempts", CAUSE_RATE,
	    "Too many login attempts…", IN_HOST("smtp.gmail.com") },
	{ "501 5.5.2 Cannot Decode response", CAUSE_PROTOCOL,
	    "Cannot Decode response", IN_HOST("smtp.gmail.com") },
	{ "535 5.7.3 Authentication unsuccessful", CAUSE_CREDENTIAL,
	    "Authentication unsuccessful", IN_HOST("smtp.office365.com") },
	{ "535 Authentication failed: The provided authorization grant is "
	  "invalid, expired, or revoked",
	    CAUSE_CREDENTIAL,
	    "Authentication failed: The provided authorization grant is "
	    "invalid, expired, or revoked",
	    IN_HOST("smtp.sendgrid.net") },
	{ "553 5.7.1 Sender address rejected: not owned by auth user.",
	    CAUSE_SENDER, "Sender address rejected: not owned by auth user.",
	    IN_HOST("smtp.yandex.com") },
	{ "554 5.7.8 Access Restricted", CAUSE_POLICY, "Access Restricted",
	    IN_HOST("smtp.zoho.eu") },
	/* Another provider's name is none. */
	{ "535 Authentication Credentials Invalid", CAUSE_CREDENTIAL,
	    "Authentication Credentials Invalid",
	    NOT_IN_HOST("smtp.sendgrid.net") },
	{ NULL, CAUSE_UNKNOWN, NULL, ANYBODY },
};
