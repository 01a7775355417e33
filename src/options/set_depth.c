/* The setters of what goes beyond the login: envelope, commands, demands. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/pattern.h"
#include "base/text.h"
#include "options/internal.h"

/*
 * Whether there is a '<' or '>' outside of a quoted string (RFC 5321, 4.1.2),
 * the outermost not counted.  What stood behind it would reach the server.
 */
static bool
has_bracket(const char *value, bool is_enclosed)
{
	const char *s = value + is_enclosed;
	const char *end = value + strlen(value) - is_enclosed;
	bool quoted = false;

	for (; s < end; s++) {
		if (quoted && *s == '\\' && s + 1 < end)
			s++;
		else if (*s == '"')
			quoted = !quoted;
		else if (!quoted && (*s == '<' || *s == '>'))
			return true;
	}
	return false;
}

void
options_set_address(
    struct parsing *p, const struct option_row *row, const char *value)
{
	char **field = options_field(p, row), *bare;
	size_t len = strlen(value);
	bool is_enclosed = len >= 2 && value[0] == '<' && value[len - 1] == '>';

	if (text_has_control(value)) {
		options_fault(
		    p, value, "holds a control character; no address has one");
		return;
	}
	if (options_is_long(p, value))
		return;
	if (has_bracket(value, is_enclosed)) {
		options_fault(p, value,
		    "more than an address; give that alone, without "
		    "parameters or a name");
		return;
	}
	if (is_enclosed)
		bare = strndup(value + 1, len - 2);
	else
		bare = strdup(value);
	if (bare == NULL) {
		err_nomem(p->e);
		return;
	}
	/* MAIL FROM:<> is the null sender; nobody is a null recipient. */
	if (*bare == '\0' && row->letter != 'f') {
		options_fault(p, value, "the address is empty");
		free(bare);
		return;
	}
	free(*field);
	*field = bare;
}

void
options_set_command(
    struct parsing *p, const struct option_row *row, const char *value)
{
	static const char *const forbidden[] = { "DATA", "BDAT", "AUTH",
		"STARTTLS" };
	const char *verb = value + strspn(value, " \t");
	size_t n = strcspn(verb, " \t"), i;
	struct settings *s = p->s;

	/* What follows a verb may be credentials: no value is told. */
	(void)row;
	if (n == 0 || strpbrk(value, "\r\n") != NULL) {
		options_fault(p, NULL, "not one SMTP command");
		return;
	}
	if (strlen(value) > OPTIONS_TEXT_MAX) {
		options_fault(p, NULL, "too long, more than %d octets",
		    (int)OPTIONS_TEXT_MAX);
		return;
	}
	for (i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
		if (strlen(forbidden[i]) == n &&
		    strncasecmp(verb, forbidden[i], n) == 0) {
			options_fault(p, NULL,
			    "%s cannot be sent with -C; use a command whose "
			    "reply ends it",
			    forbidden[i]);
			return;
		}
	}
	if (s->command_count == SETTINGS_LIST_MAX)
		options_fault(
		    p, NULL, "more than %d commands", SETTINGS_LIST_MAX);
	else if (options_replace(
		     p, &s->commands[s->command_count].command, value) == 0)
		s->command_count++;
}

void
options_set_response(
    struct parsing *p, const struct option_row *row, const char *value)
{
	char why[200];

	(void)row;
	if (pattern_check(value, why, sizeof why) == -1)
		options_fault(p, value, "%s", why);
	else if (p->response_count == SETTINGS_LIST_MAX)
		options_fault(
		    p, value, "more than %d responses", SETTINGS_LIST_MAX);
	else if (options_replace(p, &p->response[p->response_count], value) ==
	    0)
		p->response_count++;
}

void
options_set_words(
    struct parsing *p, const struct option_row *row, const char *value)
{
	struct word_list *l = options_field(p, row);
	char word[64];

	while (options_next_word(p, &value, word, sizeof word)) {
		if (l->count == SETTINGS_LIST_MAX) {
			options_fault(
			    p, word, "more than %d words", SETTINGS_LIST_MAX);
			return;
		}
		if (options_replace(p, &l->word[l->count], word) == 0)
			l->count++;
	}
}
