#include "net/tls_pin.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"

static const char prefix[] = "sha256//";

bool
tls_pins_hold(const struct tls_pins *p, const unsigned char digest[32])
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (memcmp(digest, p->digests[i], 32) == 0)
			return true;
	return false;
}

void
tls_pin_text(const unsigned char digest[32], char *text)
{
	struct buf b = BUF_INIT(TLS_PIN_TEXT);

	buf_adds(&b, prefix);
	base64_encode(&b, digest, 32);
	snprintf(text, TLS_PIN_TEXT, "%s", buf_str(&b));
	buf_free(&b);
}

int
tls_pin_parse(const char *text, unsigned char digest[32])
{
	struct buf raw = BUF_INIT(64);
	int rc = -1;

	if (strncmp(text, prefix, sizeof prefix - 1) != 0)
		return -1;
	text += sizeof prefix - 1;
	if (base64_decode(&raw, text, strlen(text)) == 0 && raw.len == 32) {
		memcpy(digest, raw.data, 32);
		rc = 0;
	}
	buf_free(&raw);
	return rc;
}
