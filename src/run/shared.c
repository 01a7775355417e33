#include "run/shared.h"

#include <stdlib.h>
#include <string.h>

#include "base/process.h"

enum { IDLE_MAX = 4 }; /* of either, that are kept for the next */

/*
 * Each owns what its key and its maker borrow.  The one used last is the first
 * of its list: no more are looked at than are in use, and a few.
 */
struct shared_resolver {
	struct shared_resolver *next;
	size_t users;
	struct resolver *resolver;
	char *servers; /* NULL: the system's */
	bool absolute;
};

enum { FILES = 4 };

struct shared_context {
	struct shared_context *next;
	size_t users;
	struct tls_context *tls;
	char *files[FILES]; /* ca_file, ca_path, client_cert, client_key */
	enum tls_version oldest;
};

struct shared {
	struct loop *loop;
	struct shared_resolver *resolvers;
	struct shared_context *contexts;
	struct secret_readers *readers;
	struct secret_digester *digester;
	size_t secrets_wanted;
};

/* How the command line calls the file that cannot be used. */
static const char *const file_options[] = {
	[TLS_FILE_NONE] = "",
	[TLS_FILE_CA_FILE] = "--ca-file ",
	[TLS_FILE_CA_PATH] = "--ca-path ",
	[TLS_FILE_CLIENT_CERT] = "--client-cert ",
	[TLS_FILE_CLIENT_KEY] = "--client-key ",
};

struct shared *
shared_new(void)
{
	struct shared *s = calloc(1, sizeof *s);

	if (s != NULL && (s->loop = loop_new()) == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

static void
free_context(struct shared_context *c)
{
	size_t i;

	tls_context_free(c->tls);
	for (i = 0; i < FILES; i++)
		free(c->files[i]);
	free(c);
}

static void
free_resolver(struct shared_resolver *r)
{
	resolver_free(r->resolver);
	free(r->servers);
	free(r);
}

void
shared_free(struct shared *s)
{
	struct shared_resolver *r;
	struct shared_context *c;

	if (s == NULL)
		return;
	secret_readers_free(s->readers);
	secret_digester_free(s->digester);
	while ((r = s->resolvers) != NULL) {
		s->resolvers = r->next;
		free_resolver(r);
	}
	while ((c = s->contexts) != NULL) {
		s->contexts = c->next;
		free_context(c);
	}
	loop_free(s->loop);
	free(s);
}

struct loop *
shared_loop(struct shared *s)
{
	return s->loop;
}

void
shared_want_secret(struct shared *s)
{
	s->secrets_wanted++;
}

void
shared_had_secret(struct shared *s)
{
	if (--s->secrets_wanted == 0)
		process_renounce();
}

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Returns 0, or -1 without memory. */
static int
copy(char **to, const char *from)
{
	return from == NULL || (*to = strdup(from)) != NULL ? 0 : -1;
}

int
shared_work_beside(struct shared *s)
{
	s->readers = secret_readers_new(s->loop);
	s->digester = secret_digester_new(s->loop);
	return s->readers != NULL && s->digester != NULL ? 0 : -1;
}

struct secret_readers *
shared_readers(struct shared *s)
{
	return s->readers;
}

struct secret_digester *
shared_digester(struct shared *s)
{
	return s->digester;
}

static struct shared_resolver *
make_resolver(struct shared *s, const struct settings *asked, struct err *e)
{
	struct shared_resolver *r = calloc(1, sizeof *r);

	if (r == NULL || copy(&r->servers, asked->resolver) == -1) {
		free(r);
		err_nomem(e);
		return NULL;
	}
	r->absolute = asked->host_is_absolute;
	r->resolver = resolver_new(s->loop, r->servers, r->absolute, e);
	if (r->resolver != NULL)
		return r;
	free_resolver(r);
	return NULL;
}

/* Let go of those that nobody has used for long; r may be in use already. */
static void
trim_resolvers(struct shared *s)
{
	struct shared_resolver **at = &s->resolvers, *r;
	size_t idle = 0;

	while ((r = *at) != NULL) {
		if (r->users > 0 || ++idle <= IDLE_MAX) {
			at = &r->next;
			continue;
		}
		*at = r->next;
		free_resolver(r);
	}
}

struct resolver *
shared_resolver(struct shared *s, const struct settings *asked,
    struct shared_lent *lent, struct err *e)
{
	struct shared_resolver **at = &s->resolvers, *r;

	while ((r = *at) != NULL &&
	    (r->absolute != asked->host_is_absolute ||
		!is_same(r->servers, asked->resolver)))
		at = &r->next;
	if (r != NULL) {
		*at = r->next;
	} else {
		trim_resolvers(s);
		if ((r = make_resolver(s, asked, e)) == NULL)
			return NULL;
	}
	r->next = s->resolvers;
	s->resolvers = r;
	r->users++;
	lent->resolver = r;
	return r->resolver;
}

static bool
serves(const struct shared_context *c, const char *const files[FILES],
    enum tls_version oldest)
{
	size_t i;

	for (i = 0; i < FILES; i++)
		if (!is_same(c->files[i], files[i]))
			return false;
	return c->oldest == oldest;
}

static int
make_context(struct shared_context *c, const char *const files[FILES],
    enum tls_version oldest, struct err *e)
{
	enum tls_file culprit;
	size_t i;

	c->oldest = oldest;
	for (i = 0; i < FILES; i++)
		if (copy(&c->files[i], files[i]) == -1)
			return err_nomem(e);
	c->tls = tls_context_new(&(struct tls_settings){ .ca_file = c->files[0],
				     .ca_path = c->files[1],
				     .client_cert = c->files[2],
				     .client_key = c->files[3],
				     .min_version = oldest },
	    &culprit, e);
	if (c->tls != NULL)
		return 0;
	if (e->kind == ERR_USAGE)
		err_prefix(e, file_options[culprit]);
	return -1;
}

static struct shared_context *
new_context(
    const char *const files[FILES], enum tls_version oldest, struct err *e)
{
	struct shared_context *c = calloc(1, sizeof *c);

	if (c == NULL) {
		err_nomem(e);
		return NULL;
	}
	if (make_context(c, files, oldest, e) == 0)
		return c;
	free_context(c);
	return NULL;
}

static void
trim_contexts(struct shared *s)
{
	struct shared_context **at = &s->contexts, *c;
	size_t idle = 0;

	while ((c = *at) != NULL) {
		if (c->users > 0 || ++idle <= IDLE_MAX) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		free_context(c);
	}
}

struct tls_context *
shared_tls(struct shared *s, const struct settings *asked,
    struct shared_lent *lent, struct err *e)
{
	const char *const files[FILES] = { asked->ca_file, asked->ca_path,
		asked->client_cert, asked->client_key };
	struct shared_context **at = &s->contexts, *c;

	while ((c = *at) != NULL && !serves(c, files, asked->tls_min))
		at = &c->next;
	if (c != NULL) {
		*at = c->next;
	} else {
		trim_contexts(s);
		if ((c = new_context(files, asked->tls_min, e)) == NULL)
			return NULL;
	}
	c->next = s->contexts;
	s->contexts = c;
	c->users++;
	lent->context = c;
	return c->tls;
}

void
shared_return(struct shared *s, struct shared_lent *lent)
{
	(void)s;
	if (lent->resolver != NULL)
		lent->resolver->users--;
	if (lent->context != NULL)
		lent->context->users--;
	*lent = (struct shared_lent){ .resolver = NULL };
}
