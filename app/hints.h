/*
 * hints.h - what a refusal most likely means and what to do about it, from
 * replies that real servers and providers were seen to give.  What is not in
 * the table is not known; nothing is guessed.
 */

#ifndef APP_HINTS_H
#define APP_HINTS_H

/*
 * One reply seen.  In text, "…" stands for what varies; the rest must occur in
 * the reply in this order, in any case, as whole words, but the side of a word
 * that touches a "…" may go on.  Blanks and the marks " : ; ," before a "…" are
 * not needed.  Only "…": any text.
 */
struct hint {
	int code;             /* 334: the decoded error of a challenge */
	const char *enhanced; /* NULL: none, or any */
	const char *text;
	const char *cause; /* credential account policy backend rate encryption
			      mechanism sender protocol token */
	const char *advice;
};

/* Ends with code 0. */
extern const struct hint hints_table[];

/*
 * The row that fits this reply with the most text, and among equals the first.
 * enhanced is "" if the reply has none; text is on one line.  Returns NULL if
 * nothing is known.
 */
const struct hint *hints_find(int code, const char *enhanced, const char *text);

#endif
