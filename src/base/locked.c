#include "base/locked.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/wipe.h"

/* Whole pages, so that locking and unlocking them concerns nobody else. */
static size_t
pages_for(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + 1 + page - 1) / page * page;
}

char *
locked_new(size_t size)
{
	size_t n = pages_for(size);
	char *pages = mmap(NULL, n, PROT_READ | PROT_WRITE,
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
	if (data == NULL)
		return;
	wipe(data, size);
	munmap(data, pages_for(size)); /* unlocks, too */
}
