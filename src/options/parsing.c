/* What every setter needs: how a fault is told, how a value is kept. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/wipe.h"
#include "options/internal.h"

enum { VALUE_SHOWN = 120 };

/* A SOURCE, or the "user:secret@" of an address, in the wrong place. */
static bool
holds_secret(const char *value)
{
	const char *colon = strchr(value, ':');

	return strstr(value, "pass:") != NULL ||
	    (colon != NULL && strchr(colon, '@') != NULL);
}

bool
options_holds_secret(const char *value)
{
	struct secret_source source = { .kind = SECRET_NONE };
	struct err ignored = { .kind = ERR_NONE };
	bool secret = secret_source_parse(value, &source, &ignored) == -1 ||
	    source.kind == SECRET_TEXT;

	wipe_free(source.text); /* not ..._free(): env: is still needed */
	return secret;
}

void
options_hide(struct parsing *p, const struct given *g)
{
	p->hidden = g;
	if (g->word != NULL)
		wipe(g->word, strlen(g->word));
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
	if (value == NULL || holds_secret(value))
		options_hide(p, now);
	else
		snprintf(name + strlen(name), sizeof name - strlen(name),
		    "%s%.*s", now->row != NULL && !now->by_letter ? "=" : " ",
		    text_cut(value, VALUE_SHOWN), value);
	if (now->origin == GIVEN_FILE)
		snprintf(name + strlen(name), sizeof name - strlen(name),
		    " (from --extra-opts)");
	else if (now->origin != GIVEN_LINE)
		snprintf(name + strlen(name), sizeof name - strlen(name),
		    " (line %u of --batch)", now->line);
	err_set(p->e, ERR_USAGE, "%s: %s", name, text);
}

static const char lower[] = "abcdefghijklmnopqrstuvwxyz";

const char *
options_like_number(const char *value)
{
	enum { NAME_MAX_LEN = 10, UNIT_MAX_LEN = 3 };
	const char *s = value;
	size_t n = strspn(s, lower), digits;

	if (n > 0 && n <= NAME_MAX_LEN && s[n] == '=')
		s += n + 1;
	digits = strspn(s, "0123456789.,:~@+- ");
	s += digits;
	n = strspn(s, lower);
	if (digits > 0 ? n <= UNIT_MAX_LEN : n == 1)
		s += n;
	return *s == '\0' ? value : NULL;
}

const char *
options_like_address(const char *value)
{
	return strspn(value, "0123456789abcdefABCDEF.:[],%/") ==
		    strlen(value) ||
		(strchr(value, '.') != NULL && strchr(value, '@') == NULL &&
		    strspn(value, lower) > 0 &&
		    strspn(value, "0123456789.-abcdefghijklmnopqrstuvwxyz") ==
			strlen(value))
	    ? value
	    : NULL;
}

const char *
options_like(const char *value, const char *const words[])
{
	for (; *words != NULL; words++)
		if (strncasecmp(value, *words, strlen(*words)) == 0)
			return value;
	return NULL;
}

const char *
options_like_mechanism(const char *value)
{
	static const char *const known[] = { "PLAIN", "LOGIN", "CRAM", "DIGEST",
		"SCRAM", "NTLM", "GSS", "KERBEROS", "OTP", "SKEY", "SECURID",
		"XOAUTH", "OAUTH", "EXTERNAL", "ANONYMOUS", "9798", "SAML",
		"OPENID", "EAP", "NMAS", NULL };

	/* "S3CRET" is none, "NONSENSE" may be meant for one. */
	if (strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == strlen(value))
		return value;
	return options_like(value, known);
}

bool
options_is_macro(struct parsing *p, const char *value, bool shown)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_:.-";
	size_t n = *value == '$' ? strspn(value + 1, letters) : 0;

	if (n == 0 || strcmp(value + 1 + n, "$") != 0)
		return false;
	options_fault(p, shown ? value : NULL,
	    "the engine did not replace the macro; define it, or write the "
	    "value itself");
	return true;
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

void *
options_field(const struct parsing *p, const struct option_row *row)
{
	return (char *)p->o + row->field;
}

int
options_replace(struct parsing *p, char **field, const char *value)
{
	char *copy = strdup(value);

	if (copy == NULL)
		return err_nomem(p->e);
	free(*field);
	*field = copy;
	return 0;
}

bool
options_next_word(struct parsing *p, const char **list, char *word, size_t size)
{
	const char *start = *list, *end, *told = p->now->value;

	if (start == NULL)
		return false;
	if (p->now->row->letter == 'A')
		told = options_like_mechanism(told);
	end = start + strcspn(start, ",");
	*list = *end == ',' ? end + 1 : NULL;
	while (start < end && *start == ' ')
		start++;
	while (end > start && end[-1] == ' ')
		end--;
	if (start == end) {
		options_fault(p, told, "a name in the list is empty");
		return false;
	}
	if ((size_t)(end - start) >= size) {
		options_fault(p, told, "a name in the list is too long");
		return false;
	}
	memcpy(word, start, (size_t)(end - start));
	word[end - start] = '\0';
	if (strcspn(word, " ") != strlen(word) || text_has_control(word)) {
		options_fault(
		    p, told, "not a list of names with commas between them");
		return false;
	}
	return true;
}
