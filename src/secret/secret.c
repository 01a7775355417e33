#include "secret/secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/locked.h"
#include "base/number.h"
#include "base/wipe.h"
#include "secret/internal.h"

extern char **environ;

static const struct {
	const char *prefix; /* with its colon, if text follows */
	enum secret_kind kind;
} kinds[] = {
	{ "file:", SECRET_FILE },
	{ "env:", SECRET_ENV },
	{ "fd:", SECRET_FD },
	{ "stdin", SECRET_STDIN },
	{ "ask", SECRET_ASK },
	{ "pass:", SECRET_TEXT },
	{ "cmd:", SECRET_CMD },
	{ "cred:", SECRET_CRED },
	{ "oauth2:", SECRET_OAUTH2 },
};

/* It becomes a part of a file's name and of a command. */
static bool
is_account(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-@+";
	const size_t n = strlen(name);

	return n > 0 && n <= SECRET_ACCOUNT_MAX && name[0] != '.' &&
	    name[0] != '-' && strspn(name, letters) == n;
}

/* What is wrong with the text of a source, or NULL. */
static const char *
fault_of(enum secret_kind kind, const char *text)
{
	long fd;

	switch (kind) {
	case SECRET_FILE:
		return *text == '\0' ? "file: needs a path" : NULL;
	case SECRET_ENV:
		return *text == '\0' || strchr(text, '=') != NULL
		    ? "env: needs the name of a variable"
		    : NULL;
	case SECRET_FD:
		return number_parse(text, 0, 999999, &fd) == -1
		    ? "fd: needs the number of a descriptor"
		    : NULL;
	case SECRET_CMD:
		return *text == '\0' ? "cmd: needs a command" : NULL;
	case SECRET_CRED:
		return *text == '\0' || strchr(text, '/') != NULL ||
			strcmp(text, ".") == 0 || strcmp(text, "..") == 0
		    ? "cred: needs the name of a credential, without a slash"
		    : NULL;
	case SECRET_OAUTH2:
		return !is_account(text)
		    ? "oauth2: needs the name of an account: A-Z a-z 0-9 . _ - "
		      "@ +, neither . nor - first"
		    : NULL;
	case SECRET_NONE:
	case SECRET_TEXT:
	case SECRET_STDIN:
	case SECRET_ASK:
		break;
	}
	return NULL;
}

int
secret_source_parse(const char *text, struct secret_source *out, struct err *e)
{
	const char *fault;
	size_t i, n;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		n = strlen(kinds[i].prefix);
		if (strncmp(text, kinds[i].prefix, n) == 0 &&
		    (kinds[i].prefix[n - 1] == ':' || text[n] == '\0'))
			break;
	}
	/* Not quoted: it may be the secret, given without "pass:". */
	if (i == sizeof kinds / sizeof kinds[0])
		return err_set(e, ERR_USAGE,
		    "not a source; use file:PATH, env:NAME, fd:N, stdin, "
		    "ask, cmd:COMMAND, cred:NAME, oauth2:NAME or pass:TEXT");
	if ((fault = fault_of(kinds[i].kind, text + n)) != NULL)
		return err_set(e, ERR_USAGE, "%s", fault);
	out->text = NULL;
	if (kinds[i].kind != SECRET_ASK &&
	    (out->text = strdup(text + n)) == NULL)
		return err_nomem(e);
	out->kind = kinds[i].kind;
	out->folder = NULL;
	out->instead_of = NULL;
	return 0;
}

/* A name may stand in the environment more than once. */
static void
erase_variable(const char *name)
{
	size_t n = strlen(name);
	char **v;

	for (v = environ; v != NULL && *v != NULL; v++)
		if (strncmp(*v, name, n) == 0 && (*v)[n] == '=')
			wipe(*v + n + 1, strlen(*v + n + 1));
	unsetenv(name);
}

int
secret_source_replace(struct secret_source *s, const struct secret_source *with)
{
	struct secret_source *before = s->instead_of;

	if (s->kind != SECRET_ENV) {
		wipe_free(s->text);
	} else if ((before = malloc(sizeof *before)) != NULL) {
		*before = *s;
	} else {
		wipe_free(with->text);
		return -1;
	}
	*s = *with;
	s->instead_of = before;
	return 0;
}

void
secret_source_erase(const struct secret_source *s)
{
	for (; s != NULL; s = s->instead_of)
		if (s->kind == SECRET_ENV && s->text != NULL)
			erase_variable(s->text);
}

void
secret_source_free(struct secret_source *s)
{
	struct secret_source *before;

	wipe_free(s->text);
	while ((before = s->instead_of) != NULL) {
		s->instead_of = before->instead_of;
		wipe_free(before->text);
		free(before);
	}
	*s = (struct secret_source){ .kind = SECRET_NONE };
}

const char *
secret_prefix(enum secret_kind kind)
{
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].kind == kind)
			return kinds[i].prefix;
	return "";
}

void
secret_free(struct secret *s)
{
	locked_free(s->value, s->len);
	*s = (struct secret){ 0 };
}
