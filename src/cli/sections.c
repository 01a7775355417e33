#include "cli/sections.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/process.h"
#include "base/text.h"
#include "base/wipe.h"
#include "cli/ini.h"

/*
 * Read in small pieces at first: whoever goes from section to section wants
 * one of them.
 */
enum {
	PIECE_MIN = 4 * 1024,
	PIECE_MAX = 32 * 1024,
	ROOM = SECTIONS_LINE_MAX + PIECE_MAX
};

struct sections {
	const struct option_table *table;
	const char *path;
	int fd;
	bool exposed;
	int64_t offset; /* in the file, of data[0] */
	size_t at;      /* in data, of what comes next */
	size_t len;     /* of data */
	size_t piece;
	unsigned line; /* that was read last */
	bool ended;    /* the file has no more than data holds */
	char data[ROOM + 1];
};

/* A line without its line feed; *end may be written to. */
struct line {
	char *start, *end;
	bool too_long; /* and it is not all of it */
};

static struct sections *
fail_open(const char *path, const char *what, struct err *e)
{
	err_set(e, ERR_USAGE, "%.*s: %s", text_cut(path, INI_PATH_SHOWN), path,
	    what);
	return NULL;
}

static struct sections *
fail_errno(const char *path, int error, struct err *e)
{
	char why[PROCESS_WHY_MAX];

	process_why(why, error);
	return fail_open(path, why, e);
}

struct sections *
sections_open(const char *path, const struct option_table *t, struct err *e)
{
	struct sections *s;
	struct stat st;
	int fd = descriptor_open(path);

	if (fd == -1 || fstat(fd, &st) == -1)
		return fail_errno(path, errno, e);
	if (!S_ISREG(st.st_mode)) {
		close(fd);
		return fail_open(path,
		    "not a regular file: it is read twice, so write it to one",
		    e);
	}
	if ((s = calloc(1, sizeof *s)) == NULL) {
		close(fd);
		err_nomem(e);
		return NULL;
	}
	s->table = t;
	s->path = path;
	s->fd = fd;
	s->exposed = (st.st_mode & S_IROTH) != 0;
	sections_go(s, (struct sections_place){ .offset = 0 });
	return s;
}

bool
sections_are_exposed(const struct sections *s)
{
	return s->exposed;
}

void
sections_free(struct sections *s)
{
	if (s == NULL)
		return;
	close(s->fd);
	wipe(s->data, sizeof s->data);
	free(s);
}

void
sections_go(struct sections *s, struct sections_place place)
{
	s->offset = place.offset;
	s->line = place.line > 0 ? place.line - 1 : 0;
	s->at = s->len = 0;
	s->piece = PIECE_MIN;
	s->ended = false;
}

/* Returns 0, or -1 with errno set. */
static int
read_more(struct sections *s)
{
	ssize_t n;

	memmove(s->data, s->data + s->at, s->len - s->at);
	s->offset += (int64_t)s->at;
	s->len -= s->at;
	s->at = 0;
	do
		n = pread(s->fd, s->data + s->len, s->piece,
		    (off_t)(s->offset + (int64_t)s->len));
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return -1;
	s->ended = n == 0;
	s->len += (size_t)n;
	if (s->piece < PIECE_MAX)
		s->piece *= 2;
	return 0;
}

/* Returns 1, 0 at the end, or -1 with errno set. */
static int
take_line(struct sections *s, struct line *l)
{
	char *feed;
	size_t looked = 0;

	l->too_long = false;
	while ((feed = memchr(s->data + s->at + looked, '\n',
		    s->len - s->at - looked)) == NULL) {
		looked = s->len - s->at;
		if (s->ended)
			break;
		if (looked >= SECTIONS_LINE_MAX) {
			l->too_long = true;
			s->at += looked - 1; /* its end is looked for */
			looked = 1;
		}
		if (read_more(s) == -1)
			return -1;
	}
	if (feed == NULL && s->at == s->len)
		return 0;
	l->start = s->data + s->at;
	l->end = feed != NULL ? feed : s->data + s->len;
	s->at = (size_t)(l->end - s->data) + (feed != NULL);
	if (s->line++ == 0)
		l->start += ini_mark(l->start, (size_t)(l->end - l->start));
	return 1;
}

static void
give_back(struct sections *s, const struct line *l)
{
	s->at = (size_t)(l->start - s->data);
	s->line--;
}

static struct ini_place
place_of(const struct sections *s, enum given_origin origin,
    struct given_list *list, struct err *e)
{
	return (struct ini_place){ .table = s->table,
		.path = s->path,
		.line = s->line,
		.origin = origin,
		.list = list,
		.e = e };
}

static int
fail_at(const struct sections *s, const char *what, struct err *e)
{
	const struct ini_place at = place_of(s, GIVEN_SECTION, NULL, e);

	return ini_fail(&at, what);
}

static int
enter(struct sections *s, struct section *out, const struct line *l,
    const char *name, size_t len, struct err *e)
{
	if (len == 0)
		return fail_at(s, "a section without a name", e);
	if (len > SECTIONS_NAME_MAX)
		return fail_at(s, "the section's name is over 255 octets", e);
	if (memchr(name, '\0', len) != NULL)
		return fail_at(s, "the section's name holds a NUL byte", e);
	memcpy(out->name, name, len);
	out->name[len] = '\0';
	out->place.offset = s->offset + (l->start - s->data);
	out->place.line = s->line;
	return 0;
}

static void
take_option(struct sections *s, enum given_origin origin, struct section *out,
    const struct line *l, char *start, char *end)
{
	const struct ini_place at =
	    place_of(s, origin, &out->list, &out->fault);

	if (l->too_long)
		ini_fail(&at, "longer than 96 KiB");
	else
		ini_option(&at, start, end);
}

/*
 * One line.  Returns 1 if it belongs to *out, 0 if the next section begins with
 * it, or -1 with *e set.
 */
static int
take(struct sections *s, enum given_origin origin, struct section *out,
    const struct line *l, struct err *e)
{
	char *start = l->start, *end = l->end, *name = NULL, *name_end;
	bool in_section = out->place.line > 0;
	int found = l->too_long ? 1 : ini_cut(&start, &end, &name, &name_end);

	if (found == -1)
		return fail_at(s, INI_UNCLOSED, e);
	if (name != NULL && in_section)
		return 0;
	if (name != NULL &&
	    enter(s, out, l, name, (size_t)(name_end - name), e) == -1)
		return -1;
	if (found == 0)
		return 1;
	if (name == NULL && !in_section)
		return fail_at(s, INI_HOMELESS, e);
	take_option(s, origin, out, l, start, end);
	return 1;
}

int
sections_next(struct sections *s, enum given_origin origin, struct section *out,
    struct err *e)
{
	struct line l;
	int rc;

	*out = (struct section){ .place = { .line = 0 } };
	while ((rc = take_line(s, &l)) == 1) {
		if ((rc = take(s, origin, out, &l, e)) == 1)
			continue;
		if (rc == 0)
			give_back(s, &l);
		break;
	}
	if (rc == -1 && e->kind == ERR_NONE)
		fail_errno(s->path, errno, e);
	if (rc != -1)
		return out->place.line > 0;
	sections_forget(out);
	return -1;
}

void
sections_forget(struct section *out)
{
	given_free(&out->list);
}
