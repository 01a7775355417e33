#include "oauth2/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "oauth2/credential.h"
#include "oauth2/document.h"
#include "oauth2/fingerprint.h"
#include "oauth2/grant.h"
#include "oauth2/keep.h"
#include "oauth2/record.h"
#include "oauth2/remedy.h"
#include "oauth2/request.h"
#include "oauth2/words.h"

enum { WAIT = 30 }; /* seconds after a failure that names no time */

/* One renewal. */
struct renewal {
	const struct store *store;
	const struct account *account;
	struct failure *f;
	struct record record;
	struct secret secret;
	struct grant grant;
	struct response response;
	struct document answer;
	struct keep keep;
	bool has_new; /* the answer had a refresh token */
};

/* What the provider said counts for all who ask, until it may be otherwise. */
static int
check_held_back(struct renewal *n)
{
	const struct failure *last = &n->record.last;
	const int64_t now = (int64_t)time(NULL);
	bool changed;

	if (last->class == FAILURE_NONE || now >= last->retry_at ||
	    now < n->record.failed_at)
		return 0;
	changed = n->record.fingerprint != NULL &&
	    !fingerprint_is(&n->record, n->account, n->secret.value);
	/* A time that it named holds whoever asks. */
	if (last->refused && changed)
		return 0;
	*n->f = *last;
	return -1;
}

static int
check_sign_in(struct renewal *n)
{
	const struct account *a = n->account;

	if (!account_is_refreshed(a))
		return 0;
	if (n->record.refresh_token == NULL)
		failure_set(n->f, FAILURE_SIGNIN,
		    "nobody has signed in to %s yet", a->name);
	else if (!record_fits(&n->record, a))
		failure_set(n->f, FAILURE_SIGNIN,
		    "%s was signed in with another token-url or client-id; "
		    "its refresh token is for those alone",
		    a->name);
	else
		return 0;
	return failure_advise(n->f, "sign in: smtp-oauth2 setup %s", a->name);
}

/* The mark of a request that nobody lived to hear the answer of. */
static void
take_mark(struct renewal *n)
{
	if (n->record.in_flight_since != 0 &&
	    account_is_refreshed(n->account)) {
		n->record.lost_at = n->record.in_flight_since;
		n->record.lost_by_death = true;
	}
	n->record.in_flight_since = 0;
}

/* All that can fail on this machine fails before anything is asked. */
static int
prepare(struct renewal *n)
{
	const int64_t now = (int64_t)time(NULL);

	if (record_load(&n->record, n->store, n->account->name, n->f) == -1 ||
	    credential_fetch(n->account, &n->secret, n->f) == -1 ||
	    check_held_back(n) == -1 || check_sign_in(n) == -1)
		return -1;
	take_mark(n);
	if (grant_renewal(&n->grant, n->account, n->secret.value,
		n->record.refresh_token, now, n->f) == -1)
		return -1;
	if (keep_prepare(&n->keep, n->store, n->account, n->f) == -1)
		return -1;
	n->record.in_flight_since = now;
	return record_save(&n->record, n->store, n->account->name, n->f);
}

/* What it had given in place of the refresh token, if anything, is gone. */
static void
note_loss(struct renewal *n)
{
	if (!account_is_refreshed(n->account))
		return;
	n->record.lost_at = (int64_t)time(NULL);
	n->record.lost_by_death = false;
}

static int
ask(struct renewal *n)
{
	const struct account *a = n->account;
	const struct request request = { .url = a->token_url,
		.form = buf_str(&n->grant.form),
		.authorization = n->grant.authorization.len > 0
		    ? buf_str(&n->grant.authorization)
		    : NULL,
		.ca_file = a->ca_file,
		.proxy = a->proxy,
		.timeout = a->timeout };

	if (request_send(&request, &n->response, n->f) == 0)
		return 0;
	if (n->f->lost)
		note_loss(n);
	/* What is wrong on this machine may be mended at once. */
	if (n->f->class == FAILURE_TEMPORARY)
		n->f->retry_at = (int64_t)time(NULL) + WAIT;
	return -1;
}

/* It replaces the one kept, whatever else is wrong with the answer. */
static int
take_refresh_token(struct renewal *n)
{
	if (n->answer.refresh_token == NULL ||
	    !account_is_refreshed(n->account))
		return 0;
	if (record_bind(&n->record, n->account, &n->answer.refresh_token) ==
	    0) {
		n->has_new = true;
		return 0;
	}
	note_loss(n);
	return failure_set(n->f, FAILURE_LOCAL, "out of memory");
}

static int
fail_useless(struct renewal *n, const char *why)
{
	n->f->status = n->response.status;
	n->f->retry_at = (int64_t)time(NULL) + WAIT;
	if (!n->has_new)
		note_loss(n);
	return failure_set(n->f, FAILURE_TEMPORARY,
	    "the provider's answer is of no use: %s", why);
}

static int
hear(struct renewal *n)
{
	const char *secrets[] = { n->secret.value, n->record.refresh_token };
	char why[128];
	int rc = document_read(&n->answer, buf_str(&n->response.body),
	    n->response.body.len, why, sizeof why);

	n->record.ahead = n->response.date != 0
	    ? n->response.date - (int64_t)time(NULL)
	    : n->record.ahead;
	if (rc == DOCUMENT_NO_MEMORY) {
		note_loss(n);
		return failure_set(n->f, FAILURE_LOCAL,
		    "there is no memory to read the provider's answer");
	}
	if (n->response.status != 200 || (rc == 0 && n->answer.error != NULL)) {
		return remedy_explain(n->f, n->account->provider->name,
		    n->account->name, &n->response, rc == 0 ? &n->answer : NULL,
		    secrets, sizeof secrets / sizeof secrets[0]);
	}
	if (take_refresh_token(n) == -1)
		return -1;
	if (rc == -1)
		return fail_useless(n, why);
	if (n->answer.access_token == NULL)
		return fail_useless(n, "it has no access token");
	return 0;
}

/* A refusal after a lost answer has a likelier reason than its words. */
static void
name_loss(struct renewal *n)
{
	struct buf since = BUF_INIT(64);
	char said[sizeof n->f->error];

	if (n->record.lost_at == 0 || !n->f->refused ||
	    strcmp(n->f->error, "invalid_grant") != 0)
		return;
	words_add_time(&since, "", n->record.lost_at);
	memcpy(said, n->f->error, sizeof said);
	n->f->class = FAILURE_NONE;
	failure_set(n->f, FAILURE_SIGNIN,
	    "%s%s%s: the answer to the request of %s was lost (%s); a provider "
	    "that replaces refresh tokens takes the old one no more",
	    said, n->f->code[0] != '\0' ? " " : "", n->f->code, buf_str(&since),
	    n->record.lost_by_death ? "the process was killed"
				    : "the connection broke");
	buf_free(&since);
	failure_advise(
	    n->f, "sign in again: smtp-oauth2 setup %s", n->account->name);
}

/* What became of it, for whoever asks next. */
static void
note_failure(struct renewal *n)
{
	struct failure ignored = { .class = FAILURE_NONE };

	name_loss(n);
	n->record.in_flight_since = 0;
	n->record.failed_at = (int64_t)time(NULL);
	n->record.last = *n->f;
	fingerprint_take(&n->record, n->account, n->secret.value);
	(void)keep_record(&n->keep, &n->record, &ignored);
}

int
worker_renew(const struct store *s, const struct account *a, struct failure *f)
{
	struct renewal n = { .store = s, .account = a, .f = f };
	int rc = -1;

	grant_init(&n.grant);
	keep_init(&n.keep);
	n.response.body = (struct buf)BUF_INIT(REQUEST_ANSWER_MAX);
	if (prepare(&n) == 0) {
		if (ask(&n) == 0 && hear(&n) == 0)
			rc = keep_all(&n.keep, &n.record, &n.answer, f);
		else
			note_failure(&n);
	}
	keep_free(&n.keep);
	document_free(&n.answer);
	response_free(&n.response);
	grant_free(&n.grant);
	secret_free(&n.secret);
	record_free(&n.record);
	return rc;
}

/* From here on nobody else's end, and no signal but KILL, is ours. */
static void
detach(void)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM,
		SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2, SIGTSTP, SIGXFSZ };
	size_t i;
	int fd;

	for (i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		signal(ignored[i], SIG_IGN);
	setsid();
	/* Whoever reads our caller's output must not wait for us. */
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (i = 0; fd != -1 && i <= 2; i++)
		dup2(fd, (int)i);
}

/* Returns whether it came whole. */
static bool
read_result(int fd, struct failure *out)
{
	ssize_t n;

	do
		n = read(fd, out, sizeof *out);
	while (n == -1 && errno == EINTR);
	return n == (ssize_t)sizeof *out;
}

int
worker_run(
    const struct store *s, const struct account *a, int lock, struct failure *f)
{
	struct failure result = { .class = FAILURE_NONE };
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) == -1) {
		close(lock);
		return failure_set(f, FAILURE_LOCAL, "cannot make a pipe: %s",
		    strerror(errno));
	}
	pid = fork();
	if (pid == 0) {
		detach();
		close(ends[0]);
		worker_renew(s, a, &result);
		/* One write of less than PIPE_BUF; nobody may read it. */
		if (write(ends[1], &result, sizeof result) == -1)
			_exit(1);
		_exit(0);
	}
	/* With our copy open the lock would outlive the worker. */
	close(lock);
	close(ends[1]);
	if (pid == -1)
		failure_set(f, FAILURE_LOCAL, "cannot start a process: %s",
		    strerror(errno));
	else if (!read_result(ends[0], &result))
		failure_set(f, FAILURE_TEMPORARY,
		    "the process that asked the provider was killed");
	else
		*f = result;
	close(ends[0]);
	if (pid != -1)
		waitpid(pid, NULL, 0);
	return f->class == FAILURE_NONE ? 0 : -1;
}
