/*
 * renewed.h - NAME.token in the state folder: an access token that somebody
 * else renews, and until when it may be used.  It renews nothing.
 */

#ifndef SECRET_RENEWED_H
#define SECRET_RENEWED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Unix times, 0: not known. */
struct renewed {
	struct buf token; /* wiped when freed */
	int64_t obtained_at;
	int64_t expires_at;         /* 0: the provider did not say */
	int64_t renew_at;           /* from then on a new one should be had */
	int64_t credential_ends_at; /* what it is renewed with */
	char credential[32];        /* "client secret" and the like, or "" */
};

void renewed_init(struct renewed *r);
void renewed_free(struct renewed *r);

/*
 * Read text[0..len): the token, then lines key=value of which unknown ones are
 * passed over.  Returns 0, or -1 if it is no such file, or without memory, when
 * r->token.failed says so; *r is to be freed in either case.
 */
int renewed_read(struct renewed *r, const char *text, size_t len);

/* Append it as a file; out->failed says if it had no room. */
void renewed_print(const struct renewed *r, struct buf *out);

/*
 * Whether it may be used without asking for another: not yet renew_at, and not
 * obtained in what is the future now.
 */
bool renewed_is_fresh(const struct renewed *r, int64_t now);

/* Whether a server would still take it, as far as that is known. */
bool renewed_is_valid(const struct renewed *r, int64_t now);

#endif
