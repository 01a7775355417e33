#include "oauth2/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/ini.h"

static const char FILE_NAME[] = "check_smtp_auth/oauth2.ini";

enum { WAIT_US = 5 * 1000000, NAMES_AT_ONCE = 16, PLACE_MAX = 400 };

/* Where it is if nobody said so; *named if it should be there. */
static char *
default_path(void)
{
	const char *home = getenv("XDG_CONFIG_HOME");
	char *path;

	if (home != NULL && *home == '/') {
		if (asprintf(&path, "%s/%s", home, FILE_NAME) == -1)
			return NULL;
		if (access(path, F_OK) == 0)
			return path;
		free(path);
	}
	return asprintf(&path, "/etc/%s", FILE_NAME) != -1 ? path : NULL;
}

static int
grow(struct config *c)
{
	char **names;

	if (c->count % NAMES_AT_ONCE != 0)
		return 0;
	names = realloc(c->names, (c->count + NAMES_AT_ONCE) * sizeof *names);
	if (names == NULL)
		return -1;
	c->names = names;
	return 0;
}

/* What is wrong with a new section's name, or NULL. */
static const char *
fault_of(const struct config *c, const char *name)
{
	size_t i;

	if (!account_name_is_right(name))
		return "is no name of an account: at most 64 of A-Z a-z 0-9 . "
		       "_ - @ +, neither . nor - first";
	for (i = 0; i < c->count; i++)
		if (strcmp(c->names[i], name) == 0)
			return "is there twice";
	return NULL;
}

static int
add_name(struct config *c, const char *s, size_t len, struct failure *f)
{
	char *name = strndup(s, len);
	const char *fault = name != NULL ? fault_of(c, name) : NULL;

	if (fault != NULL)
		failure_set(f, FAILURE_LOCAL, "%.200s: section [%.64s] %s",
		    c->path, name, fault);
	else if (name == NULL || grow(c) == -1)
		failure_set(f, FAILURE_LOCAL, "out of memory");
	else {
		c->names[c->count++] = name;
		return 0;
	}
	free(name);
	return -1;
}

/* The names in brackets; what else is there, ini_read() looks at. */
static int
list_names(struct config *c, struct failure *f)
{
	const char *s = buf_str(&c->text), *end = s + c->text.len, *line_end;
	const char *close;

	if (strncmp(s, "\xef\xbb\xbf", 3) == 0)
		s += 3;
	for (; s < end; s = line_end + 1) {
		line_end = memchr(s, '\n', (size_t)(end - s));
		if (line_end == NULL)
			line_end = end;
		while (s < line_end && text_is_space(*s))
			s++;
		close = memchr(s, ']', (size_t)(line_end - s));
		if (s == line_end || *s != '[' || close == NULL)
			continue;
		for (s++; s < close && text_is_space(*s); s++)
			;
		while (close > s && text_is_space(close[-1]))
			close--;
		if (add_name(c, s, (size_t)(close - s), f) == -1)
			return -1;
	}
	return 0;
}

/* What to do where the file of the accounts cannot be read. */
static const char *
load_advice(const char *path)
{
	if (access(path, F_OK) == -1)
		return "give the file by --config, or let smtp-oauth2 setup "
		       "make it";
	return access(path, R_OK) == -1
	    ? "make it readable for the user that runs this, or give another "
	      "by --config"
	    : "mend it, or give another by --config";
}

static int
load(struct config *c, const char *path, bool is_due, struct failure *f)
{
	struct err e = { .kind = ERR_NONE };

	*c = (struct config){ .text = BUF_INIT(INI_SIZE_MAX) };
	c->path = path != NULL ? strdup(path) : default_path();
	if (c->path == NULL)
		return failure_set(f, FAILURE_LOCAL, "out of memory");
	if (!is_due && access(c->path, F_OK) == -1 && errno == ENOENT)
		return 0;
	if (ini_load(&c->text, c->path, clock_now_us() + WAIT_US, NULL, &e) !=
	    -1)
		return list_names(c, f);
	failure_take(f, &e);
	return failure_advise(f, "%s", load_advice(c->path));
}

int
config_load(struct config *c, const char *path, struct failure *f)
{
	return load(c, path, path != NULL, f);
}

int
config_load_to_write(struct config *c, const char *path, struct failure *f)
{
	return load(c, path, false, f);
}

void
config_free(struct config *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		free(c->names[i]);
	free(c->names);
	free(c->path);
	buf_free(&c->text);
	*c = (struct config){ .text = BUF_INIT(INI_SIZE_MAX) };
}

/* ini_read() cuts the text into pieces: it gets a copy. */
int
config_given(const struct config *c, const char *name, struct given_list *l,
    struct failure *f)
{
	struct err e = { .kind = ERR_NONE };
	struct buf copy = BUF_INIT(INI_SIZE_MAX + 1);
	int rc;

	if (buf_add(&copy, buf_str(&c->text), c->text.len) == -1)
		return failure_set(f, FAILURE_LOCAL, "out of memory");
	rc = ini_read(l, &account_table, &copy, c->path, name, &e);
	buf_free(&copy);
	return rc == -1 ? failure_take(f, &e) : rc;
}

static int
fail_absent(const struct config *c, const char *name, struct failure *f)
{
	const bool is_there = access(c->path, F_OK) == 0;

	failure_set(f, FAILURE_USAGE,
	    is_there ? "no account \"%.64s\" in %.300s"
		     : "no account \"%.64s\": there is no %.300s",
	    name, c->path);
	return failure_advise(f, "%ssmtp-oauth2 setup %.64s makes it",
	    is_there ? "smtp-oauth2 status lists those there are; " : "", name);
}

static int
read_section(const struct config *c, const char *name, struct given_list *l,
    struct failure *f)
{
	int rc = config_given(c, name, l, f);

	if (rc == -1)
		return -1;
	return rc == 0 ? fail_absent(c, name, f) : 0;
}

int
config_account(const struct config *c, const char *name, struct account *a,
    struct failure *f)
{
	struct given_list given = { 0 };
	char place[PLACE_MAX];
	int rc;

	*a = (struct account){ .timeout = ACCOUNT_TIMEOUT };
	snprintf(place, sizeof place, "%.300s, [%.64s]", c->path, name);
	rc = read_section(c, name, &given, f);
	if (rc == 0)
		rc = account_make(a, name, &given, place, f);
	given_free(&given);
	return rc;
}
