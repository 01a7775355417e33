#include "secret/readers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/wipe.h"

enum { STACK = 64 * 1024, PIECE = 4096 };

/* One file.  Between start and done() it is the threads'. */
struct secret_reading {
	struct secret_reading *next;
	struct secret_readers *readers;
	bool abandoned;
	secret_read_fn *done;
	void *arg;
	struct secret_read what;
	size_t max;
	enum secret_read_how how;
	char *path; /* behind data */
	char data[];
};

struct list {
	struct secret_reading *first, **end;
};

struct secret_readers {
	struct loop *loop;
	size_t pending; /* readings that the loop waits for */
	int event;      /* tells the loop that one is done */
	pthread_mutex_t lock;
	/* Under the lock: */
	pthread_cond_t work;
	struct list wanted, done;
	size_t queued; /* of wanted */
	size_t threads, idle;
	bool closing; /* whoever is the last frees it */
};

static void
append(struct list *l, struct secret_reading *q)
{
	q->next = NULL;
	*l->end = q;
	l->end = &q->next;
}

static struct secret_reading *
take_first(struct list *l)
{
	struct secret_reading *q = l->first;

	if (q != NULL && (l->first = q->next) == NULL)
		l->end = &l->first;
	return q;
}

static void
free_reading(struct secret_reading *q)
{
	if (q->what.fd != -1)
		close(q->what.fd);
	wipe(q->data, q->what.len);
	free(q);
}

/* Without memory of its own: a thread's would not come back. */
static int
read_file(struct secret_reading *q, int fd)
{
	size_t room, old;
	ssize_t n;

	while ((room = q->max - q->what.len) > 0) {
		n = read(
		    fd, q->data + q->what.len, room < PIECE ? room : PIECE);
		if (n == 0)
			return 0;
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return errno;
		old = q->what.len;
		q->what.len += (size_t)n;
		if (q->how == SECRET_READ_LINE &&
		    memchr(q->data + old, '\n', (size_t)n) != NULL)
			return 0;
	}
	return 0;
}

static int
open_file(const struct secret_reading *q)
{
	if (q->how == SECRET_READ_LINE)
		return descriptor_open(q->path);
	return open(
	    q->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static void
perform(struct secret_reading *q)
{
	struct stat st;
	int fd;

	if ((fd = open_file(q)) == -1 || fstat(fd, &st) == -1) {
		q->what.error = errno;
	} else {
		q->what.mode = st.st_mode;
		q->what.owner = st.st_uid;
		if (!S_ISREG(st.st_mode) && q->how == SECRET_READ_LINE) {
			q->what.fd = fd;
			return;
		}
		q->what.others = (st.st_mode & S_IROTH) != 0;
		if (S_ISREG(st.st_mode))
			q->what.error = read_file(q, fd);
	}
	if (fd != -1)
		close(fd);
}

static void
free_all(struct secret_readers *r)
{
	struct secret_reading *q;

	while ((q = take_first(&r->wanted)) != NULL ||
	    (q = take_first(&r->done)) != NULL)
		free_reading(q);
	close(r->event);
	pthread_cond_destroy(&r->work);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static void *
work(void *arg)
{
	const uint64_t one = 1;
	struct secret_readers *r = arg;
	struct secret_reading *q;
	bool last;

	pthread_mutex_lock(&r->lock);
	while (!r->closing) {
		if ((q = take_first(&r->wanted)) == NULL) {
			r->idle++;
			pthread_cond_wait(&r->work, &r->lock);
			r->idle--;
			continue;
		}
		r->queued--;
		pthread_mutex_unlock(&r->lock);
		perform(q);
		pthread_mutex_lock(&r->lock);
		append(&r->done, q);
		if (!r->closing)
			(void)!write(r->event, &one, sizeof one);
	}
	last = --r->threads == 0;
	pthread_mutex_unlock(&r->lock);
	if (last)
		free_all(r);
	return NULL;
}

struct secret_readers *
secret_readers_new(struct loop *l)
{
	struct secret_readers *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	if ((r->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) == -1) {
		free(r);
		return NULL;
	}
	r->loop = l;
	r->wanted.end = &r->wanted.first;
	r->done.end = &r->done.first;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->work, NULL);
	return r;
}

void
secret_readers_free(struct secret_readers *r)
{
	bool last;

	if (r == NULL)
		return;
	loop_unwatch(r->loop, r->event);
	pthread_mutex_lock(&r->lock);
	r->closing = true;
	last = r->threads == 0;
	pthread_cond_broadcast(&r->work);
	pthread_mutex_unlock(&r->lock);
	if (last)
		free_all(r);
}

static void
settle(struct secret_readers *r)
{
	if (--r->pending == 0)
		loop_unwatch(r->loop, r->event);
}

/* One at a time: what is called may do anything, but free the readers. */
static void
on_event(void *arg, int fd, short revents)
{
	struct secret_readers *r = arg;
	struct secret_reading *q;
	uint64_t count;

	(void)revents;
	(void)!read(fd, &count, sizeof count);
	for (;;) {
		pthread_mutex_lock(&r->lock);
		q = take_first(&r->done);
		pthread_mutex_unlock(&r->lock);
		if (q == NULL)
			return;
		if (!q->abandoned) {
			settle(r);
			q->done(q->arg, &q->what);
			q->what.fd = -1; /* it was handed over */
		}
		free_reading(q);
	}
}

/* All signals are for the thread that has the loop.  Returns an errno. */
static int
start_thread(struct secret_readers *r)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, &attributes, work, r);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	r->threads += error == 0;
	return error;
}

/* Whoever waits for a file holds up no other: there is a thread for each. */
static int
hand_over(struct secret_readers *r, struct secret_reading *q)
{
	int error = 0;

	pthread_mutex_lock(&r->lock);
	append(&r->wanted, q);
	if (r->idle < ++r->queued)
		error = start_thread(r);
	if (error != 0 && r->threads > 0)
		error = 0; /* sooner or later one of them comes to it */
	if (error != 0) {
		take_first(&r->wanted); /* nobody else was there */
		r->queued--;
	}
	pthread_cond_signal(&r->work);
	pthread_mutex_unlock(&r->lock);
	r->pending += error == 0;
	return error;
}

struct secret_reading *
secret_reading_start(struct secret_readers *r, const char *path, size_t max,
    enum secret_read_how how, secret_read_fn *done, void *arg)
{
	size_t size = strlen(path) + 1;
	struct secret_reading *q = malloc(sizeof *q + max + size);
	int error;

	if (q == NULL)
		return NULL;
	*q = (struct secret_reading){ .readers = r,
		.done = done,
		.arg = arg,
		.max = max,
		.how = how,
		.what = { .fd = -1, .data = q->data } };
	q->path = memcpy(q->data + max, path, size);
	if (r->pending == 0 &&
	    loop_watch(r->loop, r->event, POLLIN, on_event, r) == -1) {
		free_reading(q);
		errno = ENOMEM;
		return NULL;
	}
	if ((error = hand_over(r, q)) == 0)
		return q;
	if (r->pending == 0)
		loop_unwatch(r->loop, r->event);
	free_reading(q);
	errno = error;
	return NULL;
}

void
secret_reading_abandon(struct secret_reading *q)
{
	if (q == NULL)
		return;
	q->abandoned = true;
	settle(q->readers);
}
