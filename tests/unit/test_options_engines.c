/*
 * The command lines that engines make of check_smtp's options: whatever is
 * left out, and whatever the order, each option must reach its field.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "options/options.h"

enum { PARTS_MAX = 24, WORDS_MAX = 2 * PARTS_MAX };

static char folder[] = "/tmp/test-engines.XXXXXX";
static char ini[64];
static char locator[80];

/* What a set of arguments must come to. */
struct wanted {
	bool starttls, login, has_days;
	int port, family, commands, responses, verbosity;
	const char *expect, *from, *fqdn, *warning, *critical;
	long long timeout_us;
};

/* One argument with its value; present or not. */
struct part {
	const char *word[3]; /* ends with NULL */
	void (*add)(struct wanted *w);
};

static void
add_nothing(struct wanted *w)
{
	(void)w;
}

static void
add_ini(struct wanted *w)
{
	w->verbosity = 2;
}

static void
add_ipv4(struct wanted *w)
{
	w->family = AF_INET;
}

static void
add_ipv6(struct wanted *w)
{
	w->family = AF_INET6;
}

static void
add_login(struct wanted *w)
{
	w->login = true;
}

static void
add_command(struct wanted *w)
{
	w->commands++;
}

static void
add_response(struct wanted *w)
{
	w->responses++;
}

static void
add_days(struct wanted *w)
{
	w->has_days = true;
}

static void
add_fqdn(struct wanted *w)
{
	w->fqdn = "probe.example";
}

static void
add_starttls(struct wanted *w)
{
	w->starttls = true;
}

static void
add_critical(struct wanted *w)
{
	w->critical = "20.0000";
}

static void
add_expect(struct wanted *w)
{
	w->expect = "Postfix";
}

static void
add_from(struct wanted *w)
{
	w->from = "a@example.org";
}

static void
add_port(struct wanted *w)
{
	w->port = 26;
}

static void
add_timeout(struct wanted *w)
{
	w->timeout_us = 7000000;
}

static void
add_warning(struct wanted *w)
{
	w->warning = "10.0000";
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
is_as_wanted(const struct options *o, const struct wanted *w)
{
	const bool starttls = w->starttls || w->login || w->has_days;
	int i, responses = 0;

	for (i = 0; i < (int)o->check.command_count; i++)
		if (same(o->check.commands[i].response, "250") &&
		    i < w->responses)
			responses++;
	return same(o->check.host, "h") && o->check.login == w->login &&
	    same(o->check.user, w->login ? "u" : NULL) &&
	    (!w->login || same(o->check.secret.text, "-pw")) &&
	    o->check.port ==
	    (w->port != 0      ? w->port
		    : w->login ? 587
			       : 25) &&
	    o->check.tls_mode ==
	    (starttls ? SMTP_TLS_STARTTLS : SMTP_TLS_NONE) &&
	    o->check.family == w->family && o->check.has_days == w->has_days &&
	    (!w->has_days ||
		(o->check.days_warning == 30 &&
		    o->check.days_critical == 14)) &&
	    (int)o->check.command_count == w->commands &&
	    responses == w->responses && o->verbosity == w->verbosity &&
	    same(o->check.expect, w->expect) && same(o->check.from, w->from) &&
	    same(o->check.ehlo_name, w->fqdn) &&
	    same(o->check.warning[PHASE_TOTAL].text,
		w->warning != NULL ? w->warning : "") &&
	    same(o->check.critical[PHASE_TOTAL].text,
		w->critical != NULL ? w->critical : "") &&
	    o->check.timeout_us == w->timeout_us;
}

/* Parse the parts in this order and compare with what each must add. */
static void
try_parts(const struct part *const *parts, int count)
{
	struct wanted w = { .timeout_us = 10000000, .family = AF_UNSPEC };
	char text[1024], *argv[WORDS_MAX + 1], *end = text;
	const char *const *word;
	struct options o;
	struct err e;
	int i, argc = 0;

	argv[argc++] = strcpy(end, "check_smtp_auth");
	end += strlen(end) + 1;
	for (i = 0; i < count; i++) {
		for (word = parts[i]->word; *word != NULL; word++) {
			argv[argc++] = strcpy(end, *word);
			end += strlen(end) + 1;
		}
		parts[i]->add(&w);
	}
	argv[argc] = NULL;
	if (options_parse(&o, argc, argv, NULL, &e) == -1 ||
	    !is_as_wanted(&o, &w)) {
		for (i = 0; i < argc; i++)
			print_error("%s ", argv[i]);
		fail_msg("%s", e.text);
	}
	options_free(&o);
}

static const struct part extra_opts = { { "--extra-opts", locator }, add_ini };
static const struct part ipv4 = { { "-4" }, add_ipv4 };
static const struct part ipv6 = { { "-6" }, add_ipv6 };
static const struct part authtype = { { "-A", "LOGIN" }, add_nothing };
static const struct part command = { { "-C", "NOOP" }, add_command };
static const struct part days = { { "-D", "30,14" }, add_days };
static const struct part fqdn = { { "-F", "probe.example" }, add_fqdn };
static const struct part host = { { "-H", "h" }, add_nothing };
static const struct part bare_host = { { "h" }, add_nothing };
static const struct part password = { { "-P", "-pw" }, add_nothing };
static const struct part response = { { "-R", "250" }, add_response };
static const struct part starttls = { { "-S" }, add_starttls };
static const struct part user = { { "-U", "u" }, add_login };
static const struct part critical = { { "-c", "20.0000" }, add_critical };
static const struct part expect = { { "-e", "Postfix" }, add_expect };
static const struct part from = { { "-f", "a@example.org" }, add_from };
static const struct part port = { { "-p", "26" }, add_port };
static const struct part quit = { { "-q" }, add_nothing };
static const struct part quit_true = { { "-q", "true" }, add_nothing };
static const struct part quit_false = { { "-q", "false" }, add_nothing };
static const struct part quit_empty = { { "-q", "" }, add_nothing };
static const struct part timeout = { { "-t", "7" }, add_timeout };
static const struct part warning = { { "-w", "10.0000" }, add_warning };

/* What can be chosen apart from each other, with the number of ways. */
enum choice {
	ALWAYS,
	LOGIN,    /* none; -U and -P; -A too */
	COMMANDS, /* none; -C; -C -R; two of both */
	FAMILY,   /* none; -4; -6; the same two in another place */
	QUIT,     /* none; -q with three values */
	EXTRA_OPTS,
	DAYS,
	FQDN,
	STARTTLS,
	CRITICAL,
	EXPECT,
	FROM,
	PORT,
	TIMEOUT,
	WARNING,
	CHOICES,
};

/* A part, and for which ways of a choice it is there: bit N for way N. */
struct slot {
	const struct part *part;
	enum choice choice;
	unsigned ways;
};

enum { WAY_1 = 2, WAY_2 = 4, WAY_3 = 8, WAY_4 = 16 };

/* The parts, in order, of one set of choices; returns how many. */
static int
pick_parts(
    const struct part **parts, const struct slot *slot, const int *chosen)
{
	int n = 0;

	for (; slot->part != NULL; slot++)
		if (slot->choice == ALWAYS ||
		    slot->ways & 1U << chosen[slot->choice])
			parts[n++] = slot->part;
	return n;
}

/* The next set of choices.  Returns false after the last. */
static bool
choose_next(int *chosen, const int *ways)
{
	int i;

	for (i = 0; i < CHOICES; i++) {
		if (++chosen[i] < ways[i])
			return true;
		chosen[i] = 0;
	}
	return false;
}

/*
 * Where libstdc++'s std::sort() takes its i-th from if all elements are
 * equal: it keeps up to 16 as they are, and moves more.
 */
static int
sort_index(int i, int count)
{
	const int middle = count / 2;

	if (count <= 16)
		return i;
	return i == 0 ? middle : i == count - middle ? 0 : count - i;
}

/*
 * Icinga 2's smtp command.  The arguments lie in a map, by name, and are
 * sorted by their order, which all of them leave at 0.
 */
static void
test_icinga(void **state)
{
	static const struct slot slots[] = {
		{ &extra_opts, EXTRA_OPTS, WAY_1 },
		{ &ipv4, FAMILY, WAY_1 },
		{ &ipv6, FAMILY, WAY_2 },
		{ &authtype, LOGIN, WAY_2 },
		{ &command, COMMANDS, WAY_1 | WAY_2 },
		{ &days, DAYS, WAY_1 },
		{ &fqdn, FQDN, WAY_1 },
		{ &host, ALWAYS, 0 },
		{ &password, LOGIN, WAY_1 | WAY_2 },
		{ &response, COMMANDS, WAY_2 },
		{ &starttls, STARTTLS, WAY_1 },
		{ &user, LOGIN, WAY_1 | WAY_2 },
		{ &critical, CRITICAL, WAY_1 },
		{ &expect, EXPECT, WAY_1 },
		{ &from, FROM, WAY_1 },
		{ &port, PORT, WAY_1 },
		{ &quit_true, QUIT, WAY_1 },
		{ &quit_false, QUIT, WAY_2 },
		{ &quit_empty, QUIT, WAY_3 },
		{ &timeout, TIMEOUT, WAY_1 },
		{ &warning, WARNING, WAY_1 },
		{ NULL, ALWAYS, 0 },
	};
	static const int ways[CHOICES] = { [ALWAYS] = 1,
		[LOGIN] = 3,
		[COMMANDS] = 3,
		[FAMILY] = 3,
		[QUIT] = 4,
		[EXTRA_OPTS] = 2,
		[DAYS] = 2,
		[FQDN] = 2,
		[STARTTLS] = 2,
		[CRITICAL] = 2,
		[EXPECT] = 2,
		[FROM] = 2,
		[PORT] = 2,
		[TIMEOUT] = 2,
		[WARNING] = 2 };
	const struct part *parts[PARTS_MAX], *sorted[PARTS_MAX];
	int chosen[CHOICES] = { 0 }, i, n;

	(void)state;
	do {
		n = pick_parts(parts, slots, chosen);
		for (i = 0; i < n; i++)
			sorted[i] = parts[sort_index(i, n)];
		try_parts(sorted, n);
	} while (choose_next(chosen, ways));
}

/* Checkmk's active check; the family came second once, and later last. */
static void
test_checkmk(void **state)
{
	static const struct slot slots[] = {
		{ &expect, EXPECT, WAY_1 },
		{ &port, PORT, WAY_1 },
		{ &ipv4, FAMILY, WAY_1 },
		{ &ipv6, FAMILY, WAY_2 },
		{ &command, COMMANDS, WAY_1 | WAY_2 | WAY_3 },
		{ &command, COMMANDS, WAY_3 },
		{ &response, COMMANDS, WAY_2 | WAY_3 },
		{ &response, COMMANDS, WAY_3 },
		{ &from, FROM, WAY_1 },
		{ &warning, WARNING, WAY_1 },
		{ &critical, WARNING, WAY_1 },
		{ &timeout, TIMEOUT, WAY_1 },
		{ &authtype, LOGIN, WAY_1 },
		{ &user, LOGIN, WAY_1 },
		{ &password, LOGIN, WAY_1 },
		{ &starttls, STARTTLS, WAY_1 },
		{ &fqdn, FQDN, WAY_1 },
		{ &days, DAYS, WAY_1 },
		{ &ipv4, FAMILY, WAY_3 },
		{ &ipv6, FAMILY, WAY_4 },
		{ &host, ALWAYS, 0 },
		{ NULL, ALWAYS, 0 },
	};
	static const int ways[CHOICES] = { [ALWAYS] = 1,
		[LOGIN] = 2,
		[COMMANDS] = 4,
		[FAMILY] = 5,
		[QUIT] = 1,
		[EXTRA_OPTS] = 1,
		[DAYS] = 2,
		[FQDN] = 2,
		[STARTTLS] = 2,
		[CRITICAL] = 1,
		[EXPECT] = 2,
		[FROM] = 2,
		[PORT] = 2,
		[TIMEOUT] = 2,
		[WARNING] = 2 };
	const struct part *parts[PARTS_MAX];
	int chosen[CHOICES] = { 0 };

	(void)state;
	do
		try_parts(parts, pick_parts(parts, slots, chosen));
	while (choose_next(chosen, ways));
}

/* Every order of parts[done..count), after what stands before them. */
static void
try_orders(const struct part **parts, int done, int count)
{
	const struct part *first;
	int i;

	if (done == count) {
		try_parts(parts, count);
		return;
	}
	first = parts[done];
	for (i = done; i < count; i++) {
		parts[done] = parts[i];
		parts[i] = first;
		try_orders(parts, done + 1, count);
		parts[i] = parts[done];
		parts[done] = first;
	}
}

static void
test_any_order(void **state)
{
	const struct part *some[] = { &bare_host, &quit_true, &port, &starttls,
		&expect, &command, &warning };
	const struct part *others[] = { &bare_host, &quit, &user, &password,
		&days, &response, &command };

	(void)state;
	try_orders(some, 0, sizeof some / sizeof some[0]);
	try_orders(others, 0, sizeof others / sizeof others[0]);
}

static int
make_ini(void **state)
{
	FILE *f;

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(ini, sizeof ini, "%s/plugins.ini", folder);
	snprintf(locator, sizeof locator, "@%s", ini);
	if ((f = fopen(ini, "w")) == NULL)
		return -1;
	fputs("[check_smtp]\nverbose=\nv=\n", f);
	return fclose(f);
}

static int
remove_ini(void **state)
{
	(void)state;
	unlink(ini);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_icinga),
		cmocka_unit_test(test_checkmk),
		cmocka_unit_test(test_any_order),
	};

	return cmocka_run_group_tests(tests, make_ini, remove_ini);
}
