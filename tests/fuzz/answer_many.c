/* What must hold for the formats of many checks, whatever is in the texts. */

#include <ctype.h>

#include "tests/fuzz/answer.h"
#include "tests/fuzz/fuzz.h"

enum { NAGIOS_LINE_MAX = 8000 };

static const char *
skip(const char *s, const char *what)
{
	MUST(strncmp(s, what, strlen(what)) == 0);
	return s + strlen(what);
}

static const char *
skip_digits(const char *s)
{
	MUST(isdigit((unsigned char)*s));
	return s + strspn(s, "0123456789");
}

static void
check_one_line(const char *s)
{
	MUST(strchr(s, '\n') == s + strlen(s) - 1);
}

/* Two names without a semicolon, the state, and what one line can take. */
void
answer_check_nagios(const char *s)
{
	check_one_line(s);
	MUST(strlen(s) <= NAGIOS_LINE_MAX + 1);
	s = skip(skip_digits(skip(s, "[")), "] PROCESS_SERVICE_CHECK_RESULT;");
	s = skip(s + strcspn(s, ";"), ";");
	s = skip(s + strcspn(s, ";"), ";");
	MUST(*s >= '0' && *s <= '3');
	s = skip(s + 1, ";SMTP_AUTH ");
}

void
answer_check_icinga2(const char *s)
{
	check_one_line(s);
	MUST(strcmp(answer_skip_json(s), "\n") == 0);
	s = answer_skip_json(skip(s, "{\"type\":\"Service\",\"service\":"));
	s = skip_digits(skip(s, ",\"exit_status\":"));
	s = skip_digits(skip(s, ",\"execution_end\":"));
	s = answer_skip_json(skip(s, ",\"performance_data\":"));
	skip(s, ",\"plugin_output\":\"SMTP_AUTH ");
}

/* What is in quotes, without their backslashes, for free(). */
static const char *
take_quoted(const char *s, char **plain)
{
	char *to = *plain = malloc(strlen(s) + 1);

	MUST(to != NULL);
	for (s = skip(s, "\""); *s != '"'; s++) {
		if (*s == '\\') {
			s++;
			MUST(*s == '"' || *s == '\\');
		}
		MUST(*s != '\0');
		*to++ = *s;
	}
	*to = '\0';
	return s + 1;
}

/* Host, key with one parameter, time, and an object. */
void
answer_check_zabbix(const char *s)
{
	char *host, *key, *parameter, *value;
	const char *end;

	check_one_line(s);
	s = skip(take_quoted(s, &host), " ");
	MUST(host[0] != '\0');
	s = skip(take_quoted(s, &key), " ");
	end = take_quoted(skip(key, "smtp_auth.json["), &parameter);
	MUST(strcmp(end, "]") == 0);
	s = skip(skip_digits(s), " ");
	s = take_quoted(s, &value);
	MUST(value[0] == '{' && *answer_skip_json(value) == '\0');
	MUST(strcmp(s, "\n") == 0);
	free(host);
	free(key);
	free(parameter);
	free(value);
}

/* Of a page: every tag that may be in it, with all that it has. */
static const char *
skip_tag(const char *s)
{
	static const char *const tags[] = { "<h2><b>", "</b>", "<bdi>",
		"</bdi>", "</h2>", "<p class=\"message\">",
		"<p class=\"hint\">", "<p class=\"facts\">", "</p>",
		"</article>" };
	size_t i;

	for (i = 0; i < sizeof tags / sizeof tags[0]; i++)
		if (strncmp(s, tags[i], strlen(tags[i])) == 0)
			return s + strlen(tags[i]);
	fprintf(stderr, "a tag of somebody else's: %.40s\n", s);
	abort();
}

static const char *
skip_entity(const char *s)
{
	static const char *const known[] = { "&amp;", "&lt;", "&gt;", "&quot;",
		"&#39;" };
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strncmp(s, known[i], strlen(known[i])) == 0)
			return s + strlen(known[i]);
	fprintf(stderr, "an ampersand alone: %.40s\n", s);
	abort();
}

/* The page's own frame, and between it one article without bars. */
void
answer_check_html(const char *s)
{
	const char *end = strstr(s, "</main>\n<script>\nif (Date.now()");

	skip(s, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n");
	MUST(end != NULL && strstr(end + 1, "</main>") == NULL);
	MUST((s = strstr(s, "<main>\n")) != NULL);
	s = skip(skip(s, "<main>\n"), "<article class=\"s");
	MUST(*s >= '0' && *s <= '3');
	s = skip(s + 1, "\">\n");
	while (s != end) {
		MUST(*s != '>' && *s != '"' && *s != '\'');
		if (*s == '<')
			s = skip_tag(s);
		else if (*s == '&')
			s = skip_entity(s);
		else
			s++;
		MUST(s <= end);
	}
}
