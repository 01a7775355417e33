/*
 * faults.c - makes the n-th call of a function fail.  It is linked into the
 * variant "faults" with -Wl,--wrap for each function that stands here, so
 * that it sees the program's own calls; the libraries' allocations come
 * through their hooks, as "library".
 *
 * FAULT=FUNCTION:N:ERRNO[:TIMES] in the environment says what fails: from the
 * N-th call on, TIMES of them (default 1).  ERRNO 0: nothing fails, but SIGTERM
 * comes just before the call.  FAULT_LOG=PATH: at the end the
 * number of calls of each function is written there.
 *
 * In smtp-oauth2 there are some functions more, libcurl allocates as "curl" and
 * jansson as "json".  A child goes on counting, and writes PATH.child; what is
 * run by exec has no part in it.
 */

#include <ares.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <pthread.h>
#include <regex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* name, what it returns, on failure, parameters, arguments */
#define FUNCTIONS(F)                                                           \
	F(malloc, void *, NULL, (size_t n), (n))                               \
	F(calloc, void *, NULL, (size_t n, size_t m), (n, m))                  \
	F(realloc, void *, NULL, (void *p, size_t n), (p, n))                  \
	F(strdup, char *, NULL, (const char *s), (s))                          \
	F(strndup, char *, NULL, (const char *s, size_t n), (s, n))            \
	F(mmap, void *, MAP_FAILED,                                            \
	    (void *a, size_t n, int p, int f, int fd, off_t o),                \
	    (a, n, p, f, fd, o))                                               \
	F(mlock, int, -1, (const void *a, size_t n), (a, n))                   \
	F(madvise, int, -1, (void *a, size_t n, int x), (a, n, x))             \
	F(socket, int, -1, (int a, int b, int c), (a, b, c))                   \
	F(connect, int, -1, (int fd, const struct sockaddr *a, socklen_t n),   \
	    (fd, a, n))                                                        \
	F(getsockopt, int, -1, (int fd, int l, int o, void *v, socklen_t *n),  \
	    (fd, l, o, v, n))                                                  \
	F(setsockopt, int, -1,                                                 \
	    (int fd, int l, int o, const void *v, socklen_t n),                \
	    (fd, l, o, v, n))                                                  \
	F(getsockname, int, -1, (int fd, struct sockaddr *a, socklen_t *n),    \
	    (fd, a, n))                                                        \
	F(getpeername, int, -1, (int fd, struct sockaddr *a, socklen_t *n),    \
	    (fd, a, n))                                                        \
	F(recv, ssize_t, -1, (int fd, void *b, size_t n, int f),               \
	    (fd, b, n, f))                                                     \
	F(send, ssize_t, -1, (int fd, const void *b, size_t n, int f),         \
	    (fd, b, n, f))                                                     \
	F(read, ssize_t, -1, (int fd, void *b, size_t n), (fd, b, n))          \
	F(write, ssize_t, -1, (int fd, const void *b, size_t n), (fd, b, n))   \
	F(poll, int, -1, (struct pollfd * p, nfds_t n, int t), (p, n, t))      \
	F(fstat, int, -1, (int fd, struct stat *s), (fd, s))                   \
	F(pipe2, int, -1, (int fd[2], int f), (fd, f))                         \
	F(fork, pid_t, -1, (void), ())                                         \
	F(setpgid, int, -1, (pid_t p, pid_t g), (p, g))                        \
	F(waitid, int, -1, (idtype_t t, id_t id, siginfo_t * s, int o),        \
	    (t, id, s, o))                                                     \
	F(waitpid, pid_t, -1, (pid_t p, int *s, int o), (p, s, o))             \
	F(kill, int, -1, (pid_t p, int s), (p, s))                             \
	F(clock_gettime, int, -1, (clockid_t c, struct timespec * t), (c, t))  \
	F(timer_create, int, -1,                                               \
	    (clockid_t c, struct sigevent * s, timer_t * t), (c, s, t))        \
	F(timer_settime, int, -1,                                              \
	    (timer_t t, int f, const struct itimerspec *n,                     \
		struct itimerspec *o),                                         \
	    (t, f, n, o))                                                      \
	F(sigaction, int, -1,                                                  \
	    (int s, const struct sigaction *a, struct sigaction *o),           \
	    (s, a, o))                                                         \
	F(sigprocmask, int, -1, (int h, const sigset_t *s, sigset_t *o),       \
	    (h, s, o))                                                         \
	F(setrlimit, int, -1, (__rlimit_resource_t r, const struct rlimit *l), \
	    (r, l))                                                            \
	F(gethostname, int, -1, (char *b, size_t n), (b, n))                   \
	F(regcomp, int, REG_ESPACE, (regex_t * r, const char *p, int f),       \
	    (r, p, f))                                                         \
	F(gmtime_r, struct tm *, NULL, (const time_t *t, struct tm *m),        \
	    (t, m))                                                            \
	F(stat, int, -1, (const char *p, struct stat *s), (p, s))              \
	F(lstat, int, -1, (const char *p, struct stat *s), (p, s))             \
	F(fstatat, int, -1, (int fd, const char *p, struct stat *s, int f),    \
	    (fd, p, s, f))                                                     \
	F(mkdir, int, -1, (const char *p, mode_t m), (p, m))                   \
	F(opendir, DIR *, NULL, (const char *p), (p))                          \
	F(fchmod, int, -1, (int fd, mode_t m), (fd, m))                        \
	F(fchown, int, -1, (int fd, uid_t u, gid_t g), (fd, u, g))             \
	F(renameat, int, -1, (int a, const char *p, int b, const char *q),     \
	    (a, p, b, q))                                                      \
	F(unlinkat, int, -1, (int fd, const char *p, int f), (fd, p, f))       \
	F(pread, ssize_t, -1, (int fd, void *b, size_t n, off_t o),            \
	    (fd, b, n, o))                                                     \
	F(pthread_create, int, EAGAIN,                                         \
	    (pthread_t * t, const pthread_attr_t *a, void *(*f)(void *),       \
		void *v),                                                      \
	    (t, a, f, v))                                                      \
	F(eventfd, int, -1, (unsigned n, int f), (n, f))                       \
	F(epoll_create1, int, -1, (int f), (f))                                \
	F(epoll_ctl, int, -1, (int e, int o, int fd, struct epoll_event *v),   \
	    (e, o, fd, v))                                                     \
	F(epoll_wait, int, -1, (int e, struct epoll_event *v, int n, int t),   \
	    (e, v, n, t))

/* The same, wrapped in smtp-oauth2 alone. */
#define OAUTH2_FUNCTIONS(G)                                                    \
	G(fsync, int, -1, (int fd), (fd))                                      \
	G(ftruncate, int, -1, (int fd, off_t n), (fd, n))                      \
	G(flock, int, -1, (int fd, int how), (fd, how))                        \
	G(posix_fallocate, int, ENOSPC, (int fd, off_t at, off_t n),           \
	    (fd, at, n))                                                       \
	G(rename, int, -1, (const char *p, const char *q), (p, q))             \
	G(access, int, -1, (const char *p, int how), (p, how))                 \
	G(getentropy, int, -1, (void *b, size_t n), (b, n))                    \
	G(memfd_create, int, -1, (const char *p, unsigned f), (p, f))          \
	G(lseek, off_t, -1, (int fd, off_t at, int how), (fd, at, how))        \
	G(bind, int, -1, (int fd, const struct sockaddr *a, socklen_t n),      \
	    (fd, a, n))                                                        \
	G(listen, int, -1, (int fd, int n), (fd, n))                           \
	G(accept4, int, -1, (int fd, struct sockaddr *a, socklen_t *n, int f), \
	    (fd, a, n, f))                                                     \
	G(nanosleep, int, -1, (const struct timespec *a, struct timespec *b),  \
	    (a, b))                                                            \
	G(setsid, pid_t, -1, (void), ())                                       \
	G(dup2, int, -1, (int a, int b), (a, b))

#define ENTRY(name, type, bad, params, args) FAULT_##name,
enum {
	FUNCTIONS(ENTRY) OAUTH2_FUNCTIONS(ENTRY) FAULT_asprintf,
	FAULT_open,
	FAULT_openat,
	FAULT_fcntl,
	FAULT_library, /* from here on not the program's own */
	FAULT_curl,
	FAULT_json,
	FAULTS
};
#undef ENTRY

#define ENTRY(name, type, bad, params, args) #name,
static const char *const names[] = { FUNCTIONS(ENTRY)
					 OAUTH2_FUNCTIONS(ENTRY) "asprintf",
	"open", "openat", "fcntl", "library", "curl", "json" };
#undef ENTRY

static unsigned long calls[FAULTS];
static int faulty = -1;
static unsigned long first, times = 1;
static int error;

/* SIGTERM is for it, whichever thread or child of it is about to call. */
static pid_t program;

/* A library is allocating, in the program's function for that. */
static _Thread_local enum {
	LIBRARY_NONE,
	LIBRARY_WORKS,
	LIBRARY_FAILS
} library;

static int
fails(int which)
{
	if (library != LIBRARY_NONE)
		return library == LIBRARY_FAILS;
	calls[which]++;
	if (which != faulty || calls[which] < first ||
	    calls[which] >= first + times)
		return 0;
	if (error == 0)
		kill(program, SIGTERM);
	errno = error;
	return error != 0;
}

#define WRAP(name, type, bad, params, args)                                    \
	extern type __real_##name params;                                      \
	extern type __wrap_##name params;                                      \
	type __wrap_##name params                                              \
	{                                                                      \
		if (fails(FAULT_##name))                                       \
			return bad;                                            \
		return __real_##name args;                                     \
	}
FUNCTIONS(WRAP)
#undef WRAP

/* Weak, since the plugin has no such function. */
#define WRAP(name, type, bad, params, args)                                    \
	extern type __real_##name params __attribute__((weak));                \
	extern type __wrap_##name params;                                      \
	type __wrap_##name params                                              \
	{                                                                      \
		if (fails(FAULT_##name))                                       \
			return bad;                                            \
		return __real_##name args;                                     \
	}
OAUTH2_FUNCTIONS(WRAP)

extern int __wrap_asprintf(char **out, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

int
__wrap_asprintf(char **out, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (fails(FAULT_asprintf))
		return -1;
	va_start(ap, fmt);
	n = vasprintf(out, fmt, ap);
	va_end(ap);
	return n;
}

extern int __real_open(const char *path, int flags, mode_t mode);
extern int __wrap_open(const char *path, int flags, mode_t mode);
extern int __real_openat(int fd, const char *path, int flags, mode_t mode);
extern int __wrap_openat(int fd, const char *path, int flags, mode_t mode);
extern int __real_fcntl(int fd, int command, long argument);
extern int __wrap_fcntl(int fd, int command, long argument);

int
__wrap_open(const char *path, int flags, mode_t mode)
{
	return fails(FAULT_open) ? -1 : __real_open(path, flags, mode);
}

int
__wrap_openat(int fd, const char *path, int flags, mode_t mode)
{
	return fails(FAULT_openat) ? -1 : __real_openat(fd, path, flags, mode);
}

int
__wrap_fcntl(int fd, int command, long argument)
{
	return fails(FAULT_fcntl) ? -1 : __real_fcntl(fd, command, argument);
}

/*
 * The libraries' allocations.  What the program gives OpenSSL and c-ares to
 * allocate with is called from here, and its own malloc() does not count then.
 */

typedef void *openssl_malloc_fn(size_t n, const char *file, int line);
typedef void *openssl_realloc_fn(void *p, size_t n, const char *file, int line);

static void
enter(int which)
{
	library = fails(which) ? LIBRARY_FAILS : LIBRARY_WORKS;
}

static void *
leave(void *p)
{
	library = LIBRARY_NONE;
	return p;
}

static openssl_malloc_fn *its_malloc;
static openssl_realloc_fn *its_realloc;

static void *
openssl_malloc(size_t n, const char *file, int line)
{
	enter(FAULT_library);
	return leave(its_malloc(n, file, line));
}

static void *
openssl_realloc(void *old, size_t n, const char *file, int line)
{
	enter(FAULT_library);
	return leave(its_realloc(old, n, file, line));
}

extern int __real_CRYPTO_set_mem_functions(
    openssl_malloc_fn *m, openssl_realloc_fn *r, CRYPTO_free_fn *f);
extern int __wrap_CRYPTO_set_mem_functions(
    openssl_malloc_fn *m, openssl_realloc_fn *r, CRYPTO_free_fn *f);

int
__wrap_CRYPTO_set_mem_functions(
    openssl_malloc_fn *m, openssl_realloc_fn *r, CRYPTO_free_fn *f)
{
	its_malloc = m;
	its_realloc = r;
	return __real_CRYPTO_set_mem_functions(
	    openssl_malloc, openssl_realloc, f);
}

typedef void *malloc_fn(size_t n);
typedef void *realloc_fn(void *p, size_t n);

static malloc_fn *ares_s_malloc;
static realloc_fn *ares_s_realloc;

static void *
ares_malloc(size_t n)
{
	enter(FAULT_library);
	return leave(ares_s_malloc(n));
}

static void *
ares_realloc(void *old, size_t n)
{
	enter(FAULT_library);
	return leave(ares_s_realloc(old, n));
}

extern int __real_ares_library_init_mem(
    int flags, malloc_fn *m, void (*f)(void *), realloc_fn *r);
extern int __wrap_ares_library_init_mem(
    int flags, malloc_fn *m, void (*f)(void *), realloc_fn *r);

int
__wrap_ares_library_init_mem(
    int flags, malloc_fn *m, void (*f)(void *), realloc_fn *r)
{
	ares_s_malloc = m;
	ares_s_realloc = r;
	return __real_ares_library_init_mem(
	    flags, ares_malloc, f, ares_realloc);
}

/* libcurl and jansson, whose headers the plugin need not have. */

typedef void free_fn(void *p);
typedef char *strdup_fn(const char *s);
typedef void *calloc_fn(size_t n, size_t m);

static malloc_fn *curl_s_malloc;
static realloc_fn *curl_s_realloc;
static strdup_fn *curl_s_strdup;
static calloc_fn *curl_s_calloc;

extern int __real_curl_global_init_mem(long flags, malloc_fn *m, free_fn *f,
    realloc_fn *r, strdup_fn *s, calloc_fn *c) __attribute__((weak));
extern int __wrap_curl_global_init_mem(long flags, malloc_fn *m, free_fn *f,
    realloc_fn *r, strdup_fn *s, calloc_fn *c);

static void *
curl_malloc(size_t n)
{
	enter(FAULT_curl);
	return leave(curl_s_malloc(n));
}

static void *
curl_realloc(void *old, size_t n)
{
	enter(FAULT_curl);
	return leave(curl_s_realloc(old, n));
}

static char *
curl_strdup(const char *s)
{
	enter(FAULT_curl);
	return leave(curl_s_strdup(s));
}

static void *
curl_calloc(size_t n, size_t m)
{
	enter(FAULT_curl);
	return leave(curl_s_calloc(n, m));
}

int
__wrap_curl_global_init_mem(long flags, malloc_fn *m, free_fn *f, realloc_fn *r,
    strdup_fn *s, calloc_fn *c)
{
	curl_s_malloc = m;
	curl_s_realloc = r;
	curl_s_strdup = s;
	curl_s_calloc = c;
	return __real_curl_global_init_mem(
	    flags, curl_malloc, f, curl_realloc, curl_strdup, curl_calloc);
}

extern void __real_json_set_alloc_funcs(malloc_fn *m, free_fn *f)
    __attribute__((weak));
extern void __wrap_json_set_alloc_funcs(malloc_fn *m, free_fn *f);

static malloc_fn *json_s_malloc;

static void *
json_malloc(size_t n)
{
	enter(FAULT_json);
	return leave(json_s_malloc(n));
}

void
__wrap_json_set_alloc_funcs(malloc_fn *m, free_fn *f)
{
	json_s_malloc = m;
	__real_json_set_alloc_funcs(json_malloc, f);
}

/* What was reached counts also where the process ends at once. */

static bool
is_oauth2(void)
{
	return __real_json_set_alloc_funcs != NULL;
}

static char log_path[4096];

static void
write_log(const char *more)
{
	char path[sizeof log_path + 16];
	FILE *f;
	int i;

	snprintf(path, sizeof path, "%s%s", log_path, more);
	if (log_path[0] == '\0' || (f = fopen(path, "w")) == NULL)
		return;
	for (i = 0; i < FAULTS; i++)
		fprintf(f, "%s %lu\n", names[i], calls[i]);
	fclose(f);
}

extern void __gcov_dump(void) __attribute__((weak));
extern void __real__exit(int status) __attribute__((noreturn));
extern void __wrap__exit(int status) __attribute__((noreturn));

void
__wrap__exit(int status)
{
	faulty = -1; /* nothing of the program's own from here on */
	if (is_oauth2())
		write_log(".child");
	if (__gcov_dump != NULL)
		__gcov_dump();
	__real__exit(status);
}

extern int __real_execvp(const char *path, char *const *args)
    __attribute__((weak));
extern int __wrap_execvp(const char *path, char *const *args);

int
__wrap_execvp(const char *path, char *const *args)
{
	if (__gcov_dump != NULL)
		__gcov_dump();
	return __real_execvp(path, args);
}

/* What is to fail, and the count in the end. */

static void
read_plan(const char *plan)
{
	char name[32];
	int i;

	if (sscanf(plan, "%31[a-z0-9_]:%lu:%d:%lu", name, &first, &error,
		&times) < 3)
		_exit(100);
	for (i = 0; i < FAULTS; i++)
		if (strcmp(names[i], name) == 0)
			faulty = i;
	if (faulty == -1)
		_exit(101);
}

__attribute__((constructor)) static void
begin(void)
{
	const char *plan = getenv("FAULT"), *path = getenv("FAULT_LOG");

	program = getpid();
	if (path != NULL)
		snprintf(log_path, sizeof log_path, "%s", path);
	if (plan != NULL)
		read_plan(plan);
	if (!is_oauth2())
		return;
	unsetenv("FAULT");
	unsetenv("FAULT_LOG");
}

__attribute__((destructor)) static void
end(void)
{
	faulty = -1;
	write_log("");
}
