/* setup: an account from nothing to a login that has worked. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oauth2/command.h"
#include "oauth2/credential.h"
#include "oauth2/renew.h"
#include "oauth2/request.h"
#include "signin/admin.h"
#include "signin/ask.h"
#include "signin/discovery.h"
#include "signin/flow.h"
#include "signin/login.h"
#include "signin/questions.h"
#include "signin/section.h"

enum { ADVICE_MAX = 16 * 1024, SECRET_LINE_MAX = 4096 };

/* One run of it. */
struct setup {
	const struct command_line *line;
	const char *state;
	struct config config;
	struct given_list given;
	struct account account;
	struct store store;
	bool is_new; /* something is to be written */
	bool iss_is_due;
	struct failure *f;
};

/* What the section has, and over it what the command line has. */
static int
gather(struct setup *s)
{
	const struct given_list *l = &s->line->account;
	struct buf secret = BUF_INIT(SECRET_LINE_MAX);
	struct err e = { .kind = ERR_NONE };
	char *path = NULL;
	size_t i, before;
	int rc = 0;

	if (config_load_to_write(&s->config, s->line->config, s->f) == -1 ||
	    config_given(&s->config, s->line->name, &s->given, s->f) == -1)
		return -1;
	before = s->given.count;
	for (i = 0; i < l->count && rc == 0; i++)
		if (given_add(&s->given, &l->item[i], &e) == -1)
			rc = failure_take(s->f, &e);
	if (rc == 0 && ask_is_possible())
		rc = questions_ask(&s->given, &secret, s->f);
	if (rc == 0 && secret.len > 0)
		rc = section_keep_secret(&s->config, s->line->name, s->state,
		    buf_str(&secret), secret.len, &path, s->f);
	buf_free(&secret);
	if (rc == 0 && path != NULL) {
		struct buf source = BUF_INIT(SECRET_LINE_MAX);

		buf_addf(&source, "file:%s", path);
		rc = questions_add(
		    &s->given, "client-secret-from", buf_str(&source), s->f);
		buf_free(&source);
	}
	free(path);
	s->is_new = s->given.count > before;
	return rc;
}

/* A secret on a command line is one that everybody has seen. */
static int
check_source(struct setup *s)
{
	const char *source = questions_value(&s->given, "client-secret-from");

	if (source == NULL || strncmp(source, "pass:", 5) != 0)
		return 0;
	failure_set(s->f, FAILURE_USAGE,
	    "client-secret-from: pass: shows the secret to everybody on this "
	    "machine");
	return failure_advise(
	    s->f, "write it to a file, mode 0600, and give file:PATH");
}

static int
take_url(struct setup *s, const char *name, const char *url)
{
	if (url == NULL || questions_value(&s->given, name) != NULL)
		return 0;
	s->is_new = true;
	return questions_add(&s->given, name, url, s->f);
}

/* The endpoints of a custom provider, by its issuer. */
static int
discover(struct setup *s)
{
	const struct given_list *l = &s->given;
	const char *issuer = questions_value(l, "issuer");
	const char *provider = questions_value(l, "provider");
	struct account a = {
		.issuer = (char *)(size_t)issuer,
		.ca_file = (char *)(size_t)questions_value(l, "ca-file"),
		.proxy = (char *)(size_t)questions_value(l, "proxy"),
		.timeout = ACCOUNT_TIMEOUT,
	};
	struct document d;
	int rc;

	if (issuer == NULL || provider == NULL ||
	    strcmp(provider, "custom") != 0)
		return 0;
	a.provider = provider_find(provider);
	if (!request_url_is_right(issuer))
		return failure_set(s->f, FAILURE_USAGE,
		    "issuer: must be https://HOST/..., without a user");
	if (discovery_ask(&a, &d, s->f) == -1)
		return -1;
	s->iss_is_due = d.iss_is_sent;
	rc = take_url(s, "token-url", d.token_endpoint);
	if (rc == 0)
		rc = take_url(s, "auth-url", d.authorization_endpoint);
	if (rc == 0)
		rc = take_url(s, "device-url", d.device_authorization_endpoint);
	if (rc == 0)
		rc = take_url(s, "revoke-url", d.revocation_endpoint);
	document_free(&d);
	return rc;
}

static int
write_down(struct setup *s)
{
	if (!s->is_new)
		return 0;
	if (section_put(&s->config, s->line->name, &s->given, s->f) == -1)
		return -1;
	printf("Written: [%s] in %s\n\n", s->line->name, s->config.path);
	return 0;
}

static void
advise(const struct setup *s)
{
	struct buf out = BUF_INIT(ADVICE_MAX);
	struct buf line = BUF_INIT(16);

	admin_add(&out, &s->account);
	printf("%s", buf_str(&out));
	fflush(stdout);
	if (out.len > 0 && ask_is_possible())
		ask_line(&line, "Enter when that is done: ", false);
	buf_free(&out);
	buf_free(&line);
}

/* The lock is held, so that no renewal comes in between. */
static int
sign_in(struct setup *s)
{
	const struct account *a = &s->account;
	struct secret secret = { .value = NULL };
	struct document d;
	int rc = credential_fetch(a, &secret, s->f);

	if (rc == 0)
		rc = a->flow == FLOW_CODE
		    ? flow_code(a, secret.value, s->iss_is_due, &d, s->f)
		    : flow_device(a, secret.value, &d, s->f);
	secret_free(&secret);
	if (rc == -1)
		return -1;
	if (d.access_token == NULL || d.refresh_token == NULL) {
		rc = failure_set(s->f, FAILURE_ADMIN, "the provider gave no %s",
		    d.access_token == NULL ? "access token" : "refresh token");
		if (d.access_token != NULL)
			failure_advise(s->f,
			    "ask for the scope offline_access, or allow the "
			    "application refresh tokens");
	} else {
		rc = renew_keep(&s->store, a, &d, s->f);
	}
	document_free(&d);
	return rc;
}

static int
get_token(struct setup *s)
{
	int lock, rc;

	if (store_open(&s->store, s->state, true, s->f) == -1)
		return -1;
	if (!account_is_refreshed(&s->account))
		return 0;
	lock = store_lock(&s->store, s->line->name, STORE_TRY, s->f);
	if (lock == -2) {
		failure_set(s->f, FAILURE_TEMPORARY,
		    "%s is being renewed, or set up, at this moment",
		    s->line->name);
		return failure_advise(s->f, "try again in a minute");
	}
	if (lock == -1)
		return -1;
	rc = sign_in(s);
	close(lock);
	return rc;
}

static int
prove(struct setup *s)
{
	/* What signs itself in asks now, whatever is kept. */
	bool anew = !account_is_refreshed(&s->account);
	struct renewed t;
	int rc = renew_get(&s->store, &s->account, anew, &t, s->f);

	if (rc == 0)
		rc = login_try(&s->account, &t, s->f);
	renewed_free(&t);
	if (rc == 0)
		printf("\n%s is ready: --token-from=oauth2:%s\n", s->line->name,
		    s->line->name);
	return rc;
}

/* What root cannot make is said before anything is asked or written. */
static int
find_folder(struct setup *s)
{
	if (geteuid() != 0 || access(s->state, F_OK) == 0)
		return 0;
	return store_open(&s->store, s->state, true, s->f);
}

int
command_setup(const struct command_line *l, struct failure *f)
{
	struct setup s = { .line = l, .store = { .folder = -1 }, .f = f };

	s.state = store_path(l->state_dir);
	if (find_folder(&s) == 0 && gather(&s) == 0 && check_source(&s) == 0 &&
	    discover(&s) == 0 &&
	    account_make(&s.account, l->name, &s.given, "setup", f) == 0 &&
	    write_down(&s) == 0) {
		advise(&s);
		if (get_token(&s) == 0)
			prove(&s);
	}
	config_free(&s.config);
	given_free(&s.given);
	account_free(&s.account);
	store_close(&s.store);
	return failure_exit_code(f);
}
