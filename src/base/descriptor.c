#include "base/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wipe.h"

enum { SLICE_MS = 5, SLICES = 10 }; /* of waiting for a reader */

static int
close_keeping_errno(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return -1;
}

int
descriptor_open(const char *path)
{
	struct stat st;
	int fd, high;

	/* Without O_NONBLOCK a FIFO nobody writes to hangs in open(). */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd == -1)
		return -1;
	if (fd <= STDERR_FILENO) {
		high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		close_keeping_errno(fd);
		if (high == -1)
			return -1;
		fd = high;
	}
	if (fstat(fd, &st) == -1)
		return close_keeping_errno(fd);
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return close_keeping_errno(fd);
	}
	return fd;
}

/* For poll(), rounded up; 0 when it is past. */
static int
wait_ms(int64_t deadline_us)
{
	int64_t left_us = deadline_us - clock_now_us();

	if (left_us <= 0)
		return 0;
	return left_us > (int64_t)INT_MAX * 1000 - 999
	    ? INT_MAX
	    : (int)((left_us + 999) / 1000);
}

/* Returns 1 when fd can be read, 0 at the deadline, -1 with errno set. */
static int
await(int fd, int64_t deadline_us)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n;

	for (;;) {
		n = poll(&p, 1, wait_ms(deadline_us));
		if (n == 1 && (p.revents & POLLNVAL) != 0) {
			errno = EBADF;
			return -1;
		}
		if (n != -1 || errno != EINTR)
			return n;
	}
}

static enum descriptor_result
keep(struct buf *out, const char *data, size_t n)
{
	if (n > out->max - out->len)
		return DESCRIPTOR_FULL;
	return buf_add(out, data, n) == 0 ? DESCRIPTOR_MORE
					  : DESCRIPTOR_NO_MEMORY;
}

enum descriptor_result
descriptor_take(struct buf *out, int fd, bool one_line)
{
	enum descriptor_result r;
	char chunk[4096], *end;
	ssize_t n = read(fd, chunk, sizeof chunk);

	if (n == 0)
		return DESCRIPTOR_DONE;
	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? DESCRIPTOR_MORE
							 : DESCRIPTOR_FAILED;
	end = one_line ? memchr(chunk, '\n', (size_t)n) : NULL;
	r = keep(
	    out, chunk, end != NULL ? (size_t)(end - chunk) + 1 : (size_t)n);
	if (r == DESCRIPTOR_MORE && end != NULL)
		r = DESCRIPTOR_DONE;
	wipe(chunk, sizeof chunk);
	return r;
}

enum descriptor_result
descriptor_read(struct buf *out, int fd, bool one_line, int64_t deadline_us)
{
	enum descriptor_result r;
	int ready;

	do {
		if ((ready = await(fd, deadline_us)) != 1)
			return ready == 0 ? DESCRIPTOR_TIMEOUT
					  : DESCRIPTOR_FAILED;
		r = descriptor_take(out, fd, one_line);
	} while (r == DESCRIPTOR_MORE);
	return r;
}

/* Make fd never block.  Returns its flags, or -1 if it may. */
static int
unblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || (flags & O_NONBLOCK) != 0)
		return flags;
	return fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 ? flags : -1;
}

void
descriptor_write_now(int fd, const char *text, size_t len)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	const int flags = unblock(fd);
	int waits = SLICES;
	size_t piece;
	ssize_t n;

	while (len > 0 && waits > 0) {
		if (poll(&p, 1, SLICE_MS) != 1) {
			waits--;
			continue;
		}
		/* A pipe that is ready takes so much without blocking. */
		piece = flags != -1 || len < PIPE_BUF ? len : PIPE_BUF;
		n = write(fd, text, piece);
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		} else if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
			waits--;
		} else {
			break;
		}
	}
	if (flags != -1 && (flags & O_NONBLOCK) == 0)
		(void)fcntl(fd, F_SETFL, flags);
}

int
descriptor_write_all(int fd, const char *data, size_t len)
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
