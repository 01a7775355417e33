#include "plugin/printable.h"

#include <stdbool.h>
#include <stdint.h>

enum { ESCAPE_LEN = 4 }; /* \xHH */

static const char cut_mark[] = "...";

static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '|';
}

/* Characters that act on the terminal or the line instead of being seen. */
static bool
is_control(uint32_t c)
{
	return c < 0xa0 ||                  /* C1 */
	    c == 0x061c ||                  /* Arabic letter mark */
	    c == 0x200e || c == 0x200f ||   /* direction marks */
	    (c >= 0x2028 && c <= 0x202e) || /* separators, embeddings */
	    (c >= 0x2066 && c <= 0x2069);   /* isolates */
}

/*
 * Bytes of the character at s[0..len) if it may be printed as it is, 0 if its
 * first byte must be escaped.  The rest of a character that may not be
 * printed then stands as stray continuation bytes and is escaped in turn.
 */
static size_t
harmless(const unsigned char *s, size_t len)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c;
	size_t n, i;

	if (s[0] < 0x80)
		return is_plain(s[0]);
	if (s[0] >= 0xc0 && s[0] < 0xe0)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] < 0xf0)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] < 0xf8)
		n = 4;
	else
		return 0;
	if (n > len)
		return 0;
	c = s[0] & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3fU);
	}
	/* RFC 3629: the shortest form only, no surrogates, an upper end. */
	if (c < least[n] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return 0;
	return is_control(c) ? 0 : n;
}

static void
add_escape(struct buf *out, unsigned char byte)
{
	static const char hex[] = "0123456789abcdef";
	const char escape[ESCAPE_LEN] = { '\\', 'x', hex[byte >> 4],
		hex[byte & 0xf] };

	buf_add(out, escape, sizeof escape);
}

void
printable_add(struct buf *out, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t run = 0, pos = 0, n;

	if (len == 0)
		return;
	while (pos < len) {
		/* Nearly all text is this, so it is asked without a call. */
		if (is_plain(s[pos])) {
			pos++;
			continue;
		}
		if ((n = harmless(s + pos, len - pos)) > 0) {
			pos += n;
			continue;
		}
		buf_add(out, s + run, pos - run);
		add_escape(out, s[pos]);
		run = ++pos;
	}
	buf_add(out, s + run, pos - run);
}

void
printable_add_cut(struct buf *out, const char *text, size_t len, size_t max)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t mark = sizeof cut_mark - 1;
	size_t kept = 0, pos = 0, width = 0, n;

	if (max > out->max || out->len > out->max - max) {
		out->failed = true;
		return;
	}
	if (mark > max)
		mark = max;
	/* kept follows pos as long as the mark would still fit behind it. */
	while (pos < len) {
		n = harmless(s + pos, len - pos);
		width += n > 0 ? n : ESCAPE_LEN;
		pos += n > 0 ? n : 1;
		if (width > max)
			break;
		if (width <= max - mark)
			kept = pos;
	}
	if (width <= max) {
		printable_add(out, text, len);
		return;
	}
	/* It may end in the mark of a cut that came before. */
	while (kept > 0 && text[kept - 1] == '.')
		kept--;
	printable_add(out, text, kept);
	buf_add(out, cut_mark, mark);
}
