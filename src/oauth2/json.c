#include "oauth2/json.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/wipe.h"

/* Before each piece its size, so that it can be wiped. */
enum { HEAD = 16 };

static void *
allocate(size_t size)
{
	char *piece;

	if (size > SIZE_MAX - HEAD || (piece = malloc(HEAD + size)) == NULL)
		return NULL;
	memcpy(piece, &size, sizeof size);
	return piece + HEAD;
}

static void
release(void *data)
{
	char *piece = data;
	size_t size;

	if (piece == NULL)
		return;
	piece -= HEAD;
	memcpy(&size, piece, sizeof size);
	wipe(piece, HEAD + size);
	free(piece);
}

void
json_guard_memory(void)
{
	json_set_alloc_funcs(allocate, release);
}

int
json_get_text(const json_t *object, const char *key, char **out)
{
	const json_t *value = json_object_get(object, key);

	*out = NULL;
	if (value == NULL || json_is_null(value))
		return 0;
	if (!json_is_string(value))
		return -1;
	*out = strdup(json_string_value(value));
	return *out != NULL ? 0 : -1;
}

int
json_get_number(const json_t *object, const char *key, int64_t *out)
{
	const json_t *value = json_object_get(object, key);
	double real;
	long number;

	*out = -1;
	if (value == NULL || json_is_null(value))
		return 0;
	if (json_is_integer(value)) {
		*out = json_integer_value(value);
	} else if (json_is_real(value)) {
		real = json_real_value(value);
		if (!(real >= 0 && real < 1e15))
			return -1;
		*out = (int64_t)real;
	} else if (json_is_string(value)) {
		if (number_parse(
			json_string_value(value), 0, LONG_MAX, &number) == -1)
			return -1;
		*out = number;
	} else {
		return -1;
	}
	return *out >= 0 ? 0 : -1;
}

static int
add(const char *text, size_t len, void *arg)
{
	return buf_add(arg, text, len);
}

void
json_print(const json_t *value, struct buf *out)
{
	if (value == NULL ||
	    json_dump_callback(value, add, out, JSON_COMPACT) == -1)
		out->failed = true;
}
