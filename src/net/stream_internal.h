/* stream_internal.h - what stream.c and stream_error.c share. */

#ifndef NET_STREAM_INTERNAL_H
#define NET_STREAM_INTERNAL_H

#include <stdint.h>

#include "net/stream.h"
#include "net/tls_internal.h"

enum { STREAM_QUOTED_MAX = 200 }; /* of plaintext where TLS was expected */

struct stream {
	int fd;
	SSL *ssl; /* NULL: in the clear */
	struct tls_context *tls;
	bool listening; /* the peer's first byte began a TLS record */
	int reads_left; /* of READS_AT_ONCE */
	int peek_errno; /* an error is told once, and peek() was told it */
	bool broken;    /* no close_notify can be sent any more */
	uint64_t heard_clear;
	uint64_t acknowledged; /* of what was heard */
	char error[256];
	char plaintext[STREAM_QUOTED_MAX + 1];
	struct tls_handshake shake;
};

/*
 * Each keeps for stream_error() why the stream goes no further, and returns the
 * status that says so.  No close_notify is sent any more, but where the peer
 * ended it as it should.
 */
enum stream_status stream_fail(
    struct stream *s, enum stream_status status, const char *why);
enum stream_status stream_fail_no_memory(struct stream *s);

/* error 0: the connection was closed. */
enum stream_status stream_fail_errno(struct stream *s, int error);

/* What OpenSSL's protocol machine complains of; takes its error. */
enum stream_status stream_fail_tls(struct stream *s);

/* The peer sent close_notify. */
enum stream_status stream_ended(struct stream *s);

#endif
