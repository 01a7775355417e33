/*
 * facts.h - what one check saw and measured.  The probe fills it, the
 * verdict and the presentation read it; nothing in here is a judgement.
 * What came from outside is raw; verdict/wording.h and check/trace.h withhold
 * what the censor recognises before it is put into words.
 */

#ifndef CHECK_FACTS_H
#define CHECK_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "check/baseline.h"
#include "check/phase.h"
#include "check/trace.h"
#include "net/address.h"
#include "net/tls_facts.h"
#include "secret/censor.h"
#include "secret/look.h"
#include "smtp/facts.h"

/* What brought the check to its end. */
enum facts_end {
	END_COMPLETE, /* the dialogue came to its end: see smtp.outcome */
	END_ERROR,    /* see err: usage, secret, timeout or internal */
	END_DNS,      /* see dns_error */
	END_CONNECT,  /* every address failed: see attempts */
	END_TIMEOUT,  /* the deadline passed in phase `reached` */
	END_TLS,      /* see stream_error; in phase `reached` */
};

struct facts_attempt {
	char address[ADDRESS_TEXT_MAX];
	int error; /* errno, 0: it connected or was still trying */
};

/* One look-up, for -vvv. */
struct facts_dns {
	bool asked;
	const char *error; /* static; NULL: it has addresses or is unanswered */
	struct buf addresses; /* blank-separated */
};

/* A phase, or one of the two times that it was gone through. */
struct facts_span {
	enum phase phase;
	int64_t start_us; /* since the first look-up */
	int64_t elapsed_us;
};

enum { FACTS_SPANS_MAX = 16, FACTS_REPLY_MAX = 300, FACTS_TROUBLE_MAX = 400 };

/* That the secret was refused before, and is not sent again. */
struct facts_guard {
	bool held_back;
	int refused;                 /* times */
	int64_t since;               /* the first of them; Unix time */
	int64_t next_try;            /* when it may be sent again */
	char reply[FACTS_REPLY_MAX]; /* the last refusal; one line */
};

struct facts {
	bool begun; /* the first look-up was started */
	enum facts_end end;
	struct err err;
	enum phase reached;  /* the phase in progress at the end */
	const char *hung_in; /* where the deadline struck, if it is no phase;
				static */
	bool run_is_over;    /* it was not its own deadline, but that of all */
	bool secret_world_readable;
	struct secret_look look;    /* at the secret */
	int64_t credential_ends_at; /* what a token is renewed with; 0: not
				       known */
	char credential[32];        /* "client secret" and the like, or "" */
	char remedy[320];           /* where no token was to be had, or "" */
	struct facts_guard guard;
	char guard_trouble[FACTS_TROUBLE_MAX]; /* why there was no guard; "" */
	char state_trouble[FACTS_TROUBLE_MAX]; /* what else was wrong with what
						  is remembered; "" */
	struct baseline_pair *baseline;        /* owned; NULL: not compared */
	char output_error[400]; /* "FILE: why" the answer was not written; "" */

	const char *dns_error;          /* static */
	struct facts_dns dns[2];        /* IPv6, IPv4 */
	struct facts_attempt *attempts; /* owned */
	size_t attempt_count;
	size_t address_count;           /* known when it ended, tried or not */
	char address[ADDRESS_TEXT_MAX]; /* connected to; "" if never */

	struct tls_facts tls;
	bool verified;          /* chain, dates and name, or a pin, are right */
	char stream_error[256]; /* why the stream failed or was closed */
	char plaintext[256];    /* the beginning of what was said in place of a
				   handshake, or "" */

	const struct smtp_facts *smtp; /* owned by the probe; NULL: no greeting
					  was waited for */
	struct trace trace;            /* the dialogue, or its last exchange */

	bool phase_done[PHASES];
	int64_t phase_us[PHASES]; /* time spent, finished or not */
	struct facts_span spans[FACTS_SPANS_MAX]; /* in the order of time */
	size_t span_count;
	int64_t total_us;            /* from the first look-up to the end */
	int64_t now_unix;            /* wall clock, for dates */
	const struct censor *censor; /* borrowed; NULL: there is no secret */
};

/* Whole seconds that the token has left by what it tells; token.has_expiry. */
int64_t facts_token_ttl(const struct facts *f);

/* Whole days, rounded down, that the credential has left. */
int64_t facts_credential_days(const struct facts *f);

enum { FACTS_ADDRESSES_MAX = 16 * 1024 };

/* Ready to be filled; it is large, and so is made only once. */
#define FACTS_INIT(how_it_ends)                                                \
	{                                                                      \
		.end = (how_it_ends), .trace = TRACE_INIT,                     \
		.dns = { { .addresses = BUF_INIT(FACTS_ADDRESSES_MAX) },       \
			{ .addresses = BUF_INIT(FACTS_ADDRESSES_MAX) } }       \
	}

/* The same, with END_COMPLETE, for facts that are there already. */
void facts_init(struct facts *f);

/* Release what *f owns. */
void facts_free(struct facts *f);

#endif
