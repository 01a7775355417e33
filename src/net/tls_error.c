#include "net/tls_error.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/library_memory.h"

static bool
is_lack_of_memory(unsigned long code)
{
	return ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
}

bool
tls_error_take(char *text, size_t size)
{
	unsigned long code, first = ERR_peek_error();
	const char *reason = NULL, *next;
	bool lacked = false;

	/* The first cause; but "X lib" only says where to look. */
	while ((code = ERR_get_error()) != 0) {
		lacked = lacked || is_lack_of_memory(code);
		next = ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code))
					      : ERR_reason_error_string(code);
		if (next == NULL || (reason != NULL && ERR_COMMON_ERROR(code)))
			continue;
		reason = next;
		if (!ERR_COMMON_ERROR(code))
			break;
	}
	lacked = library_memory_errors() || lacked;
	if (lacked)
		snprintf(text, size, "out of memory");
	else if (reason != NULL)
		snprintf(text, size, "%s", reason);
	else /* "openssl errstr" knows it */
		snprintf(text, size, "OpenSSL error %08lX", first);
	return !lacked;
}

const char *
tls_error_of_file(const char *otherwise)
{
	unsigned long first = ERR_peek_error(), last = ERR_peek_last_error();
	const char *why = otherwise;

	if (ERR_SYSTEM_ERROR(first))
		why = strerror(ERR_GET_REASON(first));
	else if (ERR_GET_LIB(last) == ERR_LIB_SSL && !ERR_COMMON_ERROR(last) &&
	    ERR_reason_error_string(last) != NULL)
		why = ERR_reason_error_string(last);
	return library_memory_errors() ? NULL : why;
}

int
tls_error_refuse(struct err *e, const char *file, const char *otherwise)
{
	const char *why = tls_error_of_file(otherwise);

	if (why == NULL)
		return err_nomem(e);
	return err_set(e, ERR_USAGE, "%s: %s", file, why);
}
