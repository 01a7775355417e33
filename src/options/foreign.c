/* What the options of other programs are called here. */

#include "options/table.h"

#define LOGIN "-U USER and --password-from=SOURCE"
#define PASSWORD "--password-from=SOURCE"

/* Of curl, swaks, msmtp and sendEmail, where we have none of that name. */
const struct option_foreign options_foreign[] = {
	{ 'a', "auth-user", LOGIN },
	{ 'k', "no-check-certificate", "--insecure" },
	{ 'm', "max-time", "-t SECONDS" },
	{ 'u', "user", LOGIN },
	{ 0, "auth-password", PASSWORD },
	{ 0, "cacert", "--ca-file=FILE" },
	{ 0, "capath", "--ca-path=DIR" },
	{ 0, "connect-timeout", "-t SECONDS" },
	{ 0, "ehlo", "-F NAME" },
	{ 0, "helo", "-F NAME" },
	{ 0, "key", "--client-key=FILE" },
	{ 0, "mail-from", "-f ADDR" },
	{ 0, "mail-rcpt", "--rcpt=ADDR" },
	{ 0, "oauth2-bearer", "--token-from=SOURCE" },
	{ 0, "passwd", PASSWORD },
	{ 0, "passwordeval", "--password-from=cmd:COMMAND" },
	{ 0, "pinnedpubkey", "--pin=sha256//BASE64" },
	{ 0, "server", "-H HOST" },
	{ 0, "ssl-reqd", "-S" },
	{ 0, "tls-trust-file", "--ca-file=FILE" },
	{ 0, "username", "-U USER" },
	{ 0, NULL, NULL },
};
