/*
 * wording.h - the phrases that verdict, hints and details are made of.  Text
 * from outside goes through here, so that none that holds the secret gets on.
 * Each appends to b, which knows itself whether it is whole.
 */

#ifndef VERDICT_WORDING_H
#define VERDICT_WORDING_H

#include <stdint.h>

#include "base/buf.h"
#include "check/facts.h"
#include "check/settings.h"

/* Text from outside, or CENSOR_TEXT in its place. */
void word_outside(
    struct buf *b, const struct facts *f, const char *text, size_t len);

/* So many octets of it at most, cut behind a character. */
void word_cut(struct buf *b, const char *text, int max);

/* "HOST:PORT", "[2001:db8::7]:587", "HOST" without a port, "" without host. */
void word_server(struct buf *b, const struct settings *asked);

/* The user, cut if it is very long; "nobody" without one. */
void word_user(struct buf *b, const struct settings *asked);

/* "login of USER", or "login" where nobody is named. */
void word_login(struct buf *b, const struct settings *asked);

/* " at HOST:PORT", and ", no login of USER" if one was wanted. */
void word_at(struct buf *b, const struct settings *asked);

/* " for USER at HOST:PORT", as far as known. */
void word_where(struct buf *b, const struct settings *asked);

/* The same, and ", login accepted" and so on, if one was tried. */
void word_where_login(
    struct buf *b, const struct settings *asked, enum smtp_login login);

/* "WHAT for USER at HOST:PORT". */
void word_event(struct buf *b, const struct settings *asked, const char *what);

/* "waiting for the greeting", "... for the reply to LHLO". */
void word_doing(struct buf *b, enum phase p, const struct settings *asked);

/* "WHAT while waiting for the greeting". */
void word_while(struct buf *b, const char *what, enum phase p,
    const struct settings *asked);

/* "the greeting", "the reply to EHLO": what is waited for in the phase. */
void word_awaited(struct buf *b, enum phase p, const struct settings *asked);

/* "ADDRESS: Connection refused", or "no answer". */
void word_attempt(struct buf *b, const struct facts_attempt *a);

/* A reply on one line: its lines joined, the codes but for the first gone. */
void word_reply(
    struct buf *b, const struct facts *f, const struct smtp_answer *a);

/* The first line of what came in place of a reply, in quotes. */
void word_babble(struct buf *b, const struct facts *f);

/* "PLAIN, LOGIN" as offered in this EHLO reply, "none" without any. */
void word_mechanisms(
    struct buf *b, const struct facts *f, const struct smtp_answer *ehlo);

/* Microseconds as seconds: "0.084". */
void word_seconds(struct buf *b, int64_t us);

/* A duration as it was given: "10", "0.5". */
void word_duration(struct buf *b, int64_t us);

/* "1 day", "2 days". */
void word_days(struct buf *b, int64_t days);

/* Unix time as "2026-12-05 10:00 UTC". */
void word_date(struct buf *b, int64_t when);

/*
 * The reply to a secret that is not sent again: "535 ... (not sent again:
 * refused 3 times since 10:32; next try 11:32 UTC)", with dates where a day is
 * not enough.
 */
void word_kept_reply(struct buf *b, const struct facts *f);

/*
 * "mechanisms before LOGIN PLAIN, now PLAIN; ..." for all that the service
 * offers otherwise than before; nothing if nothing does.
 */
void word_changes(
    struct buf *b, const struct facts *f, const struct settings *asked);

/* "over TLSv1.3", "over TLSv1.3 (server unverified)", "without TLS". */
void word_channel(struct buf *b, const struct facts *f);

/* "the password ends with a blank" and the like. */
void word_secret(struct buf *b, const struct secret_look *l,
    enum secret_fault fault, int64_t now_unix);

/*
 * Why this mechanism and no other: "the first of -A that is offered", and what
 * was passed over for it.  f->smtp->mech is one.
 */
void word_choice(
    struct buf *b, const struct facts *f, const struct settings *asked);

#endif
