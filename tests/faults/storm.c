/*
 * storm.c - weather for a program: preloaded, it makes every call of the
 * program and its libraries as awkward as the system may make it.
 *
 * STORM holds some of: short (one byte at a time), eintr and eagain (every
 * second call of a kind), clock (the wall clock jumps with each reading).
 * Children are spared.  STORM_HOST is the name of the machine.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

__attribute__((constructor)) static void
begin(void)
{
	unsetenv("LD_PRELOAD");
}

static int
has(const char *what)
{
	const char *storm = getenv("STORM");

	return storm != NULL && strstr(storm, what) != NULL;
}

/* A datagram is read and sent whole. */
static int
is_datagram(int fd)
{
	int type = 0;
	socklen_t n = sizeof type;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 &&
	    type != SOCK_STREAM;
}

static size_t
cut(int fd, size_t n)
{
	return n > 1 && has("short") && !is_datagram(fd) ? 1 : n;
}

/* A pipe whose bytes were counted is not found empty. */
static int
may_be_late(int fd)
{
	int flags = fcntl(fd, F_GETFL), type;
	socklen_t n = sizeof type;

	return flags != -1 && (flags & O_NONBLOCK) != 0 &&
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0;
}

/* Whether this call is to fail, errno set; every second one of a kind does. */
static int
fails(int fd, unsigned long *calls)
{
	if (has("eintr") && (*calls)++ % 2 == 0) {
		errno = EINTR;
		return 1;
	}
	if (has("eagain") && may_be_late(fd) && (*calls)++ % 2 == 0) {
		errno = EAGAIN;
		return 1;
	}
	return 0;
}

#define REAL(name) real = (__typeof__(real))dlsym(RTLD_NEXT, name)

ssize_t
read(int fd, void *b, size_t n)
{
	static ssize_t (*real)(int, void *, size_t);
	static unsigned long calls;

	if (real == NULL)
		REAL("read");
	return fails(fd, &calls) ? -1 : real(fd, b, cut(fd, n));
}

ssize_t
write(int fd, const void *b, size_t n)
{
	static ssize_t (*real)(int, const void *, size_t);
	static unsigned long calls;

	if (real == NULL)
		REAL("write");
	return fails(fd, &calls) ? -1 : real(fd, b, cut(fd, n));
}

ssize_t
recv(int fd, void *b, size_t n, int flags)
{
	static ssize_t (*real)(int, void *, size_t, int);
	static unsigned long calls;

	if (real == NULL)
		REAL("recv");
	return fails(fd, &calls) ? -1 : real(fd, b, cut(fd, n), flags);
}

ssize_t
send(int fd, const void *b, size_t n, int flags)
{
	static ssize_t (*real)(int, const void *, size_t, int);
	static unsigned long calls;

	if (real == NULL)
		REAL("send");
	return fails(fd, &calls) ? -1 : real(fd, b, cut(fd, n), flags);
}

int
poll(struct pollfd *p, nfds_t n, int timeout)
{
	static int (*real)(struct pollfd *, nfds_t, int);
	static unsigned long calls;

	if (real == NULL)
		REAL("poll");
	if (has("eintr") && calls++ % 2 == 0) {
		errno = EINTR;
		return -1;
	}
	return real(p, n, timeout);
}

/* Days to and fro, other ones with each reading. */
static long
jump(void)
{
	static long calls;

	calls++;
	return has("clock") ? (calls % 2 == 0 ? -1 : 1) * (calls % 30) * 86400
			    : 0;
}

int
clock_gettime(clockid_t id, struct timespec *t)
{
	static int (*real)(clockid_t, struct timespec *);
	int rc;

	if (real == NULL)
		REAL("clock_gettime");
	rc = real(id, t);
	if (rc == 0 && id == CLOCK_REALTIME)
		t->tv_sec += jump();
	return rc;
}

time_t
time(time_t *t)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (t != NULL)
		*t = now.tv_sec;
	return now.tv_sec;
}

int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	tv->tv_sec = now.tv_sec;
	tv->tv_usec = now.tv_nsec / 1000;
	return 0;
}

int
gethostname(char *b, size_t n)
{
	static int (*real)(char *, size_t);
	const char *name = getenv("STORM_HOST");

	if (real == NULL)
		REAL("gethostname");
	if (name == NULL)
		return real(b, n);
	strncpy(b, name, n); /* cut without an end, as POSIX allows */
	return 0;
}
