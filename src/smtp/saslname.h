/*
 * saslname.h - a name as mechanisms with a GS2 header write it (RFC 5801, 4):
 * ',' and '=' replaced.
 */

#ifndef SMTP_SASLNAME_H
#define SMTP_SASLNAME_H

#include <stddef.h>

#include "base/buf.h"

void saslname_add(struct buf *out, const char *name);

/* The octets that takes. */
size_t saslname_length(const char *name);

#endif
