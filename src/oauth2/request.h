/*
 * request.h - one HTTPS request with libcurl, and its whole answer.  https and
 * TLS 1.2 or newer only; no redirect is followed; nothing over 64 KiB is read;
 * it is asked once.  What is sent and what it means it does not know.
 */

#ifndef OAUTH2_REQUEST_H
#define OAUTH2_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "oauth2/failure.h"

enum { REQUEST_ANSWER_MAX = 64 * 1024 };

/* Borrowed. */
struct request {
	const char *url;
	const char *form;          /* POST it as it is; NULL: GET */
	const char *authorization; /* the header's value, or NULL */
	const char *ca_file;       /* NULL: the system's */
	const char *proxy;         /* NULL: by the environment, as curl does */
	long timeout;              /* seconds for everything */
};

struct response {
	long status;         /* HTTP */
	struct buf body;     /* BUF_INIT(REQUEST_ANSWER_MAX) by request_send */
	int64_t date;        /* Unix time of the Date header, 0: none */
	int64_t retry_after; /* seconds, by either form; -1: not said */
};

/* Append name=value, both form-encoded, after a & where one is needed. */
void request_add(struct buf *form, const char *name, const char *value);

/* Append "Basic ..." of the two, form-encoded first (RFC 6749, 2.3.1). */
void request_add_basic(struct buf *out, const char *id, const char *secret);

/* Whether it is https://HOST..., without user or control characters. */
bool request_url_is_right(const char *url);

/*
 * Ask.  Returns 0 with *out filled, whatever its status, to be freed by
 * response_free(); or -1 with *f set: temporary, or local where this machine
 * is to blame (TLS trust, proxy); f->lost tells that the provider may have
 * acted on it all the same.
 */
int request_send(
    const struct request *r, struct response *out, struct failure *f);

void response_free(struct response *r);

#endif
