#include "run/watchdog.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum { STACK_SIZE = 256 * 1024 };

static struct {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stopped;
	bool running; /* there is a thread to be joined */
	bool stop;
	struct timespec when;
	void (*bite)(void);
} dog = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void *
wait_and_bite(void *arg)
{
	int error = 0;

	pthread_mutex_lock(&dog.lock);
	while (!dog.stop && error != ETIMEDOUT)
		error =
		    pthread_cond_timedwait(&dog.stopped, &dog.lock, &dog.when);
	if (!dog.stop)
		dog.bite();
	pthread_mutex_unlock(&dog.lock);
	return arg;
}

static int
init_condition(void)
{
	pthread_condattr_t how;
	int error = pthread_condattr_init(&how);

	if (error != 0)
		return error;
	error = pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
	if (error == 0)
		error = pthread_cond_init(&dog.stopped, &how);
	pthread_condattr_destroy(&how);
	return error;
}

/* Signals are the other's, who knows what it was doing. */
static int
create(void)
{
	sigset_t all, before;
	pthread_attr_t how;
	int error = pthread_attr_init(&how);

	if (error != 0)
		return error;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_attr_setstacksize(&how, STACK_SIZE);
	if (error == 0)
		error = pthread_create(&dog.thread, &how, wait_and_bite, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&how);
	return error;
}

int
watchdog_start(int64_t deadline_us, void (*bite)(void))
{
	watchdog_stop();
	dog.stop = false;
	dog.bite = bite;
	dog.when.tv_sec = (time_t)(deadline_us / 1000000);
	dog.when.tv_nsec = (long)(deadline_us % 1000000) * 1000;
	if (init_condition() != 0)
		return -1;
	dog.running = create() == 0;
	if (!dog.running)
		pthread_cond_destroy(&dog.stopped);
	return dog.running ? 0 : -1;
}

void
watchdog_stop(void)
{
	if (!dog.running)
		return;
	pthread_mutex_lock(&dog.lock);
	dog.stop = true;
	pthread_cond_signal(&dog.stopped);
	pthread_mutex_unlock(&dog.lock);
	pthread_join(dog.thread, NULL);
	pthread_cond_destroy(&dog.stopped);
	dog.running = false;
}
