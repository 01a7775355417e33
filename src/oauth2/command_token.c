/* token: print an access token, renewed if need be. */

#include <stdio.h>

#include "oauth2/command.h"
#include "oauth2/renew.h"

enum { OUTPUT_MAX = 96 * 1024 };

static int
print(const struct renewed *t, const struct failure *f)
{
	struct buf out = BUF_INIT(OUTPUT_MAX);
	int rc = -1;

	renewed_print(t, &out);
	/* A token that is still valid, and why there is no newer one. */
	if (f->class != FAILURE_NONE)
		command_add_failure(&out, f);
	if (!out.failed && fwrite(out.data, 1, out.len, stdout) == out.len &&
	    fflush(stdout) == 0)
		rc = 0;
	buf_free(&out);
	return rc;
}

int
command_token(const struct command_line *l, struct failure *f)
{
	struct failure behind = { .class = FAILURE_NONE };
	struct command_account c;
	struct renewed t;

	/* No room for a second copy of the token. */
	setvbuf(stdout, NULL, _IONBF, 0);
	renewed_init(&t);
	if (command_open(&c, l, true, f) == 0) {
		if (renew_get(&c.store, &c.account, false, &t, &behind) == -1)
			*f = behind;
		else if (print(&t, &behind) == -1)
			failure_set(f, FAILURE_LOCAL, "cannot write the token");
	}
	renewed_free(&t);
	command_close(&c);
	return failure_exit_code(f);
}
