/*
 * terminal.h - a secret that somebody types: not echoed, and the terminal put
 * back whatever happens.  One terminal per process.
 */

#ifndef SECRET_TERMINAL_H
#define SECRET_TERMINAL_H

#include "base/err.h"
#include "secret/secret.h"

/*
 * Stop the echo of fd.  Does nothing where it is no terminal.  While it is
 * stopped by SIGTSTP the process leaves the terminal as it was.
 */
void secret_terminal_hide(int fd);

/* Put it back, if it was hidden.  Async-signal-safe. */
void secret_terminal_restore(void);

/*
 * Show prompt on the controlling terminal, or on standard input if that is
 * one, and wait for a line, for as long as it takes; it becomes the text of
 * *source, which is SECRET_ASK.  Returns 0, or -1 with *e set.
 */
int secret_ask(struct secret_source *source, const char *prompt, struct err *e);

#endif
