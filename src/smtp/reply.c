#include "smtp/reply.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { CODE_LEN = 3 };

/* Whether line[0..n), cut off or whole, can begin with a reply code. */
static bool
has_code(const char *line, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < CODE_LEN; i++)
		if (!text_is_digit(line[i]))
			return false;
	if (n > 0 && (line[0] < '2' || line[0] > '5'))
		return false;
	return n <= CODE_LEN || strchr(" -\r\n", line[CODE_LEN]) != NULL;
}

static int
code_of(const char *line)
{
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

/* What is wrong with a line of n octets, its end included or not yet there. */
static const char *
fault_of(const char *line, size_t n, int code)
{
	if (memchr(line, '\0', n) != NULL)
		return "a NUL in the reply";
	if (!has_code(line, n))
		return "not an SMTP reply";
	if (n > SMTP_REPLY_LINE_MAX)
		return "a reply line of more than 4096 octets";
	if (code != 0 && n >= CODE_LEN && code_of(line) != code)
		return "a multi-line reply with different codes";
	return NULL;
}

ssize_t
smtp_reply_parse(
    struct smtp_reply *out, const char *data, size_t len, const char **why)
{
	struct smtp_reply_progress start = { 0 };

	return smtp_reply_resume(&start, out, data, len, why);
}

ssize_t
smtp_reply_resume(struct smtp_reply_progress *at, struct smtp_reply *out,
    const char *data, size_t len, const char **why)
{
	const char *unused, *line = data + at->lines_len, *end = data + len;
	const char *lf;
	size_t n;

	if (why == NULL)
		why = &unused;
	while (line < end) {
		lf = memchr(line, '\n', (size_t)(end - line));
		n = (size_t)((lf != NULL ? lf + 1 : end) - line);
		if ((*why = fault_of(line, n, at->code)) != NULL)
			return -1;
		if (lf == NULL && n == SMTP_REPLY_LINE_MAX) {
			*why = "a reply line of more than 4096 octets";
			return -1;
		}
		if ((size_t)(line - data) + n > SMTP_REPLY_MAX) {
			*why = "a reply of more than 64 KiB";
			return -1;
		}
		if (lf == NULL)
			return 0;
		if (n <= CODE_LEN) {
			*why = "not an SMTP reply";
			return -1;
		}
		at->code = code_of(line);
		if (line[CODE_LEN] != '-') {
			out->code = at->code;
			out->text = data;
			out->len = (size_t)(lf + 1 - data);
			return (ssize_t)out->len;
		}
		line = lf + 1;
		at->lines_len = (size_t)(line - data);
	}
	return 0;
}

bool
smtp_reply_line(
    const struct smtp_reply *r, size_t *pos, const char **line, size_t *n)
{
	const char *start, *lf;
	size_t len;

	if (*pos >= r->len)
		return false;
	start = r->text + *pos;
	lf = memchr(start, '\n', r->len - *pos);
	len = lf != NULL ? (size_t)(lf - start) : r->len - *pos;
	*pos += lf != NULL ? len + 1 : len;
	if (len > 0 && start[len - 1] == '\r')
		len--;
	*line = start + (len > CODE_LEN ? CODE_LEN + 1 : len);
	*n = len > CODE_LEN ? len - CODE_LEN - 1 : 0;
	return true;
}

static size_t
digits(const char *s, size_t n, size_t most)
{
	size_t i;

	for (i = 0; i < n && i < most && text_is_digit(s[i]); i++)
		continue;
	return i;
}

size_t
smtp_reply_enhanced(const struct smtp_reply *r, const char **out)
{
	const char *line;
	size_t pos = 0, n, used = 2, part;
	int round;

	if (!smtp_reply_line(r, &pos, &line, &n) || n < 5)
		return 0;
	/* RFC 2034, 4: the class must be that of the reply code. */
	if (line[0] - '0' != r->code / 100 || line[1] != '.' ||
	    strchr("245", line[0]) == NULL)
		return 0;
	for (round = 0; round < 2; round++) {
		part = digits(line + used, n - used, 3);
		if (part == 0)
			return 0;
		used += part;
		if (round == 0 && (used >= n || line[used++] != '.'))
			return 0;
	}
	if (used < n && line[used] != ' ')
		return 0;
	*out = line;
	return used;
}

bool
smtp_reply_keyword(const struct smtp_reply *r, size_t *pos,
    const char **keyword, size_t *keyword_len, const char **params,
    size_t *params_len)
{
	const char *line;
	size_t n, k;

	if (*pos == 0 && !smtp_reply_line(r, pos, &line, &n))
		return false; /* the first line greets */
	do {
		if (!smtp_reply_line(r, pos, &line, &n))
			return false;
		for (k = 0; k < n && !text_is_blank(line[k]); k++)
			if (k == 4 && line[k] == '=' &&
			    strncasecmp(line, "AUTH", 4) == 0)
				break;
	} while (k == 0);
	*keyword = line;
	*keyword_len = k;
	if (k < n)
		k++;
	while (k < n && text_is_blank(line[k]))
		k++;
	while (n > k && text_is_blank(line[n - 1]))
		n--;
	*params = line + k;
	*params_len = n - k;
	return true;
}

static bool
is_word(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(s, word, n) == 0;
}

bool
smtp_reply_offers(const struct smtp_reply *r, const char *keyword)
{
	const char *k, *p;
	size_t pos = 0, kn, pn;

	while (smtp_reply_keyword(r, &pos, &k, &kn, &p, &pn))
		if (is_word(k, kn, keyword))
			return true;
	return false;
}

bool
smtp_reply_mechanism(
    const struct smtp_reply *r, size_t *pos, const char **name, size_t *n)
{
	const char *k, *p, *from = r->text + *pos, *lf;
	size_t scan = 0, kn, pn, i;

	/* Go on in the line where the last call stopped. */
	if (*pos > 0 && (lf = memrchr(r->text, '\n', *pos)) != NULL)
		scan = (size_t)(lf + 1 - r->text);
	while (smtp_reply_keyword(r, &scan, &k, &kn, &p, &pn)) {
		if (!is_word(k, kn, "AUTH"))
			continue;
		i = from > p ? (size_t)(from - p) : 0;
		while (i < pn && text_is_blank(p[i]))
			i++;
		if (i >= pn)
			continue;
		*name = p + i;
		for (*n = 0; i + *n < pn && !text_is_blank(p[i + *n]);)
			++*n;
		*pos = (size_t)(*name + *n - r->text);
		return true;
	}
	return false;
}

bool
smtp_reply_offers_mechanism(const struct smtp_reply *r, const char *name)
{
	const char *m;
	size_t pos = 0, n;

	while (smtp_reply_mechanism(r, &pos, &m, &n))
		if (is_word(m, n, name))
			return true;
	return false;
}

static bool
holds_words(const struct smtp_reply *r, const char *words)
{
	const char *line;
	size_t pos = 0, n;

	while (smtp_reply_line(r, &pos, &line, &n))
		if (text_holds(line, n, words, strlen(words)))
			return true;
	return false;
}

/* Postfix judges it at RCPT only (smtpd_delay_reject). */
bool
smtp_reply_blames_helo(const struct smtp_reply *r)
{
	return holds_words(r, "Helo command rejected");
}

bool
smtp_reply_blames_sender(const struct smtp_reply *r)
{
	const char *code;
	size_t len = smtp_reply_enhanced(r, &code);

	if ((len == 5 &&
		(memcmp(code + 1, ".1.7", 4) == 0 ||
		    memcmp(code + 1, ".1.8", 4) == 0)) ||
	    (len == 6 && memcmp(code, "5.7.60", 6) == 0))
		return true;
	return holds_words(r, "Sender address rejected");
}
