#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"

char *
replace_temporary(const char *path, const char *tag)
{
	const char *slash = strrchr(path, '/');
	uint64_t number;
	char *name;

	/* Not the process id: containers share folders, not their ids. */
	if (getentropy(&number, sizeof number) == -1)
		return NULL;
	if (asprintf(&name, "%.*s.%s.%016" PRIx64,
		slash != NULL ? (int)(slash + 1 - path) : 0, path, tag,
		number) == -1)
		return NULL;
	return name;
}

/* Whoever could read the old one can read the new one, as far as we may. */
static int
take_after(int fd, const struct stat *old)
{
	struct stat own;

	if (fstat(fd, &own) == -1)
		return -1;
	/* Not asked for in vain: a sandbox may forbid the call. */
	if ((own.st_uid != old->st_uid || own.st_gid != old->st_gid) &&
	    fchown(fd, old->st_uid, old->st_gid) == -1)
		(void)!fchown(fd, (uid_t)-1, old->st_gid);
	return fchmod(fd, old->st_mode & 0777);
}

static int
begin_at(int folder, const char *path, const char *temporary, mode_t mode,
    bool keep, int *error)
{
	struct stat st;
	bool is_there = fstatat(folder, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
	int fd;

	/* Nobody wants a file in the place of /dev/stdout. */
	if (is_there && !S_ISREG(st.st_mode)) {
		*error = REPLACE_NOT_REGULAR;
		return -1;
	}
	unlinkat(folder, temporary, 0); /* of a call that a signal broke off */
	fd = openat(
	    folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd == -1 || !keep || !is_there || take_after(fd, &st) == 0) {
		*error = fd == -1 ? errno : *error;
		return fd;
	}
	*error = errno;
	close(fd);
	unlinkat(folder, temporary, 0);
	return -1;
}

static int
end_at(int folder, const char *path, const char *temporary, int fd, int error)
{
	/* Some file systems say only now that the disk is full. */
	if (close(fd) == -1 && error == 0)
		error = errno;
	if (error == 0 && renameat(folder, temporary, folder, path) == -1)
		error = errno;
	if (error != 0)
		unlinkat(folder, temporary, 0);
	return error;
}

int
replace_begin(const char *path, const char *temporary, int *error)
{
	return begin_at(AT_FDCWD, path, temporary, 0644, true, error);
}

int
replace_end(const char *path, const char *temporary, int fd, int error)
{
	return end_at(AT_FDCWD, path, temporary, fd, error);
}

int
replace_file_at(int folder, const char *path, const char *temporary,
    mode_t mode, const char *data, size_t len)
{
	int error = 0, fd;

	fd = begin_at(folder, path, temporary, mode, false, &error);
	if (fd == -1)
		return error;
	return end_at(
	    folder, path, temporary, fd, descriptor_write_all(fd, data, len));
}

int
replace_file(
    const char *path, const char *temporary, const char *data, size_t len)
{
	int error = 0, fd = replace_begin(path, temporary, &error);

	if (fd == -1)
		return error;
	return replace_end(
	    path, temporary, fd, descriptor_write_all(fd, data, len));
}
