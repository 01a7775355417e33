#include "secret/look.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

static const char mark[] = "\xef\xbb\xbf"; /* UTF-8's byte order mark */
static const char bearer[] = "bearer ";

static const char *const faults[SECRET_FAULTS] = {
	[SECRET_FAULT_EMPTY] = "holds nothing but blanks",
	[SECRET_FAULT_MARK] =
	    "begins with a byte order mark: save its file as UTF-8 without "
	    "one",
	[SECRET_FAULT_LEADING_BLANK] = "begins with a blank",
	[SECRET_FAULT_LINE_END] = "ends with a line end",
	[SECRET_FAULT_CARRIAGE_RETURN] = "ends with a carriage return",
	[SECRET_FAULT_TRAILING_BLANK] = "ends with a blank",
	[SECRET_FAULT_QUOTES] = "stands in quotes, which are sent, too",
	[SECRET_FAULT_LINES] = "holds more than one line",
	[SECRET_FAULT_CONTROL] = "holds a control character",
	[SECRET_FAULT_BEARER] =
	    "begins with \"Bearer\", which is not part of it",
	[SECRET_FAULT_BLANK] = "holds a blank, as no token does",
	[SECRET_FAULT_EXPIRED] = "expired ",
	[SECRET_FAULT_ELSEWHERE] =
	    "is not for a mail service, but for another one of Microsoft's: "
	    "request it with the scope https://outlook.office.com/SMTP.Send "
	    "or, as an application, https://outlook.office365.com/.default; "
	    "national clouds have hosts of their own",
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
}

int
secret_look(
    struct secret_look *out, const char *value, size_t len, bool is_token)
{
	struct core s = { .at = value, .end = value + len };

	*out = (struct secret_look){ .is_token = is_token };
	look_before(out, &s);
	look_behind(out, &s);
	if (s.at == s.end) {
		*out = (struct secret_look){ .is_token = is_token,
			.fault[SECRET_FAULT_EMPTY] = true };
		return 0;
	}
	look_around(out, &s);
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

const char *
secret_look_text(enum secret_fault fault)
{
	return faults[fault];
}
