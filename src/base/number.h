/*
 * number.h - read numbers from text, whole and in the C locale: no white
 * space, no sign unless stated, no hex, nothing left over.
 */

#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decimal digits with min <= value <= max.  Returns 0 with *out set, or -1
 * without change.
 */
int number_parse(const char *s, long min, long max, long *out);

/*
 * A decimal of seconds such as "5", "0.25" or ".5", an optional '-' before
 * it, as microseconds (digits beyond the sixth are cut).  At most 1e9
 * seconds.  Reads s[0..len).  Returns 0 with *out_us set, or -1.
 */
int number_parse_seconds(const char *s, size_t len, int64_t *out_us);

#endif
