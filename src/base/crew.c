#include "base/crew.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct list {
	struct crew_task *first, **end;
};

struct crew {
	const struct crew_work *does;
	struct loop *loop;
	size_t pending; /* tasks that the loop waits for */
	int event;      /* tells the loop that one is done */
	pthread_mutex_t lock;
	/* Under the lock: */
	pthread_cond_t work;
	struct list wanted, done;
	size_t queued; /* of wanted */
	size_t threads, idle;
	pthread_t last_thread;
	bool closing; /* whoever is the last frees it */
};

static void
append(struct list *l, struct crew_task *t)
{
	t->next = NULL;
	*l->end = t;
	l->end = &t->next;
}

static struct crew_task *
take_first(struct list *l)
{
	struct crew_task *t = l->first;

	if (t != NULL && (l->first = t->next) == NULL)
		l->end = &l->first;
	return t;
}

/* Returns whether it was there. */
static bool
take_out(struct list *l, struct crew_task *t)
{
	struct crew_task **at = &l->first;

	while (*at != NULL && *at != t)
		at = &(*at)->next;
	if (*at == NULL)
		return false;
	if ((*at = t->next) == NULL)
		l->end = at;
	return true;
}

static void
free_tasks(struct crew *c, struct list *l)
{
	struct crew_task *t;

	while ((t = take_first(l)) != NULL)
		c->does->free(t);
}

static void
free_all(struct crew *c)
{
	free_tasks(c, &c->done);
	close(c->event);
	pthread_cond_destroy(&c->work);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* With the lock. */
static void
hand_back(struct crew *c, struct crew_task *t)
{
	const uint64_t one = 1;

	if (t->abandoned || c->closing) {
		c->does->free(t);
		return;
	}
	append(&c->done, t);
	(void)!write(c->event, &one, sizeof one);
}

static void *
work(void *arg)
{
	struct crew *c = arg;
	struct crew_task *t;
	bool is_last;

	pthread_mutex_lock(&c->lock);
	while (!c->closing) {
		if ((t = take_first(&c->wanted)) == NULL) {
			c->idle++;
			pthread_cond_wait(&c->work, &c->lock);
			c->idle--;
			continue;
		}
		c->queued--;
		pthread_mutex_unlock(&c->lock);
		c->does->perform(t);
		pthread_mutex_lock(&c->lock);
		hand_back(c, t);
	}
	is_last = --c->threads == 0;
	pthread_mutex_unlock(&c->lock);
	if (is_last)
		free_all(c);
	return NULL;
}

struct crew *
crew_new(struct loop *l, const struct crew_work *does)
{
	struct crew *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	if ((c->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) == -1) {
		free(c);
		return NULL;
	}
	c->does = does;
	c->loop = l;
	c->wanted.end = &c->wanted.first;
	c->done.end = &c->done.first;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->work, NULL);
	return c;
}

void
crew_free(struct crew *c)
{
	pthread_t thread;
	bool is_last, is_joined;

	if (c == NULL)
		return;
	loop_unwatch(c->loop, c->event);
	pthread_mutex_lock(&c->lock);
	c->closing = true;
	is_last = c->threads == 0;
	is_joined = !is_last && c->does->is_joined;
	thread = c->last_thread;
	/* Nothing that is wanted waits for a thread to come to its end. */
	free_tasks(c, &c->wanted);
	pthread_cond_broadcast(&c->work);
	pthread_mutex_unlock(&c->lock);
	/* From here on *c is the threads', if there are any. */
	if (is_last)
		free_all(c);
	if (is_joined)
		pthread_join(thread, NULL);
}

static void
settle(struct crew *c)
{
	if (--c->pending == 0)
		loop_unwatch(c->loop, c->event);
}

/* One at a time: what is called may ask for more, and abandon others. */
static void
on_event(void *arg, int fd, short revents)
{
	struct crew *c = arg;
	struct crew_task *t;
	uint64_t count;

	(void)revents;
	(void)!read(fd, &count, sizeof count);
	for (;;) {
		pthread_mutex_lock(&c->lock);
		t = take_first(&c->done);
		pthread_mutex_unlock(&c->lock);
		if (t == NULL)
			return;
		settle(c);
		c->does->done(t);
		c->does->free(t);
	}
}

/* All signals are for the thread that has the loop.  Returns an errno. */
static int
start_thread(struct crew *c)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, c->does->stack);
	if (!c->does->is_joined)
		pthread_attr_setdetachstate(
		    &attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&c->last_thread, &attributes, work, c);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	c->threads += error == 0;
	return error;
}

/* Returns an errno. */
static int
hand_over(struct crew *c, struct crew_task *t)
{
	int error = 0;

	pthread_mutex_lock(&c->lock);
	append(&c->wanted, t);
	if (c->idle < ++c->queued && c->threads < c->does->threads)
		error = start_thread(c);
	if (error != 0 && c->threads > 0)
		error = 0; /* sooner or later one of them comes to it */
	if (error != 0) {
		take_out(&c->wanted, t);
		c->queued--;
	}
	pthread_cond_signal(&c->work);
	pthread_mutex_unlock(&c->lock);
	c->pending += error == 0;
	return error;
}

int
crew_start(struct crew *c, struct crew_task *t)
{
	int error;

	t->abandoned = false;
	if (c->pending == 0 &&
	    loop_watch(c->loop, c->event, POLLIN, on_event, c) == -1)
		return ENOMEM;
	error = hand_over(c, t);
	if (c->pending == 0)
		loop_unwatch(c->loop, c->event);
	return error;
}

void
crew_abandon(struct crew *c, struct crew_task *t)
{
	bool is_wanted, is_ours;

	pthread_mutex_lock(&c->lock);
	is_wanted = take_out(&c->wanted, t);
	c->queued -= is_wanted;
	is_ours = is_wanted || take_out(&c->done, t);
	t->abandoned = true;
	pthread_mutex_unlock(&c->lock);
	if (is_ours)
		c->does->free(t);
	settle(c);
}
