/*
 * tls_pin.h - a public key by its digest, as curl's --pinnedpubkey has it:
 * SHA-256 of the SubjectPublicKeyInfo.
 */

#ifndef NET_TLS_PIN_H
#define NET_TLS_PIN_H

#include <stdbool.h>
#include <stddef.h>

/* Keys that a server may have; borrowed. */
struct tls_pins {
	const unsigned char (*digests)[32];
	size_t count;
};

/* Whether the key with this digest is one of them. */
bool tls_pins_hold(const struct tls_pins *p, const unsigned char digest[32]);

/* "sha256//BASE64" of a digest, into text[TLS_PIN_TEXT]. */
enum { TLS_PIN_TEXT = 64 };
void tls_pin_text(const unsigned char digest[32], char *text);

/* Read "sha256//BASE64".  Returns 0, or -1 if it is not that. */
int tls_pin_parse(const char *text, unsigned char digest[32]);

#endif
