/*
 * token.h - what an OAuth 2.0 access token tells of itself: when it expires,
 * and whether it is for another service than mail.  Only a JWT (RFC 7519) that
 * is not encrypted tells; its signature is not looked at, and what its claims
 * hold is for nobody's eyes.
 */

#ifndef SECRET_TOKEN_H
#define SECRET_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct token {
	bool has_expiry;
	int64_t expires_at; /* Unix time of "exp", its fraction cut; from
			       1970 to 9999 */
	bool
	    is_for_elsewhere; /* all that "aud" names is known not to be mail */
};

/* Longer ones are not read. */
enum { TOKEN_MAX = 64 * 1024, TOKEN_DEPTH_MAX = 32 };

/*
 * Read text[0..len).  What is no JWT, is broken, or is nested deeper than
 * TOKEN_DEPTH_MAX is opaque: then all of *out is false.  Of a claim given
 * twice the last counts (RFC 7519, 4).  Copies of the claims are wiped.
 * Returns 0, or -1 without memory.
 */
int token_read(struct token *out, const char *text, size_t len);

#endif
