#include "signin/login.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const char PLUGIN[] = "check_smtp_auth";

enum { ARGS_MAX = 16, NUMBER_LEN = 32, PATH_LEN = 4096 };

/* The plugin stands beside this program; else it is looked for in PATH. */
static void
find_plugin(char path[PATH_LEN])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_LEN - 64);
	char *slash;

	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash != NULL) {
		strcpy(slash + 1, PLUGIN);
		if (access(path, X_OK) == 0)
			return;
	}
	strcpy(path, PLUGIN);
}

/* The token as a file that has no name and is in no folder; -1 with errno. */
static int
make_file(const struct renewed *t)
{
	int fd = memfd_create("token", 0);

	if (fd != -1 &&
	    (write(fd, t->token.data, t->token.len) != (ssize_t)t->token.len ||
		write(fd, "\n", 1) != 1 || lseek(fd, 0, SEEK_SET) == -1)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void
run(const struct account *a, int fd)
{
	char path[PATH_LEN], source[NUMBER_LEN], port[NUMBER_LEN];
	const char *args[ARGS_MAX];
	size_t n = 0;

	find_plugin(path);
	snprintf(source, sizeof source, "--token-from=fd:%d", fd);
	snprintf(port, sizeof port, "%ld", a->port);
	args[n++] = PLUGIN;
	args[n++] = "-H";
	args[n++] = a->host;
	if (a->port != 0) {
		args[n++] = "-p";
		args[n++] = port;
	}
	args[n++] = "-U";
	args[n++] = a->user;
	args[n++] = source;
	args[n] = NULL;
	signal(SIGPIPE, SIG_DFL);
	execvp(path, (char *const *)(size_t)args);
	_exit(127);
}

static int
judge(const struct account *a, int status, struct failure *f)
{
	const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	if (code == 0)
		return 0;
	if (code == 127)
		return failure_set(f, FAILURE_LOCAL,
		    "cannot run %s; it should stand beside smtp-oauth2",
		    PLUGIN);
	failure_set(f, FAILURE_ADMIN,
	    "there is a token, but no login as %.100s at %.100s: the line of "
	    "%s says why",
	    a->user, a->host, PLUGIN);
	return failure_advise(
	    f, "mend that, and try: smtp-oauth2 test %s", a->name);
}

int
login_try(const struct account *a, const struct renewed *t, struct failure *f)
{
	int fd, status;
	pid_t pid;

	if (a->user == NULL || a->host == NULL)
		return failure_set(f, FAILURE_LOCAL,
		    "%s is missing: without it no login can be tried",
		    a->user == NULL ? "user" : "host");
	fflush(stdout);
	fd = make_file(t);
	pid = fd != -1 ? fork() : -1;
	if (pid == 0)
		run(a, fd);
	if (pid == -1)
		failure_set(f, FAILURE_LOCAL, "cannot start %s: %s", PLUGIN,
		    strerror(errno));
	if (fd != -1)
		close(fd);
	if (pid == -1)
		return -1;
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return failure_set(f, FAILURE_LOCAL,
			    "cannot wait for %s: %s", PLUGIN, strerror(errno));
	return judge(a, status, f);
}
