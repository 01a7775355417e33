/*
 * censor.h - recognise a secret in text from outside, raw or in base64, so
 * that nothing that a peer echoes back is shown.
 */

#ifndef SECRET_CENSOR_H
#define SECRET_CENSOR_H

#include <stdbool.h>
#include <stddef.h>

/* What a text is replaced with, whole. */
#define CENSOR_TEXT "[withheld: holds the secret]"

struct censor;

/*
 * Look for secret (borrowed until censor_free(); NULL or shorter than 4
 * octets: for nothing).  The forms of it to look for are kept in memory that
 * is locked.  Returns NULL when memory is exhausted.
 */
struct censor *censor_new(const char *secret);

/* Wipe and release.  Accepts NULL. */
void censor_free(struct censor *c);

/*
 * Whether text[0..len) holds the secret raw or in base64 at any of its three
 * alignments, also when it is broken over the lines of one reply, at a blank
 * or anywhere else.
 */
bool censor_holds(const struct censor *c, const char *text, size_t len);

#endif
