#include "cli/ini.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/process.h"
#include "base/text.h"

/* What is being read. */
struct ini {
	struct ini_place at;
	const char *section;
	bool in_any;  /* a section has begun */
	bool in_ours; /* and it is the one wanted */
	bool found;   /* it was seen */
};

/* Cut blanks off both ends of [*s, *end). */
static void
trim(char **s, char **end)
{
	while (*s < *end && text_is_space(**s))
		++*s;
	while (*end > *s && text_is_space((*end)[-1]))
		--*end;
}

int
ini_fail(const struct ini_place *at, const char *what)
{
	return err_set(at->e, ERR_USAGE, "%.*s, line %u: %s",
	    text_cut(at->path, INI_PATH_SHOWN), at->path, at->line, what);
}

static int
fail_option(
    const struct ini_place *at, const struct option_row *row, const char *what)
{
	return err_set(at->e, ERR_USAGE, "%.*s, line %u: %s %s",
	    text_cut(at->path, INI_PATH_SHOWN), at->path, at->line, row->name,
	    what);
}

/*
 * Whether a comment seems to stand behind the value, which it would become
 * part of: " ; " or " # ".  A shell's command may hold them.
 */
static bool
has_comment(const char *value)
{
	const char *s = value;

	if (strncmp(value, "cmd:", 4) == 0)
		return false;
	while ((s = strpbrk(s, ";#")) != NULL) {
		if (s > value && text_is_blank(s[-1]) &&
		    (s[1] == '\0' || text_is_blank(s[1])))
			return true;
		s++;
	}
	return false;
}

/* The name is not quoted: a line out of place may be a secret. */
static int
fail_name(const struct ini_place *at, const char *name)
{
	const char *instead =
	    table_find_foreign(at->table, 0, name, strlen(name));

	return err_set(at->e, ERR_USAGE, "%.*s, line %u: %s%s%s",
	    text_cut(at->path, INI_PATH_SHOWN), at->path, at->line,
	    "not an option of this program; ",
	    instead != NULL ? "did you mean " : "see --help",
	    instead != NULL ? instead : "");
}

/* "name", "name=" or "name = value"; value is NULL if there is none. */
static int
take_option(const struct ini_place *at, const char *name, char *value)
{
	const struct option_row *row;
	bool by_letter = name[0] != '\0' && name[1] == '\0';

	row = by_letter ? table_find_letter(at->table, name[0])
			: table_find_prefix(at->table, name);
	if (row == NULL)
		return fail_name(at, name);
	if ((row->traits & OPTION_FILES) != 0)
		return fail_option(at, row, "cannot stand in a file");
	if (at->origin > GIVEN_FILE && (row->traits & OPTION_RUN) != 0)
		return fail_option(at, row,
		    "is for the whole run; give it on the command line");
	if (row->argument == ARGUMENT_NONE && value != NULL)
		return fail_option(at, row, "takes no value");
	if (row->argument == ARGUMENT_REQUIRED && value == NULL)
		return fail_option(at, row, "needs a value");
	if (value != NULL && has_comment(value))
		return fail_option(at, row,
		    "has a ';' or '#' between blanks in its value; a comment "
		    "stands on a line of its own, a secret with that in a file "
		    "(password-from = file:PATH)");
	return given_add(at->list,
	    &(struct given){ .row = row,
		.origin = at->origin,
		.by_letter = by_letter,
		.line = at->line,
		.value = value },
	    at->e);
}

int
ini_option(const struct ini_place *at, char *s, char *end)
{
	char *equals = memchr(s, '=', (size_t)(end - s));
	char *name_end = equals != NULL ? equals : end;
	char *value = equals != NULL ? equals + 1 : end;

	/* What is behind it would be lost, and a password be another. */
	if (memchr(s, '\0', (size_t)(end - s)) != NULL)
		return ini_fail(at, "holds a NUL byte");
	trim(&s, &name_end);
	trim(&value, &end);
	/* As on the command line. */
	if (name_end - s > 1 && *s == '-')
		s += s[1] == '-' ? 2 : 1;
	if (s == name_end)
		return ini_fail(at, "no name before the '='");
	*end = '\0';
	*name_end = '\0';
	return take_option(at, s, value < end ? value : NULL);
}

int
ini_cut(char **s, char **end, char **name, char **name_end)
{
	*name = NULL;
	trim(s, end);
	if (*s < *end && **s == '[') {
		*name = *s + 1;
		*name_end = memchr(*s, ']', (size_t)(*end - *s));
		if (*name_end == NULL)
			return -1;
		*s = *name_end + 1; /* an option may follow */
		trim(name, name_end);
		trim(s, end);
	}
	return *s < *end && **s != '#' && **s != ';';
}

static void
enter_section(struct ini *ini, const char *name, size_t len)
{
	ini->in_any = true;
	ini->in_ours =
	    strlen(ini->section) == len && memcmp(ini->section, name, len) == 0;
	ini->found = ini->found || ini->in_ours;
}

/* [s, end) is one line without its line feed; *end may be overwritten. */
static int
read_line(struct ini *ini, char *s, char *end)
{
	char *name, *name_end;
	int found = ini_cut(&s, &end, &name, &name_end);

	if (found == -1)
		return ini_fail(&ini->at, INI_UNCLOSED);
	if (name != NULL)
		enter_section(ini, name, (size_t)(name_end - name));
	if (found == 0)
		return 0;
	if (!ini->in_any)
		return ini_fail(&ini->at, INI_HOMELESS);
	return ini->in_ours ? ini_option(&ini->at, s, end) : 0;
}

size_t
ini_mark(const char *text, size_t len)
{
	static const char mark[] = { '\xef', '\xbb', '\xbf' };

	return len >= sizeof mark && memcmp(text, mark, sizeof mark) == 0
	    ? sizeof mark
	    : 0;
}

int
ini_read(struct given_list *l, const struct option_table *t, struct buf *text,
    const char *path, const char *section, struct err *e)
{
	struct ini ini = { .at = { .table = t,
			       .path = path,
			       .origin = GIVEN_FILE,
			       .list = l,
			       .e = e },
		.section = section };
	char *s, *end, *line_end;

	/* Lines of this section alone are cut: if it is not there, the text
	 * is still whole for the next one. */
	end = text->data + text->len;
	for (s = text->data + ini_mark(text->data, text->len); s < end;
	     s = line_end + 1) {
		line_end = memchr(s, '\n', (size_t)(end - s));
		if (line_end == NULL)
			line_end = end;
		ini.at.line++;
		if (read_line(&ini, s, line_end) == -1)
			return -1;
	}
	return ini.found;
}

static int
fail_load(struct err *e, const char *path, enum descriptor_result r)
{
	int shown = text_cut(path, INI_PATH_SHOWN);
	char why[PROCESS_WHY_MAX];

	switch (r) {
	case DESCRIPTOR_TIMEOUT:
		return err_set(
		    e, ERR_TIMEOUT, "%.*s: nothing came", shown, path);
	case DESCRIPTOR_FULL:
		return err_set(e, ERR_USAGE, "%.*s: over 1 MiB", shown, path);
	case DESCRIPTOR_NO_MEMORY:
		return err_nomem(e);
	case DESCRIPTOR_DONE:
	case DESCRIPTOR_MORE:
	case DESCRIPTOR_FAILED:
		break;
	}
	process_why(why, errno);
	return err_set(e, ERR_USAGE, "%.*s: %s", shown, path, why);
}

int
ini_load(struct buf *out, const char *path, int64_t deadline_us,
    bool *world_readable, struct err *e)
{
	struct stat st;
	bool is_stdin = strcmp(path, "-") == 0;
	enum descriptor_result r;
	int fd, rc = 0;

	fd = is_stdin ? STDIN_FILENO : descriptor_open(path);
	if (world_readable != NULL)
		*world_readable = fd != -1 && fstat(fd, &st) == 0 &&
		    S_ISREG(st.st_mode) && (st.st_mode & S_IROTH) != 0;
	r = fd == -1 ? DESCRIPTOR_FAILED
		     : descriptor_read(out, fd, false, deadline_us);
	if (r != DESCRIPTOR_DONE)
		rc = fail_load(e, path, r);
	if (fd != -1 && !is_stdin)
		close(fd);
	/* A string also where nothing came. */
	if (rc == 0 && buf_add(out, "", 0) == -1)
		rc = err_nomem(e);
	return rc;
}
