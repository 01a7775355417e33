/*
 * dialogue.h - read the files of tests/dialogues, conversations as data.
 * play.h plays them.
 *
 *	# comment                     the first line says what is shown
 *	key: value                    settings, before the first step:
 *	    tls: none|starttls|implicit      (starttls)
 *	    user, password or token          a login is wanted
 *	    mechs: PLAIN,LOGIN               what may be used, in this order
 *	    authzid, from, rcpt, command     (command may be repeated)
 *	    lmtp, allow-cleartext, unverified, allow-unverified: yes
 *	S: text                       the server sends text CRLF
 *	R: text                       the server sends text with \r \n \0 \xHH
 *	C: text                       the client must send text CRLF
 *	TLS                           the handshake
 *	CLOSE                         the server closes
 *	END condition                 how the check must end, or none; "END x as
 *	                              y": the machine's x is judged to be y
 */

#ifndef TESTS_UNIT_DIALOGUE_H
#define TESTS_UNIT_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "smtp_client.h"

enum dialogue_kind {
	DIALOGUE_SERVER, /* bytes with CRLF */
	DIALOGUE_RAW,    /* bytes as they are */
	DIALOGUE_CLIENT, /* bytes with CRLF */
	DIALOGUE_TLS,
	DIALOGUE_CLOSE,
};

enum {
	DIALOGUE_STEPS = 128,
	DIALOGUE_LIST = 16, /* mechanisms, commands */
};

/* What SCRAM's nonce is, for what follows from it to be written down. */
#define DIALOGUE_NONCE "rOprNGfwEbeRWgbNEkqO"

struct dialogue_step {
	enum dialogue_kind kind;
	const char *bytes;
	size_t len;
	int line;
};

struct dialogue {
	char *text, *bytes; /* what the pointers below point into */
	char *user, *password, *token, *authzid, *from, *rcpt, *end;
	enum smtp_tls tls;
	bool lmtp, allow_cleartext, unverified, allow_unverified;
	const struct sasl_mech *mechs[DIALOGUE_LIST];
	size_t mech_count;
	const char *commands[DIALOGUE_LIST];
	size_t command_count;
	struct dialogue_step steps[DIALOGUE_STEPS];
	size_t step_count;
	enum smtp_outcome outcome; /* what end stands for */
	char fault[200];
};

/*
 * Read text[0..len).  Returns 0, or -1 with d->fault set.  Release it with
 * dialogue_free() in both cases.
 */
int dialogue_parse(struct dialogue *d, const char *text, size_t len);

/* The same with the file at path. */
int dialogue_load(struct dialogue *d, const char *path);

void dialogue_free(struct dialogue *d);

/* The condition that an outcome stands for; static. */
const char *dialogue_condition(enum smtp_outcome outcome);

#endif
