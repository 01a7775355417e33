/*
 * facts.h - what a dialogue showed: how it ended, what was said, what came of
 * the login.  Whoever judges it needs nothing of the machine that fills it.
 */

#ifndef SMTP_FACTS_H
#define SMTP_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "smtp/reply.h"
#include "smtp/sasl.h"

/* What is being timed.  Each state belongs to exactly one phase. */
enum smtp_phase {
	SMTP_PHASE_TLS,
	SMTP_PHASE_GREETING,
	SMTP_PHASE_EHLO,
	SMTP_PHASE_STARTTLS,
	SMTP_PHASE_AUTH,
	SMTP_PHASE_ENVELOPE,
	SMTP_PHASE_QUIT,
};

enum smtp_tls { SMTP_TLS_NONE, SMTP_TLS_STARTTLS, SMTP_TLS_IMPLICIT };

/* How the dialogue ended: the first cause. */
enum smtp_outcome {
	SMTP_OK,                 /* everything asked for was done */
	SMTP_GREETING_REFUSED,   /* 4xx or 5xx greeting */
	SMTP_EHLO_REFUSED,       /* 4xx or 5xx to EHLO */
	SMTP_STARTTLS_MISSING,   /* not offered, or refused */
	SMTP_STARTTLS_INJECTION, /* bytes in the clear after STARTTLS */
	SMTP_SERVER_UNVERIFIED,  /* it was left because of its certificate */
	SMTP_MECHANISM_MISSING,  /* no wanted mechanism is offered */
	SMTP_MECHANISM_REFUSED,  /* the AUTH command itself was turned down */
	SMTP_SECRET_HELD_BACK,   /* connection not protected or not verified */
	SMTP_SECRET_TOO_LONG,    /* the response would exceed the limit */
	SMTP_SECRET_WITHHELD,    /* as it was asked for */
	SMTP_AUTH_REJECTED,      /* 5xx: the credential was refused */
	SMTP_AUTH_TEMPORARY,     /* 4xx: the server cannot decide now */
	SMTP_SERVER_UNPROVEN, /* it does not prove that it knows the secret */
	SMTP_SENDER_REFUSED,  /* MAIL FROM, or RCPT TO because of the sender */
	SMTP_RECIPIENT_REFUSED, /* RCPT TO */
	SMTP_UTF8_MISSING,      /* SMTPUTF8 is needed and not offered */
	SMTP_PROTOCOL_BROKEN,   /* the peer does not speak SMTP */
	SMTP_DISCONNECTED,      /* the peer closed before the end, or said 421
				   once the login was over */
	SMTP_NO_MEMORY,
	SMTP_OUTCOMES,
};

enum smtp_login {
	SMTP_LOGIN_NOT_TRIED, /* AUTH was not sent */
	SMTP_LOGIN_UNDECIDED, /* AUTH was sent, the credential not judged */
	SMTP_LOGIN_ACCEPTED,
	SMTP_LOGIN_REJECTED,
};

/* Why a mechanism that is wanted and offered was passed over. */
enum smtp_passed {
	SMTP_PASSED_NONE,
	SMTP_PASSED_NO_TLS,     /* it would reveal the secret */
	SMTP_PASSED_UNVERIFIED, /* likewise, to an unverified server */
	SMTP_PASSED_UNBOUND,    /* the connection has nothing to bind to */
	SMTP_PASSED_LACKING,    /* the library does not compute its digest */
};

/* A reply kept.  code is 0 and the text empty if there was none. */
struct smtp_answer {
	int code;
	struct buf text; /* the whole reply, line ends included */
};

/* What the dialogue showed; owned by who fills it. */
struct smtp_facts {
	enum smtp_outcome outcome;
	enum smtp_phase ended_in; /* the phase in which the outcome was set */
	/*
	 * In words what goes beyond the reply, for MECHANISM_*, TOO_LONG and
	 * PROTOCOL_BROKEN; otherwise empty.
	 */
	char detail[256];
	enum smtp_login login;
	const struct sasl_mech *mech;   /* chosen, also when nothing was sent */
	const struct sasl_mech *passed; /* the first that was passed over */
	enum smtp_passed passed_for;    /* and why */
	unsigned long iterations; /* that the key's derivation takes; 0: none */
	bool working;             /* and was under way at the end */
	size_t response_len;      /* base64 characters last sent for AUTH */
	bool tls;                 /* a handshake was done */
	bool secret_needs_tls;    /* why it was held back: no TLS, else */
	struct smtp_answer greeting;   /* unverified server */
	struct smtp_answer ehlo_clear; /* EHLO's reply before TLS */
	struct smtp_answer ehlo;       /* the EHLO reply that counts */
	struct smtp_answer last;       /* the reply that decided, or the last */
	bool malformed;                /* what broke the protocol is no reply,
					  so not `last' but the babble */
	struct buf challenge_error;    /* XOAUTH2's error, decoded, or empty */
	struct buf babble; /* what came in place of a reply before AUTH was
			      sent, as far as it had come; NULs possible */
	struct smtp_answer *command_answers; /* one for each command */
};

/* A reply kept, for the parsers of smtp/reply.h; it borrows from a. */
struct smtp_reply smtp_answer_reply(const struct smtp_answer *a);

#endif
