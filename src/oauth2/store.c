#include "oauth2/store.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"

static const char DEFAULT_PATH[] = "/var/lib/check_smtp_auth";

static int
fail(const struct store *s, const char *file, const char *what,
    struct failure *f)
{
	return failure_set(f, FAILURE_LOCAL, "%.200s%s%s: %s", s->path,
	    file[0] != '\0' ? "/" : "", file, what);
}

const char *
store_path(const char *state_dir)
{
	static char first[4096];
	const char *given = getenv("STATE_DIRECTORY");
	size_t n;

	if (state_dir != NULL)
		return state_dir;
	if (given == NULL || *given == '\0')
		return DEFAULT_PATH;
	/* systemd joins several by colons. */
	n = strcspn(given, ":");
	if (n == 0 || n >= sizeof first)
		return DEFAULT_PATH;
	memcpy(first, given, n);
	first[n] = '\0';
	return first;
}

/* Root works as whoever the plugin runs as: files of root's were lost to it. */
static int
become(const struct store *s, const struct stat *st, struct failure *f)
{
	const struct passwd *who;
	gid_t group = st->st_gid;

	if (geteuid() != 0 || st->st_uid == 0)
		return 0;
	who = getpwuid(st->st_uid);
	if (who != NULL)
		group = who->pw_gid;
	if ((who != NULL ? initgroups(who->pw_name, group)
			 : setgroups(0, NULL)) == -1 ||
	    setresgid(group, group, group) == -1 ||
	    setresuid(st->st_uid, st->st_uid, st->st_uid) == -1)
		return fail(s, "", "cannot become its owner", f);
	return 0;
}

static int
check_folder(const struct store *s, struct failure *f)
{
	struct stat st;

	if (fstat(s->folder, &st) == -1)
		return fail(s, "", strerror(errno), f);
	if (become(s, &st, f) == -1)
		return -1;
	if (st.st_uid != geteuid())
		fail(s, "", "belongs to another user", f);
	else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		fail(s, "", "may be written by others", f);
	else
		return 0;
	return failure_advise(f,
	    "it must be a folder of the monitoring user's, mode 0700: chown "
	    "and chmod it, or give another by --state-dir");
}

static int
fail_folder(const struct store *s, int error, struct failure *f)
{
	const struct passwd *who;

	if (error == ELOOP || error == ENOTDIR) {
		fail(s, "", "is no folder, or a link to one", f);
		return failure_advise(
		    f, "give the folder itself by --state-dir");
	}
	fail(s, "", strerror(error), f);
	/* Who is not root runs what the plugin runs, as it does. */
	who = geteuid() != 0 ? getpwuid(geteuid()) : NULL;
	return failure_advise(f,
	    "make it for the user that the plugin runs as: install -d -m 700 "
	    "-o %.32s %.150s",
	    who != NULL ? who->pw_name : "nagios", s->path);
}

int
store_open(struct store *s, const char *path, bool create, struct failure *f)
{
	*s = (struct store){ .folder = -1, .path = strdup(path) };
	if (s->path == NULL)
		return failure_set(f, FAILURE_LOCAL, "out of memory");
	if (create && geteuid() != 0 && mkdir(path, 0700) == -1 &&
	    errno != EEXIST && errno != ENOENT)
		return fail_folder(s, errno, f);
	s->folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return s->folder != -1 ? check_folder(s, f) : fail_folder(s, errno, f);
}

void
store_close(struct store *s)
{
	if (s->folder != -1)
		close(s->folder);
	free(s->path);
	*s = (struct store){ .folder = -1 };
}

/* What fd is must be ours alone.  Returns 0, or -1 with *f set. */
static int
check_file(const struct store *s, const char *file, int fd, struct failure *f)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return fail(s, file, strerror(errno), f);
	if (!S_ISREG(st.st_mode))
		fail(s, file, "is no regular file", f);
	else if (st.st_uid != geteuid())
		fail(s, file, "belongs to another user", f);
	else if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		fail(s, file, "may be read or written by others", f);
	else if (st.st_nlink > 1)
		fail(s, file, "has a second name (a hard link)", f);
	else
		return 0;
	return failure_advise(f,
	    "look at who put it there; it must be a file of the monitoring "
	    "user's with mode 0600");
}

/* Returns a descriptor, -2 if there is no such file, or -1 with *f set. */
static int
open_file(const struct store *s, const char *file, int flags, struct failure *f)
{
	int fd = openat(s->folder, file,
	    flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);

	if (fd == -1 && errno == ENOENT)
		return -2;
	if (fd == -1 && (errno == ELOOP || errno == EMLINK)) {
		fail(s, file, "is a link", f);
		return failure_advise(f, "look at who put it there");
	}
	if (fd == -1)
		return fail(s, file, strerror(errno), f);
	if (check_file(s, file, fd, f) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
name_file(char *out, size_t size, const char *name, const char *ext)
{
	snprintf(out, size, "%s.%s", name, ext);
}

int
store_read(const struct store *s, const char *name, const char *ext,
    struct buf *out, struct failure *f)
{
	char file[96], data[4096];
	ssize_t n = -1;
	int fd;

	name_file(file, sizeof file, name, ext);
	buf_truncate(out, 0);
	if ((fd = open_file(s, file, O_RDONLY, f)) < 0)
		return fd == -2 ? 0 : -1;
	while (!out->failed) {
		n = read(fd, data, sizeof data);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		buf_add(out, data, (size_t)n);
	}
	if (n == -1)
		fail(s, file, strerror(errno), f);
	else if (out->failed)
		fail(s, file,
		    (size_t)n > out->max - out->len ? "is too large"
						    : "out of memory",
		    f);
	explicit_bzero(data, sizeof data);
	close(fd);
	return n == -1 || out->failed ? -1 : 1;
}

/* Whether the name still leads to fd: remove may have taken it away. */
static bool
is_there(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_nlink > 0;
}

int
store_lock(const struct store *s, const char *name, enum store_lock_how how,
    struct failure *f)
{
	char file[96];
	int fd, rc;

	name_file(file, sizeof file, name, "lock");
	for (;;) {
		if ((fd = open_file(s, file, O_RDWR | O_CREAT, f)) < 0)
			return -1;
		rc = flock(fd, how == STORE_TRY ? LOCK_EX | LOCK_NB : LOCK_SH);
		if (rc == 0 && is_there(fd))
			return fd;
		if (rc == -1 && errno != EWOULDBLOCK && errno != EINTR)
			fail(s, file, strerror(errno), f);
		close(fd);
		if (rc == -1)
			return errno == EWOULDBLOCK || errno == EINTR ? -2 : -1;
	}
}

/* Two of one file at a time differ by their tags. */
static int
make_room(const struct store *s, struct store_room *r, const char *name,
    const char *ext, const char *tag, size_t size, struct failure *f)
{
	int error;

	*r = (struct store_room){ .fd = -1 };
	name_file(r->file, sizeof r->file, name, ext);
	/* No account's name begins so; the lock is held, so it is nobody's. */
	snprintf(r->temporary, sizeof r->temporary, ".%s.%s", r->file, tag);
	if (unlinkat(s->folder, r->temporary, 0) == -1 && errno != ENOENT)
		return fail(s, r->temporary, strerror(errno), f);
	r->fd = openat(s->folder, r->temporary,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (r->fd == -1)
		return fail(s, r->temporary, strerror(errno), f);
	do
		error = posix_fallocate(r->fd, 0, (off_t)size);
	while (error == EINTR);
	if (error == 0)
		return 0;
	fail(s, r->file, strerror(error), f);
	failure_advise(f,
	    "a new refresh token could not have been kept: nothing was asked");
	store_leave_room(s, r);
	return -1;
}

int
store_make_room(const struct store *s, struct store_room *r, const char *name,
    const char *ext, size_t size, struct failure *f)
{
	return make_room(s, r, name, ext, "room", size, f);
}

int
store_fill(const struct store *s, struct store_room *r, const char *data,
    size_t len, struct failure *f)
{
	if (descriptor_write_all(r->fd, data, len) != 0 ||
	    ftruncate(r->fd, (off_t)len) == -1 || fsync(r->fd) == -1 ||
	    renameat(s->folder, r->temporary, s->folder, r->file) == -1) {
		fail(s, r->file, strerror(errno), f);
		store_leave_room(s, r);
		return -1;
	}
	close(r->fd);
	r->fd = -1;
	/* Without this the new name is not yet on the disk. */
	if (fsync(s->folder) == -1)
		return fail(s, r->file, strerror(errno), f);
	return 0;
}

void
store_leave_room(const struct store *s, struct store_room *r)
{
	if (r->fd == -1)
		return;
	close(r->fd);
	r->fd = -1;
	unlinkat(s->folder, r->temporary, 0);
}

int
store_write(const struct store *s, const char *name, const char *ext,
    const char *data, size_t len, struct failure *f)
{
	struct store_room r;

	if (make_room(s, &r, name, ext, "new", len, f) == -1)
		return -1;
	return store_fill(s, &r, data, len, f);
}

int
store_remove(
    const struct store *s, const char *name, const char *ext, struct failure *f)
{
	char file[96];

	name_file(file, sizeof file, name, ext);
	if (unlinkat(s->folder, file, 0) == -1 && errno != ENOENT)
		return fail(s, file, strerror(errno), f);
	return 0;
}
