/* What is kept of a login: read, replaced, or set aside. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/replace.h"
#include "run/state_internal.h"

void
state_set_aside(struct state *s, const char *kind, const char *what)
{
	char name[STATE_FILE_NAME], aside[STATE_FILE_NAME], said[200];
	int rc;

	state_file_name(s, kind, "", name);
	state_file_name(s, kind, ".damaged", aside);
	state_become(s);
	rc = renameat(s->folder, name, s->folder, aside);
	state_be_back(s);
	if (rc == 0)
		snprintf(said, sizeof said,
		    "%s; set aside as .damaged, and begun anew", what);
	else
		snprintf(said, sizeof said, "%s; cannot be set aside: %s", what,
		    strerror(errno));
	state_fail(s, kind, said);
}

/* Why a file cannot be one of ours, or NULL. */
static const char *
judge_file(const struct state *s, const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "not a regular file";
	if (st->st_uid != s->owner && st->st_uid != 0)
		return "belongs to another user";
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "others may write it";
	if (st->st_nlink != 1)
		return "has another name, too";
	if (st->st_size > STATE_TEXT_MAX)
		return "too large";
	return NULL;
}

/* What has no room is either too large or finds no memory. */
static const char *
lack_room(const struct buf *b, size_t n, int *error)
{
	if (n > b->max - b->len)
		return "too large";
	*error = ENOMEM;
	return NULL;
}

/* Returns NULL, or why it is damaged; *error is set if it cannot be read. */
static const char *
take_file(const struct state *s, int fd, struct buf *text, int *error)
{
	struct stat st;
	const char *what;
	char piece[4096];
	ssize_t n;

	if (fstat(fd, &st) == -1) {
		*error = errno;
		return NULL;
	}
	if ((what = judge_file(s, &st)) != NULL)
		return what;
	while ((n = read(fd, piece, sizeof piece)) > 0)
		if (buf_add(text, piece, (size_t)n) == -1)
			return lack_room(text, (size_t)n, error);
	if (n == -1)
		*error = errno;
	return NULL;
}

/* The first line: what it is, its format, whose it is. */
static void
add_head(const struct state *s, struct buf *b, const char *kind)
{
	buf_addf(b, "check_smtp_auth %s 1 %s\n", kind, buf_str(&s->name));
}

/*
 * Append what stands behind the head.  Returns NULL, or why it is damaged;
 * *error is set without memory.
 */
static const char *
strip_head(const struct state *s, const char *kind, const struct buf *whole,
    struct buf *text, int *error)
{
	struct buf head = BUF_INIT(STATE_TEXT_MAX);
	const char *what = "damaged";

	add_head(s, &head, kind);
	if (!head.failed && whole->len >= head.len &&
	    memcmp(whole->data, head.data, head.len) == 0 &&
	    memchr(whole->data, '\0', whole->len) == NULL &&
	    whole->data[whole->len - 1] == '\n') {
		buf_add(text, whole->data + head.len, whole->len - head.len);
		what = NULL;
	}
	if (head.failed || text->failed) {
		*error = ENOMEM;
		what = NULL;
	}
	buf_free(&head);
	return what;
}

enum state_result
state_read(struct state *s, const char *kind, struct buf *text, bool *aside)
{
	struct buf whole = BUF_INIT(STATE_TEXT_MAX);
	const char *what = NULL;
	char name[STATE_FILE_NAME];
	int fd, error = 0;

	state_file_name(s, kind, "", name);
	state_become(s);
	fd = openat(
	    s->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	state_be_back(s);
	if (fd == -1 && errno == ENOENT)
		return STATE_OK;
	if (fd != -1)
		what = take_file(s, fd, &whole, &error);
	else if (errno == ELOOP)
		what = "is a link";
	else if (errno == EACCES || errno == ENXIO)
		what = "not a file that this program made";
	else
		error = errno;
	if (fd != -1)
		close(fd);
	if (what == NULL && error == 0)
		what = strip_head(s, kind, &whole, text, &error);
	buf_free(&whole);
	if (error != 0)
		return state_fail_for(s, kind, error);
	*aside = what != NULL;
	if (what != NULL)
		state_set_aside(s, kind, what);
	return STATE_OK;
}

static int
remove_file(const struct state *s, const char *name)
{
	return unlinkat(s->folder, name, 0) == 0 || errno == ENOENT ? 0 : errno;
}

static int
replace_whole(const struct state *s, const char *kind, const char *name,
    const char *text, size_t len)
{
	struct buf whole = BUF_INIT(STATE_TEXT_MAX);
	char new_name[STATE_FILE_NAME];
	int error = ENOMEM;

	state_file_name(s, kind, ".new", new_name);
	add_head(s, &whole, kind);
	buf_add(&whole, text, len);
	if (!whole.failed)
		error = replace_file_at(
		    s->folder, name, new_name, 0600, whole.data, whole.len);
	buf_free(&whole);
	return error;
}

enum state_result
state_write(struct state *s, const char *kind, const char *text, size_t len)
{
	char name[STATE_FILE_NAME];
	int error;

	state_file_name(s, kind, "", name);
	state_become(s);
	error = len == 0 ? remove_file(s, name)
			 : replace_whole(s, kind, name, text, len);
	state_be_back(s);
	if (error == REPLACE_NOT_REGULAR)
		return state_fail(s, kind, "not a regular file");
	return error == 0 ? STATE_OK : state_fail_for(s, kind, error);
}
