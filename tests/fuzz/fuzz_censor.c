/*
 * fuzz_censor.c - a secret in a text is found, raw, in base64 and broken over
 * the lines of a reply.  Input: how, the secret's length, where it is broken,
 * the secret, what stands before it.
 */

#include <ctype.h>

#include "base/base64.h"
#include "base/buf.h"
#include "secret/censor.h"
#include "tests/fuzz/fuzz.h"

enum { TEXT_MAX = 1024 * 1024, SHORTEST = 4, HEAD = 3 };

enum { HOW_BASE64 = 1, HOW_BROKEN = 2, HOW_CODES = 4 };

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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf raw = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX);
	struct buf form = BUF_INIT(TEXT_MAX);
	struct censor *c;
	char *secret;
	size_t len, letters, rest, i;

	if (size < HEAD)
		return 0;
	len = data[1] < size - HEAD ? data[1] : size - HEAD;
	rest = size - HEAD - len;
	secret = fuzz_string(data + HEAD, len);
	len = strlen(secret);
	for (letters = i = 0; i < len; i++)
		letters += !isspace((unsigned char)secret[i]);
	c = censor_new(secret);
	MUST(c != NULL);
	MUST(buf_add(&raw, data + size - rest, rest) == 0);
	/* It may be withheld without need where the rest looks like it. */
	censor_holds(c, buf_str(&raw), raw.len);
	MUST(buf_adds(&raw, secret) == 0);
	if (data[0] & HOW_BASE64)
		MUST(base64_encode(&form, buf_str(&raw), raw.len) == 0);
	else
		MUST(buf_add(&form, buf_str(&raw), raw.len) == 0);
	if ((data[0] & HOW_BROKEN) && strpbrk(secret, "\r\n") == NULL &&
	    (data[0] & HOW_BASE64 || (rest == 0 && letters >= SHORTEST)) &&
	    form.len > 0)
		add_broken(&text, &form, data[2], data[0] & HOW_CODES);
	else
		MUST(buf_add(&text, buf_str(&form), form.len) == 0);
	if (len >= SHORTEST)
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
