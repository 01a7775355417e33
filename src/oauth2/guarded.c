#include "oauth2/guarded.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/library_memory.h"
#include "base/wipe.h"

/* Before each piece its size, so that it can be wiped. */
enum { HEAD = 16 };

static size_t
size_of(const char *piece)
{
	size_t size;

	memcpy(&size, piece, sizeof size);
	return size;
}

void *
guarded_malloc(size_t size)
{
	char *piece;

	if (size > SIZE_MAX - HEAD ||
	    (piece = library_malloc(HEAD + size)) == NULL)
		return NULL;
	memcpy(piece, &size, sizeof size);
	return piece + HEAD;
}

void *
guarded_calloc(size_t n, size_t size)
{
	void *data;

	if (size != 0 && n > SIZE_MAX / size)
		return NULL;
	if ((data = guarded_malloc(n * size)) != NULL)
		memset(data, 0, n * size);
	return data;
}

/* Never in place: what it leaves behind is wiped. */
void *
guarded_realloc(void *data, size_t size)
{
	void *grown = guarded_malloc(size);
	size_t old;

	if (grown == NULL || data == NULL)
		return grown;
	old = size_of((const char *)data - HEAD);
	memcpy(grown, data, old < size ? old : size);
	guarded_free(data);
	return grown;
}

char *
guarded_strdup(const char *s)
{
	const size_t size = strlen(s) + 1;
	char *copy = guarded_malloc(size);

	return copy != NULL ? memcpy(copy, s, size) : NULL;
}

void
guarded_free(void *data)
{
	char *piece = data;

	if (piece == NULL)
		return;
	piece -= HEAD;
	wipe(piece, HEAD + size_of(piece));
	free(piece);
}

/* As CRYPTO_malloc() has it: nothing is NULL. */
static void *
openssl_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return n > 0 ? guarded_malloc(n) : NULL;
}

static void *
openssl_realloc(void *data, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	if (n > 0)
		return guarded_realloc(data, n);
	guarded_free(data);
	return NULL;
}

static void
openssl_free(void *data, const char *file, int line)
{
	(void)file;
	(void)line;
	guarded_free(data);
}

void
guarded_openssl(void)
{
	/* Where it comes too late, OpenSSL has its own of one kind for all. */
	CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);
}
