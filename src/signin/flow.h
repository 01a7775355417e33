/*
 * flow.h - somebody signs in: by a browser that comes back to this machine
 * (RFC 6749, 4.1; RFC 7636; RFC 8252), or by a code typed elsewhere (RFC 8628).
 * What came of it is for the caller to keep.
 */

#ifndef SIGNIN_FLOW_H
#define SIGNIN_FLOW_H

#include <stdbool.h>

#include "oauth2/account.h"
#include "oauth2/document.h"
#include "oauth2/failure.h"

/*
 * Print a URL, wait for the browser, redeem the code.  iss_is_due as in
 * redirect.h.  Returns 0 with *out to be freed by document_free(): an access
 * token and a refresh token; or -1 with *f set.
 */
int flow_code(const struct account *a, const char *secret, bool iss_is_due,
    struct document *out, struct failure *f);

/* Print a code, ask until somebody has typed it.  Returns as above. */
int flow_device(const struct account *a, const char *secret,
    struct document *out, struct failure *f);

#endif
