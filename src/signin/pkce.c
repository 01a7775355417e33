#include "signin/pkce.h"

#include <stddef.h>
#include <string.h>

#include <openssl/rand.h>
#include <openssl/sha.h>

#include "base/wipe.h"

enum { RANDOM_LEN = 32 };

/* 32 octets in base64url without padding (RFC 4648, 5). */
static void
encode(char out[PKCE_LEN + 1], const unsigned char in[RANDOM_LEN])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned int bits = 0, count = 0;
	size_t i, n = 0;

	for (i = 0; i < RANDOM_LEN; i++) {
		bits = bits << 8 | in[i];
		for (count += 8; count >= 6; count -= 6)
			out[n++] = letters[bits >> (count - 6) & 0x3f];
	}
	out[n++] = letters[bits << (6 - count) & 0x3f];
	out[n] = '\0';
}

static int
add_random(char out[PKCE_LEN + 1])
{
	unsigned char raw[RANDOM_LEN];

	if (RAND_bytes(raw, sizeof raw) != 1)
		return -1;
	encode(out, raw);
	wipe(raw, sizeof raw);
	return 0;
}

void
pkce_challenge(char out[PKCE_LEN + 1], const char *verifier)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)verifier, strlen(verifier), digest);
	encode(out, digest);
}

int
pkce_make(struct pkce *p, struct failure *f)
{
	if (add_random(p->verifier) == -1 || add_random(p->state) == -1)
		return failure_set(
		    f, FAILURE_LOCAL, "the system has no random numbers");
	pkce_challenge(p->challenge, p->verifier);
	return 0;
}
