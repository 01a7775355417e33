/* oauth2:NAME - the token that smtp-oauth2 keeps, and how to have it renewed.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/locked.h"
#include "base/process.h"
#include "base/text.h"
#include "secret/internal.h"
#include "secret/renewed.h"

enum {
	EXIT_TEMPORARY = 75,
	EXIT_REFUSED = 77,
	EXIT_LOCAL = 78,
	EXIT_NO_COMMAND = 126, /* and 127: the shell's */
};

static const char DEFAULT_FOLDER[] = "/var/lib/check_smtp_auth";
static const char HELPER[] = "smtp-oauth2";

/* As smtp-oauth2 finds it. */
static void
add_folder(struct buf *out, const struct secret_source *source)
{
	const char *given = getenv("STATE_DIRECTORY");
	size_t n = given != NULL ? strcspn(given, ":") : 0;

	if (source->folder != NULL)
		buf_adds(out, source->folder);
	else if (n > 0)
		buf_add(out, given, n);
	else
		buf_adds(out, DEFAULT_FOLDER);
}

static int
fail(struct err *e, const char *path, const char *what)
{
	return err_set(
	    e, ERR_SECRET, "%.*s: %s", text_cut(path, 200), path, what);
}

static int
fail_open(struct err *e, const char *path, int error)
{
	char why[PROCESS_WHY_MAX];

	if (error == ELOOP)
		return fail(e, path, "is a link");
	process_why(why, error);
	return fail(e, path, why);
}

int
secret_stored_open(const char *path)
{
	return open(
	    path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* Nobody else may have chosen or seen what is sent. */
static int
check_file(mode_t mode, uid_t owner, const char *path, struct err *e)
{
	if (!S_ISREG(mode))
		return fail(e, path, "is no regular file");
	if (geteuid() != 0 && owner != geteuid())
		return fail(e, path,
		    "belongs to another user: run this as that user, or chown "
		    "it");
	if ((mode & (S_IRWXG | S_IRWXO)) != 0)
		return fail(
		    e, path, "may be read or written by others: chmod 600 it");
	return 0;
}

/* Returns 1 with the file in out, 0 if there is none, or -1 with *e set. */
static int
read_file(struct buf *out, const char *path, struct err *e)
{
	char data[4096];
	struct stat st;
	ssize_t n = -1;
	int fd = secret_stored_open(path);

	if (fd == -1 && errno == ENOENT)
		return 0;
	if (fd == -1)
		return fail_open(e, path, errno);
	if (fstat(fd, &st) == -1) {
		fail(e, path, strerror(errno));
	} else if (check_file(st.st_mode, st.st_uid, path, e) == 0) {
		while ((n = read(fd, data, sizeof data)) > 0 ||
		    (n == -1 && errno == EINTR))
			if (n > 0)
				buf_add(out, data, (size_t)n);
		if (n == -1 || out->failed)
			fail(e, path,
			    n == -1 ? strerror(errno) : "is too large");
	}
	explicit_bzero(data, sizeof data);
	close(fd);
	return e->kind == ERR_NONE ? 1 : -1;
}

/* Make it the secret.  Returns 1, or -1 with *e set. */
static int
take(struct secret *out, const struct renewed *r, struct err *e)
{
	if ((out->value = locked_new(r->token.len)) == NULL)
		return err_nomem(e);
	memcpy(out->value, r->token.data, r->token.len);
	out->len = r->token.len;
	out->expires_at = r->expires_at;
	out->credential_ends_at = r->credential_ends_at;
	memcpy(out->credential, r->credential, sizeof out->credential);
	return 1;
}

/* A token as it is kept, or as the helper prints it. */
static int
take_text(
    struct secret *out, const struct buf *text, bool stale_too, struct err *e)
{
	const int64_t now = (int64_t)time(NULL);
	struct renewed r;
	int rc = 0;

	if (renewed_read(&r, buf_str(text), text->len) == 0 &&
	    (renewed_is_fresh(&r, now) ||
		(stale_too && renewed_is_valid(&r, now))))
		rc = take(out, &r, e);
	renewed_free(&r);
	return rc;
}

int
secret_stored_path(
    struct buf *out, const struct secret_source *source, struct err *e)
{
	add_folder(out, source);
	buf_addf(out, "/%s.token", source->text);
	return out->failed ? fail(e, buf_str(out), strerror(ENAMETOOLONG)) : 0;
}

static int
read_stored(const struct secret_source *source, bool stale_too,
    struct secret *out, struct err *e)
{
	struct buf path = BUF_INIT(SECRET_STORED_PATH);
	struct buf text = BUF_INIT(SECRET_STORED_MAX);
	int rc = secret_stored_path(&path, source, e);

	if (rc == 0)
		rc = read_file(&text, buf_str(&path), e);
	if (rc == 1)
		rc = take_text(out, &text, stale_too, e);
	buf_free(&path);
	buf_free(&text);
	return rc;
}

int
secret_stored_read(
    const struct secret_source *source, struct secret *out, struct err *e)
{
	return read_stored(source, false, out, e);
}

int
secret_stored_take(const struct secret_source *source,
    const struct secret_read *what, struct secret *out, struct err *e)
{
	struct buf path = BUF_INIT(SECRET_STORED_PATH);
	const struct buf text = { .data = (char *)(uintptr_t)what->data,
		.len = what->len };
	int rc;

	if (what->error == ENOENT)
		return 0;
	if (secret_stored_path(&path, source, e) == -1)
		rc = -1;
	else if (what->mode == 0)
		rc = fail_open(e, buf_str(&path), what->error);
	else if (check_file(what->mode, what->owner, buf_str(&path), e) == -1)
		rc = -1;
	else if (what->error != 0)
		rc = fail(e, buf_str(&path), strerror(what->error));
	else if (what->len > SECRET_STORED_MAX)
		rc = fail(e, buf_str(&path), "is too large");
	else
		rc = take_text(out, &text, false, e);
	buf_free(&path);
	return rc;
}

/* For a shell: in single quotes, which nothing ends but another one. */
static void
add_quoted(struct buf *out, const char *s)
{
	buf_addc(out, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			buf_adds(out, "'\\''");
		else
			buf_addc(out, *s);
	}
	buf_addc(out, '\'');
}

/* Beside this program, wherever that is. */
static int
add_helper(struct buf *out)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
	char *slash;

	if (n <= 0)
		return -1;
	path[n] = '\0';
	if ((slash = strrchr(path, '/')) == NULL ||
	    (size_t)(slash + 1 - path) + sizeof HELPER > sizeof path)
		return -1;
	memcpy(slash + 1, HELPER, sizeof HELPER);
	add_quoted(out, path);
	return 0;
}

int
secret_stored_command(
    struct buf *out, const struct secret_source *source, struct err *e)
{
	struct buf folder = BUF_INIT(SECRET_STORED_PATH);

	add_folder(&folder, source);
	buf_adds(out, "exec ");
	if (add_helper(out) == -1)
		err_set(e, ERR_SECRET, "oauth2:%s: cannot find smtp-oauth2: %s",
		    source->text, strerror(errno));
	buf_adds(out, " --state-dir=");
	add_quoted(out, buf_str(&folder));
	buf_addf(out, " token '%s'", source->text);
	if (out->failed || folder.failed)
		err_nomem(e);
	buf_free(&folder);
	return e->kind == ERR_NONE ? 0 : -1;
}

/* The value of a line key=value, its length in *len; NULL: there is none. */
static const char *
find_value(const struct buf *text, const char *key, size_t *len)
{
	const size_t n = strlen(key);
	const char *s = buf_str(text);

	while (*s != '\0') {
		*len = strcspn(s, "\n");
		if (*len > n && memcmp(s, key, n) == 0 && s[n] == '=') {
			*len -= n + 1;
			return s + n + 1;
		}
		s += *len + (s[*len] == '\n');
	}
	return NULL;
}

static enum err_kind
kind_of(int code)
{
	return code == EXIT_REFUSED  ? ERR_REFUSED
	    : code == EXIT_TEMPORARY ? ERR_UNAVAILABLE
				     : ERR_SECRET;
}

/* What the helper says of its failure. */
static int
take_failure(const struct secret_source *source, int code,
    const struct buf *text, struct secret *out, struct err *e)
{
	size_t n;
	const char *said = find_value(text, "remedy", &n);

	if (said != NULL)
		snprintf(out->remedy, sizeof out->remedy, "%.*s", (int)n, said);
	if ((said = find_value(text, "message", &n)) != NULL)
		return err_set(e, kind_of(code), "oauth2:%s: %.*s",
		    source->text, (int)n, said);
	return err_set(e, ERR_SECRET,
	    "oauth2:%s: smtp-oauth2 ended with exit status %d", source->text,
	    code);
}

int
secret_stored_renewed(const struct secret_source *source, int code,
    const struct buf *text, struct secret *out, struct err *e)
{
	int rc;

	if (code == 0) {
		rc = take_text(out, text, true, e);
		return rc != 0 ? rc
			       : err_set(e, ERR_SECRET,
				     "oauth2:%s: smtp-oauth2 gave no token "
				     "that is valid",
				     source->text);
	}
	if (code != EXIT_NO_COMMAND && code != EXIT_NO_COMMAND + 1)
		return take_failure(source, code, text, out, e);
	/* It cannot be run: what there is may do. */
	rc = read_stored(source, true, out, e);
	snprintf(out->remedy, sizeof out->remedy,
	    "install smtp-oauth2 beside the plugin");
	return rc != 0
	    ? rc
	    : err_set(e, ERR_SECRET, "oauth2:%s: smtp-oauth2 cannot be run",
		  source->text);
}
