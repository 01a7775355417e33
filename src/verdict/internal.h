/*
 * internal.h - the parts of the verdict, for verdict/verdict.c alone: what
 * ended the session, what policy was broken, what was slow, and what to do
 * about it.
 */

#ifndef VERDICT_INTERNAL_H
#define VERDICT_INTERNAL_H

#include "verdict/verdict.h"

/*
 * Add a finding with an empty message and return it, or NULL when there is
 * no room for more.
 */
struct finding *judge_add(
    struct verdict *v, const struct settings *asked, enum condition c);

/* Each returns 0, or -1 without memory. */
int judge_session(
    struct verdict *v, const struct facts *f, const struct settings *asked);
int judge_certificate(
    struct verdict *v, const struct facts *f, const struct settings *asked);
int judge_policy(
    struct verdict *v, const struct facts *f, const struct settings *asked);
int judge_output(
    struct verdict *v, const struct facts *f, const struct settings *asked);
int judge_slow(
    struct verdict *v, const struct facts *f, const struct settings *asked);

/* Fill in hint and cause as far as something is known of the condition. */
int judge_hint(struct verdict *v, enum condition c, const struct facts *f,
    const struct settings *asked);

/* The same for what is a common mistake, known by its looks. */
int judge_mistake(struct verdict *v, enum condition c, const struct facts *f,
    const struct settings *asked);

/*
 * Put what is visibly wrong with the secret before the hint, where that may
 * be why the login failed.
 */
int judge_secret(struct verdict *v, enum condition c, const struct facts *f);

/*
 * Fill in login and rate_limited, before all others: a server that limits
 * log-ins or connections has judged no credential, whatever code it uses.
 */
int judge_login(
    struct verdict *v, const struct facts *f, const struct settings *asked);

/* Whether the login was refused and should have been. */
bool judge_is_expected_rejection(const struct verdict *v, const struct facts *f,
    const struct settings *asked);

#endif
