#include "secret/readers.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crew.h"
#include "base/descriptor.h"
#include "base/wipe.h"
#include "secret/internal.h"

enum { STACK = 64 * 1024, PIECE = 4096 };

/* One file.  Between start and done() it is the threads'. */
struct secret_reading {
	struct crew_task task;
	struct secret_readers *readers;
	secret_read_fn *done;
	void *arg;
	struct secret_read what;
	size_t max;
	enum secret_read_how how;
	char *path; /* behind data */
	char data[];
};

struct secret_readers {
	struct crew *crew;
};

static void
free_reading(struct crew_task *t)
{
	struct secret_reading *q = (struct secret_reading *)t;

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
	return q->how == SECRET_READ_LINE ? descriptor_open(q->path)
					  : secret_stored_open(q->path);
}

static void
perform(struct crew_task *t)
{
	struct secret_reading *q = (struct secret_reading *)t;
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
tell(struct crew_task *t)
{
	struct secret_reading *q = (struct secret_reading *)t;

	q->done(q->arg, &q->what);
	q->what.fd = -1; /* it was handed over */
}

/* Whoever waits for a file holds up no other: there is a thread for each. */
static const struct crew_work reading = {
	.perform = perform,
	.done = tell,
	.free = free_reading,
	.stack = STACK,
	.threads = SIZE_MAX,
};

struct secret_readers *
secret_readers_new(struct loop *l)
{
	struct secret_readers *r = calloc(1, sizeof *r);

	if (r != NULL && (r->crew = crew_new(l, &reading)) == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

void
secret_readers_free(struct secret_readers *r)
{
	if (r == NULL)
		return;
	crew_free(r->crew);
	free(r);
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
	if ((error = crew_start(r->crew, &q->task)) == 0)
		return q;
	free_reading(&q->task);
	errno = error;
	return NULL;
}

void
secret_reading_abandon(struct secret_reading *q)
{
	if (q != NULL)
		crew_abandon(q->readers->crew, &q->task);
}
