#include "base/number.h"

#include <string.h>

#include "base/text.h"

int
number_parse(const char *s, long min, long max, long *out)
{
	long n = 0;

	if (*s == '\0' || strlen(s) > 9)
		return -1;
	for (; *s != '\0'; s++) {
		if (!text_is_digit(*s))
			return -1;
		n = n * 10 + (*s - '0');
	}
	if (n < min || n > max)
		return -1;
	*out = n;
	return 0;
}

int
number_parse_seconds(const char *s, size_t len, int64_t *out_us)
{
	const int64_t most_us = 1000000000LL * 1000000;
	const char *end = s + len;
	int64_t whole = 0, micros = 0, unit = 100000;
	int negative = 0, digits = 0;

	if (s < end && *s == '-') {
		negative = 1;
		s++;
	}
	for (; s < end && text_is_digit(*s); s++, digits++) {
		whole = whole * 10 + (*s - '0');
		if (whole > most_us / 1000000)
			return -1;
	}
	if (s < end && *s == '.') {
		for (s++; s < end && text_is_digit(*s); s++, digits++) {
			micros += (*s - '0') * unit;
			unit /= 10;
		}
	}
	if (s != end || digits == 0)
		return -1;
	whole = whole * 1000000 + micros;
	if (whole > most_us)
		return -1;
	*out_us = negative ? -whole : whole;
	return 0;
}
