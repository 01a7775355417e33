/* Which file, and which of its sections, --extra-opts means. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/ini.h"
#include "options/internal.h"
#include "options/table.h"

/* Tried in this order where none is named. */
static const char ours[] = "check_smtp_auth", theirs[] = "check_smtp";

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
	    "no file in the usual places; write --extra-opts=SECTION@FILE");
}

static int
read_named(struct given_list *l, struct buf *text, const char *path,
    const char *section, struct err *e)
{
	int found = ini_read(l, &options_table, text, path, section, e);

	if (found == 0)
		return err_set(e, ERR_USAGE,
		    "no section [%.*s] in %.*s; write "
		    "--extra-opts=SECTION@FILE",
		    text_cut(section, 100), section,
		    text_cut(path, INI_PATH_SHOWN), path);
	return found == 1 ? 0 : -1;
}

static int
read_default(
    struct given_list *l, struct buf *text, const char *path, struct err *e)
{
	int found = ini_read(l, &options_table, text, path, ours, e);

	if (found == 0)
		found = ini_read(l, &options_table, text, path, theirs, e);
	if (found == 0)
		return err_set(e, ERR_USAGE, "no section [%s] or [%s] in %.*s",
		    ours, theirs, text_cut(path, INI_PATH_SHOWN), path);
	return found == 1 ? 0 : -1;
}

/* Take locator apart: SECTION, @FILE, or both; it may be NULL. */
static int
find_section(
    struct buf *section, struct buf *path, const char *locator, struct err *e)
{
	const char *at = locator != NULL ? strchr(locator, '@') : NULL;
	size_t n = 0;

	if (locator != NULL)
		n = at != NULL ? (size_t)(at - locator) : strlen(locator);
	if (n > section->max)
		return err_set(e, ERR_USAGE, "the section is too long");
	if (n > 0 && buf_add(section, locator, n) == -1)
		return err_nomem(e);
	if (at == NULL)
		return find_file(path, e);
	if (strlen(at + 1) > path->max)
		return err_set(e, ERR_USAGE, "the file is too long");
	if (buf_adds(path, at + 1) == -1)
		return err_nomem(e);
	return 0;
}

int
options_extra_read(struct given_list *l, const char *locator,
    int64_t deadline_us, char **exposed, struct err *e)
{
	const size_t before = l->count;
	bool world_readable = false;
	struct buf path = BUF_INIT(4096), section = BUF_INIT(4096);
	struct buf text = BUF_INIT(INI_SIZE_MAX);
	struct err mine = { .kind = ERR_NONE };
	const char *file;
	int rc = -1;

	if (find_section(&section, &path, locator, &mine) == -1)
		goto out;
	file = buf_str(&path);
	if (ini_load(&text, file, deadline_us, &world_readable, &mine) == -1)
		goto out;
	rc = section.len > 0
	    ? read_named(l, &text, file, buf_str(&section), &mine)
	    : read_default(l, &text, file, &mine);
	if (rc == 0 && world_readable && *exposed == NULL &&
	    given_holds_secret(l, before, &options_table) &&
	    (*exposed = strdup(file)) == NULL)
		rc = err_nomem(&mine);
out:
	if (rc == -1) {
		if (mine.kind != ERR_INTERNAL)
			err_prefix(&mine, "--extra-opts: ");
		err_set(e, mine.kind, "%s", mine.text);
	}
	buf_free(&text); /* holds secrets, and is wiped */
	buf_free(&path);
	buf_free(&section);
	return rc;
}
