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
