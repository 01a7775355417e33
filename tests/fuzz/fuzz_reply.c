/* fuzz_reply.c - the reply parser.  Input: where to cut, then a reply. */

#include "smtp/reply.h"
#include "tests/fuzz/fuzz.h"

static void
check_within(const struct smtp_reply *r, const char *s, size_t n)
{
	MUST(s >= r->text && s + n <= r->text + r->len);
}

static void
walk_lines(const struct smtp_reply *r)
{
	const char *line, *last = r->text;
	size_t pos = 0, n, count = 0;

	while (smtp_reply_line(r, &pos, &line, &n)) {
		check_within(r, line, n);
		MUST(line >= last && memchr(line, '\n', n) == NULL);
		last = line + n;
		MUST(++count <= r->len);
	}
	MUST(count > 0);
}

static void
walk_keywords(const struct smtp_reply *r)
{
	const char *keyword, *params, *name;
	size_t pos = 0, n, m, count = 0;

	while (smtp_reply_keyword(r, &pos, &keyword, &n, &params, &m)) {
		check_within(r, keyword, n);
		check_within(r, params, m);
		MUST(++count <= r->len);
	}
	for (pos = count = 0; smtp_reply_mechanism(r, &pos, &name, &n);) {
		check_within(r, name, n);
		MUST(n > 0 && memchr(name, ' ', n) == NULL);
		MUST(++count <= r->len);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp_reply r, part;
	const char *why = NULL, *code;
	char *text;
	size_t cut, n;
	ssize_t used, before;

	if (size < 2)
		return 0;
	cut = (size_t)data[0] << 8 | data[1];
	size -= 2;
	text = fuzz_string(data + 2, size);
	cut = size > 0 ? cut % size : 0;
	used = smtp_reply_parse(&r, text, size, &why);
	/* What has come so far never promises what the rest does not keep. */
	before = smtp_reply_parse(&part, text, cut, NULL);
	MUST(before == 0 || before == used);
	MUST(used == -1 ? why != NULL : (size_t)used <= size);
	if (used > 0) {
		MUST(used <= SMTP_REPLY_MAX && r.len == (size_t)used);
		MUST(r.text == text && text[used - 1] == '\n');
		MUST(r.code >= 200 && r.code <= 599);
		walk_lines(&r);
		walk_keywords(&r);
		if ((n = smtp_reply_enhanced(&r, &code)) > 0) {
			check_within(&r, code, n);
			MUST(n >= 5 && code[0] == r.text[0]);
		}
		smtp_reply_blames_sender(&r);
		if (smtp_reply_offers_mechanism(&r, "PLAIN"))
			MUST(smtp_reply_offers(&r, "AUTH"));
	}
	free(text);
	return 0;
}
