/*
 * fuzz_challenge.c - a 334 as each mechanism hears it, base64, and the hint
 * that is found for what it says.  Input: the mechanism, then the challenge,
 * in the odd values of the first byte already in base64.
 */

#include "base/base64.h"
#include "smtp/auth.h"
#include "tests/fuzz/fuzz.h"
#include "verdict/hints.h"

enum { TEXT_MAX = 256 * 1024 };

static const struct sasl_creds creds = { .user = "alice@example.org",
	.authzid = "admin=,",
	.secret = "korrekt Pferd 7!",
	.nonce = "rOprNGfwEbeRWgbNEkqO",
	.host = "mail.example.org",
	.port = 587 };

static void
check_base64(const struct buf *text)
{
	struct buf raw = BUF_INIT(TEXT_MAX), again = BUF_INIT(TEXT_MAX);

	/* Strict: there is one way to write what is understood. */
	if (base64_decode(&raw, buf_str(text), text->len) == 0) {
		MUST(base64_encode(&again, buf_str(&raw), raw.len) == 0);
		MUST(again.len == text->len &&
		    base64_length(raw.len) == text->len);
	}
	buf_free(&raw);
	buf_free(&again);
}

/* Until the mechanism has no answer more. */
static void
hear_again(struct auth *a, const struct smtp_reply *r)
{
	enum auth_verdict verdict = AUTH_RESPOND;
	struct smtp_reply ok;
	bool may_succeed = false;
	int turn, works;

	for (turn = 0; verdict == AUTH_RESPOND; turn++) {
		MUST(turn < 4); /* or it would go on for ever */
		verdict = auth_hear(a, r);
		for (works = 0; verdict == AUTH_WORK; works++) {
			/* Nobody waits for 2,000,000 iterations. */
			if (works == 4)
				return;
			verdict = auth_work(a);
		}
		MUST(verdict != AUTH_ACCEPTED || r->code == 235);
		MUST(verdict != AUTH_NO_MEMORY);
		/* A nonce of the server's is a part of it. */
		MUST(sasl_iterations(a->sasl) > 0 ||
		    a->response.len <=
			base64_length(sasl_length(a->mech, &creds)));
		may_succeed = sasl_may_succeed(a->sasl);
		MUST(!may_succeed || !a->told_error);
	}
	MUST(smtp_reply_parse(&ok, "235 ok\r\n", 8, NULL) == 8);
	may_succeed = may_succeed && sasl_is_proven(a->sasl);
	MUST((auth_hear(a, &ok) == AUTH_ACCEPTED) == may_succeed);
}

static void
hear(const struct sasl_mech *mech, const struct buf *reply)
{
	struct buf line = BUF_INIT(TEXT_MAX);
	struct smtp_reply r;
	struct auth a;

	MUST(auth_init(&a, mech, &creds, NULL) == 0);
	MUST(auth_fits(mech, &creds));
	MUST(auth_command(&a, &line) == 0 && line.len + 2 <= AUTH_LINE_MAX);
	if (smtp_reply_parse(&r, buf_str(reply), reply->len, NULL) > 0) {
		hear_again(&a, &r);
		/* Only what is on one line finds a hint. */
		hints_find(&(struct hint_query){ .code = r.code,
		    .enhanced = "",
		    .text = buf_str(&a.error) });
		MUST(memchr(a.detail, '\0', sizeof a.detail) != NULL);
	}
	buf_free(&line);
	auth_free(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = BUF_INIT(TEXT_MAX), reply = BUF_INIT(TEXT_MAX);
	const struct sasl_mech *mech = sasl_mechs;
	size_t i;

	if (size < 1)
		return 0;
	for (i = data[0] / 2; i > 0; i--)
		mech = mech[1].name != NULL ? mech + 1 : sasl_mechs;
	if (data[0] % 2 == 1)
		buf_add(&text, data + 1, size - 1);
	else
		base64_encode(&text, data + 1, size - 1);
	check_base64(&text);
	MUST(buf_addf(&reply, "334 ") == 0);
	MUST(buf_add(&reply, buf_str(&text), text.len) == 0);
	MUST(buf_adds(&reply, "\r\n") == 0);
	hear(mech, &reply);
	buf_free(&text);
	buf_free(&reply);
	return 0;
}
