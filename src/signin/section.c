#include "signin/section.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/replace.h"
#include "base/text.h"
#include "cli/ini.h"
#include "oauth2/account.h"

/* The last that was given of a row; NULL: none. */
static const char *
last_of(const struct given_list *given, const struct option_row *row)
{
	size_t i;

	for (i = given->count; i > 0; i--)
		if (given->item[i - 1].row == row)
			return given->item[i - 1].value;
	return NULL;
}

static void
print(struct buf *out, const char *name, const struct given_list *given)
{
	const struct option_row *row;
	const char *value;

	buf_addf(out, "[%s]\n", name);
	for (row = account_table.rows; row->name != NULL; row++)
		if ((value = last_of(given, row)) != NULL)
			buf_addf(out, "%s = %s\n", row->name, value);
}

/* Whether the line s[0..end) begins section name; *any: a section at all. */
static bool
begins(const char *s, const char *end, const char *name, bool *any)
{
	const char *close;

	while (s < end && text_is_space(*s))
		s++;
	close = memchr(s, ']', (size_t)(end - s));
	*any = s < end && *s == '[' && close != NULL;
	if (!*any)
		return false;
	for (s++; s < close && text_is_space(*s); s++)
		;
	while (close > s && text_is_space(close[-1]))
		close--;
	return (size_t)(close - s) == strlen(name) &&
	    memcmp(s, name, strlen(name)) == 0;
}

/* The old text with the section in it. */
static void
merge(struct buf *out, const struct buf *old, const char *name,
    const struct given_list *given)
{
	const char *s = buf_str(old), *const all = s + old->len, *end;
	bool ours = false, done = false, any;

	for (; s < all; s = end) {
		end = memchr(s, '\n', (size_t)(all - s));
		end = end != NULL ? end + 1 : all;
		if (begins(s, end, name, &any) && !done) {
			ours = done = true;
			print(out, name, given);
			continue;
		}
		if (any) {
			if (ours)
				buf_addc(out, '\n');
			ours = false;
		}
		if (!ours)
			buf_add(out, s, (size_t)(end - s));
	}
	if (done)
		return;
	if (out->len > 0)
		buf_adds(out, out->data[out->len - 1] == '\n' ? "\n" : "\n\n");
	print(out, name, given);
}

/* Values with blanks at their ends, comments in them and the like do not
 * survive. */
static int
check(const struct buf *text, const char *path, const char *name,
    const struct given_list *given, struct failure *f)
{
	struct given_list again = { 0 };
	struct err e = { .kind = ERR_NONE };
	struct buf copy = BUF_INIT(INI_SIZE_MAX + 1);
	const struct option_row *row;
	int rc = 0;

	buf_add(&copy, buf_str(text), text->len);
	if (copy.failed)
		rc = failure_set(f, FAILURE_LOCAL, "out of memory");
	else if (ini_read(&again, &account_table, &copy, path, name, &e) != 1)
		rc = failure_set(f, FAILURE_LOCAL,
		    "this cannot be written into an INI file: %.200s",
		    e.kind != ERR_NONE ? e.text : name);
	for (row = account_table.rows; rc == 0 && row->name != NULL; row++) {
		const char *want = last_of(given, row);
		const char *got = last_of(&again, row);

		if (want != NULL && (got == NULL || strcmp(want, got) != 0))
			rc = failure_set(f, FAILURE_LOCAL,
			    "%s: the value cannot stand in an INI file: no "
			    "blank at its ends, no ';' or '#' between blanks",
			    row->name);
	}
	given_free(&again);
	buf_free(&copy);
	return rc;
}

static int
fail(struct failure *f, const char *path)
{
	failure_set(
	    f, FAILURE_LOCAL, "cannot write %.300s: %s", path, strerror(errno));
	if (errno == EACCES || errno == EPERM || errno == EROFS)
		failure_advise(f,
		    "run setup as root, or name another file: "
		    "--config=FILE");
	return -1;
}

/* The folder of path, made if it is not there. */
static int
make_folder(const char *path, struct failure *f)
{
	char *copy = strdup(path), *folder;
	int rc = 0;

	if (copy == NULL)
		return failure_set(f, FAILURE_LOCAL, "out of memory");
	folder = dirname(copy);
	if (mkdir(folder, 0755) == -1 && errno != EEXIST)
		rc = fail(f, folder);
	free(copy);
	return rc;
}

/* like: whose mode and owner it gets. */
static int
replace(const char *path, const struct stat *like, const char *data, size_t len,
    struct failure *f)
{
	char *temporary = replace_temporary(path, "smtp-oauth2");
	int fd, rc = -1;

	if (temporary == NULL)
		return failure_set(f, FAILURE_LOCAL, "out of memory");
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	/* The owner first: chown() may take bits of the mode away. */
	if (fd != -1 &&
	    (geteuid() != 0 || fchown(fd, like->st_uid, like->st_gid) == 0) &&
	    fchmod(fd, like->st_mode & 0777) == 0 &&
	    descriptor_write_all(fd, data, len) == 0 && fsync(fd) == 0 &&
	    rename(temporary, path) == 0)
		rc = 0;
	else
		fail(f, path);
	if (rc == -1 && fd != -1)
		unlink(temporary);
	if (fd != -1)
		close(fd);
	free(temporary);
	return rc;
}

int
section_put(const struct config *c, const char *name,
    const struct given_list *given, struct failure *f)
{
	struct buf text = BUF_INIT(INI_SIZE_MAX);
	struct stat st = { .st_mode = S_IFREG | 0644,
		.st_uid = geteuid(),
		.st_gid = getegid() };
	int rc;

	merge(&text, &c->text, name, given);
	if (text.failed)
		rc = failure_set(f, FAILURE_LOCAL,
		    "%.300s would be over 1 MiB, or there is no memory for it",
		    c->path);
	else
		rc = check(&text, c->path, name, given, f);
	if (rc == 0)
		rc = make_folder(c->path, f);
	if (rc == 0 && lstat(c->path, &st) == 0 && !S_ISREG(st.st_mode))
		rc = failure_set(f, FAILURE_LOCAL,
		    "%.300s is no regular file: it is not replaced", c->path);
	if (rc == 0)
		rc = replace(c->path, &st, buf_str(&text), text.len, f);
	buf_free(&text);
	return rc;
}

int
section_keep_secret(const struct config *c, const char *name, const char *state,
    const char *secret, size_t len, char **path, struct failure *f)
{
	struct stat st = { .st_uid = geteuid(), .st_gid = getegid() };
	char *copy = strdup(c->path);
	int rc;

	*path = NULL;
	if (copy == NULL ||
	    asprintf(path, "%s/%s.secret", dirname(copy), name) == -1) {
		free(copy);
		*path = NULL;
		return failure_set(f, FAILURE_LOCAL, "out of memory");
	}
	free(copy);
	(void)(stat(state, &st) == 0);
	st.st_mode = S_IFREG | 0600;
	rc = make_folder(c->path, f);
	if (rc == 0)
		rc = replace(*path, &st, secret, len, f);
	return rc;
}
