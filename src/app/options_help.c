#include <string.h>

#include "app/options_internal.h"
#include "base/buf.h"
#include "net/resolver.h"
#include "net/tls.h"

#ifndef VERSION
#define VERSION "0.1.0"
#endif

enum { TEXT_COLUMN = 31, LAST_COLUMN = 79 };

static const char *const titles[OPTION_GROUPS] = {
	[GROUP_TARGET] = "Target",
	[GROUP_TLS] = "TLS",
	[GROUP_AUTH] = "Authentication",
	[GROUP_DEPTH] = "How deep the check goes",
	[GROUP_THRESHOLDS] = "Thresholds",
	[GROUP_OUTPUT] = "Output",
};

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
add_group(struct buf *out, enum option_group group)
{
	const struct option_row *row;
	size_t start;

	if (buf_addf(out, "\n%s:\n", titles[group]) == -1)
		return -1;
	for (row = options_table; row->name != NULL; row++) {
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
options_help(struct buf *out)
{
	int group;

	if (buf_adds(out,
		"Usage: check_smtp_auth [options] [HOST]\n\n"
		"Can this account still log in to this mail server, and if "
		"not, why?\n") == -1)
		return -1;
	for (group = 0; group < OPTION_GROUPS; group++)
		if (add_group(out, (enum option_group)group) == -1)
			return -1;
	return buf_adds(out,
	    "\nExit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n"
	    "See check_smtp_auth(1) for the conditions and examples.\n");
}

/* What is loaded need not be what it was built with. */
static int
add_library(struct buf *out, const char *name, const char *version,
    const char *built_with)
{
	if (strcmp(version, built_with) == 0)
		return buf_addf(out, "%s%s\n", name, version);
	return buf_addf(
	    out, "%s%s (built with %s)\n", name, version, built_with);
}

int
options_version(struct buf *out)
{
	const char *tls, *tls_built_with, *cares, *cares_built_with;

	tls = tls_library(&tls_built_with);
	cares = resolver_library(&cares_built_with);
	return buf_adds(out, "check_smtp_auth " VERSION "\n") ||
		add_library(out, "", tls, tls_built_with) ||
		add_library(out, "c-ares ", cares, cares_built_with)
	    ? -1
	    : 0;
}
