#include "secret/digester.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/locked.h"

/* What scrypt needs of it, with room for the sanitizers' frames. */
enum { STACK = 256 * 1024 };

/* One digest, in locked memory. */
struct secret_digesting {
	struct crew_task task;
	struct secret_digester *digester;
	secret_digested_fn *done;
	void *arg;
	size_t size; /* of all this */
	int error;
	unsigned char salt[SECRET_SALT];
	unsigned char digest[SECRET_DIGEST];
	size_t len;
	char secret[];
};

struct secret_digester {
	struct crew *crew;
};

static void
perform(struct crew_task *t)
{
	struct secret_digesting *q = (struct secret_digesting *)t;

	q->error = secret_digest(q->digest, q->secret, q->len, q->salt);
}

static void
tell(struct crew_task *t)
{
	struct secret_digesting *q = (struct secret_digesting *)t;

	q->done(q->arg, q->error, q->digest);
}

static void
free_digesting(struct crew_task *t)
{
	locked_free((char *)t, ((struct secret_digesting *)t)->size);
}

static const struct crew_work digests = {
	.perform = perform,
	.done = tell,
	.free = free_digesting,
	.stack = STACK,
	.threads = 1,
#ifdef FREE_ALL
	/* OpenSSL is taken down in the end, when nobody may be using it. */
	.is_joined = true,
#endif
};

struct secret_digester *
secret_digester_new(struct loop *l)
{
	struct secret_digester *d = calloc(1, sizeof *d);

	if (d != NULL && (d->crew = crew_new(l, &digests)) == NULL) {
		free(d);
		return NULL;
	}
	return d;
}

void
secret_digester_free(struct secret_digester *d)
{
	if (d == NULL)
		return;
	crew_free(d->crew);
	free(d);
}

struct secret_digesting *
secret_digesting_start(struct secret_digester *d, const char *secret,
    size_t len, const unsigned char salt[SECRET_SALT], secret_digested_fn *done,
    void *arg)
{
	size_t size = sizeof(struct secret_digesting) + len;
	struct secret_digesting *q = (void *)locked_new(size);
	int error;

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
	if ((error = crew_start(d->crew, &q->task)) == 0)
		return q;
	free_digesting(&q->task);
	errno = error;
	return NULL;
}

void
secret_digesting_abandon(struct secret_digesting *q)
{
	if (q != NULL)
		crew_abandon(q->digester->crew, &q->task);
}
