/* What to do about a handshake that failed, by how it did. */

#include <string.h>

#include "base/text.h"
#include "verdict/internal.h"
#include "verdict/wording.h"

/* Words of OpenSSL's errors and of alerts (RFC 8446, 6.2), the first counts. */
static const struct {
	const char *words;
	const char *advice;
} known[] = {
	{ "dh key too small",
	    "the server's Diffie-Hellman parameters are too small: have them "
	    "made anew there, with 2048 bits or more, or let it use ECDHE" },
	{ "legacy renegotiation",
	    "the server's TLS software is old and knows no secure "
	    "renegotiation (RFC 5746): update it, or whatever ends TLS in "
	    "front of it" },
	{ "unrecognized name",
	    "the server knows no host of the name that was asked for (SNI): "
	    "compare -H, or give the name with --sni=NAME" },
	{ "key too small",
	    "a key in the server's chain is too short: have the certificate "
	    "issued anew, with RSA 2048 or P-256" },
	{ "md too weak",
	    "a signature in the server's chain is too weak: have the "
	    "certificate issued anew, with SHA-256" },
	{ "no protocols available",
	    "openssl.cnf on this machine allows no version of TLS that is "
	    "accepted: see MinProtocol and MaxProtocol there, and --tls-min" },
	{ "no ciphers available",
	    "openssl.cnf on this machine allows no cipher: see CipherString "
	    "and Ciphersuites there" },
	{ "handshake failure",
	    "server and client have no cipher, curve or kind of key in "
	    "common: the server's are too old, or it has no certificate; see "
	    "its log" },
	{ "insufficient security",
	    "the server asks for stronger ciphers than this machine allows: "
	    "see openssl.cnf here, and the server's log" },
	{ "internal error",
	    "the server's TLS set-up is broken (certificate, key, "
	    "permissions): see its log" },
	{ "wrong version number",
	    "the server does not speak TLS here: compare -p, -s and -S" },
	{ "connection closed",
	    "closed during the handshake: the server may lack a certificate, "
	    "or turn this address away; see its log, and what stands in "
	    "between" },
	{ "connection reset",
	    "reset during the handshake: the server may lack a certificate, "
	    "or turn this address away; see its log, and what stands in "
	    "between" },
};

static bool
says(const struct facts *f, const char *words)
{
	return text_holds(
	    f->stream_error, strlen(f->stream_error), words, strlen(words));
}

bool
judge_wants_client_cert(const struct facts *f)
{
	return f->tls.client_cert_requested || says(f, "certificate required");
}

void
judge_hint_client_cert(struct buf *b, const struct settings *asked)
{
	buf_adds(b,
	    asked->client_cert == NULL
		? "the server asked for a client certificate and got none: "
		  "give one with --client-cert=FILE"
		: "the server asked for a client certificate and may not "
		  "accept the one given (--client-cert): see its log");
}

/* Whose wish it is that nothing older will do. */
static void
hint_version(struct buf *b, const struct facts *f, const struct settings *asked)
{
	if (asked->tls_min == TLS_VERSION_1_3)
		buf_adds(b,
		    "the server has no TLS 1.3, which --tls-min=1.3 asks for: "
		    "update the server, or leave that out");
	else if (f->tls.wants_1_3)
		buf_adds(b,
		    "the server has no TLS 1.3, and openssl.cnf on this "
		    "machine allows nothing older (MinProtocol): update the "
		    "server, or give --tls-min=1.2");
	else
		buf_adds(b,
		    "the server speaks only TLS 1.0 or 1.1, which are no "
		    "longer accepted: let it speak TLS 1.2 or later");
}

/* An alert about a certificate is about ours: the server has its own. */
static bool
blames_certificate(const struct facts *f)
{
	static const char *const alerts[] = { "certificate", "unknown CA",
		"unknown ca", "access denied", "handshake failure" };
	size_t i;

	for (i = 0; i < sizeof alerts / sizeof alerts[0]; i++)
		if (says(f, alerts[i]))
			return true;
	return f->tls.done;
}

void
judge_hint_tls(
    struct buf *b, const struct facts *f, const struct settings *asked)
{
	size_t i;

	if (judge_wants_client_cert(f) && blames_certificate(f)) {
		judge_hint_client_cert(b, asked);
		return;
	}
	if (says(f, "unsupported protocol") || says(f, "protocol version") ||
	    says(f, "version too low") || says(f, "wrong ssl version")) {
		hint_version(b, f, asked);
		return;
	}
	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (says(f, known[i].words)) {
			buf_adds(b, known[i].advice);
			return;
		}
}
