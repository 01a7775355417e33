/* revoke: have the provider forget the sign-in (RFC 7009), and forget it. */

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "oauth2/command.h"
#include "oauth2/credential.h"
#include "oauth2/grant.h"
#include "oauth2/record.h"
#include "signin/inquiry.h"

static int
tell_provider(
    const struct account *a, const struct record *r, struct failure *f)
{
	struct secret secret = { .value = NULL };
	struct inquiry q = { .account = a, .url = a->revoke_url };
	struct grant g;
	int rc = -1;

	grant_init(&g);
	q.grant = &g;
	if (credential_fetch(a, &secret, f) == 0 &&
	    grant_revoke(&g, a, secret.value, r->refresh_token,
		(int64_t)time(NULL), f) == 0) {
		q.secret[0] = secret.value;
		q.secret[1] = r->refresh_token;
		rc = inquiry_tell(&q, f);
	}
	grant_free(&g);
	secret_free(&secret);
	return rc;
}

static int
check(const struct account *a, const struct record *r, int found,
    struct failure *f)
{
	if (!account_is_refreshed(a)) {
		failure_set(f, FAILURE_USAGE,
		    "revoke: flow %s has no sign-in that could be revoked",
		    account_flow_name(a->flow));
		return failure_advise(f,
		    "take the application's permission or credential away "
		    "where it was given");
	}
	if (found == 0 || r->refresh_token == NULL)
		return failure_set(
		    f, FAILURE_USAGE, "revoke: nobody is signed in");
	/* It goes to those alone for whom it was given. */
	if (!record_fits(r, a)) {
		failure_set(f, FAILURE_LOCAL,
		    "the sign-in is for another token-url or client-id than "
		    "oauth2.ini has now");
		return failure_advise(f,
		    "put those back, or forget it here alone: smtp-oauth2 "
		    "remove %s",
		    a->name);
	}
	if (a->revoke_url != NULL)
		return 0;
	failure_set(f, FAILURE_LOCAL,
	    "%s has no endpoint to revoke a sign-in, or none is configured "
	    "(revoke-url)",
	    a->provider->title);
	return failure_advise(f, "%s",
	    strcmp(a->provider->name, "microsoft") == 0
		? "revoke the user's sessions: Revoke-MgUserSignInSession"
		: "take the application's access away at the provider, then: "
		  "smtp-oauth2 remove");
}

/* The lock is held. */
static int
withdraw(const struct command_account *c, struct failure *f)
{
	const char *name = c->account.name;
	struct record r;
	int rc = record_load(&r, &c->store, name, f);

	if (rc != -1)
		rc = check(&c->account, &r, rc, f);
	if (rc == 0)
		rc = tell_provider(&c->account, &r, f);
	record_free(&r);
	if (rc == 0 && store_remove(&c->store, name, "token", f) == 0)
		rc = store_remove(&c->store, name, "json", f);
	return rc;
}

int
command_revoke(const struct command_line *l, struct failure *f)
{
	struct command_account c;
	int lock;

	if (command_open(&c, l, false, f) == 0) {
		lock = store_lock(&c.store, l->name, STORE_TRY, f);
		if (lock == -2) {
			failure_set(f, FAILURE_TEMPORARY,
			    "%s is being renewed at this moment", l->name);
			failure_advise(f, "try again in a minute");
		}
		if (lock >= 0) {
			if (withdraw(&c, f) == 0)
				printf("%s: the provider has forgotten the "
				       "sign-in, and so has this machine\n",
				    l->name);
			close(lock);
		}
	}
	command_close(&c);
	return failure_exit_code(f);
}
