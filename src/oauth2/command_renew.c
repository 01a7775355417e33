/* renew: a new token now, of one account or of all, side by side. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "oauth2/command.h"
#include "oauth2/renew.h"
#include "oauth2/words.h"

enum {
	SIDE_BY_SIDE = 16,
	APART_MS = 200, /* two requests to one provider */
};

/* One line, in one piece: others write beside us. */
static void
tell(const char *name, const struct renewed *t, const struct failure *f)
{
	struct buf out = BUF_INIT(2048);

	buf_addf(&out, "%s: ", name);
	if (f->class != FAILURE_NONE) {
		buf_addf(&out, "%s: %s%s%s", failure_class_name(f->class),
		    f->text, f->remedy[0] != '\0' ? "; " : "", f->remedy);
	} else {
		buf_adds(&out, "renewed, ");
		if (t->expires_at != 0)
			words_add_time(&out, "expires ", t->expires_at);
		else
			buf_adds(&out, "does not tell when it expires");
	}
	buf_addc(&out, '\n');
	fflush(stdout);
	/* If nobody reads it, the exit code tells. */
	(void)!write(STDOUT_FILENO, buf_str(&out), out.len);
	buf_free(&out);
}

static int
renew(const struct store *s, const struct account *a)
{
	struct failure f = { .class = FAILURE_NONE };
	struct renewed t;

	renew_get(s, a, true, &t, &f);
	tell(a->name, &t, &f);
	renewed_free(&t);
	return failure_exit_code(&f);
}

/* All of one run. */
struct round {
	const struct config *config;
	const struct store *store;
	struct buf hosts; /* "HOST\n" for each account begun */
	int running;
	int worst;
};

/* 77 refused before 78 local before 75 temporary. */
static void
take_code(struct round *r, int code)
{
	static const int order[] = { 77, 78, 64, 75 };
	size_t i;

	for (i = 0; i < sizeof order / sizeof order[0]; i++) {
		if (r->worst == order[i])
			return;
		if (code == order[i]) {
			r->worst = code;
			return;
		}
	}
	if (code != 0 && r->worst == 0)
		r->worst = 78;
}

static void
wait_for_one(struct round *r)
{
	int status;

	while (waitpid(-1, &status, 0) == -1)
		if (errno != EINTR)
			return;
	r->running--;
	take_code(r, WIFEXITED(status) ? WEXITSTATUS(status) : 78);
}

/* How many to the host of url were begun before. */
static int
count_host(struct round *r, const char *url)
{
	const char *host = url + strlen("https://");
	const size_t n = strcspn(host, "/?#");
	const char *s = buf_str(&r->hosts), *end;
	int count = 0;

	for (; *s != '\0'; s = end + 1) {
		end = strchr(s, '\n');
		if ((size_t)(end - s) == n && strncmp(s, host, n) == 0)
			count++;
	}
	buf_add(&r->hosts, host, n);
	buf_addc(&r->hosts, '\n');
	return count;
}

static void
begin(struct round *r, const struct account *a)
{
	const int before = count_host(r, a->token_url);
	const int64_t ms = (int64_t)before * APART_MS;
	const struct timespec apart = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };
	pid_t pid = fork();

	if (pid == 0) {
		nanosleep(&apart, NULL);
		_exit(renew(r->store, a));
	}
	if (pid != -1)
		r->running++;
	else
		take_code(r, renew(r->store, a));
}

static void
renew_all(struct round *r)
{
	struct account a;
	size_t i;

	for (i = 0; i < r->config->count; i++) {
		struct failure f = { .class = FAILURE_NONE };
		const char *name = r->config->names[i];

		while (r->running >= SIDE_BY_SIDE)
			wait_for_one(r);
		if (config_account(r->config, name, &a, &f) == 0) {
			begin(r, &a);
		} else {
			tell(name, NULL, &f);
			take_code(r, failure_exit_code(&f));
		}
		account_free(&a);
	}
	while (r->running > 0)
		wait_for_one(r);
}

static int
run_all(const struct command_line *l, struct failure *f)
{
	struct config config;
	struct store store = { .folder = -1 };
	struct round r = { .config = &config,
		.store = &store,
		.hosts = BUF_INIT(4 * 1024 * 1024) };

	if (config_load(&config, l->config, f) == 0 &&
	    store_open(&store, store_path(l->state_dir), true, f) == 0)
		renew_all(&r);
	buf_free(&r.hosts);
	store_close(&store);
	config_free(&config);
	return f->class != FAILURE_NONE ? failure_exit_code(f) : r.worst;
}

int
command_renew(const struct command_line *l, struct failure *f)
{
	struct command_account c;
	struct renewed t;

	if (l->all == (l->name != NULL)) {
		failure_set(f, FAILURE_USAGE,
		    "renew: give the NAME of an account, or --all");
		return failure_exit_code(f);
	}
	if (l->all)
		return run_all(l, f);
	renewed_init(&t);
	if (command_open(&c, l, true, f) == 0 &&
	    renew_get(&c.store, &c.account, true, &t, f) == 0)
		tell(c.account.name, &t, f);
	renewed_free(&t);
	command_close(&c);
	return failure_exit_code(f);
}
