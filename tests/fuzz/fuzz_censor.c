/*
 * fuzz_censor.c - a secret in a text is found, or a piece of it, raw, in
 * base64 and broken over the lines of a reply; and nothing else is.  Input:
 * how, the secret's length, where it is broken or cut, the secret, what stands
 * before it.
 */

#include <ctype.h>

#include "base/base64.h"
#include "base/buf.h"
#include "secret/censor.h"
#include "tests/fuzz/fuzz.h"

enum { TEXT_MAX = 1024 * 1024, HEAD = 3 };

enum {
	HOW_BASE64 = 1,
	HOW_BROKEN = 2,
	HOW_CODES = 4,
	HOW_PIECE = 8,
	HOW_OTHER_CASE = 16,
	HOW_USER = 32,
};

/* What a server makes of it when its lines are short. */
static void
add_broken(struct buf *out, const struct buf *form, size_t at, bool codes)
{
	at = at % (form->len + 1);
	MUST(buf_adds(out, codes ? "535-5.7.8 " : "535-") == 0);
	MUST(buf_add(out, form->data, at) == 0);
	MUST(buf_adds(out, codes ? "\r\n535 5.7.8 " : "\r\n535 ") == 0);
	MUST(buf_add(out, form->data + at, form->len - at) == 0);
	MUST(buf_adds(out, "\r\n") == 0);
}

static char
other_case(char c)
{
	bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

	return letter ? (char)(c ^ 0x20) : c;
}

/* Whether some of text is run octets of form, the slow way. */
static bool
shares(const char *text, size_t text_len, const char *form, size_t form_len,
    size_t run, bool any_case)
{
	size_t i, j, n;

	for (i = 0; i + run <= text_len; i++)
		for (j = 0; j + run <= form_len; j++) {
			for (n = 0; n < run &&
			     (text[i + n] == form[j + n] ||
				 (any_case &&
				     text[i + n] == other_case(form[j + n])));)
				n++;
			if (n == run)
				return true;
		}
	return false;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* In base64, behind what may stand before it. */
static bool
shares_base64(const char *text, size_t len, const char *before,
    size_t before_len, const char *secret)
{
	struct buf raw = BUF_INIT(TEXT_MAX), form = BUF_INIT(TEXT_MAX);
	bool found = false;
	size_t shift, first, n;

	for (shift = 0; shift < 3 && !found; shift++) {
		buf_truncate(&raw, 0);
		buf_truncate(&form, 0);
		MUST(buf_add(&raw, "xx", shift) == 0);
		MUST(buf_add(&raw, before, before_len) == 0);
		MUST(buf_adds(&raw, secret) == 0);
		MUST(base64_encode(&form, raw.data, raw.len) == 0);
		first = (shift * 8 + 5) / 6;
		n = raw.len * 8 / 6 - first;
		found = shares(text, len, form.data + first, n,
		    least(n, CENSOR_BASE64), false);
	}
	buf_free(&raw);
	buf_free(&form);
	return found;
}

/* Of a secret without blanks. */
static bool
shares_any(const char *text, size_t len, const char *secret, bool behind_user)
{
	size_t n = strlen(secret);

	return shares(text, len, secret, n, least(n, CENSOR_RAW), true) ||
	    shares_base64(text, len, "", 0, secret) ||
	    shares_base64(text, len, "arer ", 5, secret) ||
	    (behind_user && shares_base64(text, len, "lice", 5, secret));
}

/*
 * As much as makes a piece, cut out of form[first..last): what depends on the
 * secret alone.
 */
static void
add_piece(struct buf *out, const struct buf *form, size_t first, size_t last,
    size_t at, int how)
{
	size_t run = how & HOW_BASE64 ? CENSOR_BASE64 : CENSOR_RAW, i;

	run = least(run, last - first);
	first += at % (last - first - run + 1);
	for (i = first; i < first + run; i++)
		MUST(buf_addc(out,
			 (how & HOW_OTHER_CASE) && !(how & HOW_BASE64)
			     ? other_case(form->data[i])
			     : form->data[i]) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf raw = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX);
	struct buf form = BUF_INIT(TEXT_MAX);
	struct censor *c;
	char *secret;
	size_t len, letters, rest, i;
	bool held;

	if (size < HEAD)
		return 0;
	len = data[1] < size - HEAD ? data[1] : size - HEAD;
	rest = size - HEAD - len;
	secret = fuzz_string(data + HEAD, len);
	len = strlen(secret);
	for (letters = i = 0; i < len; i++)
		letters += !isspace((unsigned char)secret[i]);
	c = censor_new(secret, data[0] & HOW_USER ? "alice" : NULL);
	MUST(c != NULL);
	MUST(buf_add(&raw, data + size - rest, rest) == 0);
	/* The rest is withheld where it looks like it, and only there. */
	held = censor_holds(c, buf_str(&raw), raw.len);
	if (len < CENSOR_SHORTEST)
		MUST(!held);
	else if (letters == len && len < 64 && rest < 256 &&
	    memchr(buf_str(&raw), '\n', raw.len) == NULL)
		MUST(held ==
		    shares_any(
			buf_str(&raw), raw.len, secret, data[0] & HOW_USER));
	MUST(buf_adds(&raw, secret) == 0);
	if (data[0] & HOW_BASE64)
		MUST(base64_encode(&form, buf_str(&raw), raw.len) == 0);
	else
		MUST(buf_add(&form, buf_str(&raw), raw.len) == 0);
	if ((data[0] & HOW_PIECE) && len >= CENSOR_SHORTEST)
		add_piece(&text, &form,
		    data[0] & HOW_BASE64 ? (rest * 8 + 5) / 6 : rest,
		    data[0] & HOW_BASE64 ? raw.len * 8 / 6 : raw.len, data[2],
		    data[0]);
	else if ((data[0] & HOW_BROKEN) && strpbrk(secret, "\r\n") == NULL &&
	    (data[0] & HOW_BASE64 ||
		(rest == 0 && letters >= CENSOR_SHORTEST)) &&
	    form.len > 0)
		add_broken(&text, &form, data[2], data[0] & HOW_CODES);
	else
		MUST(buf_add(&text, buf_str(&form), form.len) == 0);
	if (len >= CENSOR_SHORTEST)
		MUST(censor_holds(c, buf_str(&text), text.len));
	else
		MUST(!censor_holds(c, buf_str(&text), text.len));
	censor_free(c);
	free(secret);
	buf_free(&raw);
	buf_free(&form);
	buf_free(&text);
	return 0;
}
