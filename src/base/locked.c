#include "base/locked.h"

#include <pthread.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/wipe.h"

enum { SPARES_MAX = 8 };

/*
 * Released ones, wiped and still locked, for the next: of many logins each
 * would have the system take pages away and give them anew.
 */
static struct {
	pthread_mutex_t lock;
	struct {
		char *pages;
		size_t n; /* octets */
	} spare[SPARES_MAX];
	size_t count;
} kept = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Whole pages, so that locking and unlocking them concerns nobody else. */
static size_t
pages_for(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + 1 + page - 1) / page * page;
}

/* A spare one of n octets, or NULL. */
static char *
take_spare(size_t n)
{
	char *pages = NULL;
	size_t i;

	pthread_mutex_lock(&kept.lock);
	for (i = kept.count; i > 0 && pages == NULL; i--)
		if (kept.spare[i - 1].n == n) {
			pages = kept.spare[i - 1].pages;
			kept.spare[i - 1] = kept.spare[--kept.count];
		}
	pthread_mutex_unlock(&kept.lock);
	return pages;
}

/* Whether n octets, all zero, are kept. */
static bool
keep(char *pages, size_t n)
{
	bool has_room;

	pthread_mutex_lock(&kept.lock);
	has_room = kept.count < SPARES_MAX;
	if (has_room) {
		kept.spare[kept.count].pages = pages;
		kept.spare[kept.count++].n = n;
	}
	pthread_mutex_unlock(&kept.lock);
	return has_room;
}

char *
locked_new(size_t size)
{
	size_t n = pages_for(size);
	char *pages = take_spare(n);

	if (pages != NULL)
		return pages;
	pages = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		return NULL;
	/* Both are a bonus. */
	(void)mlock(pages, n);
#ifdef MADV_DONTDUMP
	(void)madvise(pages, n, MADV_DONTDUMP);
#endif
	return pages;
}

void
locked_free(char *data, size_t size)
{
	size_t n = pages_for(size);

	if (data == NULL)
		return;
	wipe(data, n);
	if (!keep(data, n))
		munmap(data, n); /* unlocks, too */
}
