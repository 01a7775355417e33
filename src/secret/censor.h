/*
 * censor.h - recognise a secret, or a piece of it, in text from outside, raw
 * or in base64, so that nothing that a peer echoes back is shown.
 */

#ifndef SECRET_CENSOR_H
#define SECRET_CENSOR_H

#include <stdbool.h>
#include <stddef.h>

/* What a text is replaced with, whole. */
#define CENSOR_TEXT "[withheld: holds the secret]"

/*
 * How many octets in a row make a piece.  Fewer would match by chance: so a
 * secret shorter than that counts as a whole, and under CENSOR_SHORTEST it is
 * not looked for.
 */
enum {
	CENSOR_RAW = 6,    /* whatever the case of ASCII letters */
	CENSOR_BASE64 = 8, /* that depend on the secret */
	CENSOR_SHORTEST = 4,
};

struct censor;

/*
 * Look for secret; NULL: for nothing.  What stands before it when it is sent,
 * user (may be NULL) or "Bearer ", belongs to a piece of base64 that ends in
 * the secret.  Neither is needed any more afterwards: the pieces are kept, in
 * memory that is locked.  Without memory for them all text is taken to hold
 * one.  Returns NULL when there is not even memory for that.
 */
struct censor *censor_new(const char *secret, const char *user);

/* Look for text[0..len), too: it was made of the secret. */
void censor_add(struct censor *c, const char *text, size_t len);

/* Wipe and release.  Accepts NULL. */
void censor_free(struct censor *c);

/*
 * Whether text[0..len) holds a piece of the secret raw or in base64 at any of
 * its three alignments, also when it is broken over the lines of one reply, at
 * a blank or anywhere else.  The time it takes grows with len alone.
 */
bool censor_holds(const struct censor *c, const char *text, size_t len);

#endif
