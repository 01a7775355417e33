#include "secret/digester.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/locked.h"

/* What scrypt needs of it, with room for the sanitizers' frames. */
enum { STACK = 256 * 1024 };

/* One digest, in locked memory.  It is in one of the lists, or being made. */
struct secret_digesting {
	struct secret_digesting *next;
	struct secret_digester *digester;
	secret_digested_fn *done;
	void *arg;
	size_t size;    /* of all this */
	bool abandoned; /* while it was being made; under the lock */
	int error;
	unsigned char salt[SECRET_SALT];
	unsigned char digest[SECRET_DIGEST];
	size_t len;
	char secret[];
};

struct list {
	struct secret_digesting *first, **end;
};

struct secret_digester {
	struct loop *loop;
	size_t pending; /* that the loop waits for */
	int event;      /* tells the loop that one is done */
	pthread_mutex_t lock;
	/* Under the lock: */
	pthread_cond_t work;
	struct list wanted, done;
	bool has_thread;
	pthread_t thread;
	bool closing; /* whoever is the last frees it */
};

static void
append(struct list *l, struct secret_digesting *q)
{
	q->next = NULL;
	*l->end = q;
	l->end = &q->next;
}

static struct secret_digesting *
take_first(struct list *l)
{
	struct secret_digesting *q = l->first;

	if (q != NULL && (l->first = q->next) == NULL)
		l->end = &l->first;
	return q;
}

/* Returns whether it was there. */
static bool
take_out(struct list *l, struct secret_digesting *q)
{
	struct secret_digesting **at = &l->first;

	while (*at != NULL && *at != q)
		at = &(*at)->next;
	if (*at == NULL)
		return false;
	if ((*at = q->next) == NULL)
		l->end = at;
	return true;
}

static void
free_digesting(struct secret_digesting *q)
{
	locked_free((char *)q, q->size);
}

static void
free_all(struct secret_digester *d)
{
	struct secret_digesting *q;

	while ((q = take_first(&d->wanted)) != NULL ||
	    (q = take_first(&d->done)) != NULL)
		free_digesting(q);
	close(d->event);
	pthread_cond_destroy(&d->work);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

/* With the lock. */
static void
hand_back(struct secret_digester *d, struct secret_digesting *q)
{
	const uint64_t one = 1;

	if (q->abandoned || d->closing) {
		free_digesting(q);
		return;
	}
	append(&d->done, q);
	(void)!write(d->event, &one, sizeof one);
}

static void *
work(void *arg)
{
	struct secret_digester *d = arg;
	struct secret_digesting *q;

	pthread_mutex_lock(&d->lock);
	while (!d->closing) {
		if ((q = take_first(&d->wanted)) == NULL) {
			pthread_cond_wait(&d->work, &d->lock);
			continue;
		}
		pthread_mutex_unlock(&d->lock);
		q->error = secret_digest(q->digest, q->secret, q->len, q->salt);
		pthread_mutex_lock(&d->lock);
		hand_back(d, q);
	}
	pthread_mutex_unlock(&d->lock);
	free_all(d);
	return NULL;
}

struct secret_digester *
secret_digester_new(struct loop *l)
{
	struct secret_digester *d = calloc(1, sizeof *d);

	if (d == NULL)
		return NULL;
	if ((d->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) == -1) {
		free(d);
		return NULL;
	}
	d->loop = l;
	d->wanted.end = &d->wanted.first;
	d->done.end = &d->done.first;
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->work, NULL);
	return d;
}

/* *d may be gone already. */
static void
let_go(pthread_t thread)
{
#ifdef FREE_ALL
	/* OpenSSL is taken down in the end, when nobody may be using it. */
	pthread_join(thread, NULL);
#else
	pthread_detach(thread);
#endif
}

void
secret_digester_free(struct secret_digester *d)
{
	struct secret_digesting *q;
	pthread_t thread;
	bool is_busy;

	if (d == NULL)
		return;
	loop_unwatch(d->loop, d->event);
	pthread_mutex_lock(&d->lock);
	d->closing = true;
	is_busy = d->has_thread;
	thread = d->thread;
	/* No secret waits for the thread to come to its end. */
	while ((q = take_first(&d->wanted)) != NULL)
		free_digesting(q);
	pthread_cond_signal(&d->work);
	pthread_mutex_unlock(&d->lock);
	if (!is_busy)
		free_all(d);
	else
		let_go(thread);
}

static void
settle(struct secret_digester *d)
{
	if (--d->pending == 0)
		loop_unwatch(d->loop, d->event);
}

/* One at a time: what is called may ask for more, and abandon others. */
static void
on_event(void *arg, int fd, short revents)
{
	struct secret_digester *d = arg;
	struct secret_digesting *q;
	uint64_t count;

	(void)revents;
	(void)!read(fd, &count, sizeof count);
	for (;;) {
		pthread_mutex_lock(&d->lock);
		q = take_first(&d->done);
		pthread_mutex_unlock(&d->lock);
		if (q == NULL)
			return;
		settle(d);
		q->done(q->arg, q->error, q->digest);
		free_digesting(q);
	}
}

/* All signals are for the thread that has the loop.  Returns an errno. */
static int
start_thread(struct secret_digester *d)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&d->thread, &attributes, work, d);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

/* Returns an errno. */
static int
hand_over(struct secret_digester *d, struct secret_digesting *q)
{
	int error = 0;

	pthread_mutex_lock(&d->lock);
	if (!d->has_thread)
		error = start_thread(d);
	if (error == 0) {
		d->has_thread = true;
		append(&d->wanted, q);
		pthread_cond_signal(&d->work);
		d->pending++;
	}
	pthread_mutex_unlock(&d->lock);
	return error;
}

struct secret_digesting *
secret_digesting_start(struct secret_digester *d, const char *secret,
    size_t len, const unsigned char salt[SECRET_SALT], secret_digested_fn *done,
    void *arg)
{
	size_t size = sizeof(struct secret_digesting) + len;
	struct secret_digesting *q = (void *)locked_new(size);
	int error = ENOMEM;

	if (q == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	q->digester = d;
	q->done = done;
	q->arg = arg;
	q->size = size;
	q->len = len;
	memcpy(q->secret, secret, len);
	memcpy(q->salt, salt, sizeof q->salt);
	if (d->pending > 0 ||
	    loop_watch(d->loop, d->event, POLLIN, on_event, d) == 0)
		error = hand_over(d, q);
	if (error == 0)
		return q;
	if (d->pending == 0)
		loop_unwatch(d->loop, d->event);
	free_digesting(q);
	errno = error;
	return NULL;
}

void
secret_digesting_abandon(struct secret_digesting *q)
{
	struct secret_digester *d;
	bool is_ours;

	if (q == NULL)
		return;
	d = q->digester;
	pthread_mutex_lock(&d->lock);
	is_ours = take_out(&d->wanted, q) || take_out(&d->done, q);
	q->abandoned = true;
	pthread_mutex_unlock(&d->lock);
	if (is_ours)
		free_digesting(q);
	settle(d);
}
