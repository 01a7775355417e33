#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static int
write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, data, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int
replace_begin(const char *path, const char *temporary, int *error)
{
	struct stat st;
	int fd;

	/* Nobody wants a file in the place of /dev/stdout. */
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		*error = REPLACE_NOT_REGULAR;
		return -1;
	}
	unlink(temporary); /* of a call that a signal broke off */
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd == -1)
		*error = errno;
	return fd;
}

int
replace_end(const char *path, const char *temporary, int fd, int error)
{
	/* Some file systems say only now that the disk is full. */
	if (close(fd) == -1 && error == 0)
		error = errno;
	if (error == 0 && rename(temporary, path) == -1)
		error = errno;
	if (error != 0)
		unlink(temporary);
	return error;
}

int
replace_file(
    const char *path, const char *temporary, const char *data, size_t len)
{
	int error, fd = replace_begin(path, temporary, &error);

	if (fd == -1)
		return error;
	return replace_end(path, temporary, fd, write_all(fd, data, len));
}
