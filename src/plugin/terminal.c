#include "plugin/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/number.h"
#include "plugin/waterfall.h"

enum { WIDTH_DEFAULT = 80 };

/* As setlocale() would find it, without the files that it would read. */
static bool
speaks_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value;
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		value = getenv(names[i]);
		if (value != NULL && value[0] != '\0')
			return strcasestr(value, "utf-8") != NULL ||
			    strcasestr(value, "utf8") != NULL;
	}
	return false;
}

static int
find_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	long n;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	if (columns != NULL && number_parse(columns, 1, 9999, &n) == 0)
		return (int)n;
	return WIDTH_DEFAULT;
}

struct terminal
terminal_look(enum terminal_color wanted)
{
	struct terminal t = { .width = WIDTH_DEFAULT };
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	if (wanted == TERMINAL_NEVER ||
	    (wanted == TERMINAL_AUTO && !isatty(STDOUT_FILENO)))
		return t;
	t.width = find_width();
	t.draws = t.width >= WATERFALL_WIDTH_MIN;
	t.color = wanted == TERMINAL_ALWAYS ||
	    ((no_color == NULL || no_color[0] == '\0') && term != NULL &&
		strcmp(term, "dumb") != 0);
	t.utf8 = speaks_utf8();
	return t;
}
