#include "cli/table.h"

#include <string.h>

const struct option_row *
table_find_letter(const struct option_table *t, int letter)
{
	const struct option_row *row;

	for (row = t->rows; row->name != NULL; row++)
		if (row->letter != 0 && row->letter == letter)
			return row;
	return NULL;
}

const struct option_row *
table_find_name(const struct option_table *t, const char *name)
{
	const struct option_row *row;

	for (row = t->rows; row->name != NULL; row++)
		if (strcmp(row->name, name) == 0 ||
		    (row->alias != NULL && strcmp(row->alias, name) == 0))
			return row;
	return NULL;
}

const char *
table_find_foreign(
    const struct option_table *t, int letter, const char *name, size_t n)
{
	const struct option_foreign *f;

	for (f = t->foreign; f != NULL && f->name != NULL; f++)
		if (name != NULL
			? strlen(f->name) == n && memcmp(f->name, name, n) == 0
			: f->letter != 0 && f->letter == letter)
			return f->instead;
	return NULL;
}

const struct option_row *
table_find_prefix(const struct option_table *t, const char *name)
{
	const struct option_row *row, *found = table_find_name(t, name);
	size_t n = strlen(name);

	if (found != NULL)
		return found;
	for (row = t->rows; row->name != NULL; row++) {
		if (strncmp(row->name, name, n) != 0 &&
		    (row->alias == NULL || strncmp(row->alias, name, n) != 0))
			continue;
		if (found != NULL)
			return NULL;
		found = row;
	}
	return found;
}
