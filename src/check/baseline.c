#include "check/baseline.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "check/facts.h"
#include "check/settings.h"
#include "net/tls_facts.h"

enum { WORDS_MAX = 64, WORD_MAX = 60 };

static const char *const names[BASELINE_KINDS] = {
	[BASELINE_MECHANISMS] = "mechanisms",
	[BASELINE_TLS] = "tls",
	[BASELINE_ISSUER] = "issuer",
	[BASELINE_KEY] = "key",
	[BASELINE_GREETING] = "greeting",
	[BASELINE_EXTENSIONS] = "extensions",
};

const char *
baseline_name(enum baseline_kind kind)
{
	return names[kind];
}

enum baseline_kind
baseline_find(const char *name)
{
	int i = 0;

	while (i < BASELINE_KINDS && strcmp(names[i], name) != 0)
		i++;
	return (enum baseline_kind)i;
}

/* One line of printable ASCII, as far as there is room. */
static void
put(char *out, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len && i < BASELINE_TEXT - 1; i++)
		out[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	out[i] = '\0';
}

/* Words in capitals, sorted when all have come. */
struct words {
	char word[WORDS_MAX][WORD_MAX + 1];
	size_t count;
};

static void
add_word(struct words *w, const char *text, size_t len)
{
	char *word;
	size_t i;

	if (w->count == WORDS_MAX)
		return;
	word = w->word[w->count];
	for (i = 0; i < len && i < WORD_MAX; i++)
		word[i] = text[i] >= 'a' && text[i] <= 'z'
		    ? (char)(text[i] - ('a' - 'A'))
		    : text[i];
	word[i] = '\0';
	for (i = 0; i < w->count; i++)
		if (strcmp(w->word[i], word) == 0)
			return;
	w->count++;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* That there are none is something known, too. */
static void
put_words(char *out, struct words *w)
{
	struct buf line = BUF_INIT(WORDS_MAX * (WORD_MAX + 1));
	size_t i;

	qsort(w->word, w->count, sizeof w->word[0], by_name);
	for (i = 0; i < w->count; i++)
		buf_addf(&line, "%s%s", i > 0 ? " " : "", w->word[i]);
	if (!line.failed)
		put(out, w->count > 0 ? buf_str(&line) : "none",
		    w->count > 0 ? line.len : strlen("none"));
	buf_free(&line);
}

static void
see_offers(struct baseline *b, const struct smtp_facts *s)
{
	const struct smtp_reply ehlo = smtp_answer_reply(&s->ehlo);
	struct words mechanisms = { .count = 0 }, extensions = { .count = 0 };
	const char *word, *params;
	size_t pos = 0, n, params_len;

	while (smtp_reply_mechanism(&ehlo, &pos, &word, &n))
		add_word(&mechanisms, word, n);
	pos = 0;
	while (smtp_reply_keyword(&ehlo, &pos, &word, &n, &params, &params_len))
		add_word(&extensions, word, n);
	put_words(b->text[BASELINE_MECHANISMS], &mechanisms);
	put_words(b->text[BASELINE_EXTENSIONS], &extensions);
}

/* The first word, in small letters: RFC 5321, 4.2. */
static void
see_greeting(struct baseline *b, const struct smtp_facts *s)
{
	const struct smtp_reply r = smtp_answer_reply(&s->greeting);
	char *out = b->text[BASELINE_GREETING];
	const char *line;
	size_t pos = 0, n, len = 0;

	if (!smtp_reply_line(&r, &pos, &line, &n))
		return;
	while (len < n && line[len] != ' ')
		len++;
	put(out, line, len);
	for (; *out != '\0'; out++)
		if (*out >= 'A' && *out <= 'Z')
			*out = (char)(*out + ('a' - 'A'));
}

static void
see_tls(struct baseline *b, const struct tls_facts *t)
{
	struct buf key = BUF_INIT(100);

	put(b->text[BASELINE_TLS], t->version, strlen(t->version));
	if (!t->has_certificate)
		return;
	put(b->text[BASELINE_ISSUER], t->issuer, strlen(t->issuer));
	/* As --pin takes it. */
	buf_adds(&key, "sha256//");
	base64_encode(&key, t->pin, sizeof t->pin);
	put(b->text[BASELINE_KEY], buf_str(&key), key.len);
	buf_free(&key);
}

void
baseline_see(
    struct baseline *b, const struct facts *f, const struct settings *asked)
{
	const struct smtp_facts *s = f->smtp;

	/* What a server says that is not the right one is its own affair. */
	if (s == NULL || s->outcome == SMTP_SERVER_UNVERIFIED ||
	    s->outcome == SMTP_NO_MEMORY || s->greeting.code != 220)
		return;
	see_greeting(b, s);
	if (f->tls.done)
		see_tls(b, &f->tls);
	/* What counts is offered inside TLS, where TLS is wanted. */
	if (s->ehlo.code != 0 &&
	    (asked->tls_mode != SMTP_TLS_STARTTLS || s->tls))
		see_offers(b, s);
}

bool
baseline_differs(const struct baseline *before, const struct baseline *now,
    enum baseline_kind kind)
{
	return before->text[kind][0] != '\0' && now->text[kind][0] != '\0' &&
	    strcmp(before->text[kind], now->text[kind]) != 0;
}

/* "NAME TEXT" */
static int
read_line(struct baseline *b, const char *line, size_t len)
{
	enum baseline_kind kind;
	char name[16];
	size_t i, n = 0;

	while (n < len && n < sizeof name - 1 && line[n] != ' ')
		n++;
	memcpy(name, line, n);
	name[n] = '\0';
	kind = baseline_find(name);
	if (kind == BASELINE_KINDS || n + 1 >= len || line[n] != ' ' ||
	    len - n - 1 >= BASELINE_TEXT || b->text[kind][0] != '\0')
		return -1;
	for (i = n + 1; i < len; i++)
		if (line[i] < ' ' || line[i] > '~')
			return -1;
	put(b->text[kind], line + n + 1, len - n - 1);
	return 0;
}

int
baseline_read(struct baseline *b, const char *text, size_t len)
{
	const char *end = text + len, *stop;

	*b = (struct baseline){ .text = { "" } };
	for (; text < end; text = stop + 1) {
		stop = memchr(text, '\n', (size_t)(end - text));
		if (stop == NULL ||
		    read_line(b, text, (size_t)(stop - text)) == -1) {
			*b = (struct baseline){ .text = { "" } };
			return -1;
		}
	}
	return 0;
}

void
baseline_write(const struct baseline *b, struct buf *out)
{
	int i;

	for (i = 0; i < BASELINE_KINDS; i++)
		if (b->text[i][0] != '\0')
			buf_addf(out, "%s %s\n", names[i], b->text[i]);
}
