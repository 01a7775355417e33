#include "run/plan.h"

#include <fnmatch.h>
#include <string.h>

#include "base/map.h"
#include "options/table.h"
#include "plugin/list.h"

static const char COMMON[] = "check_smtp_auth"; /* no check, but defaults */

static bool
is_wanted(const struct plan *p, const struct section *s)
{
	const struct word_list *only = &p->run->only;
	size_t i;

	if (strcmp(s->name, COMMON) == 0)
		return false;
	for (i = 0; i < only->count; i++)
		if (fnmatch(only->word[i], s->name, 0) == 0)
			return true;
	return only->count == 0;
}

/* Go on behind the section at place. */
static int
go_behind(struct plan *p, struct sections_place place, struct err *e)
{
	struct section s;
	int rc;

	sections_go(p->file, place);
	rc = sections_next(p->file, GIVEN_SECTION, &s, e);
	sections_forget(&s);
	return rc;
}

/*
 * The hash of this name was met before, in that line.  Returns 0 if it was
 * another name.
 */
static int
compare_names(
    struct plan *p, const struct section *s, size_t line, struct err *e)
{
	struct section before;
	bool same = false;
	int rc;

	sections_go(p->file, (struct sections_place){ .offset = 0 });
	while ((rc = sections_next(p->file, GIVEN_SECTION, &before, e)) == 1) {
		same = before.place.line == line &&
		    strcmp(before.name, s->name) == 0;
		sections_forget(&before);
		if (before.place.line >= line)
			break;
	}
	if (same)
		return err_set(e, ERR_USAGE,
		    "--batch: %.200s, line %u: there is a section [%.100s] in "
		    "line %zu already; give each a name of its own",
		    p->run->batch, s->place.line, s->name, line);
	return rc == -1 ? -1 : go_behind(p, s->place, e) - 1;
}

static int
look_at(struct plan *p, struct map *names, struct section *s, struct err *e)
{
	const size_t *line = map_add(
	    names, map_hash(0, s->name, strlen(s->name)), s->place.line);

	if (line == NULL || variables_take(&p->variables, &s->list) == -1)
		return err_nomem(e);
	p->exposed = p->exposed ||
	    (sections_are_exposed(p->file) &&
		given_holds_secret(&s->list, 0, &options_table));
	if (*line != s->place.line && compare_names(p, s, *line, e) == -1)
		return -1;
	if (strcmp(s->name, COMMON) != 0)
		return 0;
	if (s->fault.kind != ERR_NONE)
		return err_set(e, s->fault.kind, "--batch: %s", s->fault.text);
	p->common = s->list;
	s->list = (struct given_list){ .count = 0 };
	return 0;
}

static int
look_through(struct plan *p, struct err *e)
{
	struct map names = { .room = 0 };
	struct section s;
	int rc;

	/* Its origin is that of what all have in common, in case it is that. */
	while ((rc = sections_next(p->file, GIVEN_COMMON, &s, e)) == 1) {
		rc = look_at(p, &names, &s, e);
		sections_forget(&s);
		if (rc == -1)
			break;
	}
	map_free(&names);
	return rc;
}

int
plan_open(struct plan *p, const struct options *run, struct err *e)
{
	*p = (struct plan){ .run = run };
	if (variables_take(&p->variables, &run->line) == -1 ||
	    variables_take(&p->variables, &run->file) == -1)
		return err_nomem(e);
	p->file = sections_open(run->batch, &options_table, e);
	if (p->file != NULL && look_through(p, e) == 0)
		return 0;
	if (e->kind == ERR_USAGE && strncmp(e->text, "--batch: ", 9) != 0)
		err_prefix(e, "--batch: ");
	return -1;
}

/* Called for each that is wanted; its options are read if they are. */
typedef int plan_fn(struct plan *p, void *arg, const struct section *s,
    const struct options *o, struct err *e);

static int
visit(struct plan *p, plan_fn *fn, void *arg, struct section *s, bool reads,
    struct err *e)
{
	struct options o = { .batch = NULL };
	struct err fault = { .kind = ERR_NONE };
	int rc;

	/* A fault is found again when its turn comes. */
	if (reads)
		options_section(&o, p->run, &p->common, &s->list, &fault);
	rc = fn(p, arg, s, &o, e);
	if (reads)
		options_free(&o);
	return rc;
}

static int
for_each(struct plan *p, plan_fn *fn, void *arg, bool reads, struct err *e)
{
	struct section s;
	size_t count = 0, wanted = 0;
	int rc;

	sections_go(p->file, (struct sections_place){ .offset = 0 });
	while ((rc = sections_next(p->file, GIVEN_SECTION, &s, e)) == 1) {
		count += strcmp(s.name, COMMON) != 0;
		if (is_wanted(p, &s)) {
			rc = visit(p, fn, arg, &s, reads, e);
			wanted++;
		}
		sections_forget(&s);
		if (rc == -1)
			return -1;
	}
	if (rc == -1)
		return -1;
	if (count == 0)
		return err_set(e, ERR_USAGE,
		    "--batch: %.200s: no check in it; write a section for each",
		    p->run->batch);
	if (wanted == 0)
		return err_set(e, ERR_USAGE,
		    "--only: no name in %.200s matches; see --list",
		    p->run->batch);
	return 0;
}

static int
add_to_queue(struct plan *p, void *arg, const struct section *s,
    const struct options *o, struct err *e)
{
	const struct settings *a = &o->check;
	const char *host = a->host != NULL ? a->host : "";
	uint64_t server = map_hash(0, host, strlen(host) + 1);

	(void)p;
	server = map_hash(server, &a->port, sizeof a->port);
	return queue_add(arg, s->place, server) == 0 ? 0 : err_nomem(e);
}

int
plan_queue(struct plan *p, struct queue *q, struct err *e)
{
	return for_each(p, add_to_queue, q, true, e);
}

static int
add_to_list(struct plan *p, void *arg, const struct section *s,
    const struct options *o, struct err *e)
{
	(void)e;
	if (p->run->list == OPTIONS_LIST_ZABBIX)
		list_add_zabbix(arg, s->name, o->check.host);
	else
		list_add(arg, s->name);
	return 0;
}

int
plan_list(struct plan *p, struct buf *out, struct err *e)
{
	bool zabbix = p->run->list == OPTIONS_LIST_ZABBIX;

	if (for_each(p, add_to_list, out, zabbix, e) == -1)
		return -1;
	if (zabbix)
		list_end_zabbix(out);
	return out->failed ? err_nomem(e) : 0;
}

int
plan_read(struct plan *p, struct sections_place place,
    char name[SECTIONS_NAME_MAX + 1], struct options *o, struct err *e)
{
	struct section s;
	int rc;

	*o = (struct options){ .batch = NULL };
	sections_go(p->file, place);
	if ((rc = sections_next(p->file, GIVEN_SECTION, &s, e)) != 1) {
		strcpy(name, "?");
		options_section(o, p->run, &p->common, &p->common, e);
		return err_set(
		    e, ERR_USAGE, "--batch: the file has changed meanwhile");
	}
	memcpy(name, s.name, sizeof s.name);
	/* The first fault counts: that of its lines. */
	if (s.fault.kind != ERR_NONE)
		*e = s.fault;
	rc = options_section(o, p->run, &p->common, &s.list, e);
	sections_forget(&s);
	return rc;
}

void
plan_free(struct plan *p)
{
	given_free(&p->common);
	sections_free(p->file);
	variables_free(&p->variables);
}
