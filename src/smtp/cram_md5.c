/* cram_md5.c - the SASL mechanism CRAM-MD5 (RFC 2195). */

#include <stddef.h>
#include <string.h>

#include "base/wipe.h"
#include "smtp/internal.h"

enum { VALUE = 16, HEX = 2 * VALUE };

static void
write_hex(char text[HEX], const unsigned char value[VALUE])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < VALUE; i++) {
		text[2 * i] = digits[value[i] >> 4];
		text[2 * i + 1] = digits[value[i] & 15];
	}
}

static enum sasl_step
refuse(struct sasl *s, const char *why)
{
	s->why = why;
	return SASL_UNEXPECTED;
}

/* RFC 2195, 2: user SP digest; the key of the HMAC is the password. */
static enum sasl_step
step_cram_md5(struct sasl *s, const struct buf *challenge, struct buf *out)
{
	unsigned char value[VALUE];
	char text[HEX];

	if (s->may_succeed)
		return SASL_UNEXPECTED;
	if (challenge == NULL)
		return refuse(s, "refuses: it is no base64");
	/* What is worked out of nothing is the same for ever. */
	if (challenge->len == 0)
		return refuse(s, "refuses: it is empty");
	if (digest_mac(DIGEST_MD5, s->creds->secret, strlen(s->creds->secret),
		buf_str(challenge), challenge->len, value) == -1)
		return SASL_FULL;
	write_hex(text, value);
	sasl_made(s, text, HEX);
	buf_adds(out, s->creds->user);
	buf_addc(out, ' ');
	buf_add(out, text, HEX);
	wipe(value, sizeof value);
	wipe(text, sizeof text);
	s->may_succeed = true;
	return SASL_RESPOND;
}

static size_t
cram_md5_length(const struct sasl_creds *c)
{
	return strlen(c->user) + 1 + HEX;
}

const struct sasl_methods cram_md5 = {
	.size = sizeof(struct sasl),
	.length = cram_md5_length,
	.step = step_cram_md5,
	.uses_digest = true,
	.digest = DIGEST_MD5,
};
