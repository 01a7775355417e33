#include "cli/help.h"

#include <string.h>

enum { TEXT_COLUMN = 31, LAST_COLUMN = 79 };

/* Append "  -p, --port=PORT". */
static int
add_label(struct buf *out, const struct option_row *row)
{
	int rc = row->letter != 0 ? buf_addf(out, "  -%c, ", row->letter)
				  : buf_adds(out, "      ");

	if (rc == 0)
		rc = buf_addf(out, "--%s", row->name);
	if (rc == 0 && row->alias != NULL)
		rc = buf_addf(out, ", --%s", row->alias);
	if (rc == 0 && row->argument == ARGUMENT_REQUIRED)
		rc = buf_addf(out, "=%s", row->value);
	if (rc == 0 && row->argument == ARGUMENT_OPTIONAL)
		rc = buf_addf(
		    out, row->value[0] == '[' ? "=%s" : "[=%s]", row->value);
	return rc;
}

static int
add_blanks(struct buf *out, size_t n)
{
	while (n-- > 0)
		if (buf_addc(out, ' ') == -1)
			return -1;
	return 0;
}

/* Append text beside a label that ends in the given column, wrapped. */
static int
add_text(struct buf *out, size_t column, const char *text)
{
	size_t n;

	if (column + 2 > TEXT_COLUMN) {
		if (buf_addc(out, '\n') == -1)
			return -1;
		column = 0;
	}
	if (add_blanks(out, TEXT_COLUMN - column) == -1)
		return -1;
	column = TEXT_COLUMN;
	for (; *text != '\0'; text += n + (text[n] == ' ')) {
		n = strcspn(text, " ");
		if (column > TEXT_COLUMN && column + 1 + n > LAST_COLUMN) {
			if (buf_addc(out, '\n') == -1 ||
			    add_blanks(out, TEXT_COLUMN) == -1)
				return -1;
			column = TEXT_COLUMN;
		} else if (column > TEXT_COLUMN) {
			if (buf_addc(out, ' ') == -1)
				return -1;
			column++;
		}
		if (buf_add(out, text, n) == -1)
			return -1;
		column += n;
	}
	return buf_addc(out, '\n');
}

static int
add_group(struct buf *out, const struct option_table *t, int group)
{
	const struct option_row *row;
	size_t start;

	if (buf_addf(out, "\n%s:\n", t->groups[group]) == -1)
		return -1;
	for (row = t->rows; row->name != NULL; row++) {
		if (row->group != group)
			continue;
		start = out->len;
		if (add_label(out, row) == -1 ||
		    add_text(out, out->len - start, row->help) == -1)
			return -1;
	}
	return 0;
}

int
help_add(struct buf *out, const struct option_table *t)
{
	int group;

	for (group = 0; group < t->group_count; group++)
		if (add_group(out, t, group) == -1)
			return -1;
	return 0;
}
