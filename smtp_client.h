/*
 * smtp_client.h - the SMTP dialogue, from greeting to QUIT, as a machine.
 *
 * Bytes from the server go in, bytes for the server come out.  The machine
 * owns no socket and reads no clock: its caller moves the bytes and stamps the
 * phases, and the unit tests replay whole dialogues without a network.  It
 * collects facts and judges none of them.
 */

#ifndef SMTP_CLIENT_H
#define SMTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "smtp/facts.h"
#include "smtp/sasl.h"

/* What the machine needs before it can go on. */
enum smtp_want {
	SMTP_WANT_READ,  /* hand over bytes with smtp_client_input() */
	SMTP_WANT_WRITE, /* send smtp_client_output(), report with _sent() */
	SMTP_WANT_TLS,   /* do the handshake, then smtp_client_tls_done() */
	SMTP_WANT_WORK,  /* smtp_client_work(), when nothing else is due */
	SMTP_END,        /* nothing; the facts are complete */
};

struct smtp_params {
	const char *ehlo_name; /* our name, or an address literal */
	bool lmtp;             /* LHLO instead of EHLO (RFC 2033) */
	enum smtp_tls tls;
	const struct sasl_creds *creds; /* NULL: no login is tried */
	/* Mechanisms allowed, in order of preference; none without creds. */
	const struct sasl_mech *const *mechs;
	size_t mech_count;
	bool withhold;               /* leave where AUTH would be sent */
	bool allow_cleartext;        /* send secrets without TLS */
	bool allow_unverified;       /* send secrets to an unverified server */
	const char *from;            /* MAIL FROM, NULL: not sent */
	const char *rcpt;            /* RCPT TO, NULL: not sent */
	const char *const *commands; /* sent after the envelope, each a line */
	size_t command_count;
	/*
	 * What was said: '<' a whole reply of the server, line ends included
	 * and challenges replaced, or the babble of the facts; '>' a line of
	 * ours with secrets replaced; '=' the state entered.  Not made
	 * printable.  May be NULL.
	 */
	void (*trace)(void *arg, char direction, const char *text, size_t len);
	void *trace_arg;
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

/*
 * Nothing more will come in time: what came and is no whole reply is kept in
 * the facts.  The dialogue is not at its end by that.
 */
void smtp_client_run_out(struct smtp_client *c);

/* The bytes waiting to be sent, valid until the next call on c. */
const char *smtp_client_output(const struct smtp_client *c, size_t *len);

/* n of those bytes have been sent. */
void smtp_client_sent(struct smtp_client *c, size_t n);

/*
 * Compute for some milliseconds at most, as SMTP_WANT_WORK asks.  Until it asks
 * for something else nothing is to be read: the answer to what is computed
 * cannot be there yet.
 */
void smtp_client_work(struct smtp_client *c);

/*
 * The TLS handshake asked for by SMTP_WANT_TLS has succeeded.  verified tells
 * whether the server is the one that it should be; channel is what a mechanism
 * may bind to, copied, NULL for nothing.
 */
void smtp_client_tls_done(
    struct smtp_client *c, bool verified, const struct sasl_channel *channel);

/*
 * Instead of smtp_client_tls_done(): the handshake was done, but the server
 * must not be used.  The machine takes its leave with QUIT.
 */
void smtp_client_leave(struct smtp_client *c);

/* Bytes in the clear were seen after the reply to STARTTLS (RFC 3207, 5). */
void smtp_client_injected(struct smtp_client *c);

/* The facts so far; owned by c, growing until SMTP_END. */
const struct smtp_facts *smtp_client_facts(const struct smtp_client *c);

#endif
