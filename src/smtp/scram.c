/*
 * scram.c - the SASL mechanisms SCRAM-SHA-1, -256 and -512, and each with
 * -PLUS (RFC 5802, 7677): who logs in proves that he knows the password, and
 * so does the server.
 *
 * The key is derived in pieces between which the caller does what else is due:
 * 2,000,000 iterations take seconds.  A thread would do the same, but would
 * have to be stopped, and the secret kept, past the deadline.
 */

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/locked.h"
#include "base/wipe.h"
#include "smtp/internal.h"
#include "smtp/saslname.h"
#include "smtp/scram_message.h"

enum {
	NONCE_OCTETS = 18,
	MESSAGE_MAX = 128 * 1024,
	/* Less than a millisecond, and much more than a turn of a loop. */
	PIECE = 512,
};

enum turn {
	TURN_FIRST,        /* ours is to be said */
	TURN_SERVER_FIRST, /* the server's is awaited */
	TURN_WORK,
	TURN_SERVER_FINAL,
	TURN_OVER,
};

/* RFC 5802, 3. */
struct keys {
	unsigned char salted[DIGEST_SIZE_MAX], client[DIGEST_SIZE_MAX],
	    stored[DIGEST_SIZE_MAX], server[DIGEST_SIZE_MAX],
	    proof[DIGEST_SIZE_MAX];
};

struct scram {
	struct sasl base;
	enum turn turn;
	struct buf nonce; /* ours */
	struct buf
	    message;     /* RFC 5802, 3: AuthMessage, as far as it is known */
	struct buf last; /* client-final-message-without-proof */
	struct digest_derivation *derivation;
	struct keys *keys; /* locked, and only there while it is worked */
	unsigned char signature[DIGEST_SIZE_MAX]; /* what the server has to send
						   */
};

static enum digest
digest_of(const struct scram *c)
{
	return c->base.mech->methods->digest;
}

/*
 * RFC 5802, 6: with "y" the server can tell that somebody took the mechanisms
 * with -PLUS out of its offer.
 */
static void
add_gs2_header(struct buf *out, const struct sasl *s)
{
	if (s->mech->binds_channel)
		buf_addf(out, "p=%s,", s->channel->type);
	else if (s->channel->has_tls && !s->channel->server_binds)
		buf_adds(out, "y,");
	else
		buf_adds(out, "n,");
	if (s->creds->authzid != NULL) {
		buf_adds(out, "a=");
		saslname_add(out, s->creds->authzid);
	}
	buf_addc(out, ',');
}

static int
make_nonce(struct scram *c)
{
	unsigned char octets[NONCE_OCTETS];

	c->nonce.max = MESSAGE_MAX;
	if (c->base.creds->nonce != NULL)
		return buf_adds(&c->nonce, c->base.creds->nonce);
	if (getentropy(octets, sizeof octets) == -1)
		return -1;
	return base64_encode(&c->nonce, octets, sizeof octets);
}

static enum sasl_step
say_first(struct scram *c, struct buf *out)
{
	struct sasl *s = &c->base;

	if (make_nonce(c) == -1)
		return SASL_FULL;
	c->message.max = c->last.max = MESSAGE_MAX;
	buf_adds(&c->message, "n=");
	saslname_add(&c->message, s->creds->user);
	buf_addf(&c->message, ",r=%s", c->nonce.data);
	add_gs2_header(out, s);
	buf_add(out, buf_str(&c->message), c->message.len);
	c->turn = TURN_SERVER_FIRST;
	return c->message.failed ? SASL_FULL : SASL_RESPOND;
}

/* The channel's data stand behind the header that they were announced in. */
static int
add_binding(struct buf *out, const struct sasl *s)
{
	struct buf raw = BUF_INIT(MESSAGE_MAX);
	int rc;

	add_gs2_header(&raw, s);
	if (s->mech->binds_channel)
		buf_add(&raw, s->channel->data, s->channel->len);
	rc = raw.failed ? -1 : base64_encode(out, raw.data, raw.len);
	buf_free(&raw);
	return rc;
}

static enum sasl_step
refuse(struct scram *c, const char *why)
{
	c->turn = TURN_OVER;
	c->base.why = why;
	return SASL_UNEXPECTED;
}

/* The server has words for what it does not like (RFC 5802, 7: e=). */
static enum sasl_step
hear_error(struct scram *c)
{
	c->turn = TURN_OVER;
	c->base.may_succeed = false;
	c->base.error_at = strlen("e=");
	return SASL_TOLD_ERROR;
}

/* Returns 0, or -1 without memory. */
static int
begin_work(
    struct scram *c, const struct scram_first *f, const struct buf *challenge)
{
	const char *secret = c->base.creds->secret;

	buf_adds(&c->last, "c=");
	if (add_binding(&c->last, &c->base) == -1)
		return -1;
	buf_adds(&c->last, ",r=");
	buf_add(&c->last, f->nonce, f->nonce_len);
	buf_addc(&c->message, ',');
	buf_add(&c->message, challenge->data, challenge->len);
	buf_addc(&c->message, ',');
	buf_add(&c->message, buf_str(&c->last), c->last.len);
	if (c->last.failed || c->message.failed)
		return -1;
	c->base.iterations = f->iterations;
	c->derivation = digest_derive(digest_of(c), secret, strlen(secret),
	    f->salt.data, f->salt.len, f->iterations);
	c->keys = (void *)locked_new(sizeof *c->keys);
	return c->derivation != NULL && c->keys != NULL ? 0 : -1;
}

static enum sasl_step
hear_first(struct scram *c, const struct buf *challenge)
{
	struct scram_first f;
	const char *why;
	enum sasl_step step = SASL_WORK;

	if (challenge == NULL)
		return refuse(c, "refuses: it is no base64");
	if (challenge->len > 2 && memcmp(challenge->data, "e=", 2) == 0)
		return hear_error(c);
	why = scram_message_first(
	    &f, buf_str(&c->nonce), buf_str(challenge), challenge->len);
	if (why != NULL)
		step = refuse(c, why);
	else if (begin_work(c, &f, challenge) == -1)
		step = SASL_FULL;
	else
		c->turn = TURN_WORK;
	buf_free(&f.salt);
	return step;
}

static void
accept_proof(struct scram *c)
{
	c->turn = TURN_OVER;
	c->base.wants_proof = false;
	wipe(c->signature, sizeof c->signature);
}

static enum sasl_step
hear_final(struct scram *c, const struct buf *challenge)
{
	if (challenge == NULL)
		return refuse(c, "refuses: it is no base64");
	switch (scram_message_final(buf_str(challenge), challenge->len,
	    c->signature, digest_size(digest_of(c)))) {
	case SCRAM_FINAL_PROOF:
		accept_proof(c);
		return SASL_RESPOND; /* with nothing */
	case SCRAM_FINAL_ERROR:
		return hear_error(c);
	case SCRAM_FINAL_NO_PROOF:
		c->turn = TURN_OVER;
		return SASL_UNPROVEN;
	case SCRAM_FINAL_OTHER:
	default:
		return refuse(c, "refuses: there is neither v= nor e=");
	}
}

static enum sasl_step
step_scram(struct sasl *s, const struct buf *challenge, struct buf *out)
{
	struct scram *c = (struct scram *)s;

	switch (c->turn) {
	case TURN_FIRST:
		return say_first(c, out);
	case TURN_SERVER_FIRST:
		return hear_first(c, challenge);
	case TURN_SERVER_FINAL:
		return hear_final(c, challenge);
	case TURN_WORK:
	case TURN_OVER:
	default:
		return SASL_UNEXPECTED;
	}
}

/* Nobody shows it, whoever says it. */
static int
tell(const struct scram *c, const void *octets, struct buf *text)
{
	if (base64_encode(text, octets, digest_size(digest_of(c))) == -1)
		return -1;
	sasl_made(&c->base, text->data, text->len);
	return 0;
}

/* RFC 5802, 3: both signatures, and ClientProof of one of them. */
static int
sign(struct scram *c, struct keys *k)
{
	const enum digest d = digest_of(c);
	const size_t size = digest_size(d);
	const char *text = buf_str(&c->message);
	size_t i, len = c->message.len;

	if (digest_mac(d, k->salted, size, "Client Key", 10, k->client) == -1 ||
	    digest_hash(d, k->client, size, k->stored) == -1 ||
	    digest_mac(d, k->stored, size, text, len, k->proof) == -1 ||
	    digest_mac(d, k->salted, size, "Server Key", 10, k->server) == -1 ||
	    digest_mac(d, k->server, size, text, len, c->signature) == -1)
		return -1;
	for (i = 0; i < size; i++)
		k->proof[i] ^= k->client[i];
	return 0;
}

static enum sasl_step
say_final(struct scram *c, struct keys *k, struct buf *out)
{
	struct buf proof = BUF_INIT(MESSAGE_MAX), other = BUF_INIT(MESSAGE_MAX);
	enum sasl_step step = SASL_FULL;

	if (sign(c, k) == 0 && tell(c, k->proof, &proof) == 0 &&
	    tell(c, c->signature, &other) == 0) {
		buf_add(out, buf_str(&c->last), c->last.len);
		buf_adds(out, ",p=");
		buf_add(out, proof.data, proof.len);
		c->turn = TURN_SERVER_FINAL;
		c->base.may_succeed = c->base.wants_proof = true;
		step = SASL_RESPOND;
	}
	buf_free(&proof);
	buf_free(&other);
	return step;
}

static void
end_work(struct scram *c)
{
	digest_derivation_free(c->derivation);
	locked_free((void *)c->keys, sizeof *c->keys);
	c->derivation = NULL;
	c->keys = NULL;
}

static enum sasl_step
work_scram(struct sasl *s, struct buf *out)
{
	struct scram *c = (struct scram *)s;
	enum sasl_step step = SASL_FULL;
	int rc;

	if (c->turn != TURN_WORK)
		return SASL_UNEXPECTED;
	rc = digest_derivation_step(c->derivation, PIECE, c->keys->salted);
	if (rc == 0)
		return SASL_WORK;
	if (rc == 1)
		step = say_final(c, c->keys, out);
	end_work(c);
	return step;
}

/* In place of a challenge of its own. */
static void
hear_success_scram(struct sasl *s, const char *text, size_t len)
{
	struct scram *c = (struct scram *)s;

	if (scram_message_final(text, len, c->signature,
		digest_size(digest_of(c))) == SCRAM_FINAL_PROOF)
		accept_proof(c);
}

static void
free_scram(struct sasl *s)
{
	struct scram *c = (struct scram *)s;

	buf_free(&c->nonce);
	buf_free(&c->message);
	buf_free(&c->last);
	end_work(c);
}

/* Of the first message; the last grows with the server's nonce alone. */
static size_t
scram_length(const struct sasl_creds *c)
{
	size_t authzid =
		   c->authzid != NULL ? 2 + saslname_length(c->authzid) : 0,
	       nonce = c->nonce != NULL ? strlen(c->nonce)
					: base64_length(NONCE_OCTETS);

	return strlen("p=tls-exporter,,n=,r=") + authzid +
	    saslname_length(c->user) + nonce;
}

#define SCRAM(d)                                                               \
	{                                                                      \
		.size = sizeof(struct scram), .length = scram_length,          \
		.step = step_scram, .work = work_scram,                        \
		.hear_success = hear_success_scram, .free = free_scram,        \
		.uses_digest = true, .digest = (d)                             \
	}

const struct sasl_methods scram_sha1 = SCRAM(DIGEST_SHA1);
const struct sasl_methods scram_sha256 = SCRAM(DIGEST_SHA256);
const struct sasl_methods scram_sha512 = SCRAM(DIGEST_SHA512);
