#include "verdict/symptom.h"

#include <string.h>
#include <strings.h>

#include "verdict/wording.h"

enum { RUN_MIN = 4 }; /* of one character, to be no accident */

static const struct {
	const char *begin;
	const char *name;
} protocols[] = {
	{ "* OK", "an IMAP server" },
	{ "* PREAUTH", "an IMAP server" },
	{ "* BYE", "an IMAP server" },
	{ "+OK", "a POP3 server" },
	{ "-ERR", "a POP3 server" },
	{ "SSH-", "an SSH server" },
	{ "HTTP/", "a web server" },
	{ "<!DOCTYPE", "a web server" },
	{ "<html", "a web server" },
};

/* An FTP server greets with 220, too; it says so, and not SMTP. */
static bool
greets_for_ftp(const struct smtp_answer *a)
{
	const struct smtp_reply r = smtp_answer_reply(a);
	const char *line;
	size_t pos = 0, n, i;
	bool ftp = false;

	while (smtp_reply_line(&r, &pos, &line, &n))
		for (i = 0; i + 3 <= n; i++) {
			if (strncasecmp(line + i, "SMTP", 4) == 0)
				return false;
			ftp = ftp || memcmp(line + i, "FTP", 3) == 0;
		}
	return ftp;
}

const char *
symptom_protocol(const struct facts *f)
{
	const char *said = f->plaintext;
	size_t i;

	if (said[0] == '\0' && f->smtp != NULL)
		said = buf_str(&f->smtp->babble);
	for (i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
		if (strncasecmp(said, protocols[i].begin,
			strlen(protocols[i].begin)) == 0)
			return protocols[i].name;
	if (f->smtp != NULL && greets_for_ftp(&f->smtp->greeting))
		return "an FTP server";
	return NULL;
}

bool
symptom_is_smtp(const char *text)
{
	return strspn(text, "0123456789") == 3 && strchr(" -", text[3]) != NULL;
}

bool
symptom_is_alert(const struct buf *bytes)
{
	const char *b = buf_str(bytes);

	return bytes->len >= 2 && b[0] == 0x15 && b[1] == 0x03;
}

/* A line that is hardly more than stars: "220 ****0*2***". */
static bool
is_blanked(const struct smtp_answer *a)
{
	const struct smtp_reply r = smtp_answer_reply(a);
	const char *line;
	size_t pos = 0, n, i, stars = 0;

	if (!smtp_reply_line(&r, &pos, &line, &n))
		return false;
	for (i = 0; i < n; i++)
		if (line[i] == '*')
			stars++;
		else if (strchr("20 ", line[i]) == NULL)
			return false;
	return stars >= RUN_MIN;
}

/* "XXXX", "XXXXXXXA": a keyword of the same length, made unknown. */
static bool
is_crossed_out(const char *word, size_t n)
{
	size_t crosses = 0;

	while (crosses < n && word[crosses] == 'X')
		crosses++;
	return n >= RUN_MIN && crosses + 1 >= n;
}

/* The first keyword offered in the clear that is crossed out. */
static bool
find_crossed_out(const struct facts *f, const char **word, size_t *len)
{
	/* Inside TLS nobody can. */
	const struct smtp_reply ehlo = smtp_answer_reply(&f->smtp->ehlo_clear);
	const char *params;
	size_t pos = 0, params_len;

	while (ehlo.code != 0 &&
	    smtp_reply_keyword(&ehlo, &pos, word, len, &params, &params_len))
		if (is_crossed_out(*word, *len))
			return true;
	return false;
}

bool
symptom_is_rewritten(const struct facts *f)
{
	const char *word;
	size_t len;

	return f->smtp != NULL &&
	    (find_crossed_out(f, &word, &len) ||
		is_blanked(&f->smtp->greeting));
}

void
symptom_word_rewritten(struct buf *b, const struct facts *f)
{
	const char *word;
	size_t len;

	if (find_crossed_out(f, &word, &len)) {
		word_outside(b, f, word, len);
		buf_adds(b, " in place of a keyword");
	} else {
		buf_adds(b, "stars in place of the greeting");
	}
}
