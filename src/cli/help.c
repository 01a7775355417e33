#include "cli/help.h"

#include <string.h>

enum { TEXT_COLUMN = 31, LAST_COLUMN = 79 };

/* Append "  -p, --port=PORT". */
static void
add_label(struct buf *out, const struct option_row *row)
{
	if (row->letter != 0)
		buf_addf(out, "  -%c, ", row->letter);
	else
		buf_adds(out, "      ");
	buf_addf(out, "--%s", row->name);
	if (row->alias != NULL)
		buf_addf(out, ", --%s", row->alias);
	if (row->argument == ARGUMENT_REQUIRED)
		buf_addf(out, "=%s", row->value);
	if (row->argument == ARGUMENT_OPTIONAL)
		buf_addf(
		    out, row->value[0] == '[' ? "=%s" : "[=%s]", row->value);
}

/* Go on in the column of the texts, in this line or the next. */
static void
indent(struct buf *out, size_t column)
{
	buf_addf(out, "%*s", (int)(TEXT_COLUMN - column), "");
}

/* Append text beside a label that ends in the given column, wrapped. */
static void
add_text(struct buf *out, size_t column, const char *text)
{
	size_t n;

	if (column + 2 > TEXT_COLUMN) {
		buf_addc(out, '\n');
		column = 0;
	}
	indent(out, column);
	column = TEXT_COLUMN;
	for (; *text != '\0'; text += n + (text[n] == ' ')) {
		n = strcspn(text, " ");
		if (column > TEXT_COLUMN && column + 1 + n > LAST_COLUMN) {
			buf_addc(out, '\n');
			indent(out, 0);
			column = TEXT_COLUMN;
		} else if (column > TEXT_COLUMN) {
			buf_addc(out, ' ');
			column++;
		}
		buf_add(out, text, n);
		column += n;
	}
	buf_addc(out, '\n');
}

static void
add_group(struct buf *out, const struct option_table *t, int group)
{
	const struct option_row *row;
	size_t start;

	buf_addf(out, "\n%s:\n", t->groups[group]);
	for (row = t->rows; row->name != NULL; row++) {
		if (row->group != group)
			continue;
		start = out->len;
		add_label(out, row);
		add_text(out, out->len - start, row->help);
	}
}

void
help_add(struct buf *out, const struct option_table *t)
{
	int group;

	for (group = 0; group < t->group_count; group++)
		add_group(out, t, group);
}
