/*
 * scram_message.h - take a SCRAM server's messages apart (RFC 5802, 7).  It
 * computes nothing.
 */

#ifndef SMTP_SCRAM_MESSAGE_H
#define SMTP_SCRAM_MESSAGE_H

#include <stddef.h>

#include "base/buf.h"

/* More would be there to keep us busy, or to tell nobody anything new. */
enum { SCRAM_ITERATIONS_MAX = 2000000 };

struct scram_first {
	const char *nonce; /* whole, ours at its front; in the message */
	size_t nonce_len;
	struct buf salt; /* decoded */
	unsigned long iterations;
};

/*
 * Read the server's first message, to a client that sent the nonce.  Returns
 * NULL, or why it is refused, as sasl_why() puts it; static.  out->salt is to
 * be released either way.
 */
const char *scram_message_first(
    struct scram_first *out, const char *nonce, const char *text, size_t len);

enum scram_final {
	SCRAM_FINAL_PROOF,    /* v=, and it is the signature */
	SCRAM_FINAL_NO_PROOF, /* v=, and it is not */
	SCRAM_FINAL_ERROR,    /* e= */
	SCRAM_FINAL_OTHER,
};

/* Read the server's final message: is signature[0..size) in it? */
enum scram_final scram_message_final(
    const char *text, size_t len, const unsigned char *signature, size_t size);

#endif
