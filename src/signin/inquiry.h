/*
 * inquiry.h - ask one of a provider's endpoints once, while a person waits:
 * request, reading and judging in one.  What renews a token does not come
 * here; it has to keep more (worker.h).
 */

#ifndef SIGNIN_INQUIRY_H
#define SIGNIN_INQUIRY_H

#include "oauth2/account.h"
#include "oauth2/document.h"
#include "oauth2/failure.h"
#include "oauth2/grant.h"

/* What is asked; borrowed. */
struct inquiry {
	const struct account *account;
	const char *url;
	const struct grant *grant; /* NULL: GET */
	const char *secret[3];     /* sent in it, NULLs among them */
};

/*
 * Ask.  Returns 0 with *out filled, to be freed by document_free(), or -1 with
 * *f set.
 */
int inquiry_ask(
    const struct inquiry *q, struct document *out, struct failure *f);

/* The same where an answer need not be JSON; status 200 is enough. */
int inquiry_tell(const struct inquiry *q, struct failure *f);

#endif
