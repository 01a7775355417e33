#include "run/variables.h"

#include <stdlib.h>
#include <string.h>

#include "base/locked.h"

static const char ENV[] = "env:";

/* The environment's own string is wiped each time it is erased. */
struct variable {
	struct variable *next;
	char *entry; /* "NAME=value", locked */
	size_t len;
	size_t name_len;
	char *lent; /* a copy that is in the environment; or NULL */
};

static struct variable *
find(const struct variables *v, const char *name)
{
	size_t n = strlen(name);
	struct variable *at;

	for (at = v->first; at != NULL; at = at->next)
		if (at->name_len == n && memcmp(at->entry, name, n) == 0)
			return at;
	return NULL;
}

static int
take(struct variables *v, char *name)
{
	const struct secret_source source = { .kind = SECRET_ENV,
		.text = name };
	const char *value = getenv(name);
	struct variable *new;

	if (value == NULL || find(v, name) != NULL)
		return 0;
	if ((new = calloc(1, sizeof *new)) == NULL)
		return -1;
	new->name_len = strlen(name);
	new->len = new->name_len + 1 + strlen(value);
	if ((new->entry = locked_new(new->len)) == NULL) {
		free(new);
		return -1;
	}
	stpcpy(stpcpy(stpcpy(new->entry, name), "="), value);
	new->next = v->first;
	v->first = new;
	secret_source_erase(&source);
	return 0;
}

int
variables_take(struct variables *v, const struct given_list *l)
{
	const struct given *g;
	size_t i;

	for (i = 0; i < l->count; i++) {
		g = &l->item[i];
		if (g->row != NULL && g->value != NULL &&
		    (g->row->traits & OPTION_SOURCE) != 0 &&
		    strncmp(g->value, ENV, sizeof ENV - 1) == 0 &&
		    strchr(g->value, '=') == NULL &&
		    g->value[sizeof ENV - 1] != '\0' &&
		    take(v, g->value + sizeof ENV - 1) == -1)
			return -1;
	}
	return 0;
}

int
variables_lend(struct variables *v, const struct secret_source *source)
{
	struct variable *at;

	if (source->kind != SECRET_ENV || (at = find(v, source->text)) == NULL)
		return 0;
	v->lent = at;
	if ((at->lent = locked_new(at->len)) == NULL)
		return -1;
	memcpy(at->lent, at->entry, at->len);
	return putenv(at->lent) == 0 ? 0 : -1;
}

void
variables_return(struct variables *v)
{
	struct variable *at = v->lent;

	v->lent = NULL;
	if (at == NULL)
		return;
	locked_free(at->lent, at->len);
	at->lent = NULL;
}

void
variables_free(struct variables *v)
{
	struct variable *at;

	variables_return(v);
	while ((at = v->first) != NULL) {
		v->first = at->next;
		locked_free(at->entry, at->len);
		free(at);
	}
}
