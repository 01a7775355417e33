#include "run/state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/process.h"
#include "base/text.h"
#include "run/state_internal.h"

enum {
	NAME_MAX_ENCODED = 32 * 1024,
	PATH_SHOWN = 200,
	LOCK_AT = 0, /* octets of the lock file: the lock, and the seats */
	SEATS_AT = 1,
};

/* Recorded in why: "FOLDER/FILE: WHAT". */
static enum state_result
fail(struct state *s, const char *folder, const char *file, const char *what)
{
	snprintf(s->why, sizeof s->why, "%.*s%s%s: %s",
	    text_cut(folder, PATH_SHOWN), folder, file[0] != '\0' ? "/" : "",
	    file, what);
	return STATE_FAILED;
}

static enum state_result
fail_for(struct state *s, const char *folder, const char *file, int error)
{
	s->lacks_memory = error == ENOMEM;
	return fail(s, folder, file, strerror(error));
}

void
state_file_name(
    const struct state *s, const char *kind, const char *tail, char *out)
{
	snprintf(out, STATE_FILE_NAME, "%s.%s%s", s->stem, kind, tail);
}

enum state_result
state_fail(struct state *s, const char *kind, const char *what)
{
	char name[STATE_FILE_NAME];

	state_file_name(s, kind, "", name);
	return fail(s, s->path, name, what);
}

enum state_result
state_fail_for(struct state *s, const char *kind, int error)
{
	s->lacks_memory = error == ENOMEM;
	return state_fail(s, kind, strerror(error));
}

/* Letters of a file's name; of a host they are all small. */
static void
encode(struct buf *b, const char *text, bool is_host)
{
	unsigned char c;

	for (; text != NULL && *text != '\0'; text++) {
		c = (unsigned char)*text;
		if (is_host && c >= 'A' && c <= 'Z')
			c = (unsigned char)(c + ('a' - 'A'));
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    text_is_digit((char)c) || strchr("@._=+-", c) != NULL)
			buf_addc(b, (char)c);
		else
			buf_addf(b, "%%%02x", c);
	}
}

/* FNV-1a, 64 bits: for names too long for a file's, which then differ. */
static uint64_t
mix(const char *text)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return h;
}

/*
 * HOST,PORT,USER.  A ',' stands in none of them, so no two logins have the
 * same name; of a long one the file's name has the beginning.
 */
static int
name_login(struct state *s, const struct settings *asked)
{
	const char *name;

	s->name = (struct buf)BUF_INIT(NAME_MAX_ENCODED);
	encode(&s->name, asked->host, true);
	buf_addf(&s->name, ",%d,", asked->port);
	encode(&s->name, asked->user, false);
	name = buf_str(&s->name);
	if (s->name.len <= STATE_STEM_MAX)
		snprintf(s->stem, sizeof s->stem, "%s", name);
	else
		snprintf(s->stem, sizeof s->stem, "%.*s~%016" PRIx64,
		    STATE_STEM_MAX - 17, name, mix(name));
	return s->name.failed ? -1 : 0;
}

/* What does not last, and what is not in the administrator's hands alone. */
static bool
is_passing(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EIO ||
	    error == EMFILE || error == ENFILE || error == ENOMEM;
}

static int
refuse(struct err *e, const char *path, const char *what, const char *remedy)
{
	return err_set(e, ERR_USAGE, "--state-dir %.*s: %s; %s",
	    text_cut(path, PATH_SHOWN), path, what, remedy);
}

static const char make_it[] =
    "make it for the user of the checks alone: install -d -m 0700 -o USER DIR";

/* What e tells is not told again by s->why. */
static int
fail_folder(struct state *s, const char *path, int error, struct err *e)
{
	char why[PROCESS_WHY_MAX];

	if (is_passing(error)) {
		fail_for(s, path, "", error);
		return -1;
	}
	/* For whom it is not to be had, but not how: that is make_it's. */
	process_why(why, error);
	why[strcspn(why, ":")] = '\0';
	return refuse(
	    e, path, why, error == ENOTDIR ? "name a folder" : make_it);
}

static int
judge_folder(
    const struct state *s, const char *path, mode_t mode, struct err *e)
{
	const uid_t self = geteuid();

	if ((mode & (S_IWGRP | S_IWOTH)) != 0)
		return refuse(e, path, "others may write it",
		    "chmod go-w it, and remove what is in it");
	if (s->owner != self && self != 0)
		return refuse(e, path, "belongs to another user", make_it);
	return 0;
}

static int
open_folder(struct state *s, const char *path, struct err *e)
{
	struct stat st;

	if (mkdir(path, 0700) == -1 && errno != EEXIST)
		return fail_folder(s, path, errno, e);
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		return refuse(
		    e, path, "is a link", "name the folder that it leads to");
	s->folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (s->folder == -1 || fstat(s->folder, &st) == -1)
		return fail_folder(s, path, errno, e);
	s->owner = st.st_uid;
	s->group = st.st_gid;
	return judge_folder(s, path, st.st_mode, e);
}

/* Root does as the folder's owner does, who comes next, and no more. */
void
state_become(const struct state *s)
{
	if (getuid() == 0 && geteuid() == 0 && s->owner != 0 &&
	    setegid(s->group) == 0)
		(void)!seteuid(s->owner);
}

void
state_be_back(const struct state *s)
{
	const int error = errno;

	if (s->owner != 0 && getuid() == 0) {
		(void)!seteuid(0);
		(void)!setegid(getgid());
	}
	errno = error;
}

static enum state_result
open_lock(struct state *s, const char *path)
{
	char name[STATE_FILE_NAME];
	struct stat st;

	state_file_name(s, "lock", "", name);
	state_become(s);
	s->lock = openat(s->folder, name,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	state_be_back(s);
	if (s->lock == -1 || fstat(s->lock, &st) == -1)
		return fail_for(s, path, name, errno);
	if (!S_ISREG(st.st_mode))
		return fail(s, path, name, "not a regular file");
	return STATE_OK;
}

enum state_result
state_open(struct state *s, const struct settings *asked, struct err *e)
{
	enum state_result result = STATE_FAILED;
	size_t len = strlen(asked->state_dir);
	char *path;

	*s = (struct state){ .folder = -1, .lock = -1 };
	/* A link with a '/' behind it would be followed. */
	while (len > 1 && asked->state_dir[len - 1] == '/')
		len--;
	s->path = path = strndup(asked->state_dir, len);
	if (path == NULL || name_login(s, asked) == -1)
		fail_for(s, asked->state_dir, "", ENOMEM);
	else if (open_folder(s, path, e) == 0)
		result = open_lock(s, path);
	if (s->lacks_memory)
		err_nomem(e);
	return result;
}

void
state_close(struct state *s)
{
	/* A command that is just being started may have a copy. */
	if (s->lock != -1) {
		state_stand(s);
		state_unlock(s);
		close(s->lock);
	}
	if (s->folder != -1)
		close(s->folder);
	s->lock = s->folder = -1;
	buf_free(&s->name);
	free(s->path);
	s->path = NULL;
}

/* Octets of the lock file belong to the descriptor, not to the process. */
static int
set_lock(const struct state *s, int command, short type, off_t at, off_t len,
    struct flock *out)
{
	*out = (struct flock){ .l_type = type,
		.l_whence = SEEK_SET,
		.l_start = at,
		.l_len = len };
	return fcntl(s->lock, command, out);
}

enum state_result
state_lock(struct state *s)
{
	struct flock l;

	if (set_lock(s, F_OFD_SETLK, F_WRLCK, LOCK_AT, 1, &l) == 0)
		return STATE_OK;
	if (errno == EAGAIN || errno == EACCES)
		return STATE_BUSY;
	return state_fail_for(s, "lock", errno);
}

void
state_unlock(struct state *s)
{
	struct flock l;

	set_lock(s, F_OFD_SETLK, F_UNLCK, LOCK_AT, 1, &l);
}

/* Whether somebody else has one of these; if it cannot be known, yes. */
static bool
is_taken(const struct state *s, off_t at, off_t len)
{
	struct flock l;

	return set_lock(s, F_OFD_GETLK, F_WRLCK, at, len, &l) == -1 ||
	    l.l_type != F_UNLCK;
}

int
state_others(struct state *s)
{
	int i, others = 0;

	if (!is_taken(s, SEATS_AT, STATE_SEATS))
		return 0;
	for (i = 0; i < STATE_SEATS; i++)
		others += is_taken(s, SEATS_AT + i, 1);
	return others;
}

enum state_result
state_sit(struct state *s)
{
	struct flock l;
	int i;

	for (i = 0; i < STATE_SEATS; i++)
		if (set_lock(s, F_OFD_SETLK, F_WRLCK, SEATS_AT + i, 1, &l) == 0)
			return STATE_OK;
	return state_fail_for(s, "lock", errno);
}

void
state_stand(struct state *s)
{
	struct flock l;

	set_lock(s, F_OFD_SETLK, F_UNLCK, SEATS_AT, STATE_SEATS, &l);
}
