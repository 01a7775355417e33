/*
 * reply.h - recognise one SMTP reply in a run of bytes, and take an
 * EHLO reply apart.  No I/O, no state.
 */

#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
	SMTP_REPLY_LINE_MAX = 4096, /* octets of one line, line end included */
	SMTP_REPLY_MAX = 64 * 1024, /* octets of one reply */
};

/* One reply.  text borrows from the parsed bytes; see smtp_reply_parse(). */
struct smtp_reply {
	int code;         /* 200..599 */
	const char *text; /* the whole reply, line ends included */
	size_t len;       /* bytes in text */
};

/*
 * Parse the reply at the front of data[0..len), multi-line or not
 * (RFC 5321, 4.2.1).  Every line must carry the same code; lines end with
 * CRLF, and a bare LF is understood; a code may stand without text.
 *
 * Returns the bytes it takes up, 0 if its end has not arrived yet, or -1 if
 * no further byte could make it a reply: a bad or a changing code, a NUL, or
 * a line or a reply over the limits above; then *why (if why is not NULL)
 * points to constant text that says which.  On success *out points into data
 * and lives as long as data does.
 */
ssize_t smtp_reply_parse(
    struct smtp_reply *out, const char *data, size_t len, const char **why);

/* How far a reply that is not complete was read; zero for a new one. */
struct smtp_reply_progress {
	size_t lines_len; /* of the lines that are complete */
	int code;         /* theirs */
};

/*
 * The same, for a reply that comes in pieces: data and len are all of it so
 * far, and what *at has is not read again.
 */
ssize_t smtp_reply_resume(struct smtp_reply_progress *at,
    struct smtp_reply *out, const char *data, size_t len, const char **why);

/*
 * Step through the text of each line, code, separator and line end removed.
 * Start with *pos == 0.  Returns true with *line and *n set, or false after
 * the last line.
 */
bool smtp_reply_line(
    const struct smtp_reply *r, size_t *pos, const char **line, size_t *n);

/*
 * The enhanced status code at the front of the first line (RFC 2034, 3463),
 * such as "5.7.8", if there is one whose class agrees with the reply code.
 * Returns its length, 0 if there is none; *out then points into the reply.
 */
size_t smtp_reply_enhanced(const struct smtp_reply *r, const char **out);

/*
 * Step through the EHLO keywords in r (RFC 5321, 4.1.1.1: every line but the
 * first).  Start with *pos == 0.  *params is what follows the keyword, blanks
 * trimmed; the old form "AUTH=LOGIN PLAIN" yields AUTH and its parameters.
 */
bool smtp_reply_keyword(const struct smtp_reply *r, size_t *pos,
    const char **keyword, size_t *keyword_len, const char **params,
    size_t *params_len);

/* Whether the EHLO reply r lists the keyword, in any case. */
bool smtp_reply_offers(const struct smtp_reply *r, const char *keyword);

/*
 * Step through the AUTH mechanisms in the EHLO reply r, of the AUTH and AUTH=
 * lines alike.  Start with *pos == 0.  What is listed twice comes twice.
 */
bool smtp_reply_mechanism(
    const struct smtp_reply *r, size_t *pos, const char **name, size_t *n);

/* Whether r lists the mechanism, in any case. */
bool smtp_reply_offers_mechanism(const struct smtp_reply *r, const char *name);

/*
 * Whether a refusal of RCPT TO is about the sender: x.1.7, x.1.8 (RFC 3463),
 * 5.7.60 (Exchange) or Postfix's "Sender address rejected".
 */
bool smtp_reply_blames_sender(const struct smtp_reply *r);

/* Whether a refusal is about our name in EHLO or HELO. */
bool smtp_reply_blames_helo(const struct smtp_reply *r);

#endif
