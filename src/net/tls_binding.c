#include "net/tls_binding.h"

#include <string.h>

#include <openssl/err.h>

#include "net/tls_internal.h"

enum { EXPORTED = 32 }; /* RFC 9266, 2 */

static void
take_exporter(struct tls_binding *b, SSL *ssl)
{
	static const char label[] = "EXPORTER-Channel-Binding";

	if (SSL_export_keying_material(ssl, b->data, EXPORTED, label,
		sizeof label - 1, NULL, 0, 0) != 1)
		return;
	b->type = "tls-exporter";
	b->len = EXPORTED;
}

/*
 * RFC 5929, 3.1: the first Finished message, in a whole handshake the client's.
 * Without the extended master secret (RFC 7627) somebody in between can bring
 * about two connections with the same secrets, and resume them with the same
 * Finished: then there is nothing to rely on.
 */
static void
take_unique(struct tls_binding *b, SSL *ssl)
{
	size_t len;

	if (SSL_get_extms_support(ssl) != 1)
		return;
	len = SSL_session_reused(ssl)
	    ? SSL_get_peer_finished(ssl, b->data, sizeof b->data)
	    : SSL_get_finished(ssl, b->data, sizeof b->data);
	if (len == 0 || len > sizeof b->data)
		return;
	b->type = "tls-unique";
	b->len = len;
}

void
tls_binding_take(struct tls_binding *b, SSL *ssl)
{
	*b = (struct tls_binding){ .type = NULL };
	if (SSL_version(ssl) >= TLS1_3_VERSION)
		take_exporter(b, ssl);
	else
		take_unique(b, ssl);
	ERR_clear_error();
}
