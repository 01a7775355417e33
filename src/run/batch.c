#include "run/batch.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "run/job.h"
#include "run/last_word.h"
#include "run/plan.h"
#include "run/queue.h"
#include "run/shared.h"
#include "run/telling.h"

enum {
	PARALLEL = 50,
	PER_HOST = 4,
	/* Sockets of several addresses, or a command's pipes and pidfd. */
	DESCRIPTORS_EACH = 4,
	DESCRIPTORS_OURS = 32,
	BEGIN_AT_ONCE = 8, /* then whoever waits has a turn */
	TELL_US = 100,     /* what it takes to tell one that was not begun */
	SPAN_PARTS = 2,    /* of the time, in which one server's checks begin */
};

/* A check that has begun. */
struct check {
	struct check *next, **at;
	struct batch *batch;
	struct queue_item item;
	char name[SECTIONS_NAME_MAX + 1];
	struct options options;
	struct job job;
	bool is_cut; /* the run ends before its own deadline would */
};

struct batch {
	const struct options *o;
	int64_t started_us, soft_us;
	struct shared *shared;
	struct loop *loop;
	struct plan plan;
	struct queue *queue;
	struct telling telling;
	struct check *running, *over; /* lists */
	size_t count, parallel;
	struct loop_timer end;  /* of the time */
	struct loop_timer more; /* others may begin */
	int signals;            /* readable when one has come */
	const char *stopped;    /* its name, static */
	bool timed_out;
};

static bool
has_timed_out(const struct facts *f)
{
	return f->end == END_TIMEOUT ||
	    (f->end == END_ERROR && f->err.kind == ERR_TIMEOUT);
}

static void
tell(struct batch *b, struct check *c)
{
	struct facts *f = &c->job.facts;

	f->run_is_over = c->is_cut && has_timed_out(f);
	telling_one(&b->telling, c->name, &c->options.check, f);
}

static void
forget(struct check *c)
{
	job_free(&c->job);
	options_free(&c->options);
	free(c);
}

static void
put_into(struct check **list, struct check *c)
{
	c->next = *list;
	if (c->next != NULL)
		c->next->at = &c->next;
	c->at = list;
	*list = c;
}

/* It is told when the loop has turned: nothing is freed from within. */
static void
on_over(void *arg)
{
	struct check *c = arg;

	*c->at = c->next;
	if (c->next != NULL)
		c->next->at = c->at;
	put_into(&c->batch->over, c);
}

/* Returns NULL without memory. */
static struct check *
read_check(struct batch *b, const struct queue_item *item)
{
	struct check *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->batch = b;
	c->item = *item;
	job_init(&c->job, &c->options.check);
	plan_read(
	    &b->plan, item->place, c->name, &c->options, &c->job.facts.err);
	return c;
}

static void
begin(struct batch *b, struct check *c)
{
	int64_t now_us = clock_now_us(), deadline_us;
	struct settings *s = &c->options.check;
	struct variables *v = &b->plan.variables;

	put_into(&b->running, c);
	b->count++;
	if (c->job.facts.err.kind == ERR_NONE &&
	    variables_lend(v, &s->secret) == -1)
		err_nomem(&c->job.facts.err);
	if (c->job.facts.err.kind != ERR_NONE) {
		on_over(c);
	} else {
		deadline_us = deadline_reckon(now_us, s->timeout_us).soft_us;
		c->is_cut = deadline_us > b->soft_us;
		job_start(&c->job, b->shared,
		    c->is_cut ? b->soft_us : deadline_us, on_over, c);
	}
	secret_source_erase(&s->secret);
	variables_return(v);
}

static void
on_more(void *arg)
{
	(void)arg;
}

static bool
has_ended(const struct batch *b)
{
	return b->stopped != NULL || b->timed_out;
}

static void
fill(struct batch *b)
{
	struct queue_item item;
	struct check *c;
	int begun = 0;

	while (!has_ended(b) && b->count < b->parallel) {
		if (begun++ == BEGIN_AT_ONCE) {
			loop_timer_set(b->loop, &b->more, 0, on_more, b);
			return;
		}
		if (!queue_take(b->queue, &item))
			return;
		if ((c = read_check(b, &item)) == NULL) {
			telling_fault(&b->telling, "out of memory");
			queue_done(b->queue, &item);
			continue;
		}
		begin(b, c);
	}
}

static void
tell_those_over(struct batch *b)
{
	struct check *c;

	while ((c = b->over) != NULL) {
		if ((b->over = c->next) != NULL)
			c->next->at = &b->over;
		tell(b, c);
		queue_done(b->queue, &c->item);
		b->count--;
		forget(c);
	}
}

/* Those whose turn never came. */
static void
tell_the_rest(struct batch *b)
{
	struct queue_item item;
	struct check *c;

	while (queue_drain(b->queue, &item)) {
		if ((c = read_check(b, &item)) == NULL) {
			telling_fault(&b->telling, "out of memory");
			continue;
		}
		if (b->stopped != NULL)
			err_set(&c->job.facts.err, ERR_INTERNAL,
			    "%s before it began", b->stopped);
		else
			err_set(&c->job.facts.err, ERR_TIMEOUT, "not begun");
		c->is_cut = true;
		tell(b, c);
		forget(c);
	}
}

static void
on_end(void *arg)
{
	struct batch *b = arg;

	b->timed_out = true;
}

/* Whoever sent it wants to know what is known. */
static void
on_signal(void *arg, int fd, short revents)
{
	struct batch *b = arg;
	struct check *c, *next;
	uint64_t number = 0;

	(void)revents;
	if (read(fd, &number, sizeof number) != sizeof number ||
	    b->stopped != NULL)
		return;
	b->stopped = last_word_signal((int)number);
	for (c = b->running; c != NULL; c = next) {
		next = c->next;
		job_cut(&c->job, b->stopped);
	}
}

/* Returns 0, or -1 with errno set. */
static int
drive(struct batch *b)
{
	for (;;) {
		fill(b);
		tell_those_over(b);
		if (b->count == 0 &&
		    (has_ended(b) || queue_left(b->queue) == 0))
			return 0;
		if (loop_turn(b->loop) != 1)
			return -1;
		tell_those_over(b);
	}
}

static size_t
choose_parallel(const struct options *o)
{
	size_t wanted = o->parallel > 0 ? (size_t)o->parallel : PARALLEL;
	struct rlimit limit;
	size_t most;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    limit.rlim_cur == RLIM_INFINITY)
		return wanted;
	most = limit.rlim_cur > DESCRIPTORS_OURS
	    ? (size_t)(limit.rlim_cur - DESCRIPTORS_OURS) / DESCRIPTORS_EACH
	    : 0;
	if (most == 0)
		most = 1;
	return wanted < most ? wanted : most;
}

static int
prepare(struct batch *b, struct err *e)
{
	b->parallel = choose_parallel(b->o);
	b->shared = shared_new();
	b->signals = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (b->shared == NULL || telling_open(&b->telling, b->o) == -1 ||
	    b->signals == -1)
		return err_nomem(e);
	b->loop = shared_loop(b->shared);
	b->queue = queue_new(
	    b->loop, b->o->per_host > 0 ? (size_t)b->o->per_host : PER_HOST);
	if (b->queue == NULL || shared_work_beside(b->shared) == -1 ||
	    loop_watch(b->loop, b->signals, POLLIN, on_signal, b) == -1)
		return err_nomem(e);
	return plan_queue(&b->plan, b->queue, e);
}

/* What is to be told at the end takes its time. */
static void
set_end(struct batch *b, const struct deadline *d)
{
	int64_t whole = d->hard_us - b->started_us;
	int64_t telling = (int64_t)queue_count(b->queue) * TELL_US;

	if (telling > whole / 4)
		telling = whole / 4;
	b->soft_us = d->soft_us - telling;
	loop_timer_set(b->loop, &b->end, b->soft_us, on_end, b);
}

static void
run_all(struct batch *b, const struct deadline *d, struct answer *a)
{
	telling_begin(&b->telling);
	if (b->plan.exposed)
		telling_exposed(&b->telling);
	set_end(b, d);
	last_word_pass_on(b->signals);
	/* A command may need sudo until the last has been run. */
	shared_want_secret(b->shared);
	queue_begin(b->queue, (b->soft_us - b->started_us) / SPAN_PARTS);
	if (drive(b) == -1)
		telling_fault(&b->telling,
		    "internal error: cannot wait for the checks under way");
	tell_the_rest(b);
	shared_had_secret(b->shared);
	telling_end(&b->telling, b->started_us, a);
}

static void
free_batch(struct batch *b)
{
	struct check *c;

	while ((c = b->running) != NULL) {
		on_over(c);
		b->over = NULL;
		forget(c);
	}
	if (b->loop != NULL) {
		loop_timer_cancel(b->loop, &b->end);
		loop_timer_cancel(b->loop, &b->more);
	}
	queue_free(b->queue);
	shared_free(b->shared);
	telling_free(&b->telling);
	plan_free(&b->plan);
}

int
batch_run(const struct options *o, int64_t started_us, const struct deadline *d,
    struct answer *a, struct err *e)
{
	struct batch b = { .o = o, .started_us = started_us, .signals = -1 };
	int rc = -1;

	if (plan_open(&b.plan, o, e) == -1)
		goto out;
	if (o->list != OPTIONS_LIST_NONE) {
		rc = plan_list(&b.plan, &a->said, e);
	} else if (prepare(&b, e) == 0) {
		run_all(&b, d, a);
		rc = 0;
	}
out:
	free_batch(&b);
	return rc;
}
