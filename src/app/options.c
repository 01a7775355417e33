#include "app/options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "app/options_internal.h"
#include "base/clock.h"
#include "base/wipe.h"

enum {
	ROWS_MAX = 80,
	FIRST_ROW = 256, /* getopt's value of a row, beyond all letters */
	POSITIONAL = 1,  /* what getopt returns for a word without dash */
	DEFAULT_TIMEOUT_US = 10 * 1000000,
};

/* The table in getopt's words. */
struct grammar {
	char letters[3 * ROWS_MAX + 3];
	struct option names[2 * ROWS_MAX + 1];
};

static void
add_letter(char *letters, const struct option_row *row)
{
	size_t n = strlen(letters);

	letters[n++] = row->letter;
	if (row->argument == ARGUMENT_REQUIRED)
		letters[n++] = ':';
	letters[n] = '\0';
}

static void
translate_table(struct grammar *g)
{
	const struct option_row *row;
	struct option *name = g->names;

	for (row = options_table; row->name != NULL; row++) {
		name->name = row->name;
		name->has_arg = row->argument == ARGUMENT_NONE ? no_argument
		    : row->argument == ARGUMENT_OPTIONAL ? optional_argument
							 : required_argument;
		name->val = FIRST_ROW + (int)(row - options_table);
		name++;
		if (row->alias != NULL) {
			*name = name[-1];
			name->name = row->alias;
			name++;
		}
		if (row->letter != 0)
			add_letter(g->letters, row);
	}
}

int
options_remember(struct given_list *l, const struct option_row *row,
    bool by_letter, bool in_file, const char *value, struct err *e)
{
	struct given *item;
	char *copy = NULL;

	if (l->count == l->room) {
		size_t room = l->room > 0 ? 2 * l->room : 32;

		/* No secret is copied here: only pointers to them. */
		if ((item = realloc(l->item, room * sizeof *item)) == NULL)
			return err_nomem(e);
		l->item = item;
		l->room = room;
	}
	if (value != NULL && (copy = strdup(value)) == NULL)
		return err_nomem(e);
	l->item[l->count++] = (struct given){ .row = row,
		.by_letter = by_letter,
		.in_file = in_file,
		.value = copy };
	return 0;
}

static void
forget(struct given_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		wipe_free(l->item[i].value);
	free(l->item);
	*l = (struct given_list){ 0 };
}

void
options_fault(struct parsing *p, const char *value, const char *fmt, ...)
{
	const struct given *now = p->now;
	char name[200], text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (now->row == NULL)
		snprintf(name, sizeof name, "HOST");
	else if (now->by_letter)
		snprintf(name, sizeof name, "-%c", now->row->letter);
	else
		snprintf(name, sizeof name, "--%s", now->row->name);
	if (value != NULL && strstr(value, "pass:") == NULL)
		snprintf(name + strlen(name), sizeof name - strlen(name),
		    "%s%.120s", now->row != NULL && !now->by_letter ? "=" : " ",
		    value);
	err_set(p->e, ERR_USAGE, "%s%s: %s", name,
	    now->in_file ? " (from --extra-opts)" : "", text);
}

bool
options_is_long(struct parsing *p, const char *value)
{
	if (strlen(value) <= OPTIONS_TEXT_MAX)
		return false;
	options_fault(
	    p, value, "too long, more than %d octets", (int)OPTIONS_TEXT_MAX);
	return true;
}

/* Append the long names that begin with name[0..n); returns how many. */
static int
add_candidates(char *text, size_t size, const char *name, size_t n)
{
	const struct option_row *row;
	int count = 0;

	text[0] = '\0';
	for (row = options_table; row->name != NULL; row++) {
		if (strncmp(row->name, name, n) != 0)
			continue;
		snprintf(text + strlen(text), size - strlen(text), "%s--%s",
		    count++ > 0 ? ", " : "", row->name);
	}
	return count;
}

/* A long name that is none, or not unique.  Its value may be a secret. */
static void
refuse_word(char *word, struct err *e)
{
	int n = (int)strcspn(word, "=");
	char names[300];

	if (n > 2 &&
	    add_candidates(names, sizeof names, word + 2, (size_t)n - 2) > 0)
		err_set(
		    e, ERR_USAGE, "%.*s: may be short for %s", n, word, names);
	else
		err_set(e, ERR_USAGE, "%.*s: no such option; see --help",
		    n < 100 ? n : 100, word);
	wipe(word + n, strlen(word + n));
}

/* getopt found a fault with the word before argv[optind]. */
static void
refuse(int c, char **argv, struct err *e)
{
	const struct option_row *row = optopt >= FIRST_ROW
	    ? &options_table[optopt - FIRST_ROW]
	    : options_find_letter(optopt);

	if (c == ':' && row != NULL && optopt < FIRST_ROW)
		err_set(e, ERR_USAGE, "-%c: its %s is missing", row->letter,
		    row->value);
	else if (c == ':' && row != NULL)
		err_set(e, ERR_USAGE,
		    "--%s: its value is missing; write "
		    "--%s=%s",
		    row->name, row->name, row->value);
	else if (optopt >= FIRST_ROW)
		err_set(e, ERR_USAGE, "--%s: takes no value", row->name);
	else if (optopt != 0)
		err_set(
		    e, ERR_USAGE, "-%c: no such option; see --help", optopt);
	else
		refuse_word(argv[optind - 1], e);
}

/* Whether a value is a secret, or looks like one put in the wrong place. */
static bool
is_secret(const struct option_row *row, const char *value)
{
	struct secret_source source = { .kind = SECRET_NONE };
	struct err ignored = { .kind = ERR_NONE };
	bool secret;

	/* Also -password-from=pass:..., which getopt takes for a -p. */
	if (row->set == options_set_password || strstr(value, "pass:") != NULL)
		return true;
	if (row->set != options_set_source)
		return false;
	secret = secret_source_parse(value, &source, &ignored) == -1 ||
	    source.kind == SECRET_TEXT;
	wipe_free(source.text); /* not ..._free(): env: is still needed */
	return secret;
}

/* Icinga 2 puts the value of its variable for -q behind it. */
static bool
is_boolean(const char *word)
{
	static const char *const booleans[] = { "", "true", "false", "1", "0",
		"yes", "no", "on", "off" };
	size_t i;

	for (i = 0; i < sizeof booleans / sizeof booleans[0]; i++)
		if (strcasecmp(word, booleans[i]) == 0)
			return true;
	return false;
}

/*
 * The value of an option in the forms that getopt does not know: a word
 * after --extra-opts, as the monitoring plugins take it, check_smtp's old
 * spellings -to, -wt and -ct, and a boolean after -q, which takes none.
 */
static char *
odd_value(const struct option_row *row, int argc, char **argv)
{
	const char *word = argv[optind - 1];

	if (optind >= argc)
		return optarg;
	if (optarg == NULL && strcmp(row->name, "extra-opts") == 0 &&
	    argv[optind][0] != '-')
		return argv[optind++];
	if (row->letter == 'q' && is_boolean(argv[optind]))
		return argv[optind++];
	if (optarg == word + 2 &&
	    (strcmp(word, "-to") == 0 || strcmp(word, "-wt") == 0 ||
		strcmp(word, "-ct") == 0))
		return argv[optind++];
	return optarg;
}

/* Take the command line apart, erasing the secrets in it. */
static void
collect(struct given_list *l, int argc, char **argv, struct err *e)
{
	const struct option_row *row;
	/* Words in their order; ':' for a missing argument; no printing. */
	struct grammar g = { .letters = "-:" };
	char *value;
	int c, refused = -1;

	translate_table(&g);
	opterr = 0;
	optind = 0; /* start afresh */
	while ((c = getopt_long(argc, argv, g.letters, g.names, NULL)) != -1) {
		if (c == '?' || c == ':') {
			refuse(c, argv, e);
			refused = optopt == 0 ? optind : -1;
			continue;
		}
		if (c == POSITIONAL && refused == optind - 1) {
			/* Perhaps meant for the option; no HOST to show. */
			if (optarg != NULL)
				wipe(optarg, strlen(optarg));
			continue;
		}
		if (c == POSITIONAL) {
			options_remember(l, NULL, false, false, optarg, e);
			continue;
		}
		row = c >= FIRST_ROW ? &options_table[c - FIRST_ROW]
				     : options_find_letter(c);
		if (row == NULL)
			continue; /* getopt knows no others */
		value = odd_value(row, argc, argv);
		options_remember(l, row, c < FIRST_ROW, false, value, e);
		if (value != NULL && is_secret(row, value))
			wipe(value, strlen(value));
	}
	for (; optind < argc; optind++)
		options_remember(l, NULL, false, false, argv[optind], e);
}

static void
apply(struct parsing *p, const struct given_list *l)
{
	size_t i;

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

	*o = (struct options){ .family = AF_UNSPEC,
		.tls_min = TLS_VERSION_1_2,
		.days_critical = -1,
		.proof = SASL_PROOF_NONE,
		.timeout_us = DEFAULT_TIMEOUT_US,
		.format = report_formats[0].write };
	for (i = 0; i < CONDITIONS; i++)
		o->state_of[i] = condition_default((enum condition)i);
}

/* The file comes first, so that the command line wins; it may be NULL. */
static void
take_all(struct options *o, const struct given_list *file,
    const struct given_list *line, struct err *e)
{
	struct parsing p = { .o = o, .e = e };
	size_t i;

	if (file != NULL)
		apply(&p, file);
	apply(&p, line);
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
	char *const strings[] = { o->host, o->connect_address, o->resolver,
		o->ehlo_name, o->ca_file, o->ca_path, o->sni, o->verify_name,
		o->client_cert, o->client_key, o->user, o->authzid, o->expect,
		o->from, o->rcpt, o->output_file, o->output_temporary };
	size_t i;

	for (i = 0; i < sizeof strings / sizeof strings[0]; i++)
		free(strings[i]);
	for (i = 0; i < o->command_count; i++) {
		free(o->commands[i].command);
		free(o->commands[i].response);
	}
	free_words(&o->require_extension);
	free_words(&o->require_mechanism);
	free_words(&o->forbid_mechanism);
	secret_source_free(&o->secret);
	*o = (struct options){ .host = NULL };
}

/* What the command line alone says, as far as it is in order. */
static void
preview(struct options *o, const struct given_list *line)
{
	struct err ignored = { .kind = ERR_NONE };

	set_defaults(o);
	take_all(o, NULL, line, &ignored);
}

static void
free_preview(struct options *o)
{
	/* Not ..._free(): the variable of env: is still needed. */
	wipe_free(o->secret.text);
	o->secret = (struct secret_source){ .text = NULL };
	options_free(o);
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
		if (row->set == options_set_action)
			return false;
		files = files || strcmp(row->name, "extra-opts") == 0;
	}
	return files;
}

static void
read_files(struct given_list *file, const struct given_list *line,
    const struct options_watch *watch, struct err *e)
{
	const struct option_row *row;
	struct options early;
	int64_t limit_us;
	size_t i;

	preview(&early, line);
	if (watch != NULL)
		watch->before_files(watch->arg, &early);
	/* A little before the deadline: there is to be time to say so. */
	limit_us = clock_now_us() + early.timeout_us - early.timeout_us / 20;
	for (i = 0; i < line->count; i++)
		if ((row = line->item[i].row) != NULL &&
		    strcmp(row->name, "extra-opts") == 0)
			options_extra_read(
			    file, line->item[i].value, limit_us, e);
	free_preview(&early);
}

int
options_parse(struct options *o, int argc, char **argv,
    const struct options_watch *watch, struct err *e)
{
	struct given_list file = { 0 }, line = { 0 };

	*e = (struct err){ .kind = ERR_NONE };
	set_defaults(o);
	if (argc > 0)
		collect(&line, argc, argv, e);
	if (wants_files(&line))
		read_files(&file, &line, watch, e);
	take_all(o, &file, &line, e);
	forget(&file);
	forget(&line);
	if (o->action != ACTION_CHECK)
		*e = (struct err){ .kind = ERR_NONE };
	return e->kind == ERR_NONE ? 0 : -1;
}
