/*
 * remedy.h - what a provider's refusal means, and what to do: a table of what
 * providers were seen to say.  What is done next depends on "error" alone; the
 * provider's numbers and words choose the row that is told.
 */

#ifndef OAUTH2_REMEDY_H
#define OAUTH2_REMEDY_H

#include <stddef.h>

#include "oauth2/document.h"
#include "oauth2/failure.h"
#include "oauth2/request.h"

/* In a remedy: here goes how the account is signed in again. */
#define REMEDY_SETUP "\v"

/* A field that is NULL (0) matches anything. */
struct remedy {
	const char *provider;
	long status;
	const char *error;
	const char *code; /* AADSTS..., in the description */
	const char *said; /* suberror, or a part of the description */
	enum failure_class class;
	const char *means;
	const char *remedy;
};

extern const struct remedy remedies[]; /* ends with class FAILURE_NONE */

/* The row that fits best, or NULL. */
const struct remedy *remedy_find(
    const char *provider, long status, const struct document *a);

/*
 * Put a refusal into *f: class, words, remedy, retry_at, whether it is
 * definite.  NULL for answer: the body was no JSON.  secrets[0..count), NULLs
 * among them, are what was sent: a description that holds one is withheld.
 * name: of the account, for REMEDY_SETUP; NULL: it is being signed in.
 * Returns -1.
 */
int remedy_explain(struct failure *f, const char *provider, const char *name,
    const struct response *response, const struct document *answer,
    const char *const *secrets, size_t count);

#endif
