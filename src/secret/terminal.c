#include "secret/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/wipe.h"

enum { LINE_MAX_TYPED = 4095 }; /* what a terminal takes, line feed included */

/* Process-wide: a signal handler has no other way to know. */
static struct {
	volatile sig_atomic_t hidden;
	int fd;
	struct termios before, silent;
	struct sigaction stop, go_on; /* what these signals did */
	const char *prompt;           /* to be shown again, or NULL */
} terminal;

static void
set_silent(void)
{
	terminal.hidden = 1;
	while (tcsetattr(terminal.fd, TCSANOW, &terminal.silent) == -1 &&
	    errno == EINTR)
		continue;
	if (terminal.prompt != NULL)
		descriptor_write_now(
		    terminal.fd, terminal.prompt, strlen(terminal.prompt));
}

static void
set_back(void)
{
	if (terminal.hidden)
		tcsetattr(terminal.fd, TCSANOW, &terminal.before);
	terminal.hidden = 0;
}

/* The shell that takes over is to find its terminal as it was. */
static void
on_stop(int number)
{
	struct sigaction by_default = { .sa_handler = SIG_DFL }, ours;
	int saved = errno;
	sigset_t it;

	set_back();
	sigemptyset(&by_default.sa_mask);
	sigemptyset(&it);
	sigaddset(&it, number);
	sigaction(number, &by_default, &ours);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &it, NULL); /* it stops here */
	sigaction(number, &ours, NULL);
	if (!terminal.hidden) /* nobody was there to stop it for */
		set_silent();
	errno = saved;
}

/* Whoever stopped us may have set it otherwise meanwhile. */
static void
on_go_on(int number)
{
	int saved = errno;

	(void)number;
	set_silent();
	errno = saved;
}

void
secret_terminal_hide(int fd)
{
	struct sigaction stop = { .sa_handler = on_stop };
	struct sigaction go_on = { .sa_handler = on_go_on };

	if (terminal.hidden || tcgetattr(fd, &terminal.before) == -1)
		return;
	terminal.fd = fd;
	terminal.silent = terminal.before;
	terminal.silent.c_lflag &= ~(tcflag_t)ECHO;
	terminal.silent.c_lflag |= ICANON | ECHONL;
	sigemptyset(&stop.sa_mask);
	sigemptyset(&go_on.sa_mask);
	sigaction(SIGTSTP, &stop, &terminal.stop);
	if (terminal.stop.sa_handler == SIG_IGN)
		sigaction(SIGTSTP, &terminal.stop, NULL);
	sigaction(SIGCONT, &go_on, &terminal.go_on);
	set_silent();
}

void
secret_terminal_restore(void)
{
	bool was = terminal.hidden;

	set_back();
	if (!was)
		return;
	sigaction(SIGTSTP, &terminal.stop, NULL);
	sigaction(SIGCONT, &terminal.go_on, NULL);
	terminal.prompt = NULL;
}

/* Returns what read() does, but is not interrupted. */
static ssize_t
read_line(int fd, char *line, size_t size)
{
	ssize_t n;

	do
		n = read(fd, line, size);
	while (n == -1 && errno == EINTR);
	return n;
}

/* line[0..n) as it was typed. */
static int
take(struct secret_source *source, char *line, size_t n, struct err *e)
{
	if (n >= LINE_MAX_TYPED)
		return err_set(e, ERR_SECRET,
		    "ask: longer than a terminal takes in one line; use "
		    "file:PATH");
	if (n > 0 && line[n - 1] == '\n')
		n--;
	if (n == 0)
		return err_set(e, ERR_SECRET, "ask: nothing was typed");
	line[n] = '\0';
	if ((source->text = strdup(line)) == NULL)
		return err_nomem(e);
	return 0;
}

static int
open_terminal(struct err *e)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd == -1 && isatty(STDIN_FILENO))
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (fd == -1)
		err_set(e, ERR_SECRET,
		    "ask: there is no terminal to ask at; use another source, "
		    "such as file:PATH");
	return fd;
}

int
secret_ask(struct secret_source *source, const char *prompt, struct err *e)
{
	char line[LINE_MAX_TYPED + 1];
	int fd = open_terminal(e), rc = -1;
	ssize_t n;

	if (fd == -1)
		return -1;
	terminal.prompt = prompt;
	secret_terminal_hide(fd);
	n = read_line(fd, line, LINE_MAX_TYPED);
	if (n == -1)
		err_set(e, ERR_SECRET, "ask: %s", strerror(errno));
	secret_terminal_restore();
	if (n >= 0)
		rc = take(source, line, (size_t)n, e);
	wipe(line, sizeof line);
	close(fd);
	return rc;
}
