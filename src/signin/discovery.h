/*
 * discovery.h - an issuer's own description of its endpoints (OpenID Connect
 * Discovery 1.0, 4; RFC 8414).
 */

#ifndef SIGNIN_DISCOVERY_H
#define SIGNIN_DISCOVERY_H

#include "oauth2/account.h"
#include "oauth2/document.h"
#include "oauth2/failure.h"

/*
 * Ask a->issuer's host for it.  The document must name a->issuer, to the
 * octet, and https for all that is used of it.  Returns 0 with *out to be
 * freed by document_free(), or -1 with *f set.
 */
int discovery_ask(
    const struct account *a, struct document *out, struct failure *f);

#endif
