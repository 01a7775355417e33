/*
 * tls_binding.h - what both ends of one TLS connection know and nobody else:
 * a login that is bound to it cannot be passed on by somebody in between.
 */

#ifndef NET_TLS_BINDING_H
#define NET_TLS_BINDING_H

#include <stddef.h>

enum { TLS_BINDING_MAX = 64 };

struct tls_binding {
	const char *type; /* "tls-exporter" (RFC 9266) with TLS 1.3, with 1.2
			     "tls-unique" (RFC 5929); NULL: there is none.
			     Static */
	unsigned char data[TLS_BINDING_MAX];
	size_t len;
};

#endif
