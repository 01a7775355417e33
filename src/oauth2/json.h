/*
 * json.h - what the readers of JSON share, on jansson: members by name and
 * type, and memory that is wiped.
 */

#ifndef OAUTH2_JSON_H
#define OAUTH2_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Memory that jansson gives back is wiped from now on.  Call once, first.  What
 * it could not have it leaves out, or calls a fault of the text:
 * library_memory_lacks() tells.
 */
void json_guard_memory(void);

/*
 * A member's value: 0 with *out set (a copy, owned and to be wiped; NULL or
 * -1 if there is none or it is null), or -1 if it is of another type or there
 * is no memory.  A number may be one in a string.
 */
int json_get_text(const json_t *object, const char *key, char **out);
int json_get_number(const json_t *object, const char *key, int64_t *out);

/* Append it on one line; out->failed says if it had no room. */
void json_print(const json_t *value, struct buf *out);

#endif
