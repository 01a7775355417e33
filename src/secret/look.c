#include "secret/look.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

static const char mark[] = "\xef\xbb\xbf"; /* UTF-8's byte order mark */
static const char bearer[] = "bearer ";

static const char elsewhere[] =
    "is not for a mail service, but for another one of Microsoft's: request "
    "it with the scope https://outlook.office.com/SMTP.Send or, as an "
    "application, https://outlook.office365.com/.default; national clouds "
    "have hosts of their own";

static const struct {
	const char *text;
	bool stops; /* it cannot be right, and is not sent */
} faults[SECRET_FAULTS] = {
	[SECRET_FAULT_JSON] = { .stops = true,
	    .text = "is JSON, not a token: take the value of access_token out "
		    "of it, with \"jq -r .access_token\" for example" },
	[SECRET_FAULT_MACRO] = { .stops = true,
	    .text = "is a macro that the monitoring engine did not replace: "
		    "define it there, or correct its name" },
	[SECRET_FAULT_CHARACTERS] = { .stops = true,
	    .text = "holds a character that no token has (RFC 6750, 2.1): "
		    "give the access token alone, as it was issued" },
	[SECRET_FAULT_EMPTY] = { .text = "holds nothing but blanks" },
	[SECRET_FAULT_MARK] = { .text = "begins with a byte order mark: save "
					"its file as UTF-8 without one" },
	[SECRET_FAULT_LEADING_BLANK] = { .text = "begins with a blank" },
	[SECRET_FAULT_LINE_END] = { .text = "ends with a line end" },
	[SECRET_FAULT_CARRIAGE_RETURN] = { .text = "ends with a carriage "
						   "return" },
	[SECRET_FAULT_TRAILING_BLANK] = { .text = "ends with a blank" },
	[SECRET_FAULT_QUOTES] = { .text = "stands in quotes, which are "
					  "sent, too" },
	[SECRET_FAULT_LINES] = { .text = "holds more than one line" },
	[SECRET_FAULT_CONTROL] = { .text = "holds a control character" },
	[SECRET_FAULT_UTF8] = { .text = "is not UTF-8, as PLAIN wants it (RFC "
					"4616): save its file as UTF-8" },
	[SECRET_FAULT_BEARER] = { .text = "begins with \"Bearer\", which is "
					  "not part of it" },
	[SECRET_FAULT_BLANK] = { .text = "holds a blank, as no token does" },
	[SECRET_FAULT_EXPIRED] = { .text = "expired " },
	[SECRET_FAULT_ELSEWHERE] = { .text = elsewhere },
};

/* The secret without what should not stand around it. */
struct core {
	const char *at;
	const char *end;
};

static void
look_before(struct secret_look *l, struct core *s)
{
	if (s->end - s->at >= 3 && memcmp(s->at, mark, 3) == 0) {
		l->fault[SECRET_FAULT_MARK] = true;
		s->at += 3;
	}
	for (; s->at < s->end && text_is_blank(*s->at); s->at++)
		l->fault[SECRET_FAULT_LEADING_BLANK] = true;
}

static void
look_behind(struct secret_look *l, struct core *s)
{
	bool cr = false;

	for (; s->at < s->end; s->end--) {
		if (text_is_blank(s->end[-1]))
			l->fault[SECRET_FAULT_TRAILING_BLANK] = true;
		else if (s->end[-1] == '\n')
			l->fault[SECRET_FAULT_LINE_END] = true;
		else if (s->end[-1] == '\r')
			cr = true;
		else
			break;
	}
	/* With a line feed it is one end of a line. */
	l->fault[SECRET_FAULT_CARRIAGE_RETURN] =
	    cr && !l->fault[SECRET_FAULT_LINE_END];
}

static void
look_around(struct secret_look *l, struct core *s)
{
	if (s->end - s->at > 2 && (*s->at == '"' || *s->at == '\'') &&
	    s->end[-1] == *s->at) {
		l->fault[SECRET_FAULT_QUOTES] = true;
		s->at++;
		s->end--;
	}
	if (l->is_token && s->end - s->at >= (ptrdiff_t)strlen(bearer) &&
	    strncasecmp(s->at, bearer, strlen(bearer)) == 0) {
		l->fault[SECRET_FAULT_BEARER] = true;
		s->at += strlen(bearer);
	}
}

/*
 * $USER5$, $_HOSTSECRET$ or $host.vars.password$, as monitoring engines leave
 * what they do not know.  A lower-case word alone may be a password.
 */
static bool
is_macro(const struct core *s)
{
	bool lower = false, composed = false;
	const char *c;

	if (s->end - s->at < 3 || *s->at != '$' || s->end[-1] != '$' ||
	    text_is_digit(s->at[1]))
		return false;
	for (c = s->at + 1; c < s->end - 1; c++)
		if (*c == '_' || *c == '.' || *c == ':')
			composed = true;
		else if (*c >= 'a' && *c <= 'z')
			lower = true;
		else if (!text_is_digit(*c) && (*c < 'A' || *c > 'Z'))
			return false;
	return !lower || composed;
}

/* Without blanks and control characters, which are faults of their own. */
static bool
is_bearer(const struct core *s)
{
	static const char others[] = "-._~+/";
	bool padding = false;
	const char *c;

	for (c = s->at; c < s->end; c++) {
		if (text_is_space(*c) || text_is_control(*c))
			continue;
		if (*c == '=' && c > s->at)
			padding = true;
		else if (padding ||
		    (!text_is_digit(*c) && (*c < 'A' || *c > 'Z') &&
			(*c < 'a' || *c > 'z') &&
			memchr(others, *c, sizeof others - 1) == NULL))
			return false;
	}
	return true;
}

/* The octets of the UTF-8 character at its beginning (RFC 3629, 4), or 0. */
static size_t
utf8_length(const unsigned char *s, size_t len)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (n > len || s[1] < low || s[1] > high)
		return 0;
	for (i = 2; i < n; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	return n;
}

static bool
is_utf8(const struct core *s)
{
	const unsigned char *at = (const unsigned char *)s->at;
	const unsigned char *end = (const unsigned char *)s->end;
	size_t n = 1;

	for (; at < end && n > 0; at += n)
		n = utf8_length(at, (size_t)(end - at));
	return n > 0;
}

/* What is something else altogether has no other fault worth telling. */
static bool
look_at_kind(struct secret_look *l, const struct core *s)
{
	enum secret_fault is;

	if (l->is_token && (*s->at == '{' || *s->at == '['))
		is = SECRET_FAULT_JSON;
	else if (is_macro(s))
		is = SECRET_FAULT_MACRO;
	else
		return false;
	*l = (struct secret_look){ .is_token = l->is_token };
	l->fault[is] = true;
	return true;
}

static void
look_inside(struct secret_look *l, const struct core *s)
{
	const char *c;

	for (c = s->at; c < s->end; c++)
		if (*c == '\n')
			l->fault[SECRET_FAULT_LINES] = true;
		else if (text_is_blank(*c) && l->is_token)
			l->fault[SECRET_FAULT_BLANK] = true;
		else if (text_is_control(*c) && *c != '\t')
			l->fault[SECRET_FAULT_CONTROL] = true;
	if (l->is_token)
		l->fault[SECRET_FAULT_CHARACTERS] = !is_bearer(s);
	else
		l->fault[SECRET_FAULT_UTF8] = !is_utf8(s);
}

int
secret_look(
    struct secret_look *out, const char *value, size_t len, bool is_token)
{
	struct core s = { .at = value, .end = value + len };

	*out = (struct secret_look){ .is_token = is_token,
		.is_ascii = text_is_ascii(value) };
	look_before(out, &s);
	look_behind(out, &s);
	if (s.at == s.end) {
		*out = (struct secret_look){ .is_token = is_token,
			.fault[SECRET_FAULT_EMPTY] = true };
		return 0;
	}
	look_around(out, &s);
	if (look_at_kind(out, &s))
		return 0;
	look_inside(out, &s);
	if (!is_token)
		return 0;
	if (token_read(&out->token, s.at, (size_t)(s.end - s.at)) == -1)
		return -1;
	out->fault[SECRET_FAULT_ELSEWHERE] = out->token.is_for_elsewhere;
	return 0;
}

bool
secret_look_has(
    const struct secret_look *l, enum secret_fault fault, int64_t now_unix)
{
	/* RFC 7519, 4.1.4: "on or after". */
	if (fault == SECRET_FAULT_EXPIRED)
		return l->token.has_expiry && now_unix >= l->token.expires_at;
	return l->fault[fault];
}

enum secret_fault
secret_look_refuses(const struct secret_look *l)
{
	int i = 0;

	while (i < SECRET_FAULTS && !(l->fault[i] && faults[i].stops))
		i++;
	return (enum secret_fault)i;
}

const char *
secret_look_text(enum secret_fault fault)
{
	return faults[fault].text;
}
