/* The table of the commands. */

#include <stddef.h>

#include "oauth2/command.h"

const struct command commands[] = {
	{ "setup", "NAME [options]", "sign in, write it down, try a login",
	    command_setup, true, true },
	{ "token", "NAME", "print an access token, renewed if need be",
	    command_token, true, false },
	{ "renew", "NAME | --all", "renew now; for a timer", command_renew,
	    false, false },
	{ "status", "[NAME] [--json]", "how the accounts are; a plugin, too",
	    command_status, false, false },
	{ "test", "NAME", "log in with it through check_smtp_auth",
	    command_test, true, false },
	{ "revoke", "NAME", "have the provider forget the sign-in",
	    command_revoke, true, false },
	{ "remove", "NAME", "forget what is kept of an account", command_remove,
	    true, false },
	{ "providers", "", "list the providers known", command_providers, false,
	    false },
	{ NULL, NULL, NULL, NULL, false, false },
};
