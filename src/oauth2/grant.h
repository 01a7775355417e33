/*
 * grant.h - what a token endpoint is asked: the parameters of each grant, and
 * how the client shows who it is.  It sends nothing.
 */

#ifndef OAUTH2_GRANT_H
#define OAUTH2_GRANT_H

#include <stdint.h>

#include "base/buf.h"
#include "oauth2/account.h"
#include "oauth2/failure.h"

/* What to send: struct request's form and authorization. */
struct grant {
	struct buf form;
	struct buf authorization; /* empty: no such header */
};

void grant_init(struct grant *g);
void grant_free(struct grant *g);

/*
 * Each fills an empty grant, secret being the client's or NULL.  Return 0, or
 * -1 with *f set.
 */
/* RFC 6749, 6. */
int grant_refresh(struct grant *g, const struct account *a, const char *secret,
    const char *refresh_token, int64_t now, struct failure *f);
/* RFC 6749, 4.4. */
int grant_client(struct grant *g, const struct account *a, const char *secret,
    int64_t now, struct failure *f);
/* RFC 7523, 2.1. */
int grant_service(
    struct grant *g, const struct account *a, int64_t now, struct failure *f);
/* RFC 6749, 4.1.3; RFC 7636, 4.5. */
int grant_code(struct grant *g, const struct account *a, const char *secret,
    const char *code, const char *verifier, const char *redirect, int64_t now,
    struct failure *f);
/* RFC 8628, 3.1: to the device endpoint. */
int grant_device_begin(struct grant *g, const struct account *a,
    const char *secret, int64_t now, struct failure *f);
/* RFC 8628, 3.4. */
int grant_device(struct grant *g, const struct account *a, const char *secret,
    const char *device_code, int64_t now, struct failure *f);
/* RFC 7009, 2.1: to the revocation endpoint. */
int grant_revoke(struct grant *g, const struct account *a, const char *secret,
    const char *token, int64_t now, struct failure *f);

/* What renews the account, by its flow. */
int grant_renewal(struct grant *g, const struct account *a, const char *secret,
    const char *refresh_token, int64_t now, struct failure *f);

#endif
