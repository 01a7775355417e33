/*
 * record.h - NAME.json: what is kept of an account besides its access token,
 * the refresh token first of all.
 */

#ifndef OAUTH2_RECORD_H
#define OAUTH2_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "oauth2/account.h"
#include "oauth2/failure.h"
#include "oauth2/store.h"

/* Strings are owned and wiped; times are Unix times, 0: never. */
struct record {
	char *refresh_token; /* sent to token_url with client_id only */
	char *token_url;
	char *client_id;
	int64_t signed_in_at;
	int64_t renewed_at;
	int64_t refresh_ends_at; /* told by refresh_token_expires_in */
	int64_t in_flight_since; /* a request was begun, and no more is known */
	int64_t lost_at;    /* the last that was begun had no whole answer */
	bool lost_by_death; /* since the process died, not the connection */
	int64_t failed_at;
	struct failure last; /* class FAILURE_NONE: the last went well */
	char *salt;          /* of the fingerprint */
	char *fingerprint;   /* of the configuration that was refused */
	int64_t ahead;       /* the provider's clock */
};

/*
 * Read the account's.  Returns 1, 0 if there is none (*r is empty then), or -1
 * with *f set: a damaged one is never overwritten.
 */
int record_load(struct record *r, const struct store *s, const char *name,
    struct failure *f);

/* As JSON, for store_fill().  Returns 0, or -1 with *f set. */
int record_print(const struct record *r, struct buf *out, struct failure *f);

/* Write it at once: room and content.  Returns 0, or -1 with *f set. */
int record_save(const struct record *r, const struct store *s, const char *name,
    struct failure *f);

/*
 * Take over *token, NULL afterwards, as one of this account: from here on it
 * goes to no other URL and with no other client id.  Returns 0, or -1 without
 * memory and change; none is needed if it is bound to the same already.
 */
int record_bind(struct record *r, const struct account *a, char **token);

/* Whether its refresh token is one for the account as it is configured now. */
bool record_fits(const struct record *r, const struct account *a);

void record_free(struct record *r);

#endif
