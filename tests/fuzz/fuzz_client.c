/*
 * fuzz_client.c - a whole dialogue, from the server's bytes to the answer.
 * Input: HEAD bytes that choose the options and the credentials, then what
 * the server sends.  NEXT ends what comes in one packet, INJECT after the
 * reply to STARTTLS stands for bytes in the clear; the end is the server's
 * close.  seeds.py makes such inputs of tests/dialogues.
 */

#include "base/base64.h"
#include "check/trace.h"
#include "options/options.h"
#include "present/present.h"
#include "smtp_client.h"
#include "tests/fuzz/answer.h"
#include "tests/fuzz/fuzz.h"
#include "verdict/verdict.h"

enum {
	HEAD = 8,
	NEXT = 0xfe,
	INJECT = 0xff,
	SECRET_MAX_BYTES = 24 * 1024,
	TEXT_MAX = 4 * 1024 * 1024,
	LINE_MAX_BYTES = 16 * 1024,
	NEEDLES = 4,
	SHORTEST = 8, /* a needle that no other word of ours holds by chance */
	COMMANDS = 3,
};

struct run {
	const uint8_t *head, *data, *end;
	struct smtp_params params;
	struct sasl_creds creds;
	const struct sasl_mech *mechs[16];
	const char *commands[COMMANDS];
	char *secret;
	struct buf needles[NEEDLES];
	struct smtp_client *c;
	const struct smtp_facts *f;
	struct trace trace;
	bool echoed; /* the server's bytes hold the secret */
	bool over;   /* the server has closed */
	bool faulty; /* the server is unverified and used all the same */
	bool left;   /* it is taking its leave */
	size_t replies, lines, auths, secrets, works;
	enum smtp_outcome outcome;
};

static bool
holds_secret(const struct run *r, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < NEEDLES; i++)
		if (r->needles[i].len >= SHORTEST &&
		    memmem(text, len, r->needles[i].data, r->needles[i].len) !=
			NULL)
			return true;
	return false;
}

static void
on_trace(void *arg, char direction, const char *text, size_t len)
{
	struct run *r = arg;

	MUST(direction == '<' || direction == '>' || direction == '=');
	MUST(!holds_secret(r, text, len) || (direction == '<' && r->echoed));
	r->replies += direction == '<';
	if (direction != '=')
		trace_add(&r->trace, direction, text, len);
}

/* A long one takes few bytes of the input. */
static void
make_secret(struct run *r)
{
	static const char pattern[] = "kP~7^q`W3|zX}5{m";
	size_t len = (size_t)r->head[4] << (r->head[5] & 7), i, last;
	static const size_t first[] = { 0, 2, 3 };
	struct buf raw = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX);

	len = len > SECRET_MAX_BYTES ? SECRET_MAX_BYTES : len;
	MUST((r->secret = malloc(len + 1)) != NULL);
	for (i = 0; i < len; i++)
		r->secret[i] = pattern[(i + i / 16) % 16];
	r->secret[len] = '\0';
	for (i = 0; i < NEEDLES; i++)
		r->needles[i] = (struct buf)BUF_INIT(TEXT_MAX);
	MUST(buf_add(&r->needles[0], r->secret, len) == 0);
	for (i = 0; i < 3 && len >= SHORTEST; i++) {
		buf_truncate(&raw, 0);
		buf_truncate(&text, 0);
		MUST(buf_add(&raw, "xx", i) == 0);
		MUST(buf_adds(&raw, r->secret) == 0);
		MUST(base64_encode(&text, raw.data, raw.len) == 0);
		last = raw.len * 8 / 6;
		MUST(buf_add(&r->needles[1 + i], text.data + first[i],
			 last - first[i]) == 0);
	}
	buf_free(&raw);
	buf_free(&text);
}

static void
choose_params(struct run *r)
{
	static const char *const addresses[] = { NULL, "alice@example.org", "",
		"\xc3\xa4@example.org" };
	const uint8_t *h = r->head;
	size_t i, n = 0;

	for (i = 0; sasl_mechs[i].name != NULL; i++)
		if (h[1] >> (i % 8) & 1)
			r->mechs[n++] = &sasl_mechs[i];
	r->creds = (struct sasl_creds){ .nonce = "rOprNGfwEbeRWgbNEkqO",
		.user = "alice@example.org",
		.authzid = h[2] & 1 ? "admin" : NULL,
		.secret = r->secret,
		.host = "mail.example.org",
		.port = 587 };
	for (i = 0; i < COMMANDS; i++)
		r->commands[i] = "NOOP";
	r->params = (struct smtp_params){ .ehlo_name = "probe.example.org",
		.lmtp = h[0] & 4,
		.tls = (enum smtp_tls)(h[0] % 4 % 3),
		.creds = n > 0 ? &r->creds : NULL,
		.mechs = r->mechs,
		.mech_count = n,
		.allow_cleartext = h[0] & 8,
		.allow_unverified = h[0] & 16,
		.from = addresses[h[2] >> 1 & 3],
		.rcpt = h[2] >> 1 & 3 ? addresses[h[2] >> 3 & 1] : NULL,
		.commands = r->commands,
		.command_count = h[3] % (COMMANDS + 1),
		.trace = on_trace,
		.trace_arg = r };
}

static bool
starts(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

static void
check_auth(struct run *r, const char *line, size_t len)
{
	const struct sasl_mech *m = r->f->mech;
	struct smtp_reply ehlo = smtp_answer_reply(&r->f->ehlo);

	MUST(++r->auths == 1 && len <= 500);
	MUST(r->params.creds != NULL && m != NULL);
	MUST(starts(line + 5, m->name));
	MUST(smtp_reply_offers_mechanism(&ehlo, m->name));
	MUST(r->f->login == SMTP_LOGIN_UNDECIDED);
}

/* The secret goes out once, and only where it may. */
static void
check_secret(struct run *r)
{
	bool verified = r->head[0] & 32;

	MUST(++r->secrets == 1);
	MUST(r->params.creds != NULL && r->auths == 1);
	if (r->f->tls)
		MUST(verified || r->params.allow_unverified);
	else
		MUST(r->params.allow_cleartext);
}

static void
check_line(struct run *r, const char *line, size_t len)
{
	MUST(len >= 2 && len <= LINE_MAX_BYTES);
	MUST(memcmp(line + len - 2, "\r\n", 2) == 0);
	MUST(strcspn(line, "\r\n") == len - 2);
	/* Nothing but the way to TLS before TLS that is required. */
	if (r->params.tls == SMTP_TLS_STARTTLS && !r->f->tls)
		MUST(starts(line, "EHLO ") || starts(line, "LHLO ") ||
		    starts(line, "STARTTLS\r") || starts(line, "QUIT\r"));
	if (r->params.tls == SMTP_TLS_IMPLICIT)
		MUST(r->f->tls);
	if (starts(line, "AUTH "))
		check_auth(r, line, len);
	if (holds_secret(r, line, len))
		check_secret(r);
	/* It says nothing unasked: a reply stands before each line. */
	MUST(++r->lines <= r->replies + 1);
}

static void
write_out(struct run *r)
{
	size_t len, n, step = r->head[6] % 32;
	const char *out = smtp_client_output(r->c, &len);
	size_t left = len;

	check_line(r, out, len);
	for (; left > 0; left -= n) {
		MUST(smtp_client_want(r->c) == SMTP_WANT_WRITE);
		smtp_client_output(r->c, &n);
		MUST(n == left);
		n = step > 0 && step < left ? step : left;
		smtp_client_sent(r->c, n);
	}
}

static void
handshake(struct run *r)
{
	bool verified = r->head[0] & 32;

	if (r->data < r->end && *r->data == INJECT) {
		r->data++;
		smtp_client_injected(r->c);
	} else if (verified || r->head[0] & 64) {
		r->faulty = !verified;
		smtp_client_tls_done(r->c, verified, NULL);
	} else {
		smtp_client_leave(r->c);
	}
}

/* One packet, perhaps in pieces; between them it may speak. */
static void
read_in(struct run *r)
{
	const uint8_t *stop = memchr(r->data, NEXT, (size_t)(r->end - r->data));
	size_t step = r->head[7] % 64, n;
	char *piece;

	stop = stop != NULL ? stop : r->end;
	if (r->data == stop) {
		r->over = true;
		smtp_client_input(r->c, "", 0);
		return;
	}
	n = (size_t)(stop - r->data);
	n = step > 0 && step < n ? step : n;
	piece = malloc(n);
	MUST(piece != NULL);
	memcpy(piece, r->data, n);
	r->data += n;
	if (r->data == stop && stop < r->end)
		r->data++;
	smtp_client_input(r->c, piece, n);
	free(piece);
}

/* What can be said at any time. */
static void
check_facts(struct run *r)
{
	if (r->left)
		MUST(r->f->outcome == r->outcome);
	r->left = r->left || smtp_client_is_leaving(r->c);
	MUST(r->outcome == SMTP_OK || r->f->outcome == r->outcome);
	r->outcome = r->f->outcome;
	MUST(r->outcome < SMTP_OUTCOMES && r->outcome != SMTP_NO_MEMORY);
	MUST(memchr(r->f->detail, '\0', sizeof r->f->detail) != NULL);
}

static void
talk(struct run *r)
{
	size_t turns = 0, most = 8 * (size_t)(r->end - r->data) + 64;

	while (smtp_client_want(r->c) != SMTP_END) {
		MUST(++turns < most);
		switch (smtp_client_want(r->c)) {
		case SMTP_WANT_WRITE:
			write_out(r);
			break;
		case SMTP_WANT_TLS:
			handshake(r);
			break;
		case SMTP_WANT_READ:
			MUST(!r->over);
			read_in(r);
			break;
		case SMTP_WANT_WORK:
			/* Nobody waits for 2,000,000 iterations. */
			if (++r->works <= 4)
				smtp_client_work(r->c);
			else
				smtp_client_input(r->c, "", 0);
			break;
		case SMTP_END:
		default:
			MUST(false);
		}
		check_facts(r);
	}
}

static void
check_end(const struct run *r)
{
	const struct smtp_facts *f = r->f;

	MUST((f->login == SMTP_LOGIN_NOT_TRIED) == (r->auths == 0));
	MUST((f->login == SMTP_LOGIN_REJECTED) ==
	    (f->outcome == SMTP_AUTH_REJECTED));
	switch (f->outcome) {
	case SMTP_OK:
		MUST(f->login ==
		    (r->params.creds != NULL ? SMTP_LOGIN_ACCEPTED
					     : SMTP_LOGIN_NOT_TRIED));
		break;
	case SMTP_SECRET_HELD_BACK:
		MUST(f->secret_needs_tls == !f->tls && r->secrets == 0);
		/* FALLTHROUGH */
	case SMTP_MECHANISM_MISSING:
	case SMTP_SECRET_TOO_LONG:
	case SMTP_SECRET_WITHHELD:
	case SMTP_STARTTLS_MISSING:
	case SMTP_STARTTLS_INJECTION:
	case SMTP_SERVER_UNVERIFIED:
	case SMTP_GREETING_REFUSED:
		MUST(r->auths == 0);
		break;
	case SMTP_EHLO_REFUSED: /* perhaps at RCPT only */
		MUST(f->login != SMTP_LOGIN_UNDECIDED);
		break;
	case SMTP_AUTH_TEMPORARY:
	case SMTP_SERVER_UNPROVEN:
	case SMTP_MECHANISM_REFUSED:
		MUST(f->login == SMTP_LOGIN_UNDECIDED);
		break;
	case SMTP_SENDER_REFUSED:
	case SMTP_RECIPIENT_REFUSED:
	case SMTP_UTF8_MISSING:
		MUST(r->params.from != NULL);
		MUST(f->login != SMTP_LOGIN_UNDECIDED);
		break;
	case SMTP_AUTH_REJECTED:
	case SMTP_PROTOCOL_BROKEN:
	case SMTP_DISCONNECTED:
	case SMTP_NO_MEMORY:
	case SMTP_OUTCOMES:
		break;
	}
}

static char *
copy(const char *s)
{
	char *own = NULL;

	MUST(s == NULL || (own = strdup(s)) != NULL);
	return own;
}

/* What is printed of it, in each format, as text with all details. */
static void
check_answer(struct run *r, size_t format)
{
	char name[] = "check_smtp_auth", host[] = "-Hmail.example.org";
	char port[] = "-p587", more[] = "-vvv", user[] = "-Ualice@example.org";
	char from[] = "--password-from=stdin";
	char insecure[] = "--insecure", verbose[] = "-v";
	char *argv[] = { name, host, port, more, insecure, user, from, NULL };
	struct buf out = BUF_INIT(TEXT_MAX);
	struct censor *censor = censor_new(r->secret, NULL);
	struct options o;
	struct verdict v;
	struct facts f;
	struct err e;
	struct present_style style = { .verbosity = 3 };

	if (!r->faulty)
		argv[4] = verbose;
	MUST(options_parse(
		 &o, r->params.creds != NULL ? 7 : 5, argv, NULL, &e) == 0);
	o.check.from = copy(r->params.from);
	o.check.rcpt = copy(r->params.rcpt);
	facts_init(&f);
	f.begun = true;
	f.smtp = r->f;
	f.reached = PHASE_QUIT;
	f.verified = r->head[0] & 32;
	style.verbosity = o.verbosity;
	MUST(censor != NULL);
	f.censor = censor;
	f.tls.done = r->f->tls;
	f.tls.has_certificate = f.tls.chain_judged = true;
	f.tls.name_matches = r->head[0] & 32;
	f.trace = r->trace; /* and freed with them */
	MUST(verdict_reach(&v, &f, &o.check) == 0);
	MUST((v.condition == CONDITION_NONE) == (v.finding_count == 0));
	MUST((v.state == STATUS_OK) == (r->f->outcome == SMTP_OK));
	MUST(present(&out, report_formats[format], &v, &f, &o.check, &style) ==
	    0);
	answer_check(&out, report_formats[format]);
	MUST(!holds_secret(r, buf_str(&out), out.len));
	buf_free(&out);
	verdict_free(&v);
	facts_free(&f);
	censor_free(censor);
	options_free(&o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = { .head = data };
	size_t i;

	if (size < HEAD)
		return 0;
	trace_init(&r.trace);
	r.trace.whole = true;
	r.data = data + HEAD;
	r.end = data + size;
	make_secret(&r);
	choose_params(&r);
	r.echoed = holds_secret(&r, (const char *)r.data, size - HEAD);
	MUST((r.c = smtp_client_new(&r.params)) != NULL);
	r.f = smtp_client_facts(r.c);
	talk(&r);
	check_end(&r);
	check_answer(&r, data[3] / 4 % 3);
	smtp_client_free(r.c);
	free(r.secret);
	for (i = 0; i < NEEDLES; i++)
		buf_free(&r.needles[i]);
	return 0;
}
