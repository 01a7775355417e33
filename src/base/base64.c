#include "base/base64.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/wipe.h"

size_t
base64_length(size_t n)
{
	return (n + 2) / 3 * 4;
}

int
base64_encode(struct buf *out, const void *data, size_t len)
{
	size_t n = base64_length(len);
	unsigned char *text;
	int rc;

	if (len == 0)
		return buf_add(out, "", 0);
	if (len > INT_MAX / 2 || (text = malloc(n + 1)) == NULL) {
		out->failed = true;
		return -1;
	}
	EVP_EncodeBlock(text, data, (int)len);
	rc = buf_add(out, text, n);
	wipe(text, n);
	free(text);
	return rc;
}

/* EVP_DecodeBlock forgives white space and counts padding as zeros. */
static int
is_base64(const char *text, size_t len, size_t *padding)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i;

	*padding = 0;
	if (len % 4 != 0)
		return 0;
	while (
	    *padding < 2 && *padding < len && text[len - 1 - *padding] == '=')
		++*padding;
	for (i = 0; i < len - *padding; i++)
		if (text[i] == '\0' || strchr(alphabet, text[i]) == NULL)
			return 0;
	return 1;
}

int
base64_decode(struct buf *out, const char *text, size_t len)
{
	unsigned char *raw;
	size_t padding;
	int n, rc = -1;

	if (len > INT_MAX / 2 || !is_base64(text, len, &padding))
		return -1;
	if (len == 0)
		return buf_add(out, "", 0);
	if ((raw = malloc(len / 4 * 3)) == NULL)
		return -1;
	n = EVP_DecodeBlock(raw, (const unsigned char *)text, (int)len);
	if (n >= 0 && (size_t)n >= padding)
		rc = buf_add(out, raw, (size_t)n - padding);
	wipe(raw, len / 4 * 3);
	free(raw);
	return rc;
}
