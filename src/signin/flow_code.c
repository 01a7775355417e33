/* The authorization code with PKCE, on a loopback port. */

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wipe.h"
#include "oauth2/grant.h"
#include "oauth2/request.h"
#include "signin/flow.h"
#include "signin/inquiry.h"
#include "signin/listener.h"
#include "signin/pkce.h"
#include "signin/redirect.h"

enum {
	URL_MAX = 16 * 1024,
	REDIRECT_URL_MAX = 64,
	WAIT_US = 15 * 60 * 1000000,
};

/* One sign-in. */
struct code_signin {
	const struct account *account;
	const char *secret;
	bool iss_is_due;
	struct pkce pkce;
	struct listener listener;
	char redirect[REDIRECT_URL_MAX];
	struct failure *f;
};

static int
add_url(struct buf *out, const struct code_signin *s)
{
	const struct account *a = s->account;
	struct buf query = BUF_INIT(URL_MAX);

	request_add(&query, "response_type", "code");
	request_add(&query, "client_id", a->client_id);
	request_add(&query, "redirect_uri", s->redirect);
	if (a->scope != NULL)
		request_add(&query, "scope", a->scope);
	request_add(&query, "state", s->pkce.state);
	request_add(&query, "code_challenge", s->pkce.challenge);
	request_add(&query, "code_challenge_method", "S256");
	if (a->user != NULL)
		request_add(&query, "login_hint", a->user);
	/* Else Google gives a refresh token at the first consent only. */
	if (strcmp(a->provider->name, "google") == 0) {
		request_add(&query, "access_type", "offline");
		request_add(&query, "prompt", "consent");
	}
	buf_adds(out, a->auth_url);
	buf_addc(out, strchr(a->auth_url, '?') != NULL ? '&' : '?');
	buf_adds(out, buf_str(&query));
	if (query.failed)
		out->failed = true;
	buf_free(&query);
	return out->failed ? -1 : 0;
}

static void
print(const struct code_signin *s, const char *url)
{
	char host[256] = "THIS-HOST";

	gethostname(host, sizeof host - 1);
	printf("Open this in a browser on this machine, and sign in%s%s:\n\n"
	       "  %s\n\n"
	       "With the browser elsewhere, run this there first:\n\n"
	       "  ssh -L %d:127.0.0.1:%d %s\n\n"
	       "or paste here the address at which the browser ends, "
	       "%s?...\n",
	    s->account->user != NULL ? " as " : "",
	    s->account->user != NULL ? s->account->user : "", url,
	    s->listener.port, s->listener.port, host, s->redirect);
	fflush(stdout);
}

static int
redeem(struct code_signin *s, const char *code, struct document *out)
{
	const struct inquiry q = { .account = s->account,
		.url = s->account->token_url,
		.secret = { s->secret, code, s->pkce.verifier } };
	struct inquiry full = q;
	struct grant g;
	int rc;

	grant_init(&g);
	full.grant = &g;
	rc = grant_code(&g, s->account, s->secret, code, s->pkce.verifier,
	    s->redirect, (int64_t)time(NULL), s->f);
	if (rc == 0)
		rc = inquiry_ask(&full, out, s->f);
	grant_free(&g);
	return rc;
}

static int
begin(struct code_signin *s)
{
	struct buf url = BUF_INIT(URL_MAX);
	int rc = -1;

	if (s->account->auth_url == NULL)
		return failure_set(s->f, FAILURE_LOCAL,
		    "auth-url is missing: flow code needs it");
	if (pkce_make(&s->pkce, s->f) == -1 ||
	    listener_open(&s->listener, s->f) == -1)
		return -1;
	/* Entra's portal takes no http but with this name; RFC 8252, 8.3,
	 * advises the number. */
	snprintf(s->redirect, sizeof s->redirect, "http://%s:%d/",
	    strcmp(s->account->provider->name, "microsoft") == 0 ? "localhost"
								 : "127.0.0.1",
	    s->listener.port);
	if (add_url(&url, s) == -1) {
		failure_set(s->f, FAILURE_LOCAL,
		    "the URL is too long, or there is no memory for it");
	} else {
		print(s, buf_str(&url));
		rc = 0;
	}
	buf_free(&url);
	return rc;
}

int
flow_code(const struct account *a, const char *secret, bool iss_is_due,
    struct document *out, struct failure *f)
{
	struct code_signin s = { .account = a,
		.secret = secret,
		.iss_is_due = iss_is_due,
		.listener = { .fd = -1 },
		.f = f };
	struct redirect r = { .code = NULL };
	int rc = begin(&s);

	if (rc == 0)
		rc = listener_wait(&s.listener, s.pkce.state, STDIN_FILENO,
		    clock_now_us() + WAIT_US, &r, f);
	/* The port is let go before anything else: it is good for once. */
	listener_close(&s.listener);
	if (rc == 0)
		rc = redirect_judge(&r, a->issuer, iss_is_due, f);
	if (rc == 0)
		rc = redeem(&s, r.code, out);
	redirect_free(&r);
	wipe(&s.pkce, sizeof s.pkce);
	return rc;
}
