/* Whether what came is a secret; what is said where it is none, or came not. */

#include <errno.h>
#include <string.h>

#include "base/locked.h"
#include "base/process.h"
#include "base/text.h"
#include "secret/internal.h"

int
secret_fail(const struct secret_source *source, const char *what, struct err *e)
{
	if (source->kind == SECRET_TEXT || source->kind == SECRET_ASK)
		return err_set(e, ERR_SECRET, "the secret %s %s",
		    source->kind == SECRET_ASK ? "typed"
					       : "on the command line",
		    what);
	if (source->kind == SECRET_CMD)
		return err_set(e, ERR_SECRET, "cmd: its output %s", what);
	return err_set(e, ERR_SECRET, "%s%.*s %s", secret_prefix(source->kind),
	    text_cut(source->text, SECRET_SHOWN_MAX), source->text, what);
}

int
secret_fail_errno(const struct secret_source *source, int number, struct err *e)
{
	const bool is_fd =
	    source->kind == SECRET_FD || source->kind == SECRET_STDIN;
	const char *text = source->text;
	char why[PROCESS_WHY_MAX];

	if (is_fd && number == EBADF)
		return secret_fail(
		    source, "is not open: who runs this must pass it on", e);
	if (is_fd && number == EBUSY)
		return secret_fail(
		    source, "is being read by another check already", e);
	process_why(why, number);
	return err_set(e, ERR_SECRET, "%s%.*s: %s", secret_prefix(source->kind),
	    text_cut(text, SECRET_SHOWN_MAX), text, why);
}

int
secret_take(const struct secret_source *source, const char *text, size_t len,
    struct secret *out, struct err *e)
{
	char *pages;

	if (len == 0)
		return secret_fail(source, "is empty", e);
	if (len > SECRET_MAX)
		return secret_fail(source, SECRET_TOO_LONG, e);
	if (memchr(text, '\0', len) != NULL)
		return secret_fail(source, "holds a NUL byte", e);
	if ((pages = locked_new(len)) == NULL)
		return err_nomem(e);
	memcpy(pages, text, len);
	out->value = pages;
	out->len = len;
	return 0;
}
