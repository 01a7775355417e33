#include "verdict/wording.h"

#include <string.h>
#include <strings.h>
#include <time.h>

enum {
	USER_SHOWN_MAX = 120, /* leaves room for the rest of the first line */
	HOST_SHOWN_MAX = 255,
	LISTED_MAX = 40,
};

int
word_outside(struct buf *b, const struct facts *f, const char *text, size_t len)
{
	if (f->censor != NULL && censor_holds(f->censor, text, len))
		return buf_adds(b, CENSOR_TEXT);
	return buf_add(b, text, len);
}

int
word_server(struct buf *b, const struct settings *asked)
{
	bool v6 = asked->host != NULL && strchr(asked->host, ':') != NULL;

	if (asked->host == NULL)
		return 0;
	if (buf_addf(b, v6 ? "[%.*s]" : "%.*s", HOST_SHOWN_MAX, asked->host) ==
	    -1)
		return -1;
	return asked->port > 0 ? buf_addf(b, ":%d", asked->port) : 0;
}

int
word_user(struct buf *b, const struct settings *asked)
{
	size_t n = strlen(asked->user);

	if (n <= USER_SHOWN_MAX)
		return buf_add(b, asked->user, n);
	for (n = USER_SHOWN_MAX; n > 0 && (asked->user[n] & 0xc0) == 0x80;)
		n--; /* not in the middle of a character */
	return buf_add(b, asked->user, n) || buf_adds(b, "...") ? -1 : 0;
}

int
word_where(struct buf *b, const struct settings *asked)
{
	if (asked->user != NULL &&
	    (buf_adds(b, " for ") || word_user(b, asked)))
		return -1;
	if (asked->host != NULL &&
	    (buf_adds(b, " at ") || word_server(b, asked)))
		return -1;
	return 0;
}

int
word_reply(struct buf *b, const struct facts *f, const struct smtp_answer *a)
{
	const struct smtp_reply r = smtp_answer_reply(a);
	const char *line, *code = "";
	size_t pos = 0, n, skip, enhanced = smtp_reply_enhanced(&r, &code);

	if (f->censor != NULL && censor_holds(f->censor, r.text, r.len))
		return buf_addf(b, "%d %s", a->code, CENSOR_TEXT);
	if (buf_addf(b, "%d", a->code) == -1)
		return -1;
	while (smtp_reply_line(&r, &pos, &line, &n)) {
		/* Every line repeats the enhanced code (RFC 2034, 4). */
		skip = line != code && enhanced > 0 && n >= enhanced &&
			memcmp(line, code, enhanced) == 0
		    ? enhanced
		    : 0;
		while (skip < n && line[skip] == ' ')
			skip++;
		while (n > skip && line[n - 1] == ' ')
			n--;
		if (n > skip &&
		    (buf_addc(b, ' ') || buf_add(b, line + skip, n - skip)))
			return -1;
	}
	return 0;
}

int
word_mechanisms(
    struct buf *b, const struct facts *f, const struct smtp_answer *ehlo)
{
	const struct smtp_reply r = smtp_answer_reply(ehlo);
	const char *name;
	size_t pos = 0, n, listed = 0;

	while (smtp_reply_mechanism(&r, &pos, &name, &n)) {
		if (listed++ == LISTED_MAX)
			return buf_adds(b, ", ...");
		if ((listed > 1 && buf_adds(b, ", ")) ||
		    word_outside(b, f, name, n))
			return -1;
	}
	return listed > 0 ? 0 : buf_adds(b, "none");
}

int
word_seconds(struct buf *b, int64_t us)
{
	int64_t ms = (us + 500) / 1000;

	return buf_addf(
	    b, "%lld.%03lld", (long long)(ms / 1000), (long long)(ms % 1000));
}

int
word_duration(struct buf *b, int64_t us)
{
	int64_t part = us % 1000000;
	int digits = 6;

	if (part == 0)
		return buf_addf(b, "%lld", (long long)(us / 1000000));
	for (; part % 10 == 0; part /= 10)
		digits--;
	return buf_addf(b, "%lld.%0*lld", (long long)(us / 1000000), digits,
	    (long long)part);
}

int
word_span(struct buf *b, int64_t seconds)
{
	const long long minutes = seconds / 60, hours = seconds / 3600;

	if (seconds < 120)
		return buf_addf(b, "%lld s", (long long)seconds);
	if (minutes < 120)
		return buf_addf(b, "%lld minutes", minutes);
	if (hours < 48)
		return buf_addf(b, "%lld hours", hours);
	return buf_addf(b, "%lld days", hours / 24);
}

int
word_date(struct buf *b, int64_t when)
{
	time_t t = (time_t)when;
	struct tm tm;
	char text[64];

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &tm) == 0)
		return buf_adds(b, "an unknown date");
	return buf_adds(b, text);
}

int
word_channel(struct buf *b, const struct facts *f)
{
	if (!f->tls.done)
		return buf_adds(b, "without TLS");
	return buf_addf(b, "over %s%s", f->tls.version,
	    f->verified ? "" : " (server unverified)");
}

int
word_secret(struct buf *b, const struct secret_look *l, enum secret_fault fault,
    int64_t now_unix)
{
	if (buf_addf(b, "the %s %s", l->is_token ? "token" : "password",
		secret_look_text(fault)))
		return -1;
	if (fault != SECRET_FAULT_EXPIRED)
		return 0;
	return word_date(b, l->token.expires_at) || buf_adds(b, ", ") ||
		word_span(b, now_unix - l->token.expires_at) ||
		buf_adds(b, " ago by this machine's clock: get a new one")
	    ? -1
	    : 0;
}
