/*
 * redirect.h - what a browser brings back from the provider (RFC 6749, 4.1.2;
 * RFC 9207), as an HTTP request to a loopback port or as a URL that somebody
 * pasted.  Whoever runs a program on this machine can send one: it is taken
 * only with the state that was sent out.  No socket.
 */

#ifndef SIGNIN_REDIRECT_H
#define SIGNIN_REDIRECT_H

#include <stdbool.h>
#include <stddef.h>

#include "oauth2/failure.h"

/* Octets of a request's head, and of a URL pasted. */
enum { REDIRECT_MAX = 16 * 1024 };

/* Decoded; owned and wiped; NULL: not there. */
struct redirect {
	char *code;
	char *state;
	char *iss;
	char *error;
	char *description;
};

/*
 * Read the head of a request, "GET /PATH?QUERY HTTP/1.x" to the empty line.
 * Returns 1 with *out filled, 0 if its end has not arrived yet, or -1 if it is
 * no such request, or a parameter is there twice (RFC 6749, 3.1).  *out is to
 * be freed after 1.
 */
int redirect_read_request(struct redirect *out, const char *data, size_t len);

/*
 * Read a URL, or what follows its "?"; blanks around it are ignored.  Returns
 * 0, or -1 as above.
 */
int redirect_read_url(struct redirect *out, const char *text, size_t len);

/* Whether it carries exactly this state; in time that does not tell. */
bool redirect_is_ours(const struct redirect *r, const char *state);

/*
 * Judge one that is ours.  issuer: whom iss must name; NULL: not known, then
 * any will do.  iss_is_due: the provider said that it always sends it.
 * Returns 0: r->code can be redeemed; or -1 with *f set.
 */
int redirect_judge(const struct redirect *r, const char *issuer,
    bool iss_is_due, struct failure *f);

/* Wipe and release. */
void redirect_free(struct redirect *r);

#endif
