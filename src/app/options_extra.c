#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/options_internal.h"
#include "base/descriptor.h"
#include "base/buf.h"

enum { FILE_MAX_BYTES = 1024 * 1024 };

/* Where the monitoring plugins look, in their order. */
static const char *const default_files[] = {
	"/usr/local/etc/monitoring-plugins/monitoring-plugins.ini",
	"/usr/local/etc/monitoring-plugins.ini",
	"/etc/monitoring-plugins/monitoring-plugins.ini",
	"/etc/monitoring-plugins.ini",
	"/etc/nagios/plugins.ini",
	"/usr/local/nagios/etc/plugins.ini",
	"/usr/local/etc/nagios/plugins.ini",
	"/etc/opt/nagios/plugins.ini",
	"/etc/nagios-plugins.ini",
	"/usr/local/etc/nagios-plugins.ini",
	"/etc/opt/nagios-plugins.ini",
	NULL,
};

/* In each directory of NAGIOS_CONFIG_PATH. */
static const char *const file_names[] = { "monitoring-plugins.ini",
	"plugins.ini", "nagios-plugins.ini", NULL };

/* What is being read. */
struct ini {
	const char *path;
	const char *section;
	struct given_list *list;
	struct err *e;
	int line;
	bool in_any;  /* a section has begun */
	bool in_ours; /* and it is the one wanted */
	bool found;   /* it was seen */
};

static bool
find_in_path(struct buf *out, const char *dirs)
{
	const char *const *name;
	size_t n;

	for (; *dirs != '\0'; dirs += n + (dirs[n] == ':')) {
		n = strcspn(dirs, ":");
		for (name = file_names; n > 0 && *name != NULL; name++) {
			buf_truncate(out, 0);
			if (buf_addf(out, "%.*s/%s", (int)n, dirs, *name) ==
				0 &&
			    access(buf_str(out), F_OK) == 0)
				return true;
		}
	}
	buf_truncate(out, 0);
	return false;
}

/* Returns 0 with the path appended, or -1 with *e set. */
static int
find_file(struct buf *out, struct err *e)
{
	const char *env = getenv("MP_CONFIG_FILE");
	const char *const *file;

	if (env != NULL)
		return buf_adds(out, env) == 0 ? 0 : err_nomem(e);
	if ((env = getenv("NAGIOS_CONFIG_PATH")) != NULL &&
	    find_in_path(out, env))
		return 0;
	for (file = default_files; *file != NULL; file++)
		if (access(*file, F_OK) == 0)
			return buf_adds(out, *file) == 0 ? 0 : err_nomem(e);
	return err_set(e, ERR_USAGE,
	    "--extra-opts: no file in the usual places; write "
	    "--extra-opts=SECTION@FILE");
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Cut blanks off both ends of [*s, *end). */
static void
trim(char **s, char **end)
{
	while (*s < *end && is_blank(**s))
		++*s;
	while (*end > *s && is_blank((*end)[-1]))
		--*end;
}

static int
fail(const struct ini *ini, const char *what)
{
	return err_set(ini->e, ERR_USAGE, "--extra-opts: %.200s, line %d: %s",
	    ini->path, ini->line, what);
}

/* "name", "name=" or "name = value"; value is NULL if there is none. */
static int
take_option(const struct ini *ini, const char *name, const char *value)
{
	const struct option_row *row;
	bool by_letter = name[0] != '\0' && name[1] == '\0';

	row = by_letter ? options_find_letter(name[0])
			: options_find_prefix(name);
	/* Neither is quoted: a line out of place may be a secret. */
	if (row == NULL)
		return fail(ini, "not an option of this program");
	if (strcmp(row->name, "extra-opts") == 0)
		return fail(ini, "extra-opts cannot stand in a file");
	if (row->argument == ARGUMENT_NONE && value != NULL)
		return err_set(ini->e, ERR_USAGE,
		    "--extra-opts: %.200s, line %d: %s takes no value",
		    ini->path, ini->line, row->name);
	if (row->argument == ARGUMENT_REQUIRED && value == NULL)
		return err_set(ini->e, ERR_USAGE,
		    "--extra-opts: %.200s, line %d: %s needs a value",
		    ini->path, ini->line, row->name);
	return options_remember(ini->list, row, by_letter, true, value, ini->e);
}

/* The text in [s, end) is cut into strings in place. */
static int
read_option(const struct ini *ini, char *s, char *end)
{
	char *equals = memchr(s, '=', (size_t)(end - s));
	char *name_end = equals != NULL ? equals : end;
	char *value = equals != NULL ? equals + 1 : end;

	trim(&s, &name_end);
	trim(&value, &end);
	if (s == name_end)
		return fail(ini, "no name before the '='");
	*end = '\0';
	*name_end = '\0';
	return take_option(ini, s, value < end ? value : NULL);
}

/* Its name is in [s, end). */
static void
enter_section(struct ini *ini, char *s, char *end)
{
	trim(&s, &end);
	ini->in_any = true;
	ini->in_ours = strlen(ini->section) == (size_t)(end - s) &&
	    memcmp(ini->section, s, (size_t)(end - s)) == 0;
	ini->found = ini->found || ini->in_ours;
}

/* [s, end) is one line without its line feed; *end may be overwritten. */
static int
read_line(struct ini *ini, char *s, char *end)
{
	char *close;

	trim(&s, &end);
	if (s < end && *s == '[') {
		if ((close = memchr(s, ']', (size_t)(end - s))) == NULL)
			return fail(ini, "a section without its ']'");
		enter_section(ini, s + 1, close);
		s = close + 1; /* an option may follow */
		trim(&s, &end);
	}
	if (s == end || *s == '#' || *s == ';')
		return 0;
	if (!ini->in_any)
		return fail(ini, "text before the first section");
	if (!ini->in_ours)
		return 0;
	/* What is behind it would be lost, and a password be another. */
	if (memchr(s, '\0', (size_t)(end - s)) != NULL)
		return fail(ini, "holds a NUL byte");
	return read_option(ini, s, end);
}

/* Returns 1 if the section is there, 0 if not, -1 with ini->e set. */
static int
read_section(struct ini *ini, struct buf *text, const char *section)
{
	char *s, *end, *line_end;

	/* Lines of this section alone are cut: if it is not there, the text
	 * is still whole for the next one. */
	ini->section = section;
	ini->line = 0;
	ini->in_any = ini->in_ours = ini->found = false;
	end = text->data + text->len;
	for (s = text->data; s < end; s = line_end + 1) {
		line_end = memchr(s, '\n', (size_t)(end - s));
		if (line_end == NULL)
			line_end = end;
		ini->line++;
		if (read_line(ini, s, line_end) == -1)
			return -1;
	}
	return ini->found;
}

static int
read_text(struct buf *out, const char *path, int64_t deadline_us, struct err *e)
{
	bool is_stdin = strcmp(path, "-") == 0;
	enum descriptor_result r;
	int fd;

	fd = is_stdin ? STDIN_FILENO : descriptor_open(path);
	r = fd == -1 ? DESCRIPTOR_FAILED
		     : descriptor_read(out, fd, false, deadline_us);
	switch (r) {
	case DESCRIPTOR_DONE:
		break;
	case DESCRIPTOR_TIMEOUT:
		err_set(
		    e, ERR_TIMEOUT, "--extra-opts: %.200s: nothing came", path);
		break;
	case DESCRIPTOR_FULL:
		err_set(e, ERR_USAGE, "--extra-opts: %.200s: over 1 MiB", path);
		break;
	case DESCRIPTOR_NO_MEMORY:
		err_nomem(e);
		break;
	case DESCRIPTOR_FAILED:
		err_set(e, ERR_USAGE, "--extra-opts: %.200s: %s", path,
		    strerror(errno));
		break;
	}
	if (fd != -1 && !is_stdin)
		close(fd);
	return r == DESCRIPTOR_DONE ? 0 : -1;
}

/* The section named, or ours, or else that of check_smtp. */
static int
read_sections(struct ini *ini, struct buf *text, const char *section)
{
	int found;

	found = read_section(
	    ini, text, *section != '\0' ? section : "check_smtp_auth");
	if (found == 0 && *section == '\0')
		found = read_section(ini, text, "check_smtp");
	if (found == 0 && *section == '\0')
		err_set(ini->e, ERR_USAGE,
		    "--extra-opts: no section [check_smtp_auth] or "
		    "[check_smtp] in %.200s",
		    ini->path);
	else if (found == 0)
		err_set(ini->e, ERR_USAGE,
		    "--extra-opts: no section [%.100s] in %.200s; write "
		    "--extra-opts=SECTION@FILE",
		    section, ini->path);
	return found == 1 ? 0 : -1;
}

int
options_extra_read(struct given_list *l, const char *locator,
    int64_t deadline_us, struct err *e)
{
	struct buf path = BUF_INIT(4096), section = BUF_INIT(4096);
	struct buf text = BUF_INIT(FILE_MAX_BYTES);
	const char *at = locator != NULL ? strchr(locator, '@') : NULL;
	struct ini ini = { .list = l, .e = e };
	int rc = -1;

	if (locator != NULL &&
	    buf_add(&section, locator,
		at != NULL ? (size_t)(at - locator) : strlen(locator)) == -1) {
		err_set(e, ERR_USAGE, "--extra-opts: the section is too long");
		goto out;
	}
	if (at == NULL && find_file(&path, e) == -1)
		goto out;
	if (at != NULL && buf_adds(&path, at + 1) == -1) {
		err_set(e, ERR_USAGE, "--extra-opts: the file is too long");
		goto out;
	}
	ini.path = buf_str(&path);
	if (read_text(&text, ini.path, deadline_us, e) == -1 ||
	    buf_add(&text, "", 0) == -1)
		goto out;
	rc = read_sections(&ini, &text, buf_str(&section));
out:
	buf_free(&text); /* holds secrets, and is wiped */
	buf_free(&path);
	buf_free(&section);
	return rc;
}
