#include "tests/unit/transcript.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

int
transcript_fault(struct transcript *t, int line, const char *fmt, ...)
{
	va_list ap;
	int n = 0;

	if (t->fault[0] != '\0')
		return -1;
	if (line > 0)
		n = snprintf(t->fault, sizeof t->fault, "line %d: ", line);
	va_start(ap, fmt);
	vsnprintf(t->fault + n, sizeof t->fault - (size_t)n, fmt, ap);
	va_end(ap);
	return -1;
}

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool
is_step(const char *line)
{
	return strcmp(line, "TLS") == 0 || strcmp(line, "CLOSE") == 0 ||
	    (strchr("SRCE", line[0]) != NULL && line[0] != '\0' &&
		line[1] == ':');
}

static int
take_key(struct transcript *t, int line, char *text)
{
	struct transcript_key *k = &t->keys[t->key_count];
	char *colon = strchr(text, ':');

	if (colon == NULL || t->key_count == TRANSCRIPT_KEYS)
		return transcript_fault(t, line, "no key: \"%.80s\"", text);
	*colon = '\0';
	k->key = text;
	k->value = colon + 1 + strspn(colon + 1, " ");
	k->line = line;
	t->key_count++;
	return 0;
}

/* An empty line in the dialogue for each that is none of it. */
static int
take_step(struct transcript *t, int line, const char *text, struct buf *steps)
{
	int rc;

	if (text[0] != 'E') {
		rc = buf_adds(steps, text);
	} else {
		text += text[2] == ' ' ? 3 : 2;
		rc = buf_adds(steps, "S: 334 ") ||
			base64_encode(steps, text, strlen(text))
		    ? -1
		    : 0;
	}
	return rc == 0 ? 0 : transcript_fault(t, line, "no memory");
}

static int
take_line(struct transcript *t, int line, char *text, struct buf *steps)
{
	if (is_step(text))
		return take_step(t, line, text, steps);
	if (text[0] == '#')
		return 0;
	if (begins(text, "$ ") && t->command == NULL) {
		t->command = text + 2;
		return 0;
	}
	return take_key(t, line, text);
}

/* What stands before the first block. */
static char *
take_head(struct transcript *t, int *line, struct buf *steps)
{
	char *at, *next;

	for (at = t->text; !begins(at, "== "); at = next, ++*line) {
		if ((next = strchr(at, '\n')) == NULL) {
			transcript_fault(t, *line, "no output");
			return NULL;
		}
		*next++ = '\0';
		if (take_line(t, *line, at, steps) == -1)
			return NULL;
		if (buf_addc(steps, '\n') == -1) {
			transcript_fault(t, *line, "no memory");
			return NULL;
		}
	}
	return at;
}

static int
take_blocks(struct transcript *t, int line, char *at)
{
	struct transcript_block *b = NULL;
	char *next;

	for (; *at != '\0'; at = next, line++) {
		if ((next = strchr(at, '\n')) == NULL)
			return transcript_fault(t, line, "no line end");
		next++;
		if (!begins(at, "== ")) {
			b->len += (size_t)(next - at);
			continue;
		}
		if (t->block_count == TRANSCRIPT_BLOCKS)
			return transcript_fault(t, line, "too many blocks");
		next[-1] = '\0';
		b = &t->blocks[t->block_count++];
		*b = (struct transcript_block){
			.head = at + 3, .line = line, .wanted = next
		};
	}
	return 0;
}

static int
parse(struct transcript *t, struct buf *steps)
{
	int line = 1;
	char *at;

	if (t->text[0] != '#')
		return transcript_fault(t, 1, "no comment");
	if (buf_addc(steps, '#') == -1)
		return transcript_fault(t, 0, "no memory");
	if ((at = take_head(t, &line, steps)) == NULL)
		return -1;
	t->head_len = (size_t)(at - t->text);
	if (t->command == NULL)
		return transcript_fault(t, line, "no command line");
	if (buf_adds(steps, "END none\n") == -1)
		return transcript_fault(t, 0, "no memory");
	if (dialogue_parse(&t->d, steps->data, steps->len) == -1)
		return transcript_fault(t, 0, "%s", t->d.fault);
	return take_blocks(t, line, at);
}

int
transcript_parse(struct transcript *t, const char *text, size_t len)
{
	struct buf steps = BUF_INIT(TRANSCRIPT_TEXT_MAX);
	int rc;

	*t = (struct transcript){ .text = strndup(text, len) };
	if (t->text == NULL)
		return transcript_fault(t, 0, "no memory");
	rc = parse(t, &steps);
	buf_free(&steps);
	return rc;
}

void
transcript_free(struct transcript *t)
{
	free(t->text);
	t->text = NULL;
	dialogue_free(&t->d);
}

/* The character behind a backslash; -1 if it is none. */
static int
unescape(const char **at)
{
	static const char letters[] = "rnt\\", bytes[] = "\r\n\t\\";
	const char *letter;
	unsigned int byte;

	if (**at == 'x' && sscanf(*at + 1, "%2x", &byte) == 1) {
		*at += 3;
		return (int)byte;
	}
	if (**at == '\0' || (letter = strchr(letters, **at)) == NULL)
		return -1;
	++*at;
	return bytes[letter - letters];
}

/* One word at *at, into word.  Returns 0, or -1 if it has no end. */
static int
take_word(const char **at, char *word)
{
	bool quoted = false;
	int c;

	while (**at != '\0' && (quoted || **at != ' ')) {
		c = (unsigned char)*(*at)++;
		if (c == '\'') {
			quoted = !quoted;
			continue;
		}
		if (quoted && c == '\\' && (c = unescape(at)) == -1)
			return -1;
		*word++ = (char)c;
	}
	*word = '\0';
	return quoted ? -1 : 0;
}

int
transcript_split(struct transcript_words *w, const char *text)
{
	char *word;

	while (*(text += strspn(text, " ")) != '\0') {
		if (w->argc == TRANSCRIPT_WORDS ||
		    (word = malloc(strlen(text) + 1)) == NULL)
			return -1;
		w->argv[w->argc] = w->owned[w->argc] = word;
		w->argc++;
		if (take_word(&text, word) == -1)
			return -1;
	}
	return 0;
}

void
transcript_free_words(struct transcript_words *w)
{
	int i;

	for (i = 0; i < w->argc; i++)
		free(w->owned[i]);
	*w = (struct transcript_words){ .argc = 0 };
}
