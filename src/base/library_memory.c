#include "base/library_memory.h"

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

/* A thread works for one at a time: nobody is blamed for another's lack. */
static _Thread_local unsigned long lacks;

void *
library_malloc(size_t n)
{
	void *p = malloc(n);

	if (p == NULL)
		lacks++;
	return p;
}

void *
library_realloc(void *p, size_t n)
{
	void *grown = realloc(p, n);

	if (grown == NULL && n > 0)
		lacks++;
	return grown;
}

/* As CRYPTO_malloc() has it: nothing is NULL. */
static void *
openssl_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return n > 0 ? library_malloc(n) : NULL;
}

static void *
openssl_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return library_realloc(p, n);
}

void
library_memory_watch(void)
{
	/* If it comes too late, OpenSSL's own word has to do. */
	CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, NULL);
}

unsigned long
library_memory_lacks(void)
{
	return lacks;
}

bool
library_memory_errors(void)
{
	unsigned long code;
	bool lacked = false;

	while ((code = ERR_get_error()) != 0)
		lacked = lacked || ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
	return lacked;
}
