/*
 * document.h - the JSON of a token endpoint, a device endpoint or a discovery
 * document, read strictly: one object, no key twice, every value of its type.
 * It judges nothing; remedy.h does.
 */

#ifndef OAUTH2_DOCUMENT_H
#define OAUTH2_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oauth2/failure.h"

/* Strings are owned and wiped, NULL: not there.  Numbers: -1, not there. */
struct document {
	char *access_token;
	char *refresh_token;
	char *token_type;
	char *error;
	char *suberror;     /* or error_subtype */
	char *description;  /* raw */
	int64_t expires_in; /* may have come as a string */
	int64_t refresh_in;
	int64_t refresh_expires_in; /* refresh_token_expires_in */
	/* RFC 8628, 3.2 */
	char *device_code;
	char *user_code;
	char *verification_uri; /* or verification_url */
	char *verification_uri_complete;
	int64_t interval;
	/* RFC 8414, OpenID Connect Discovery */
	char *issuer;
	char *authorization_endpoint;
	char *token_endpoint;
	char *device_authorization_endpoint;
	char *revocation_endpoint;
	bool iss_is_sent; /* RFC 9207, 3 */
};

enum { DOCUMENT_NO_MEMORY = -2 };

/*
 * Read data[0..len).  Returns 0, or -1 with the reason in why[0..size), which
 * quotes nothing.  Then *out is empty but for a refresh token that can be
 * told without doubt: who loses that, loses the account.  DOCUMENT_NO_MEMORY:
 * there was none for it, twice; *out is empty, nothing is known of the data.
 * It is to be freed in any case.
 */
int document_read(
    struct document *out, const char *data, size_t len, char *why, size_t size);

void document_free(struct document *a);

#endif
