/* ask.h - ask the person at the terminal, if there is one. */

#ifndef SIGNIN_ASK_H
#define SIGNIN_ASK_H

#include <stdbool.h>

#include "base/buf.h"

/* Whether standard input and output are a terminal. */
bool ask_is_possible(void);

/*
 * Print what is asked and append the line typed, without its end, to out.
 * hidden: it is not echoed, and the terminal is restored whatever comes.
 * Returns 0, or -1: end of file, ^C, or too long for out.
 */
int ask_line(struct buf *out, const char *what, bool hidden);

#endif
