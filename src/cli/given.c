#include "cli/given.h"

#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

enum { FIRST_ROOM = 32 };

int
given_add(struct given_list *l, const struct given *g, struct err *e)
{
	size_t room = l->room > 0 ? 2 * l->room : FIRST_ROOM;
	struct given *item;
	char *copy = NULL;

	if (l->count == l->room) {
		/* No secret is copied here: only pointers to them. */
		if ((item = realloc(l->item, room * sizeof *item)) == NULL)
			return err_nomem(e);
		l->item = item;
		l->room = room;
	}
	if (g->value != NULL && (copy = strdup(g->value)) == NULL)
		return err_nomem(e);
	l->item[l->count] = *g;
	l->item[l->count++].value = copy;
	return 0;
}

bool
given_holds_secret(
    const struct given_list *l, size_t n, const struct option_table *t)
{
	const struct given *g;

	for (; n < l->count; n++) {
		g = &l->item[n];
		if (g->row == NULL || g->value == NULL)
			continue;
		if ((g->row->traits & OPTION_SECRET) != 0 ||
		    ((g->row->traits & OPTION_SOURCE) != 0 &&
			t->holds_secret(g->value)))
			return true;
	}
	return false;
}

void
given_free(struct given_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		wipe_free(l->item[i].value);
	free(l->item);
	*l = (struct given_list){ 0 };
}
