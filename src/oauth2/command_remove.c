/* remove: forget what is kept of an account. */

#include <stdio.h>
#include <unistd.h>

#include "oauth2/command.h"

static int
remove_files(const struct store *s, const char *name, struct failure *f)
{
	int lock = store_lock(s, name, STORE_TRY, f), rc = -1;

	if (lock == -2) {
		failure_set(f, FAILURE_TEMPORARY,
		    "%s is being renewed at this moment", name);
		return failure_advise(f, "try again in a minute");
	}
	if (lock == -1)
		return -1;
	/* The lock last: who waits for it sees that it is gone. */
	if (store_remove(s, name, "token", f) == 0 &&
	    store_remove(s, name, "json", f) == 0)
		rc = store_remove(s, name, "lock", f);
	close(lock);
	return rc;
}

int
command_remove(const struct command_line *l, struct failure *f)
{
	struct store store = { .folder = -1 };

	if (store_open(&store, store_path(l->state_dir), false, f) == 0 &&
	    remove_files(&store, l->name, f) == 0)
		printf("%s: token and refresh token are removed; the section "
		       "in oauth2.ini, and what the provider knows of the "
		       "sign-in, stay\n",
		    l->name);
	store_close(&store);
	return failure_exit_code(f);
}
