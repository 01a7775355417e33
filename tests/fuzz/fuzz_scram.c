/*
 * fuzz_scram.c - what a SCRAM server says, from its first message to the reply
 * that tells of success.  Input: the mechanism, then the messages, a NUL
 * between them; N in the first of them stands for our nonce, V in the others
 * for the right proof.
 */

#include "base/base64.h"
#include "smtp/auth.h"
#include "smtp/scram_message.h"
#include "tests/fuzz/fuzz.h"

enum { TEXT_MAX = 256 * 1024, TURNS = 4, PIECES = 4 };

struct made {
	size_t count;
	char text[2][128]; /* our proof and the server's, in base64 */
};

static const char nonce[] = "rOprNGfwEbeRWgbNEkqO";

static void
note(void *arg, const char *text, size_t len)
{
	struct made *m = arg;

	MUST(m->count < 2 && len < sizeof m->text[0]);
	memcpy(m->text[m->count], text, len);
	m->text[m->count++][len] = '\0';
}

/* A parser of its own must not believe more than the mechanism does. */
static void
check_first(const char *text, size_t len)
{
	struct scram_first f;

	if (scram_message_first(&f, nonce, text, len) == NULL) {
		MUST(f.iterations >= 1 && f.iterations <= SCRAM_ITERATIONS_MAX);
		MUST(f.salt.len > 0 && f.nonce_len >= sizeof nonce - 1);
		MUST(memcmp(f.nonce, nonce, sizeof nonce - 1) == 0);
		MUST(f.nonce >= text && f.nonce + f.nonce_len <= text + len);
	}
	buf_free(&f.salt);
}

/* The message with its letter replaced. */
static void
fill_in(struct buf *out, const char *text, size_t len, char letter,
    const char *with)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] == letter && with != NULL)
			buf_adds(out, with);
		else
			buf_addc(out, text[i]);
}

static enum auth_verdict
hear(struct auth *a, const struct buf *message, bool succeeds)
{
	struct buf reply = BUF_INIT(TEXT_MAX);
	enum auth_verdict verdict = AUTH_NO_MEMORY;
	struct smtp_reply r;
	int pieces;

	buf_adds(&reply, succeeds ? "235 " : "334 ");
	if (succeeds)
		buf_add(&reply, buf_str(message), message->len);
	else
		base64_encode(&reply, buf_str(message), message->len);
	buf_adds(&reply, "\r\n");
	if (smtp_reply_parse(&r, buf_str(&reply), reply.len, NULL) > 0) {
		verdict = auth_hear(a, &r);
		for (pieces = 0; verdict == AUTH_WORK && pieces < PIECES;
		     pieces++)
			verdict = auth_work(a);
	}
	buf_free(&reply);
	return verdict;
}

/* Each message as a challenge, the last as what tells of success. */
static void
talk(struct auth *a, struct made *m, const char *at, const char *end)
{
	struct buf message = BUF_INIT(TEXT_MAX);
	enum auth_verdict verdict = AUTH_RESPOND;
	const char *stop;
	bool last = false, proven;
	int turn;

	for (turn = 0; verdict == AUTH_RESPOND && !last; turn++) {
		MUST(turn <= TURNS);
		stop = memchr(at, '\0', (size_t)(end - at));
		last = stop == NULL || turn == TURNS;
		stop = stop != NULL ? stop : end;
		buf_truncate(&message, 0);
		fill_in(&message, at, (size_t)(stop - at),
		    turn == 0 ? 'N' : 'V',
		    turn == 0           ? nonce
			: m->count == 2 ? m->text[1]
					: NULL);
		if (turn == 0)
			check_first(buf_str(&message), message.len);
		verdict = hear(a, &message, last);
		proven = sasl_is_proven(a->sasl);
		if (verdict == AUTH_ACCEPTED)
			MUST(last && proven && m->count == 2 && !a->told_error);
		if (verdict == AUTH_UNPROVEN)
			MUST(last && !proven);
		/* Both were told of before ours was there to be sent. */
		if (verdict == AUTH_RESPOND && a->response.len > 0)
			MUST(m->count == 2);
		at = stop < end ? stop + 1 : end;
	}
	MUST(memchr(a->detail, '\0', sizeof a->detail) != NULL);
	buf_free(&message);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "SCRAM-SHA-1", "SCRAM-SHA-256",
		"SCRAM-SHA-512", "SCRAM-SHA-256-PLUS" };
	const struct sasl_channel channel = {
		.has_tls = true, .type = "tls-exporter", .len = 32
	};
	struct made m = { .count = 0 };
	const struct sasl_creds creds = { .user = "alice@example.org",
		.secret = "korrekt Pferd 7!",
		.nonce = nonce,
		.made = note,
		.made_arg = &m };
	struct buf line = BUF_INIT(TEXT_MAX);
	const char *name;
	struct auth a;

	if (size < 1)
		return 0;
	name = names[data[0] % 4];
	MUST(auth_init(&a, sasl_find(name, strlen(name)), &creds, &channel) ==
	    0);
	MUST(auth_command(&a, &line) == 0);
	talk(&a, &m, (const char *)data + 1, (const char *)data + size);
	auth_free(&a);
	buf_free(&line);
	return 0;
}
