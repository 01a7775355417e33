/*
 * text.h - questions that text is asked in every room, in the C locale
 * whatever the environment says.  It changes nothing and writes nothing.
 */

#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Space or tab: what stands between two words of one line. */
static inline bool
text_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Any white space, line ends too. */
static inline bool
text_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool
text_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* C0 or DEL. */
static inline bool
text_is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

bool text_is_ascii(const char *s);
bool text_has_control(const char *s);

/* Whether text[0..len) has word[0..word_len) in it, letters in any case. */
bool text_holds(
    const char *text, size_t len, const char *word, size_t word_len);

/*
 * The length of s[0..len) without the UTF-8 character that a cut has left
 * unfinished at its end.  What is no UTF-8 counts as it is.
 */
size_t text_whole(const char *s, size_t len);

/*
 * How much of s to show if it may be max octets: all of it, or up to the end
 * of a character.  An int, for the precision of "%.*s".
 */
int text_cut(const char *s, int max);

#endif
