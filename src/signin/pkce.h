/*
 * pkce.h - what only the process that began a sign-in knows: a verifier with
 * its challenge (RFC 7636, S256), and the state (RFC 6749, 10.12).
 */

#ifndef SIGNIN_PKCE_H
#define SIGNIN_PKCE_H

#include "oauth2/failure.h"

enum { PKCE_LEN = 43 }; /* 32 octets in base64url */

struct pkce {
	char verifier[PKCE_LEN + 1];
	char challenge[PKCE_LEN + 1];
	char state[PKCE_LEN + 1];
};

/* Returns 0, or -1 with *f set: the system has no randomness. */
int pkce_make(struct pkce *p, struct failure *f);

/* The challenge of a verifier. */
void pkce_challenge(char out[PKCE_LEN + 1], const char *verifier);

#endif
