/* SCRAM: what RFC 5802 and 7677 show, and what a hostile server says. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "smtp/auth.h"
#include "smtp/sasl.h"
#include "smtp/scram_message.h"

enum { TEXT_MAX = 256 * 1024 };

#define NONCE "rOprNGfwEbeRWgbNEkqO"
#define FIRST "r=" NONCE "x,s=AA==,i=1"
#define OCTETS_200                                                             \
	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEy" \
	"MzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2Rl" \
	"ZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeY" \
	"mZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsc="

static const char twenty[] = "pppppppppppppppppppp";

static const struct sasl_channel
    in_tls = { .has_tls = true },
    binding_offered = { .has_tls = true, .server_binds = true },
    exporter = { .has_tls = true,
	    .server_binds = true,
	    .type = "tls-exporter",
	    .data = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
		17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 },
	    .len = 32 },
    unique = { .has_tls = true,
	    .server_binds = true,
	    .type = "tls-unique",
	    .data = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 },
	    .len = 12 };

/*
 * The first two are the RFCs' own, the others what Python's hashlib and hmac
 * make of them.
 */
static const struct vector {
	const char *mech, *user, *authzid, *secret, *nonce;
	const struct sasl_channel *channel;
	const char *first, *server_first, *last, *server_last;
	unsigned long iterations;
} vectors[] = {
	{ "SCRAM-SHA-1", "user", NULL, "pencil", "fyko+d2lbbFgONRv9qkxdawL",
	    NULL, "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
	    "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
	    "s=QSXCR+Q6sek8bf92,i=4096",
	    "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
	    "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
	    "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", 4096 },
	{ "SCRAM-SHA-256", "user", NULL, "pencil", NONCE, NULL,
	    "n,,n=user,r=" NONCE,
	    "r=" NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
	    "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
	    "c=biws,r=" NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
	    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
	    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", 4096 },
	{ "SCRAM-SHA-512", "user", NULL, "pencil", NONCE, &binding_offered,
	    "n,,n=user,r=" NONCE,
	    "r=" NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
	    "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
	    "c=biws,r=" NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
	    "p=gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PP"
	    "C6wdp6dybEmDYXYTxwnYPJQ==",
	    "v=ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT"
	    "4+5ZxXnJq199RVG2rR7N7Zw==",
	    4096 },
	{ "SCRAM-SHA-256", "a,b=c", "bo,ss", "p\xc3\xa4 ss", NONCE, &in_tls,
	    "y,a=bo=2Css,n=a=2Cb=3Dc,r=" NONCE, FIRST,
	    "c=eSxhPWJvPTJDc3Ms,r=" NONCE "x,"
	    "p=O7ULex8hvqEA2PgOTMhox9hGsFTTbKj9MZiUGakP5KY=",
	    "v=4ezCrwx2eb7LzsHEXh8HGcISMJ0yGYME1LIOg/DMCxc=", 1 },
	{ "SCRAM-SHA-512-PLUS", "user", NULL, twenty, NONCE, &exporter,
	    "p=tls-exporter,,n=user,r=" NONCE,
	    "r=" NONCE "x,s=" OCTETS_200 ",i=513",
	    "c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
	    ",r=" NONCE "x,"
	    "p=uQtK9mb5c0s6VjJFNWsxpay84xpykAbMvYhmtc3qpI5Hg1lihFZZ4ZvzVyUsP2d"
	    "59lBAhyJEc8mDzoCLuaggaA==",
	    "v=Tkwf6Mf6tTHUNyeE2bKXo+Yw2DUPCLAJKtKyhSS6BAy4IKZGiSq1sxm9RPOoMBH"
	    "jGRneSH7X6g1Lkp682nPE6w==,x=more",
	    513 },
	{ "SCRAM-SHA-1-PLUS", "user", "boss", "pencil", NONCE, &unique,
	    "p=tls-unique,a=boss,n=user,r=" NONCE,
	    "r=" NONCE "x,s=c2FsdA==,i=1024,x=an extension,y=",
	    "c=cD10bHMtdW5pcXVlLGE9Ym9zcywAAQIDBAUGBwgJCgs=,r=" NONCE "x,"
	    "p=HLwxu74ViAJJQtHbhgN7FZCf3TE=",
	    "v=sdWeh6zA1FqQ11wk4po80GFGHRU=", 1024 },
};

enum { VECTORS = sizeof vectors / sizeof vectors[0] };

static const struct sasl_mech *
mech(const char *name)
{
	return sasl_find(name, strlen(name));
}

/* The password of 200 octets does not fit into a line. */
static void
fill_secret(const struct vector *v, char secret[256])
{
	secret[0] = '\0';
	if (v->secret != twenty)
		strcpy(secret, v->secret);
	else
		memset(secret, 'p', 200), secret[200] = '\0';
}

static enum sasl_step
step_with(struct sasl *s, const char *text, size_t len, struct buf *out)
{
	struct buf challenge = BUF_INIT(TEXT_MAX);
	enum sasl_step step;

	assert_int_equal(buf_add(&challenge, text, len), 0);
	buf_truncate(out, 0);
	step = sasl_step(s, &challenge, out);
	buf_free(&challenge);
	return step;
}

static enum sasl_step
hear(struct sasl *s, const char *text, struct buf *out)
{
	return step_with(s, text, strlen(text), out);
}

/* All the work; *pieces is how many it took. */
static enum sasl_step
work(struct sasl *s, struct buf *out, size_t *pieces)
{
	enum sasl_step step;

	*pieces = 0;
	do {
		++*pieces;
		step = sasl_work(s, out);
	} while (step == SASL_WORK);
	return step;
}

static void
collect(void *arg, const char *text, size_t len)
{
	buf_add(arg, text, len);
	buf_addc(arg, '\n');
}

static void
check_vector(const struct vector *v)
{
	struct buf out = BUF_INIT(TEXT_MAX), made = BUF_INIT(TEXT_MAX);
	struct sasl_creds creds = { .user = v->user,
		.authzid = v->authzid,
		.nonce = v->nonce,
		.made = collect,
		.made_arg = &made };
	char secret[256], wanted[400];
	struct sasl *s;
	size_t pieces;

	fill_secret(v, secret);
	creds.secret = secret;
	s = sasl_start(mech(v->mech), &creds, v->channel);
	assert_int_equal(hear(s, "", &out), SASL_RESPOND);
	assert_string_equal(buf_str(&out), v->first);
	assert_int_equal(hear(s, v->server_first, &out), SASL_WORK);
	assert_false(sasl_may_succeed(s));
	assert_int_equal(sasl_iterations(s), v->iterations);
	assert_int_equal(made.len, 0);
	assert_int_equal(work(s, &out, &pieces), SASL_RESPOND);
	assert_true(pieces <= v->iterations / 500 + 1 &&
	    pieces >= v->iterations / 1000);
	assert_string_equal(buf_str(&out), v->last);
	assert_true(sasl_may_succeed(s));
	assert_false(sasl_is_proven(s));
	/* Both proofs were told of, before the one was sent. */
	snprintf(wanted, sizeof wanted, "%s\n%.*s\n",
	    strstr(v->last, ",p=") + 3, (int)strcspn(v->server_last + 2, ","),
	    v->server_last + 2);
	assert_string_equal(buf_str(&made), wanted);
	assert_int_equal(hear(s, v->server_last, &out), SASL_RESPOND);
	assert_int_equal(out.len, 0);
	assert_true(sasl_is_proven(s) && sasl_may_succeed(s));
	assert_int_equal(hear(s, v->server_last, &out), SASL_UNEXPECTED);
	sasl_free(s);
	buf_free(&out);
	buf_free(&made);
}

static void
test_vectors(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < VECTORS; i++)
		check_vector(&vectors[i]);
}

static const struct sasl_creds creds = {
	.user = "user", .secret = "pencil", .nonce = NONCE
};

static struct sasl *
begin(struct buf *out)
{
	struct sasl *s = sasl_start(mech("SCRAM-SHA-256"), &creds, NULL);

	assert_non_null(s);
	assert_int_equal(hear(s, "", out), SASL_RESPOND);
	return s;
}

#define REFUSES(why) SASL_UNEXPECTED, "refuses: " why

/* The server's first message; len 0: as long as the text. */
static const struct {
	const char *text;
	size_t len;
	enum sasl_step step;
	const char *why;
} firsts[] = {
	{ FIRST, 0, SASL_WORK, NULL },
	{ "r=" NONCE ",s=AA==,i=1", 0, SASL_WORK, NULL },
	{ "r=" NONCE "x,s=AA==,i=1999999", 0, SASL_WORK, NULL },
	{ "r=" NONCE "x,s=AA==,i=2000000", 0, SASL_WORK, NULL },
	{ "r=" NONCE "x,s=AA==,i=1,x=,y=z", 0, SASL_WORK, NULL },
	{ "r=" NONCE "x,s=AA==,i=2000001", 0,
	    REFUSES("more than 2000000 iterations") },
	{ "r=" NONCE "x,s=AA==,i=99999999999999999999999999", 0,
	    REFUSES("more than 2000000 iterations") },
	{ "r=" NONCE "x,s=AA==,i=18446744073709551617", 0,
	    REFUSES("more than 2000000 iterations") },
	{ "r=" NONCE "x,s=AA==,i=0", 0,
	    REFUSES("the iterations are no number from 1 on") },
	{ "r=" NONCE "x,s=AA==,i=", 0,
	    REFUSES("the iterations are no number from 1 on") },
	{ "r=" NONCE "x,s=AA==,i=-1", 0,
	    REFUSES("the iterations are no number from 1 on") },
	{ "r=" NONCE "x,s=AA==,i=+1", 0,
	    REFUSES("the iterations are no number from 1 on") },
	{ "r=" NONCE "x,s=AA==,i= 1", 0,
	    REFUSES("the iterations are no number from 1 on") },
	{ "r=" NONCE "x,s=AA==,i=01", 0,
	    REFUSES("the iterations are no number from 1 on") },
	{ "r=" NONCE "x,s=AA==,i=1x", 0,
	    REFUSES("the iterations are no number from 1 on") },
	{ "r=" NONCE "x,s=AA==,i=1\0", 35,
	    REFUSES("the iterations are no number from 1 on") },
	{ "r=fyko,s=AA==,i=1", 0,
	    REFUSES("its nonce does not begin with ours") },
	{ "r=,s=AA==,i=1", 0, REFUSES("its nonce does not begin with ours") },
	{ "r=x" NONCE ",s=AA==,i=1", 0,
	    REFUSES("its nonce does not begin with ours") },
	{ "r=rOprNGfwEbeRWgbNEkq,s=AA==,i=1", 0,
	    REFUSES("its nonce does not begin with ours") },
	{ "r=" NONCE "x y,s=AA==,i=1", 0, REFUSES("its nonce is no text") },
	{ "r=" NONCE "\xc3\xa4,s=AA==,i=1", 0,
	    REFUSES("its nonce is no text") },
	{ "r=" NONCE "x,s=,i=1", 0, REFUSES("there is no salt") },
	{ "r=" NONCE "x,i=1", 0, REFUSES("there is no salt") },
	{ "r=" NONCE "x,i=1,s=AA==", 0, REFUSES("there is no salt") },
	{ "r=" NONCE "x", 0, REFUSES("there is no salt") },
	{ "r=" NONCE "x,", 0, REFUSES("there is no salt") },
	{ "r=" NONCE "x,s=A,i=1", 0, REFUSES("its salt is no base64") },
	{ "r=" NONCE "x,s=AA=,i=1", 0, REFUSES("its salt is no base64") },
	{ "r=" NONCE "x,s=AA,i=1", 0, REFUSES("its salt is no base64") },
	{ "r=" NONCE "x,s=AA==AA==,i=1", 0, REFUSES("its salt is no base64") },
	{ "r=" NONCE "x,s=AA*=,i=1", 0, REFUSES("its salt is no base64") },
	{ "r=" NONCE "x,s=====,i=1", 0, REFUSES("its salt is no base64") },
	{ "r=" NONCE "x,s=AA==", 0,
	    REFUSES("there is no number of iterations") },
	{ "r=" NONCE "x,s=AA==,x=1,i=1", 0,
	    REFUSES("there is no number of iterations") },
	{ "m=x," FIRST, 0, REFUSES("it demands an extension (m=)") },
	{ "m=", 0, REFUSES("it demands an extension (m=)") },
	{ "s=AA==,i=1", 0, REFUSES("there is no nonce") },
	{ "v=AAAA", 0, REFUSES("there is no nonce") },
	{ "x=," FIRST, 0, REFUSES("there is no nonce") },
	{ "", 0, REFUSES("it is no list of attributes") },
	{ "r", 0, REFUSES("it is no list of attributes") },
	{ "," FIRST, 0, REFUSES("it is no list of attributes") },
	{ "what?", 0, REFUSES("it is no list of attributes") },
	{ FIRST ",", 0, REFUSES("it is no list of attributes") },
	{ FIRST ",,", 0, REFUSES("it is no list of attributes") },
	{ FIRST ",xy", 0, REFUSES("it is no list of attributes") },
	{ "e=", 0, REFUSES("there is no nonce") },
	{ "e=other-error", 0, SASL_TOLD_ERROR, NULL },
};

static void
test_first(void **state)
{
	struct buf out = BUF_INIT(TEXT_MAX);
	enum sasl_step step;
	struct sasl *s;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
		s = begin(&out);
		len =
		    firsts[i].len > 0 ? firsts[i].len : strlen(firsts[i].text);
		step = step_with(s, firsts[i].text, len, &out);
		if (step != firsts[i].step ||
		    (firsts[i].why != NULL &&
			strcmp(sasl_why(s), firsts[i].why) != 0))
			fail_msg("%s: %d, %s", firsts[i].text, (int)step,
			    sasl_why(s));
		assert_false(sasl_may_succeed(s));
		assert_int_equal(out.len, 0);
		if (step != SASL_WORK)
			assert_int_equal(hear(s, FIRST, &out), SASL_UNEXPECTED);
		sasl_free(s); /* also in the middle of the work */
	}
	buf_free(&out);
}

/* No shorter message is taken for the whole. */
static void
test_first_cut(void **state)
{
	struct buf out = BUF_INIT(TEXT_MAX);
	struct sasl *s;
	size_t len;

	(void)state;
	for (len = 0; len < strlen(FIRST); len++) {
		s = begin(&out);
		assert_int_equal(
		    step_with(s, FIRST, len, &out), SASL_UNEXPECTED);
		sasl_free(s);
	}
	buf_free(&out);
}

/* As much salt as a challenge holds. */
static void
test_huge_salt(void **state)
{
	struct buf text = BUF_INIT(TEXT_MAX), out = BUF_INIT(TEXT_MAX);
	char *salt = calloc(1, 40000);
	struct sasl *s = begin(&out);
	size_t pieces;

	(void)state;
	assert_non_null(salt);
	buf_adds(&text, "r=" NONCE "x,s=");
	assert_int_equal(base64_encode(&text, salt, 40000), 0);
	buf_adds(&text, ",i=1");
	assert_int_equal(step_with(s, text.data, text.len, &out), SASL_WORK);
	assert_int_equal(work(s, &out, &pieces), SASL_RESPOND);
	assert_int_equal(pieces, 1);
	sasl_free(s);
	free(salt);
	buf_free(&text);
	buf_free(&out);
}

/* Up to the server's final message; 64 other octets are no proof. */
static const struct {
	const char *text;
	enum sasl_step step;
} finals[] = {
	{ "v=l7pB2fTIYAFrjMeEsTGqfMaF9K0I6KgHIe7IoGq7zUc=", SASL_UNPROVEN },
	{ "v=", SASL_UNPROVEN },
	{ "v=AAAA", SASL_UNPROVEN },
	{ "v=!", SASL_UNPROVEN },
	{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4", SASL_UNPROVEN },
	{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", SASL_RESPOND },
	{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=,x=", SASL_RESPOND },
	{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=AAAA", SASL_UNPROVEN },
	{ "V=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", SASL_UNEXPECTED },
	{ "e=invalid-proof", SASL_TOLD_ERROR },
	{ "e=", SASL_TOLD_ERROR },
	{ "", SASL_UNEXPECTED },
	{ "v", SASL_UNEXPECTED },
	{ FIRST, SASL_UNEXPECTED },
	{ "x=y,v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
	    SASL_UNEXPECTED },
};

static void
test_final(void **state)
{
	const struct vector *v = &vectors[1];
	struct buf out = BUF_INIT(TEXT_MAX);
	enum sasl_step step;
	struct sasl *s;
	size_t i, pieces;

	(void)state;
	for (i = 0; i < sizeof finals / sizeof finals[0]; i++) {
		s = begin(&out);
		assert_int_equal(hear(s, v->server_first, &out), SASL_WORK);
		assert_int_equal(work(s, &out, &pieces), SASL_RESPOND);
		step = hear(s, finals[i].text, &out);
		if (step != finals[i].step ||
		    sasl_is_proven(s) != (step == SASL_RESPOND))
			fail_msg("%s: %d", finals[i].text, (int)step);
		if (step == SASL_TOLD_ERROR) {
			assert_false(sasl_may_succeed(s));
			assert_int_equal(sasl_error_at(s), 2);
		}
		sasl_free(s);
	}
	buf_free(&out);
}

/* What stands in the reply that tells of success. */
static const struct {
	const char *reply;
	enum auth_verdict verdict;
} successes[] = {
#define V "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
/* The same once more in base64. */
#define V64 "dj02cnJpVFJCaTIzV3BSUi93dHVwK21NaFVaVW4vZEI1bkxUSlJzamw5NUc0PQ=="
	{ "235 v=" V "\r\n", AUTH_ACCEPTED },
	{ "235 2.7.0 v=" V "\r\n", AUTH_ACCEPTED },
	{ "235 " V64 "\r\n", AUTH_ACCEPTED },
	{ "235 2.7.0 " V64 " ok\r\n", AUTH_ACCEPTED },
	{ "235-2.7.0 ok\r\n235 2.7.0 v=" V "\r\n", AUTH_ACCEPTED },
	{ "235 2.7.0 ok\r\n", AUTH_UNPROVEN },
	{ "235\r\n", AUTH_UNPROVEN },
	{ "235 " V "\r\n", AUTH_UNPROVEN },
	{ "235 v=AAAA\r\n", AUTH_UNPROVEN },
	{ "235 2.7.0 xv=" V "\r\n", AUTH_UNPROVEN },
	{ "235 2.7.0 v=" V "x\r\n", AUTH_UNPROVEN },
	{ "235 e=invalid-proof\r\n", AUTH_UNPROVEN },
	{ "334 ZT1pbnZhbGlkLXByb29m\r\n", AUTH_RESPOND },
	{ "334 dj1BQUFB\r\n", AUTH_DISTRUST },
	{ "334 !\r\n", AUTH_CANCEL },
	{ "334 \r\n", AUTH_CANCEL },
	{ "334\r\n", AUTH_CANCEL },
	{ "535 5.7.8 no\r\n", AUTH_REJECTED },
	{ "454 4.7.0 later\r\n", AUTH_TEMPORARY },
	{ "501 5.5.2 what?\r\n", AUTH_BROKEN },
};

static enum auth_verdict
hear_reply(struct auth *a, const char *text)
{
	struct smtp_reply r;

	assert_true(smtp_reply_parse(&r, text, strlen(text), NULL) ==
	    (ssize_t)strlen(text));
	return auth_hear(a, &r);
}

/* "334 " and what the vector's server says first. */
static const char server_first[] =
    "334 cj1yT3ByTkdmd0ViZVJXZ2JORWtxTyVodllEcFdVYTJSYVRDQWZ1eEZJbGopaE5sRiRrM"
    "CxzPVcyMlphSjBTTlk3c29Fc1VFamI2Z1E9PSxpPTQwOTY=\r\n";

static void
begin_auth(struct auth *a)
{
	struct buf line = BUF_INIT(1000);

	assert_int_equal(auth_init(a, mech("SCRAM-SHA-256"), &creds, NULL), 0);
	assert_int_equal(auth_command(a, &line), 0);
	assert_string_equal(buf_str(&line),
	    "AUTH SCRAM-SHA-256 "
	    "biwsbj11c2VyLHI9ck9wck5HZndFYmVSV2diTkVrcU8=");
	buf_free(&line);
}

static void
test_success(void **state)
{
	enum auth_verdict verdict;
	struct auth a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof successes / sizeof successes[0]; i++) {
		begin_auth(&a);
		verdict = hear_reply(&a, server_first);
		while (verdict == AUTH_WORK)
			verdict = auth_work(&a);
		assert_int_equal(verdict, AUTH_RESPOND);
		verdict = hear_reply(&a, successes[i].reply);
		if (verdict != successes[i].verdict)
			fail_msg("%s: %d", successes[i].reply, (int)verdict);
		auth_free(&a);
	}
}

/* Then there is no proof of ours either. */
static void
test_early_success(void **state)
{
	struct auth a;

	(void)state;
	begin_auth(&a);
	assert_int_equal(hear_reply(&a, "235 v=" V "\r\n"), AUTH_BROKEN);
	assert_string_equal(a.detail, "235 before the last response was sent");
	auth_free(&a);
}

static void
test_words_of_an_error(void **state)
{
	struct auth a;

	(void)state;
	begin_auth(&a);
	assert_int_equal(
	    hear_reply(&a, "334 ZT11bmtub3duLXVzZXI=\r\n"), AUTH_RESPOND);
	assert_string_equal(buf_str(&a.response), "");
	assert_string_equal(buf_str(&a.error), "unknown-user");
	assert_int_equal(hear_reply(&a, "235 ok\r\n"), AUTH_BROKEN);
	assert_int_equal(hear_reply(&a, "535 no\r\n"), AUTH_REJECTED);
	auth_free(&a);
}

static void
test_detail(void **state)
{
	struct auth a;

	(void)state;
	begin_auth(&a);
	assert_int_equal(hear_reply(&a, "334 bT14LHI9\r\n"), AUTH_CANCEL);
	assert_string_equal(a.detail,
	    "a challenge (334) that SCRAM-SHA-256 refuses: it demands an "
	    "extension (m=)");
	auth_free(&a);
}

/* 18 octets, and others each time. */
static void
test_nonce(void **state)
{
	const struct sasl_creds own = { .user = "u", .secret = "s" };
	struct buf out = BUF_INIT(TEXT_MAX), raw = BUF_INIT(TEXT_MAX);
	char seen[50][25];
	struct sasl *s;
	size_t i, t;

	(void)state;
	for (i = 0; i < 50; i++) {
		s = sasl_start(mech("SCRAM-SHA-1"), &own, NULL);
		assert_int_equal(hear(s, "", &out), SASL_RESPOND);
		assert_memory_equal(out.data, "n,,n=u,r=", 9);
		assert_int_equal(out.len, 9 + 24);
		buf_truncate(&raw, 0);
		assert_int_equal(base64_decode(&raw, out.data + 9, 24), 0);
		assert_int_equal(raw.len, 18);
		strcpy(seen[i], out.data + 9);
		for (t = 0; t < i; t++)
			assert_string_not_equal(seen[i], seen[t]);
		sasl_free(s);
	}
	buf_free(&out);
	buf_free(&raw);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_first_cut),
		cmocka_unit_test(test_huge_salt),
		cmocka_unit_test(test_final),
		cmocka_unit_test(test_success),
		cmocka_unit_test(test_early_success),
		cmocka_unit_test(test_words_of_an_error),
		cmocka_unit_test(test_detail),
		cmocka_unit_test(test_nonce),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
