#include "base/wipe.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

void
wipe(void *data, size_t len)
{
	if (len > 0)
		OPENSSL_cleanse(data, len);
}

void
wipe_free(char *s)
{
	if (s != NULL)
		wipe(s, strlen(s));
	free(s);
}
