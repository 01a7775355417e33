/*
 * internal.h - the parts of the verdict, for verdict/verdict.c alone: what
 * ended the session, what policy was broken, what was slow, and what to do
 * about it.  Each is a pure function of facts and settings; whether memory
 * sufficed is asked once, when all have spoken.
 */

#ifndef VERDICT_INTERNAL_H
#define VERDICT_INTERNAL_H

#include "verdict/verdict.h"

/*
 * Add a finding with an empty message and return it.  There is room for all:
 * VERDICT_FINDINGS_MAX.
 */
struct finding *judge_add(
    struct verdict *v, const struct settings *asked, enum condition c);

/* The same for what ended the session. */
struct finding *judge_end(
    struct verdict *v, const struct settings *asked, enum condition c);

/*
 * Fill in login and rate_limited by the row that explains the refusal: a
 * server that limits log-ins or connections has judged no credential, whatever
 * code it uses.
 */
void judge_login(struct verdict *v, const struct facts *f);

/* Each adds its findings. */
void judge_session(
    struct verdict *v, const struct facts *f, const struct settings *asked);
void judge_certificate(
    struct verdict *v, const struct facts *f, const struct settings *asked);
void judge_policy(
    struct verdict *v, const struct facts *f, const struct settings *asked);
void judge_baseline(
    struct verdict *v, const struct facts *f, const struct settings *asked);
void judge_output(
    struct verdict *v, const struct facts *f, const struct settings *asked);
void judge_token(
    struct verdict *v, const struct facts *f, const struct settings *asked);
void judge_credential(
    struct verdict *v, const struct facts *f, const struct settings *asked);
void judge_slow(
    struct verdict *v, const struct facts *f, const struct settings *asked);

/* The message of an outcome that is a condition (verdict/outcome.h). */
void judge_word_outcome(
    struct buf *b, const struct facts *f, const struct settings *asked);

/* Fill in hint and cause as far as something is known of the condition. */
void judge_hint(struct verdict *v, enum condition c, const struct facts *f,
    const struct settings *asked);

/* What to do about the server's certificate; nothing for other conditions. */
void judge_hint_certificate(struct buf *b, enum condition c,
    const struct facts *f, const struct settings *asked);

/* What to do about a handshake that failed; nothing where that is not known. */
void judge_hint_tls(
    struct buf *b, const struct facts *f, const struct settings *asked);

/* Whether the server asked for a client certificate, and what to do then. */
bool judge_wants_client_cert(const struct facts *f);
void judge_hint_client_cert(struct buf *b, const struct settings *asked);

/*
 * What to do where no mechanism is offered that will do; static, NULL: not
 * known.
 */
const char *judge_hint_mechanism(
    const struct facts *f, const struct settings *asked);

/* The same for what is a common mistake, known by its looks. */
void judge_mistake(struct verdict *v, enum condition c, const struct facts *f,
    const struct settings *asked);

/*
 * Put what is visibly wrong with the secret before the hint, where that may
 * be why the login failed.
 */
void judge_secret(struct verdict *v, enum condition c, const struct facts *f);

/* Whether the login was refused and should have been. */
bool judge_is_expected_rejection(const struct verdict *v, const struct facts *f,
    const struct settings *asked);

#endif
