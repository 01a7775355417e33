#include "signin/ask.h"

#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

enum { INTERRUPT = 0x03, END = 0x04, BACKSPACE = 0x08, DELETE = 0x7f };

bool
ask_is_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* Octet by octet: what follows the line is somebody else's to read. */
static int
read_line(struct buf *out, bool raw)
{
	char c;

	while (read(STDIN_FILENO, &c, 1) == 1) {
		if (c == '\n' || c == '\r')
			return out->failed ? -1 : 0;
		if (raw && (c == INTERRUPT || c == END))
			return -1;
		if (raw && (c == DELETE || c == BACKSPACE)) {
			if (out->len > 0)
				buf_truncate(out, out->len - 1);
			continue;
		}
		buf_addc(out, c);
	}
	return -1;
}

static void
show(const char *what)
{
	printf("%s", what);
	fflush(stdout);
}

/*
 * The terminal sends no signals meanwhile, and those of others wait: none may
 * leave it without its echo.
 */
static int
read_hidden(struct buf *out, const char *what)
{
	struct termios old, quiet;
	sigset_t all, before;
	int rc;

	if (tcgetattr(STDIN_FILENO, &old) == -1)
		return -1;
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
	quiet.c_cc[VMIN] = 1;
	quiet.c_cc[VTIME] = 0;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	rc = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	if (rc == 0) {
		/* Only now, or what is typed at once would be echoed. */
		show(what);
		rc = read_line(out, true);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	putchar('\n');
	return rc;
}

int
ask_line(struct buf *out, const char *what, bool hidden)
{
	if (hidden)
		return read_hidden(out, what);
	show(what);
	return read_line(out, false);
}
