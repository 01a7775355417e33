/*
 * fuzz_sections.c - the file of a batch, read as a stream, and the checks that
 * are made of it.  Input: the file.
 */

#include <sys/mman.h>
#include <unistd.h>

#include "options/table.h"
#include "run/plan.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/options_rules.h"

static void
check_section(const struct section *s, unsigned after_line)
{
	size_t i;

	MUST(s->name[0] != '\0' && strchr(s->name, '\n') == NULL);
	MUST(s->place.line > after_line && s->place.offset >= 0);
	MUST(s->fault.kind == ERR_NONE || s->fault.kind == ERR_USAGE);
	for (i = 0; i < s->list.count; i++) {
		MUST(s->list.item[i].row != NULL);
		MUST(s->list.item[i].line >= s->place.line);
	}
}

static bool
are_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
check_same(const struct section *a, const struct section *b)
{
	size_t i;

	MUST(strcmp(a->name, b->name) == 0);
	MUST(a->place.offset == b->place.offset);
	MUST(a->place.line == b->place.line);
	MUST(a->list.count == b->list.count);
	for (i = 0; i < a->list.count; i++) {
		MUST(a->list.item[i].row == b->list.item[i].row);
		MUST(a->list.item[i].line == b->list.item[i].line);
		MUST(are_same(a->list.item[i].value, b->list.item[i].value));
	}
	MUST(strcmp(a->fault.text, b->fault.text) == 0);
}

/* Whoever goes back to a section finds what was there. */
static void
read_again(struct sections *other, const struct section *s)
{
	struct err e = { .kind = ERR_NONE };
	struct section again;

	sections_go(other, s->place);
	MUST(sections_next(other, GIVEN_SECTION, &again, &e) == 1 ||
	    e.kind != ERR_NONE);
	/* A line behind it may be what nobody can read. */
	if (e.kind == ERR_NONE)
		check_same(s, &again);
	sections_forget(&again);
}

static size_t
read_stream(const char *path)
{
	struct err e = { .kind = ERR_NONE };
	struct sections *s = sections_open(path, &options_table, &e);
	struct sections *other = sections_open(path, &options_table, &e);
	struct section one;
	unsigned line = 0;
	size_t count = 0;
	int rc;

	MUST(s != NULL && other != NULL);
	while ((rc = sections_next(s, GIVEN_SECTION, &one, &e)) == 1) {
		check_section(&one, line);
		read_again(other, &one);
		line = one.place.line;
		count++;
		sections_forget(&one);
	}
	MUST((rc == -1) == (e.kind != ERR_NONE));
	sections_free(s);
	sections_free(other);
	return count;
}

/* Each check that the file asks for, or why none is done. */
static void
read_checks(char *path, size_t sections)
{
	char name[SECTIONS_NAME_MAX + 1];
	struct options run = { .batch = path }, o;
	struct err e = { .kind = ERR_NONE };
	struct loop *loop = loop_new();
	struct queue *q = queue_new(loop, 1);
	struct queue_item item;
	struct plan p;
	size_t left;

	MUST(loop != NULL && q != NULL);
	if (plan_open(&p, &run, &e) == 0 && plan_queue(&p, q, &e) == 0) {
		left = queue_count(q);
		MUST(left > 0 && left <= sections);
		for (; queue_drain(q, &item); left--) {
			e.kind = ERR_NONE;
			options_rules(
			    &o, plan_read(&p, item.place, name, &o, &e), &e);
			MUST(name[0] != '\0');
			options_free(&o);
		}
		MUST(left == 0);
	} else {
		MUST(e.kind == ERR_USAGE && e.text[0] != '\0');
	}
	plan_free(&p);
	queue_free(q);
	loop_free(loop);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[32];

	if (fd == -1) {
		fd = memfd_create("batch", MFD_CLOEXEC);
		snprintf(path, sizeof path, "/dev/fd/%d", fd);
	}
	MUST(fd != -1 && ftruncate(fd, 0) == 0);
	MUST(pwrite(fd, data, size, 0) == (ssize_t)size);
	read_checks(path, read_stream(path));
	return 0;
}
