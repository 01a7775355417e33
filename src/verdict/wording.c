#include "verdict/wording.h"

#include <string.h>
#include <strings.h>

#include "base/date.h"
#include "base/span.h"
#include "base/text.h"

enum {
	USER_SHOWN_MAX = 120, /* leaves room for the rest of the first line */
	HOST_SHOWN_MAX = 255,
	LISTED_MAX = 40,
	DAY = 24 * 3600,
	BABBLE_SHOWN_MAX = 80,
};

void
word_outside(struct buf *b, const struct facts *f, const char *text, size_t len)
{
	if (f->censor != NULL && censor_holds(f->censor, text, len))
		buf_adds(b, CENSOR_TEXT);
	else
		buf_add(b, text, len);
}

void
word_cut(struct buf *b, const char *text, int max)
{
	buf_add(b, text, (size_t)text_cut(text, max));
}

void
word_server(struct buf *b, const struct settings *asked)
{
	bool v6 = asked->host != NULL && strchr(asked->host, ':') != NULL;

	if (asked->host == NULL)
		return;
	if (v6)
		buf_addc(b, '[');
	word_cut(b, asked->host, HOST_SHOWN_MAX);
	if (v6)
		buf_addc(b, ']');
	if (asked->port > 0)
		buf_addf(b, ":%d", asked->port);
}

void
word_user(struct buf *b, const struct settings *asked)
{
	const char *user = settings_account(asked);

	word_cut(b, user, USER_SHOWN_MAX);
	if (strlen(user) > USER_SHOWN_MAX)
		buf_adds(b, "...");
}

void
word_login(struct buf *b, const struct settings *asked)
{
	buf_adds(b, "login");
	if (settings_account(asked) != NULL) {
		buf_adds(b, " of ");
		word_user(b, asked);
	}
}

void
word_at(struct buf *b, const struct settings *asked)
{
	buf_adds(b, " at ");
	word_server(b, asked);
	if (!asked->login)
		return;
	buf_adds(b, ", no ");
	word_login(b, asked);
}

void
word_where(struct buf *b, const struct settings *asked)
{
	if (settings_account(asked) != NULL) {
		buf_adds(b, " for ");
		word_user(b, asked);
	}
	if (asked->host != NULL) {
		buf_adds(b, " at ");
		word_server(b, asked);
	}
}

void
word_where_login(
    struct buf *b, const struct settings *asked, enum smtp_login login)
{
	static const char *const words[] = {
		[SMTP_LOGIN_NOT_TRIED] = "",
		[SMTP_LOGIN_UNDECIDED] = ", login not decided",
		[SMTP_LOGIN_ACCEPTED] = ", login accepted",
		[SMTP_LOGIN_REJECTED] = ", login rejected",
	};

	word_where(b, asked);
	buf_adds(b, words[login]);
}

void
word_event(struct buf *b, const struct settings *asked, const char *what)
{
	buf_adds(b, what);
	word_where(b, asked);
}

void
word_doing(struct buf *b, enum phase p, const struct settings *asked)
{
	/* The same phase, by another command. */
	buf_adds(b,
	    p == PHASE_EHLO && asked->lmtp ? "waiting for the reply to LHLO"
					   : phase_doing(p));
}

void
word_while(
    struct buf *b, const char *what, enum phase p, const struct settings *asked)
{
	buf_addf(b, "%s while ", what);
	word_doing(b, p, asked);
}

void
word_awaited(struct buf *b, enum phase p, const struct settings *asked)
{
	static const char waiting[] = "waiting for ";
	struct buf doing = BUF_INIT(100);

	word_doing(&doing, p, asked);
	if (doing.len > strlen(waiting))
		buf_adds(b, buf_str(&doing) + strlen(waiting));
	b->failed = b->failed || doing.failed;
	buf_free(&doing);
}

void
word_attempt(struct buf *b, const struct facts_attempt *a)
{
	buf_addf(b, "%s: %s", a->address,
	    a->error != 0 ? strerror(a->error) : "no answer");
}

void
word_reply(struct buf *b, const struct facts *f, const struct smtp_answer *a)
{
	const struct smtp_reply r = smtp_answer_reply(a);
	const char *line, *code = "";
	size_t pos = 0, n, skip, enhanced = smtp_reply_enhanced(&r, &code);

	buf_addf(b, "%d", a->code);
	if (f->censor != NULL && censor_holds(f->censor, r.text, r.len)) {
		buf_adds(b, " " CENSOR_TEXT);
		return;
	}
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
		if (n > skip) {
			buf_addc(b, ' ');
			buf_add(b, line + skip, n - skip);
		}
	}
}

void
word_babble(struct buf *b, const struct facts *f)
{
	const struct buf *said = &f->smtp->babble;
	const char *text = buf_str(said);
	const char *lf = memchr(text, '\n', said->len);
	size_t n = lf != NULL ? (size_t)(lf - text) : said->len, whole = n;

	if (lf != NULL && n > 0 && text[n - 1] == '\r')
		whole = --n;
	n = strnlen(text, n);
	if (n > BABBLE_SHOWN_MAX)
		n = text_whole(text, BABBLE_SHOWN_MAX);
	buf_addc(b, '"');
	word_outside(b, f, text, n);
	buf_adds(b,
	    n < whole || (lf != NULL && lf + 1 < text + said->len) ? "...\""
								   : "\"");
}

/* Servers list them twice: AUTH, and AUTH= for old clients. */
static bool
is_listed(const struct smtp_reply *r, size_t before, const char *name, size_t n)
{
	const char *other;
	size_t pos = 0, len;

	while (smtp_reply_mechanism(r, &pos, &other, &len) && pos < before)
		if (len == n && strncasecmp(other, name, n) == 0)
			return true;
	return false;
}

void
word_mechanisms(
    struct buf *b, const struct facts *f, const struct smtp_answer *ehlo)
{
	const struct smtp_reply r = smtp_answer_reply(ehlo);
	const char *name;
	size_t pos = 0, n, listed = 0;

	while (smtp_reply_mechanism(&r, &pos, &name, &n)) {
		if (listed == LISTED_MAX) {
			buf_adds(b, ", ...");
			return;
		}
		if (is_listed(&r, pos, name, n))
			continue;
		if (listed++ > 0)
			buf_adds(b, ", ");
		word_outside(b, f, name, n);
	}
	if (listed == 0)
		buf_adds(b, "none");
}

void
word_seconds(struct buf *b, int64_t us)
{
	int64_t ms = (us + 500) / 1000;

	buf_addf(
	    b, "%lld.%03lld", (long long)(ms / 1000), (long long)(ms % 1000));
}

void
word_duration(struct buf *b, int64_t us)
{
	int64_t part = us % 1000000;
	int digits = 6;

	buf_addf(b, "%lld", (long long)(us / 1000000));
	if (part == 0)
		return;
	for (; part % 10 == 0; part /= 10)
		digits--;
	buf_addf(b, ".%0*lld", digits, (long long)part);
}

void
word_days(struct buf *b, int64_t days)
{
	buf_addf(b, "%lld day%s", (long long)days, days == 1 ? "" : "s");
}

void
word_date(struct buf *b, int64_t when)
{
	const struct date d = date_from_unix(when);

	if (!date_is_writable(&d))
		buf_adds(b, "an unknown date");
	else
		buf_addf(b, "%04d-%02d-%02d %02d:%02d UTC", (int)d.year,
		    d.month, d.day, d.hour, d.minute);
}

/* "10:32", or the whole date. */
static void
word_time(struct buf *b, int64_t when, bool whole)
{
	const struct date d = date_from_unix(when);

	if (whole)
		buf_addf(
		    b, "%04lld-%02d-%02d ", (long long)d.year, d.month, d.day);
	buf_addf(b, "%02d:%02d", d.hour, d.minute);
}

void
word_kept_reply(struct buf *b, const struct facts *f)
{
	const struct facts_guard *g = &f->guard;
	const bool whole = g->next_try - g->since >= DAY;

	word_outside(b, f, g->reply, strlen(g->reply));
	buf_addf(b, " (not sent again: refused %d time%s since ", g->refused,
	    g->refused == 1 ? "" : "s");
	word_time(b, g->since, whole);
	buf_adds(b, "; next try ");
	word_time(b, g->next_try, whole);
	buf_adds(b, " UTC)");
}

void
word_channel(struct buf *b, const struct facts *f)
{
	if (f->tls.done)
		buf_addf(b, "over %s%s", f->tls.version,
		    f->verified ? "" : " (server unverified)");
	else
		buf_adds(b, "without TLS");
}

void
word_secret(struct buf *b, const struct secret_look *l, enum secret_fault fault,
    int64_t now_unix)
{
	buf_addf(b, "the %s %s", l->is_token ? "token" : "password",
	    secret_look_text(fault));
	if (fault != SECRET_FAULT_EXPIRED)
		return;
	word_date(b, l->token.expires_at);
	buf_adds(b, ", ");
	span_add(b, now_unix - l->token.expires_at);
	buf_adds(b, " ago by this machine's clock: get a new one");
}

void
word_choice(struct buf *b, const struct facts *f, const struct settings *asked)
{
	static const char *const why[] = {
		[SMTP_PASSED_NONE] = "",
		[SMTP_PASSED_NO_TLS] = "reveals the secret, and there is no "
				       "TLS",
		[SMTP_PASSED_UNVERIFIED] = "reveals the secret, and the server "
					   "is unverified",
		[SMTP_PASSED_UNBOUND] = "has no channel to bind to",
		[SMTP_PASSED_LACKING] = "needs a digest that OpenSSL does not "
					"compute here",
	};
	const struct smtp_facts *s = f->smtp;

	buf_adds(b, "the first ");
	buf_adds(b, asked->mechs_named ? "of -A" : "by default");
	buf_adds(b, " that is offered");
	if (s->passed != NULL && s->passed != s->mech)
		buf_addf(b, " and may be used; %s %s", s->passed->name,
		    why[s->passed_for]);
}
