#include "verdict/hints.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

static const char varies[] = "…";

/* A run of fixed text, and whether a word may go on before or behind it. */
struct part {
	const char *text;
	size_t len;
	bool open_front;
	bool open_back;
};

/* The next fixed part at *pos; false after the last. */
static bool
take_part(const char **pos, struct part *p)
{
	const size_t n = sizeof varies - 1;
	const char *start = *pos, *end;

	p->open_front = strncmp(start, varies, n) == 0;
	if (p->open_front)
		start += n;
	if (*start == '\0')
		return false;
	end = strstr(start, varies);
	p->open_back = end != NULL;
	if (end == NULL)
		end = start + strlen(start);
	*pos = end;
	for (; *start == ' '; start++)
		p->open_front = false;
	for (; end > start && strchr(" :;,", end[-1]) != NULL; end--)
		p->open_back = false;
	p->text = start;
	p->len = (size_t)(end - start);
	return true;
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) != 0;
}

/* Where the part ends in text, at or behind from; NULL if it is not there. */
static const char *
find_part(const char *text, const char *from, const struct part *p)
{
	const int first = tolower((unsigned char)p->text[0]);
	const char *end;

	for (; *from != '\0'; from++) {
		/* Most begin otherwise, which is cheaper to see. */
		if (tolower((unsigned char)*from) != first ||
		    strncasecmp(from, p->text, p->len) != 0)
			continue;
		end = from + p->len;
		if ((p->open_front || from == text || !is_word(from[-1]) ||
			!is_word(*from)) &&
		    (p->open_back || !is_word(end[-1]) || !is_word(*end)))
			return end;
	}
	return NULL;
}

/* How many characters text has in common with what is wanted, -1: no match. */
static int
match(const char *wanted, const char *text)
{
	const char *from = text;
	struct part p;
	int common = 0;

	while (take_part(&wanted, &p)) {
		if ((from = find_part(text, from, &p)) == NULL)
			return -1;
		common += (int)p.len;
	}
	return common;
}

/* Whether text holds one of the words, separated by '|', in any case. */
static bool
holds_one(const char *text, const char *words)
{
	size_t n;

	for (; text != NULL; words += n + 1) {
		n = strcspn(words, "|");
		if (text_holds(text, strlen(text), words, n))
			return true;
		if (words[n] == '\0')
			break;
	}
	return false;
}

static bool
concerns(const struct hint *h, const struct hint_query *q, bool sign)
{
	if (sign ? q->code < 400 || (h->code == HINT_LOGIN && !q->login)
		 : h->code != q->code)
		return false;
	if (h->enhanced[0] != '\0' && strcmp(h->enhanced, q->enhanced) != 0)
		return false;
	return h->at[0] == '\0' || holds_one(q->host, h->at) ||
	    holds_one(q->greeting, h->at) || holds_one(q->text, h->at);
}

static const struct hint *
find_row(const struct hint_query *q, bool sign)
{
	const struct hint *h, *best = NULL;
	int common, most = -1;

	for (h = sign ? hints_signs : hints_table; h->code != 0; h++) {
		if (!concerns(h, q, sign))
			continue;
		common = match(h->text, q->text);
		if (common > most) {
			best = h;
			most = common;
		}
	}
	return best;
}

const struct hint *
hints_find(const struct hint_query *q)
{
	const struct hint *row = find_row(q, false), *sign;
	const bool vague = row == NULL || cause_has(row->cause, CAUSE_IS_VAGUE);

	if (!vague && !hints_is_general(row))
		return row;
	sign = find_row(q, true);
	/* A code alone says less than what is said of this account. */
	return sign != NULL && (vague || sign->code == HINT_LOGIN) ? sign : row;
}

bool
hints_is_general(const struct hint *h)
{
	return strcmp(h->text, varies) == 0;
}
