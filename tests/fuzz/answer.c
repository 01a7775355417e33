#include "tests/fuzz/answer.h"

#include <ctype.h>

#include "tests/fuzz/fuzz.h"

enum { FIRST_LINE_MAX = 1000, DEPTH_MAX = 8 };

/* The bytes of the character at s, which must be whole and harmless. */
static size_t
check_character(const unsigned char *s, size_t left)
{
	unsigned int c = s[0];
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4, i;

	MUST(c < 0x80 || (c >= 0xc2 && c <= 0xf4));
	MUST(n <= left);
	if (n > 1)
		c &= 0x7fU >> n;
	for (i = 1; i < n; i++) {
		MUST((s[i] & 0xc0) == 0x80);
		c = c << 6 | (s[i] & 0x3fU);
	}
	MUST(c == '\n' || c >= 0x20);
	MUST(c < 0x7f || c >= 0xa0);
	MUST(n != 3 || c >= 0x800);
	MUST(n != 4 || (c >= 0x10000 && c <= 0x10ffff));
	MUST(c < 0xd800 || c > 0xdfff);
	MUST(c != 0x61c && c != 0x200e && c != 0x200f);
	MUST(c < 0x2028 || c > 0x202e);
	MUST(c < 0x2066 || c > 0x2069);
	return n;
}

static void
check_text(const char *s)
{
	const char *bar = strchr(s, '|');
	size_t line = strcspn(s, "\n");

	MUST(line <= FIRST_LINE_MAX);
	MUST(strncmp(s, "SMTP_AUTH ", 10) == 0);
	MUST(bar == NULL || (size_t)(bar - s) < line);
	MUST(bar == NULL || strchr(bar + 1, '|') == NULL);
}

static const char *
skip_string(const char *s)
{
	MUST(*s == '"');
	for (s++; *s != '"'; s++) {
		MUST((unsigned char)*s >= 0x20);
		if (*s != '\\')
			continue;
		s++;
		MUST(*s != '\0' && strchr("\"\\/bfnrtu", *s) != NULL);
		if (*s == 'u') {
			MUST(strspn(s + 1, "0123456789abcdefABCDEF") >= 4);
			s += 4;
		}
	}
	return s + 1;
}

static const char *
skip_number(const char *s)
{
	s += *s == '-';
	MUST(isdigit((unsigned char)*s));
	MUST(*s != '0' || !isdigit((unsigned char)s[1]));
	s += strspn(s, "0123456789");
	if (*s == '.') {
		MUST(isdigit((unsigned char)s[1]));
		s += 1 + strspn(s + 1, "0123456789");
	}
	return s;
}

/* RFC 8259, without white space, which is written nowhere. */
static const char *
skip_value(const char *s, int depth)
{
	static const char *const words[] = { "null", "true", "false" };
	char close = *s == '{' ? '}' : ']';
	size_t i;

	MUST(depth < DEPTH_MAX);
	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strncmp(s, words[i], strlen(words[i])) == 0)
			return s + strlen(words[i]);
	if (*s == '"')
		return skip_string(s);
	if (*s != '{' && *s != '[')
		return skip_number(s);
	if (s[1] == close)
		return s + 2;
	do {
		s++;
		if (close == '}') {
			s = skip_string(s);
			MUST(*s++ == ':');
		}
		s = skip_value(s, depth + 1);
	} while (*s == ',');
	MUST(*s == close);
	return s + 1;
}

const char *
answer_skip_json(const char *s)
{
	return skip_value(s, 0);
}

static void
check_json(const char *s)
{
	MUST(s[0] == '{' && strchr(s, '|') == NULL);
	MUST(strcmp(skip_value(s, 0), "\n") == 0);
}

static void
check_openmetrics(const char *s)
{
	const char *end;

	for (; (end = strchr(s, '\n')) != NULL && end[1] != '\0'; s = end + 1)
		MUST(*s == '#' || strncmp(s, "smtp_auth_", 10) == 0);
	MUST(strcmp(s, "# EOF\n") == 0);
}

static const struct {
	const struct report_format *format;
	void (*check)(const char *s);
} checks[] = { { &report_text, check_text }, { &report_json, check_json },
	{ &report_openmetrics, check_openmetrics },
	{ &report_nagios, answer_check_nagios },
	{ &report_icinga2, answer_check_icinga2 },
	{ &report_zabbix, answer_check_zabbix },
	{ &report_html, answer_check_html } };

void
answer_check(const struct buf *out, const struct report_format *format)
{
	const unsigned char *s = (const unsigned char *)buf_str(out);
	size_t pos, i = 0;

	MUST(out->len > 0 && s[out->len - 1] == '\n');
	MUST(strlen(buf_str(out)) == out->len);
	for (pos = 0; pos < out->len;)
		pos += check_character(s + pos, out->len - pos);
	while (checks[i].format != format)
		MUST(++i < sizeof checks / sizeof checks[0]);
	checks[i].check(buf_str(out));
}
