/* base64.h - standard base64 (RFC 4648, 4), padded, strict, on buffers. */

#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>

#include "base/buf.h"

/* Append the encoding of data[0..len).  Returns 0, or -1 when out is full. */
int base64_encode(struct buf *out, const void *data, size_t len);

/*
 * Append the decoding of text[0..len).  Returns 0, or -1 without change if
 * text is not base64 (a foreign character, wrong padding) or out is full.
 */
int base64_decode(struct buf *out, const char *text, size_t len);

/* Characters that n raw bytes take up in base64, without a NUL. */
size_t base64_length(size_t n);

#endif
