#include "base/text.h"

#include <string.h>
#include <strings.h>

bool
text_is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s > 0x7f)
			return false;
	return true;
}

bool
text_has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if (text_is_control(*s))
			return true;
	return false;
}

bool
text_holds(const char *text, size_t len, const char *word, size_t word_len)
{
	for (; len >= word_len; text++, len--)
		if (strncasecmp(text, word, word_len) == 0)
			return true;
	return false;
}

/* How many octets a character has that begins with this one; 0: none does. */
static size_t
length_by(char first)
{
	unsigned char c = (unsigned char)first;

	return c < 0x80 ? 1
	    : c < 0xc0  ? 0
	    : c < 0xe0  ? 2
	    : c < 0xf0  ? 3
	    : c < 0xf8  ? 4
			: 1;
}

size_t
text_whole(const char *s, size_t len)
{
	size_t back, wanted;

	for (back = 1; back <= len && back < 4; back++) {
		wanted = length_by(s[len - back]);
		if (wanted > back)
			return len - back;
		if (wanted > 0)
			break;
	}
	return len;
}

int
text_cut(const char *s, int max)
{
	size_t most = max > 0 ? (size_t)max : 0, len = strnlen(s, most + 1);

	return (int)(len > most ? text_whole(s, most) : len);
}
