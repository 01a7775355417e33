/* test: log in with the account's token through the plugin. */

#include "oauth2/command.h"
#include "oauth2/renew.h"
#include "signin/login.h"

int
command_test(const struct command_line *l, struct failure *f)
{
	struct failure behind = { .class = FAILURE_NONE };
	struct command_account c;
	struct renewed t;

	renewed_init(&t);
	if (command_open(&c, l, true, f) == 0) {
		if (renew_get(&c.store, &c.account, false, &t, &behind) == -1)
			*f = behind;
		else
			login_try(&c.account, &t, f);
	}
	renewed_free(&t);
	command_close(&c);
	return failure_exit_code(f);
}
