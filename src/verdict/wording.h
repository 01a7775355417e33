/*
 * wording.h - the phrases that verdict, hints and details are made of.  Text
 * from outside goes through here, so that none that holds the secret gets on.
 * Each appends to b and returns 0, or -1 when b is full.
 */

#ifndef VERDICT_WORDING_H
#define VERDICT_WORDING_H

#include <stdint.h>

#include "base/buf.h"
#include "check/facts.h"
#include "check/settings.h"

/* Text from outside, or CENSOR_TEXT in its place. */
int word_outside(
    struct buf *b, const struct facts *f, const char *text, size_t len);

/* "HOST:PORT", "[2001:db8::7]:587", "HOST" without a port, "" without host. */
int word_server(struct buf *b, const struct settings *asked);

/* The user, cut if it is very long. */
int word_user(struct buf *b, const struct settings *asked);

/* " for USER at HOST:PORT", as far as known. */
int word_where(struct buf *b, const struct settings *asked);

/* A reply on one line: its lines joined, the codes but for the first gone. */
int word_reply(
    struct buf *b, const struct facts *f, const struct smtp_answer *a);

/* "PLAIN, LOGIN" as offered in this EHLO reply, "none" without any. */
int word_mechanisms(
    struct buf *b, const struct facts *f, const struct smtp_answer *ehlo);

/* Microseconds as seconds: "0.084". */
int word_seconds(struct buf *b, int64_t us);

/* A duration as it was given: "10", "0.5". */
int word_duration(struct buf *b, int64_t us);

/* Seconds in round figures: "90 s", "15 minutes", "3 hours", "12 days". */
int word_span(struct buf *b, int64_t seconds);

/* Unix time as "2026-12-05 10:00 UTC". */
int word_date(struct buf *b, int64_t when);

/* "over TLSv1.3", "over TLSv1.3 (server unverified)", "without TLS". */
int word_channel(struct buf *b, const struct facts *f);

/* "the password ends with a blank" and the like. */
int word_secret(struct buf *b, const struct secret_look *l,
    enum secret_fault fault, int64_t now_unix);

#endif
