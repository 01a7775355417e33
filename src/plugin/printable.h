/*
 * printable.h - make text from outside harmless: what a peer, the DNS or a
 * file says can then neither break the plugin's output nor a terminal.
 */

#ifndef PLUGIN_PRINTABLE_H
#define PLUGIN_PRINTABLE_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Append text[0..len) with control characters (C0, DEL, C1), invalid UTF-8
 * (overlong forms, surrogates, beyond U+10FFFF) and the bidirectional controls
 * (U+061C, U+200E, U+200F, U+202A..202E, U+2066..2069) and the line and
 * paragraph separators U+2028/2029 as \xHH byte by byte, and '|' as \x7c.
 */
void printable_add(struct buf *out, const char *text, size_t len);

/*
 * The same, but at most max bytes are appended; what does not fit is cut at a
 * character and marked by "...".  A buffer without room for max bytes has
 * failed, whatever the text.
 */
void printable_add_cut(
    struct buf *out, const char *text, size_t len, size_t max);

#endif
