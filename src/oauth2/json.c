#include "oauth2/json.h"

#include <limits.h>
#include <string.h>

#include "base/library_memory.h"
#include "base/number.h"
#include "oauth2/guarded.h"

void
json_guard_memory(void)
{
	json_set_alloc_funcs(guarded_malloc, guarded_free);
}

int
json_get_text(const json_t *object, const char *key, char **out)
{
	const json_t *value = json_object_get(object, key);
	size_t size;

	*out = NULL;
	if (value == NULL || json_is_null(value))
		return 0;
	if (!json_is_string(value))
		return -1;
	size = strlen(json_string_value(value)) + 1;
	if ((*out = library_malloc(size)) == NULL)
		return -1;
	memcpy(*out, json_string_value(value), size);
	return 0;
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
