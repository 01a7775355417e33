#include "secret/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/descriptor.h"
#include "base/locked.h"
#include "base/number.h"
#include "base/wipe.h"
#include "secret/internal.h"

extern char **environ;

/* The first line may end in CR LF. */
enum { LINE_MAX_BYTES = SECRET_MAX + 2 };

static const char TOO_LONG[] = "is too long, more than 64 KiB";

static const struct {
	const char *prefix; /* with its colon, if text follows */
	enum secret_kind kind;
} kinds[] = {
	{ "file:", SECRET_FILE },
	{ "env:", SECRET_ENV },
	{ "fd:", SECRET_FD },
	{ "stdin", SECRET_STDIN },
	{ "pass:", SECRET_TEXT },
	{ "cmd:", SECRET_CMD },
	{ "cred:", SECRET_CRED },
};

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
	case SECRET_NONE:
	case SECRET_TEXT:
	case SECRET_STDIN:
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
		    (kinds[i].kind != SECRET_STDIN || text[n] == '\0'))
			break;
	}
	/* Not quoted: it may be the secret, given without "pass:". */
	if (i == sizeof kinds / sizeof kinds[0])
		return err_set(e, ERR_USAGE,
		    "not a source; use file:PATH, env:NAME, fd:N, stdin, "
		    "cmd:COMMAND, cred:NAME or pass:TEXT");
	if ((fault = fault_of(kinds[i].kind, text + n)) != NULL)
		return err_set(e, ERR_USAGE, "%s", fault);
	if ((out->text = strdup(text + n)) == NULL)
		return err_nomem(e);
	out->kind = kinds[i].kind;
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

void
secret_source_free(struct secret_source *s)
{
	if (s->kind == SECRET_ENV && s->text != NULL)
		erase_variable(s->text);
	wipe_free(s->text);
	s->text = NULL;
	s->kind = SECRET_NONE;
}

/*
 * How messages begin that name a source, "file:" and the like; what follows
 * is the text of the source, but never that of pass:.
 */
static const char *
prefix_of(enum secret_kind kind)
{
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].kind == kind)
			return kinds[i].prefix;
	return "";
}

static int
fail(const struct secret_source *source, struct err *e, const char *what)
{
	if (source->kind == SECRET_TEXT)
		return err_set(
		    e, ERR_SECRET, "the secret on the command line %s", what);
	if (source->kind == SECRET_CMD)
		return err_set(e, ERR_SECRET, "cmd: its output %s", what);
	return err_set(e, ERR_SECRET, "%s%.200s %s", prefix_of(source->kind),
	    source->text, what);
}

static int
fail_errno(const struct secret_source *source, struct err *e, int number)
{
	return err_set(e, ERR_SECRET, "%s%.200s: %s", prefix_of(source->kind),
	    source->text, strerror(number));
}

/* Make text[0..len) the secret. */
static int
take(struct secret *out, const struct secret_source *source, const char *text,
    size_t len, struct err *e)
{
	char *pages;

	if (len == 0)
		return fail(source, e, "is empty");
	if (len > SECRET_MAX)
		return fail(source, e, TOO_LONG);
	if (memchr(text, '\0', len) != NULL)
		return fail(source, e, "holds a NUL byte");
	if ((pages = locked_new(len)) == NULL)
		return err_nomem(e);
	memcpy(pages, text, len);
	out->value = pages;
	out->len = len;
	return 0;
}

static int
take_first_line(struct secret *out, const struct secret_source *source,
    const struct buf *in, struct err *e)
{
	const char *text = buf_str(in);
	const char *end = memchr(text, '\n', in->len);
	size_t len = end != NULL ? (size_t)(end - text) : in->len;

	if (end != NULL && len > 0 && text[len - 1] == '\r')
		len--;
	return take(out, source, text, len, e);
}

static int
read_fd(struct secret *out, const struct secret_source *source, int fd,
    int64_t deadline_us, struct err *e)
{
	struct buf in = BUF_INIT(LINE_MAX_BYTES);
	int rc = -1;

	switch (descriptor_read(&in, fd, true, deadline_us)) {
	case DESCRIPTOR_DONE:
		rc = take_first_line(out, source, &in, e);
		break;
	case DESCRIPTOR_FULL:
		fail(source, e, TOO_LONG);
		break;
	case DESCRIPTOR_TIMEOUT:
		err_set(e, ERR_TIMEOUT, "%s%.200s: nothing came in time",
		    prefix_of(source->kind), source->text);
		break;
	case DESCRIPTOR_NO_MEMORY:
		err_nomem(e);
		break;
	case DESCRIPTOR_FAILED:
		fail_errno(source, e, errno);
		break;
	}
	buf_free(&in);
	return rc;
}

static int
read_path(struct secret *out, const struct secret_source *source,
    const char *path, int64_t deadline_us, struct err *e)
{
	struct stat st;
	int fd, rc;

	if ((fd = descriptor_open(path)) == -1)
		return fail_errno(source, e, errno);
	if (source->kind == SECRET_FILE && fstat(fd, &st) == 0)
		out->world_readable =
		    S_ISREG(st.st_mode) && (st.st_mode & S_IROTH) != 0;
	rc = read_fd(out, source, fd, deadline_us, e);
	close(fd);
	return rc;
}

/* https://systemd.io/CREDENTIALS/ */
static int
read_cred(struct secret *out, const struct secret_source *source,
    int64_t deadline_us, struct err *e)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	struct buf path = BUF_INIT(8192);
	int rc;

	if (dir == NULL || *dir == '\0')
		return err_set(e, ERR_SECRET,
		    "cred:%.200s: CREDENTIALS_DIRECTORY is not set; systemd "
		    "sets it for units with LoadCredential=",
		    source->text);
	if (buf_addf(&path, "%s/%s", dir, source->text) == -1)
		return fail_errno(source, e, ENAMETOOLONG);
	rc = read_path(out, source, buf_str(&path), deadline_us, e);
	buf_free(&path);
	return rc;
}

static int
read_env(struct secret *out, const struct secret_source *source, struct err *e)
{
	const char *value = getenv(source->text);
	int rc;

	if (value == NULL)
		return fail(source, e, "is not set");
	rc = take(out, source, value, strlen(value), e);
	erase_variable(source->text);
	return rc;
}

static int
read_command(struct secret *out, const struct secret_source *source,
    int64_t deadline_us, struct err *e)
{
	struct buf in = BUF_INIT(LINE_MAX_BYTES);
	int rc = -1;

	if (secret_command_run(&in, source->text, deadline_us, e) == 0)
		rc = take_first_line(out, source, &in, e);
	buf_free(&in);
	return rc;
}

int
secret_read(struct secret *out, const struct secret_source *source,
    int64_t deadline_us, struct err *e)
{
	long fd = STDIN_FILENO;

	*out = (struct secret){ 0 };
	switch (source->kind) {
	case SECRET_NONE:
		return err_set(e, ERR_INTERNAL, "no source of a secret");
	case SECRET_TEXT:
		return take(out, source, source->text, strlen(source->text), e);
	case SECRET_ENV:
		return read_env(out, source, e);
	case SECRET_FD:
		if (number_parse(source->text, 0, 999999, &fd) == -1)
			return fail_errno(source, e, EBADF);
		/* FALLTHROUGH */
	case SECRET_STDIN:
		return read_fd(out, source, (int)fd, deadline_us, e);
	case SECRET_FILE:
		return read_path(out, source, source->text, deadline_us, e);
	case SECRET_CRED:
		return read_cred(out, source, deadline_us, e);
	case SECRET_CMD:
		return read_command(out, source, deadline_us, e);
	}
	return err_set(e, ERR_INTERNAL, "unknown source of a secret");
}

void
secret_free(struct secret *s)
{
	locked_free(s->value, s->len);
	*s = (struct secret){ 0 };
}
