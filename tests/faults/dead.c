/*
 * dead.c - what does not come back: preloaded, it makes calls of the program
 * and its libraries block for ever, whatever signal interrupts them.
 *
 * DEAD holds the beginning of paths that a call must not touch, as if they
 * were on a server that is gone; with DEAD_READ they can be opened, and
 * reading or writing blocks.  DEAD_VERIFY: verifying a certificate takes for
 * ever.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <openssl/x509.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int dead_fd = -1;

static void
block(void)
{
	for (;;)
		pause();
}

static int
is_dead(const char *path)
{
	const char *dead = getenv("DEAD");

	return dead != NULL && strncmp(path, dead, strlen(dead)) == 0;
}

static void
touch(const char *path)
{
	if (getenv("DEAD_READ") == NULL && is_dead(path))
		block();
}

#define REAL(name) real = (__typeof__(real))dlsym(RTLD_NEXT, name)

int
open(const char *path, int flags, ...)
{
	static int (*real)(const char *, int, ...);
	mode_t mode = 0;
	va_list ap;
	int fd;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	touch(path);
	REAL("open");
	fd = real(path, flags, mode);
	if (is_dead(path))
		dead_fd = fd;
	return fd;
}

int
openat(int folder, const char *path, int flags, ...)
{
	static int (*real)(int, const char *, int, ...);
	mode_t mode = 0;
	va_list ap;
	int fd;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	touch(path);
	REAL("openat");
	fd = real(folder, path, flags, mode);
	if (is_dead(path))
		dead_fd = fd;
	return fd;
}

int
fstatat(int folder, const char *path, struct stat *st, int flags)
{
	static int (*real)(int, const char *, struct stat *, int);

	touch(path);
	REAL("fstatat");
	return real(folder, path, st, flags);
}

#define FOPEN(name)                                                            \
	FILE *name(const char *path, const char *mode)                         \
	{                                                                      \
		static FILE *(*real)(const char *, const char *);              \
                                                                               \
		touch(path);                                                   \
		REAL(#name);                                                   \
		return real(path, mode);                                       \
	}

FOPEN(fopen)
FOPEN(fopen64)

#define STAT(name)                                                             \
	int name(const char *path, struct stat *st)                            \
	{                                                                      \
		static int (*real)(const char *, struct stat *);               \
                                                                               \
		touch(path);                                                   \
		REAL(#name);                                                   \
		return real(path, st);                                         \
	}

STAT(stat)
STAT(lstat)

int
access(const char *path, int mode)
{
	static int (*real)(const char *, int);

	touch(path);
	REAL("access");
	return real(path, mode);
}

ssize_t
read(int fd, void *b, size_t n)
{
	static ssize_t (*real)(int, void *, size_t);

	if (fd != -1 && fd == dead_fd)
		block();
	REAL("read");
	return real(fd, b, n);
}

ssize_t
write(int fd, const void *b, size_t n)
{
	static ssize_t (*real)(int, const void *, size_t);

	if (fd != -1 && fd == dead_fd)
		block();
	REAL("write");
	return real(fd, b, n);
}

int
X509_verify_cert(X509_STORE_CTX *context)
{
	static int (*real)(X509_STORE_CTX *);
	volatile int more = getenv("DEAD_VERIFY") != NULL;

	while (more)
		;
	REAL("X509_verify_cert");
	return real(context);
}
