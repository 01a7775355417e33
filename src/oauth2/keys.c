#include "oauth2/keys.h"

#include <string.h>

#include "oauth2/account.h"

#define NONE .argument = ARGUMENT_NONE, .group = KEYS_PROGRAM
#define TAKES(v) .argument = ARGUMENT_REQUIRED, .value = v
#define PROGRAM(v) TAKES(v), .group = KEYS_PROGRAM
#define ACCOUNT(v) TAKES(v), .group = KEYS_ACCOUNT
/* A string of struct account. */
#define KEEPS(f) .traits = OPTION_OWNED, .field = offsetof(struct account, f)

enum { PROGRAM_ROWS = 7 };

static const struct option_row rows[] = {
	{ .name = KEYS_CONFIG,
	    PROGRAM("FILE"),
	    .kind = KIND_FILE,
	    .help = "read the accounts from there" },
	{ .name = KEYS_STATE_DIR,
	    PROGRAM("DIR"),
	    .kind = KIND_FOLDER,
	    .help = "keep tokens there (default: $STATE_DIRECTORY, "
		    "/var/lib/check_smtp_auth)" },
	{ .name = KEYS_ALL, NONE, .help = "renew: every account" },
	{ .name = KEYS_JSON, NONE, .help = "status: as JSON" },
	{ .name = KEYS_CREDENTIAL_DAYS,
	    PROGRAM("WARN[,CRIT]"),
	    .help = "status: days that a credential must have left (default: "
		    "14,3)" },
	{ .letter = 'h', .name = KEYS_HELP, NONE, .help = "show this" },
	{ .letter = 'V',
	    .name = KEYS_VERSION,
	    NONE,
	    .help = "show the version" },

	{ .name = "provider",
	    ACCOUNT("NAME"),
	    .help = "microsoft, google, yahoo, aol, fastmail or custom" },
	{ .name = "flow",
	    ACCOUNT("FLOW"),
	    .help = "code, device, client or service (default: code)" },
	{ .name = "user", ACCOUNT("USER"), KEEPS(user), .help = "the mailbox" },
	{ .name = "client-id",
	    ACCOUNT("ID"),
	    KEEPS(client_id),
	    .help = "of the application registered with the provider" },
	{ .name = "client-secret-from",
	    ACCOUNT("SOURCE"),
	    .kind = KIND_SOURCE,
	    .help = "its secret: file:PATH, cred:NAME, cmd:COMMAND, env:NAME" },
	{ .name = "client-secret-expires",
	    ACCOUNT("DATE"),
	    .help = "when that ends: 2027-05-31" },
	{ .name = "client-auth",
	    ACCOUNT("HOW"),
	    .help = "post, basic, assertion or none (default: by what there "
		    "is)" },
	{ .name = "certificate",
	    ACCOUNT("FILE"),
	    KEEPS(certificate),
	    .kind = KIND_FILE,
	    .help = "in place of a secret, with its key" },
	{ .name = "key",
	    ACCOUNT("FILE"),
	    KEEPS(key),
	    .kind = KIND_FILE,
	    .help = "the certificate's private key (PEM)" },
	{ .name = "service-account",
	    ACCOUNT("FILE"),
	    KEEPS(service_account),
	    .kind = KIND_FILE,
	    .help = "Google's key file (JSON)" },
	{ .name = "tenant",
	    ACCOUNT("TENANT"),
	    KEEPS(tenant),
	    .help = "Microsoft: its id or domain" },
	{ .name = "cloud",
	    ACCOUNT("CLOUD"),
	    KEEPS(cloud),
	    .help = "Microsoft: global, us or china (default: global)" },
	{ .name = "scope",
	    ACCOUNT("SCOPES"),
	    KEEPS(scope),
	    .help = "in place of the provider's" },
	{ .name = "issuer",
	    ACCOUNT("URL"),
	    KEEPS(issuer),
	    .help = "custom: whose discovery document has the URLs" },
	{ .name = "token-url",
	    ACCOUNT("URL"),
	    KEEPS(token_url),
	    .help = "in place of the provider's" },
	{ .name = "auth-url",
	    ACCOUNT("URL"),
	    KEEPS(auth_url),
	    .help = "in place of the provider's" },
	{ .name = "device-url",
	    ACCOUNT("URL"),
	    KEEPS(device_url),
	    .help = "in place of the provider's" },
	{ .name = "revoke-url",
	    ACCOUNT("URL"),
	    KEEPS(revoke_url),
	    .help = "in place of the provider's" },
	{ .name = "ca-file",
	    ACCOUNT("FILE"),
	    KEEPS(ca_file),
	    .kind = KIND_FILE,
	    .help = "trust these roots in place of the system's" },
	{ .name = "proxy",
	    ACCOUNT("URL"),
	    KEEPS(proxy),
	    .help = "reach the provider through this" },
	{ .name = "timeout",
	    ACCOUNT("SECONDS"),
	    .help = "for one request (default: 30)" },
	{ .name = "host",
	    ACCOUNT("HOST"),
	    KEEPS(host),
	    .kind = KIND_HOST,
	    .help = "the mail server, for test" },
	{ .name = "port", ACCOUNT("PORT"), .help = "of it" },
	{ .name = NULL },
};

static const char *const line_groups[] = { "Options",
	"An account, in oauth2.ini without the dashes, and of setup" };
static const char *const account_groups[] = { "", "An account" };

static bool
holds_secret(const char *value)
{
	return strncmp(value, "pass:", 5) == 0;
}

const struct option_table keys_line = { .rows = rows,
	.groups = line_groups,
	.group_count = KEYS_GROUPS,
	.holds_secret = holds_secret };

const struct option_table account_table = { .rows = rows + PROGRAM_ROWS,
	.groups = account_groups,
	.group_count = KEYS_GROUPS,
	.holds_secret = holds_secret };
