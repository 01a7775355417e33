/*
 * terminal.h - what standard output can show, from the terminal and the
 * environment.  It sets nothing and writes nothing.
 */

#ifndef PLUGIN_TERMINAL_H
#define PLUGIN_TERMINAL_H

#include <stdbool.h>

/* What whoever looks wants of it. */
enum terminal_color { TERMINAL_AUTO, TERMINAL_ALWAYS, TERMINAL_NEVER };

struct terminal {
	bool draws; /* a drawing is wanted, and has room */
	bool color; /* it may have SGR sequences */
	bool utf8;  /* the locale's encoding */
	int width;  /* columns; 80 if unknown */
};

/*
 * Look at standard output and at TERM, NO_COLOR (no-color.org), COLUMNS,
 * LC_ALL, LC_CTYPE and LANG.  NO_COLOR and TERM=dumb take the colours from a
 * terminal, not the drawing.
 */
struct terminal terminal_look(enum terminal_color wanted);

#endif
