/*
 * fuzz_options.c - the command line.  Input: its words, a NUL between them.
 * No file is read: --extra-opts is fuzz_ini's.
 */

#include "base/buf.h"
#include "options/options.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/options_rules.h"

enum { WORDS = 64, SHORTEST = 4, LONGEST_WORD = 16, TEXT_MAX = 1024 * 1024 };

struct words {
	char *argv[WORDS + 1];
	char *mine[WORDS + 1]; /* before getopt reordered them */
	size_t len[WORDS + 1];
	int argc;
};

static void
add_word(struct words *w, const uint8_t *data, size_t n)
{
	char *word = fuzz_string(data, n);

	if (w->argc == WORDS || strncmp(word, "--ext", 5) == 0) {
		free(word);
		return;
	}
	w->len[w->argc] = n;
	w->mine[w->argc] = w->argv[w->argc] = word;
	w->argc++;
}

/* How often text stands in the input. */
static size_t
count(const uint8_t *data, size_t size, const char *text)
{
	const uint8_t *end = data + size, *at;
	size_t n = 0;

	while ((at = memmem(data, (size_t)(end - data), text, strlen(text)))) {
		n++;
		data = at + 1;
	}
	return n;
}

/* A secret given once stands in the process list no more, nor in an error. */
static void
check_erased(const struct words *w, const struct options *o,
    const struct err *e, const uint8_t *data, size_t size)
{
	const char *secret = o->check.secret.text;
	int i;

	if (o->check.secret.kind != SECRET_TEXT || strlen(secret) < SHORTEST ||
	    count(data, size, secret) != 1)
		return;
	for (i = 1; i < w->argc; i++)
		MUST(
		    count((const uint8_t *)w->mine[i], w->len[i], secret) == 0);
	/* A short one may be a word of ours. */
	if (strlen(secret) >= LONGEST_WORD)
		MUST(strstr(e->text, secret) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *s = data, *end = data + size, *nul;
	struct words w = { .argc = 0 };
	struct options o;
	struct err e;
	int i, rc;

	setenv("MP_CONFIG_FILE", "/dev/null", 1);
	add_word(&w, (const uint8_t *)"check_smtp_auth", 15);
	for (; s < end; s = nul + 1) {
		if ((nul = memchr(s, '\0', (size_t)(end - s))) == NULL)
			nul = end;
		add_word(&w, s, (size_t)(nul - s));
	}
	rc = options_parse(&o, w.argc, w.argv, NULL, &e);
	options_rules(&o, rc, &e);
	check_erased(&w, &o, &e, data, size);
	options_free(&o);
	for (i = 0; i < w.argc; i++)
		free(w.mine[i]);
	return 0;
}
