/*
 * symptom.h - what a peer shows itself to be by its words: another protocol
 * than SMTP, or SMTP that somebody on the way has rewritten.
 */

#ifndef VERDICT_SYMPTOM_H
#define VERDICT_SYMPTOM_H

#include <stdbool.h>

#include "base/buf.h"
#include "check/facts.h"

/* "an IMAP server" and so on, as its first words tell; static, or NULL. */
const char *symptom_protocol(const struct facts *f);

/* Whether the text begins as an SMTP reply does. */
bool symptom_is_smtp(const char *text);

/* Whether the bytes are a TLS alert (RFC 8446, 5.1). */
bool symptom_is_alert(const struct buf *bytes);

/* Whether a middlebox rewrote what the server said in the clear. */
bool symptom_is_rewritten(const struct facts *f);

/* Append what it left in place, if it did: "XXXXXXXA in place of a keyword". */
void symptom_word_rewritten(struct buf *b, const struct facts *f);

#endif
