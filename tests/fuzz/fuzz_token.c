/*
 * fuzz_token.c - what a password or a token tells of itself.  Input: a byte
 * that says what it is, then the secret; in a third of the cases the claims of
 * a JWT, which is made of them.
 */

#include "base/base64.h"
#include "secret/look.h"
#include "tests/fuzz/fuzz.h"
#include "verdict/wording.h"

enum { TEXT_MAX = 256 * 1024 };

static const int64_t now = 1700000000, latest = 253402300799;

static void
make_jwt(struct buf *out, const uint8_t *claims, size_t len)
{
	char *s;

	MUST(buf_adds(out, "eyJhbGciOiJub25lIn0.") == 0);
	MUST(base64_encode(out, claims, len) == 0);
	for (s = out->data; *s != '\0'; s++)
		*s = *s == '+' ? '-' : *s == '/' ? '_' : *s;
	while (out->data[out->len - 1] == '=')
		buf_truncate(out, out->len - 1);
	MUST(buf_adds(out, ".c2ln") == 0);
}

static void
check_token(const struct token *t)
{
	if (t->has_expiry)
		MUST(t->expires_at >= 0 && t->expires_at <= latest);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_INIT(TEXT_MAX), said = BUF_INIT(TEXT_MAX);
	struct secret_look look;
	struct token token;
	int i;

	if (size < 1)
		return 0;
	if (data[0] % 3 == 2)
		make_jwt(&text, data + 1, size - 1);
	else
		MUST(buf_add(&text, data + 1, size - 1) == 0);
	MUST(token_read(&token, buf_str(&text), text.len) == 0);
	check_token(&token);
	MUST(
	    secret_look(&look, buf_str(&text), text.len, data[0] % 3 > 0) == 0);
	check_token(&look.token);
	MUST(look.is_token ||
	    (!look.token.has_expiry && !look.token.is_for_elsewhere));
	/* What tells of itself has nothing around it. */
	if (look.is_token && (token.has_expiry || token.is_for_elsewhere))
		MUST(memcmp(&token, &look.token, sizeof token) == 0);
	for (i = 0; i < SECRET_FAULTS; i++)
		if (secret_look_has(&look, (enum secret_fault)i, now))
			word_secret(&said, &look, (enum secret_fault)i, now);
	MUST(!said.failed);
	buf_free(&text);
	buf_free(&said);
	return 0;
}
