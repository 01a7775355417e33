/*
 * pattern.h - extended regular expressions (POSIX.1-2008, XBD 9.4), '\n' as in
 * lines, whose memory is bounded.  The C library writes repetitions out, so
 * that "a++++++++++++++++++++" takes gigabytes, and takes no less where a long
 * text meets an unlucky pattern.  Back references, which POSIX does not define
 * here, take a long text's length in stack: there are none.
 */

#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include <stddef.h>

enum {
	PATTERN_LEN_MAX = 1000,
	PATTERN_DEPTH_MAX = 50,   /* groups in groups */
	PATTERN_PARTS_MAX = 2000, /* with repetitions written out */
};

/*
 * Whether it is a pattern, and none beyond the limits above.  Returns 0, or -1
 * with the reason in why[0..size), one line without a full stop.
 */
int pattern_check(const char *pattern, char *why, size_t size);

enum pattern_match { PATTERN_MATCHES, PATTERN_DIFFERS, PATTERN_TOO_COSTLY };

/*
 * Look for the pattern, which pattern_check() passed, in text.  Too costly is
 * what takes more than 64 MiB, or more than there are.
 */
enum pattern_match pattern_match(const char *pattern, const char *text);

#endif
