/*
 * smtp_client.h - the SMTP dialogue, from greeting to QUIT, as a machine.
 *
 * Bytes from the server go in, bytes for the server come out.  The machine
 * owns no socket and reads no clock: app/probe.c moves the bytes and stamps
 * the phases, and the unit tests replay whole dialogues without a network.
 * It collects facts and judges none of them; app/verdict.c does.
 */

#ifndef SMTP_CLIENT_H
#define SMTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "smtp/sasl.h"
#include "smtp/reply.h"

/* What the machine needs before it can go on. */
enum smtp_want {
	SMTP_WANT_READ,  /* hand over bytes with smtp_client_input() */
	SMTP_WANT_WRITE, /* send smtp_client_output(), report with _sent() */
	SMTP_WANT_TLS,   /* do the handshake, then smtp_client_tls_done() */
	SMTP_END,        /* nothing; the facts are complete */
};

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
	SMTP_SERVER_UNVERIFIED,  /* smtp_client_leave() was called */
	SMTP_MECHANISM_MISSING,  /* no wanted mechanism is offered */
	SMTP_MECHANISM_REFUSED,  /* the AUTH command itself was turned down */
	SMTP_SECRET_HELD_BACK,   /* connection not protected or not verified */
	SMTP_SECRET_TOO_LONG,    /* the response would exceed the limit */
	SMTP_AUTH_REJECTED,      /* 5xx: the credential was refused */
	SMTP_AUTH_TEMPORARY,     /* 4xx: the server cannot decide now */
	SMTP_SENDER_REFUSED, /* MAIL FROM, or RCPT TO because of the sender */
	SMTP_RECIPIENT_REFUSED, /* RCPT TO */
	SMTP_PROTOCOL_BROKEN,   /* the peer does not speak SMTP */
	SMTP_DISCONNECTED,      /* the peer closed before the end */
	SMTP_NO_MEMORY,
	SMTP_OUTCOMES,
};

enum smtp_login {
	SMTP_LOGIN_NOT_TRIED, /* AUTH was not sent */
	SMTP_LOGIN_UNDECIDED, /* AUTH was sent, the credential not judged */
	SMTP_LOGIN_ACCEPTED,
	SMTP_LOGIN_REJECTED,
};

struct smtp_params {
	const char *ehlo_name; /* our name, or an address literal */
	bool lmtp;             /* LHLO instead of EHLO (RFC 2033) */
	enum smtp_tls tls;
	const struct sasl_creds *creds; /* NULL: no login is tried */
	/* Mechanisms allowed, in order of preference; none without creds. */
	const struct sasl_mech *const *mechs;
	size_t mech_count;
	bool allow_cleartext;        /* send secrets without TLS */
	bool allow_unverified;       /* send secrets to an unverified server */
	const char *from;            /* MAIL FROM, NULL: not sent */
	const char *rcpt;            /* RCPT TO, NULL: not sent */
	const char *const *commands; /* sent after the envelope, each a line */
	size_t command_count;
	/*
	 * What was said: '<' a whole reply of the server, line ends included
	 * and challenges replaced, or the babble of the facts; '>' a line of
	 * ours with secrets replaced;
	 * '=' the state entered.  Not made printable.  May be NULL.
	 */
	void (*trace)(void *arg, char direction, const char *text, size_t len);
	void *trace_arg;
};

/* A reply kept.  code is 0 and the text empty if there was none. */
struct smtp_answer {
	int code;
	struct buf text; /* the whole reply, line ends included */
};

/* What the dialogue showed; owned by the machine. */
struct smtp_facts {
	enum smtp_outcome outcome;
	enum smtp_phase ended_in; /* the phase in which the outcome was set */
	/*
	 * In words what goes beyond the reply, for MECHANISM_*, TOO_LONG and
	 * PROTOCOL_BROKEN; otherwise empty.
	 */
	char detail[256];
	const char *refused_command; /* "MAIL FROM" or "RCPT TO", or NULL */
	enum smtp_login login;
	const struct sasl_mech *mech; /* chosen, also when nothing was sent */
	size_t response_len;          /* base64 characters last sent for AUTH */
	bool tls;                     /* a handshake was done */
	bool secret_needs_tls;        /* why it was held back: no TLS, else */
	struct smtp_answer greeting;  /* unverified server */
	struct smtp_answer ehlo_clear; /* EHLO's reply before TLS */
	struct smtp_answer ehlo;       /* the EHLO reply that counts */
	struct smtp_answer last;       /* the reply that decided, or the last */
	struct buf challenge_error;    /* XOAUTH2's error, decoded, or empty */
	struct buf babble; /* what came in place of a reply before AUTH was
			      sent, as far as it had come; NULs possible */
	struct smtp_answer *command_answers; /* one for each command */
};

struct smtp_client;

/*
 * Start a dialogue.  params is copied, what it points at is borrowed until
 * smtp_client_free().  Returns NULL only when memory is exhausted.
 */
struct smtp_client *smtp_client_new(const struct smtp_params *params);

/* Wipe and release, the facts too.  Accepts NULL. */
void smtp_client_free(struct smtp_client *c);

/* What to do next; constant until one of the calls below changes it. */
enum smtp_want smtp_client_want(const struct smtp_client *c);

/* The phase in progress, for the caller's stopwatch. */
enum smtp_phase smtp_client_phase(const struct smtp_client *c);

/*
 * Whether all that matters is known and the machine is only taking its leave
 * (RSET, QUIT): nothing that fails from here on changes the facts.
 */
bool smtp_client_is_leaving(const struct smtp_client *c);

/* Whether the reply to QUIT has come. */
bool smtp_client_has_quit(const struct smtp_client *c);

/* Bytes arrived; len == 0 means that the server closed the connection. */
void smtp_client_input(struct smtp_client *c, const char *data, size_t len);

/* The bytes waiting to be sent, valid until the next call on c. */
const char *smtp_client_output(const struct smtp_client *c, size_t *len);

/* n of those bytes have been sent. */
void smtp_client_sent(struct smtp_client *c, size_t n);

/*
 * The TLS handshake asked for by SMTP_WANT_TLS has succeeded.  verified tells
 * whether the server is the one that it should be.
 */
void smtp_client_tls_done(struct smtp_client *c, bool verified);

/*
 * Instead of smtp_client_tls_done(): the handshake was done, but the server
 * must not be used.  The machine takes its leave with QUIT.
 */
void smtp_client_leave(struct smtp_client *c);

/* Bytes in the clear were seen after the reply to STARTTLS (RFC 3207, 5). */
void smtp_client_injected(struct smtp_client *c);

/* The facts so far; owned by c, growing until SMTP_END. */
const struct smtp_facts *smtp_client_facts(const struct smtp_client *c);

/* A reply kept, for the parsers of smtp/reply.h; it borrows from a. */
struct smtp_reply smtp_client_reply(const struct smtp_answer *a);

#endif
