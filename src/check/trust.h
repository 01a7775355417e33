/*
 * trust.h - is this server the one that it should be?  A pure function from
 * what the handshake showed and the options to the certificate conditions.
 */

#ifndef CHECK_TRUST_H
#define CHECK_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/condition.h"
#include "check/settings.h"
#include "net/tls_facts.h"

/* In the order in which they decide: chain, dates, name, pin. */
enum { TRUST_FINDINGS_MAX = 5 };

struct trust {
	bool verified;  /* the secret may be sent */
	bool may_go_on; /* nothing found ends the session */
	/* Why it is not verified, --insecure not applied. */
	enum condition fault[TRUST_FINDINGS_MAX];
	size_t fault_count;
	/* What of it is to be reported as a condition. */
	enum condition raised[TRUST_FINDINGS_MAX];
	size_t raised_count;
};

struct trust trust_judge(
    const struct tls_facts *t, const struct settings *asked);

/*
 * The first fault of the chain that is of this kind and counts under the
 * options, or NULL.
 */
const struct tls_fault *trust_fault(const struct tls_facts *t,
    const struct settings *asked, enum tls_fault_kind kind);

/* When the server's proof ends: the first of all in the path verified. */
struct trust_end {
	int64_t not_after;
	const char *issuer; /* whose certificate, from the peer; NULL: the
			       server's own */
};

struct trust_end trust_end(
    const struct tls_facts *t, const struct settings *asked);

/* Whole days from now until not_after, rounded down; both in Unix time. */
int64_t trust_days_left(int64_t not_after, int64_t now_unix);

#endif
