#include "options/options.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "cli/line.h"
#include "options/internal.h"
#include "options/table.h"

enum {
	DEFAULT_TIMEOUT_US = 10 * 1000000,
	LISTS = 4, /* of places that options may come from */
};

static void
apply(struct parsing *p, const struct given_list *l)
{
	size_t i;

	p->first = l->item;
	for (i = 0; i < l->count; i++) {
		p->now = &l->item[i];
		if (p->now->row == NULL)
			options_set_host(p, NULL, p->now->value);
		else
			p->now->row->set(p, p->now->row, p->now->value);
	}
	p->now = NULL;
}

static void
set_defaults(struct options *o)
{
	int i;

	*o = (struct options){ .check = { .family = AF_UNSPEC,
				   .tls_min = TLS_VERSION_DEFAULT,
				   .days_critical = -1,
				   .proof = SASL_PROOF_NONE,
				   .timeout_us = DEFAULT_TIMEOUT_US },
		.format = report_formats[0] };
	for (i = 0; i < CONDITIONS; i++)
		o->check.state_of[i] = condition_default((enum condition)i);
}

/* What is behind the name may come from afar, by NSS. */
static void
find_port(struct parsing *p, const struct options_watch *watch)
{
	if (watch != NULL && p->o->action == ACTION_CHECK)
		watch->before_files(watch->arg, p->o, "looking up the port");
	p->now = p->service;
	options_find_port(p, p->service->value);
	p->now = NULL;
}

/* How the lists are taken. */
struct taking {
	const struct options_watch *watch; /* or NULL */
	bool in_section;
	bool blindly; /* nothing is looked up */
};

/* Each wins over those before it; NULL: there is none. */
static void
take_all(struct options *o, const struct given_list *const lists[LISTS],
    const struct taking *how, struct err *e)
{
	struct parsing p = { .o = o,
		.s = &o->check,
		.e = e,
		.in_section = how->in_section,
		.can_ask = how->watch != NULL && how->watch->has_terminal };
	size_t i;

	for (i = 0; i < LISTS; i++)
		if (lists[i] != NULL)
			apply(&p, lists[i]);
	if (!how->blindly && p.service != NULL)
		find_port(&p, how->watch);
	options_check(&p);
	for (i = 0; i < p.response_count; i++)
		free(p.response[i]);
}

static void
free_words(struct word_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		free(l->word[i]);
}

void
options_free(struct options *o)
{
	struct settings *s = &o->check;
	const struct option_row *row;
	size_t i;

	for (row = options_table.rows; row->name != NULL; row++)
		if ((row->traits & OPTION_OWNED) != 0)
			free(*(char **)((char *)o + row->field));
	free(o->output_temporary);
	free(s->exposed_file);
	for (i = 0; i < s->command_count; i++) {
		free(s->commands[i].command);
		free(s->commands[i].response);
	}
	free_words(&s->require_extension);
	free_words(&s->require_mechanism);
	free_words(&s->forbid_mechanism);
	secret_source_free(&s->secret);
	free_words(&o->only);
	given_free(&o->line);
	given_free(&o->file);
	*o = (struct options){ .output_file = NULL };
}

/* What the command line alone says, as far as it is in order. */
static void
preview(struct options *o, const struct given_list *line)
{
	struct err ignored = { .kind = ERR_NONE };

	set_defaults(o);
	take_all(o, (const struct given_list *[LISTS]){ line },
	    &(struct taking){ .blindly = true }, &ignored);
}

static bool
wants_files(const struct given_list *line)
{
	const struct option_row *row;
	bool files = false;
	size_t i;

	for (i = 0; i < line->count; i++) {
		if ((row = line->item[i].row) == NULL)
			continue;
		/* Who wants help does not want to hear of a missing file. */
		if ((row->traits & OPTION_STOPS) != 0)
			return false;
		files = files || (row->traits & OPTION_FILES) != 0;
	}
	return files;
}

static void
read_files(struct given_list *file, const struct given_list *line,
    const struct options_watch *watch, char **exposed, struct err *e)
{
	const struct option_row *row;
	struct options early;
	int64_t limit_us;
	size_t i;

	preview(&early, line);
	limit_us = watch != NULL
	    ? watch->before_files(watch->arg, &early, "reading --extra-opts")
	    : clock_now_us() + early.check.timeout_us;
	for (i = 0; i < line->count; i++)
		if ((row = line->item[i].row) != NULL &&
		    (row->traits & OPTION_FILES) != 0)
			options_extra_read(
			    file, line->item[i].value, limit_us, exposed, e);
	options_free(&early);
}

int
options_parse(struct options *o, int argc, char **argv,
    const struct options_watch *watch, struct err *e)
{
	struct given_list file = { 0 }, line = { 0 };

	*e = (struct err){ .kind = ERR_NONE };
	set_defaults(o);
	line_read(&line, &options_table, argc, argv, e);
	if (wants_files(&line))
		read_files(&file, &line, watch, &o->check.exposed_file, e);
	take_all(o, (const struct given_list *[LISTS]){ &file, &line },
	    &(struct taking){ .watch = watch }, e);
	if (o->batch != NULL) {
		o->file = file;
		o->line = line;
	} else {
		given_free(&file);
		given_free(&line);
	}
	if (o->action != ACTION_CHECK)
		*e = (struct err){ .kind = ERR_NONE };
	return e->kind == ERR_NONE ? 0 : -1;
}

int
options_section(struct options *o, const struct options *run,
    const struct given_list *common, const struct given_list *own,
    struct err *e)
{
	set_defaults(o);
	o->check.in_section = true;
	take_all(o,
	    (const struct given_list *[LISTS]){
		common, own, &run->file, &run->line },
	    &(struct taking){ .in_section = true }, e);
	return e->kind == ERR_NONE ? 0 : -1;
}
