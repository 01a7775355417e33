#include "oauth2/grant.h"

#include <string.h>

#include "oauth2/assertion.h"
#include "oauth2/request.h"

/* A token of 64 KiB with each of its octets encoded, and the rest. */
enum { FORM_MAX = 3 * 64 * 1024 + 32 * 1024 };

static const char BY_ASSERTION[] =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

void
grant_init(struct grant *g)
{
	*g = (struct grant){ .form = BUF_INIT(FORM_MAX),
		.authorization = BUF_INIT(FORM_MAX) };
}

void
grant_free(struct grant *g)
{
	buf_free(&g->form);
	buf_free(&g->authorization);
}

static int
add_assertion(
    struct grant *g, const struct account *a, int64_t now, struct failure *f)
{
	struct buf jwt = BUF_INIT(32 * 1024);
	int rc = assertion_client(&jwt, a, now, f);

	if (rc == 0) {
		request_add(&g->form, "client_assertion_type", BY_ASSERTION);
		request_add(&g->form, "client_assertion", buf_str(&jwt));
	}
	buf_free(&jwt);
	return rc;
}

/* Last: who the client is.  Returns 0, or -1 with *f set. */
static int
finish(struct grant *g, const struct account *a, const char *secret,
    int64_t now, struct failure *f)
{
	if (a->proof == PROOF_BASIC && secret != NULL) {
		request_add_basic(&g->authorization, a->client_id, secret);
	} else {
		request_add(&g->form, "client_id", a->client_id);
		if (a->proof == PROOF_POST && secret != NULL)
			request_add(&g->form, "client_secret", secret);
		if (a->proof == PROOF_ASSERTION &&
		    add_assertion(g, a, now, f) == -1)
			return -1;
	}
	if (g->form.failed || g->authorization.failed)
		return failure_set(f, FAILURE_LOCAL,
		    "the request is too large, or there is no memory for it");
	return 0;
}

static void
add_scope(struct grant *g, const struct account *a)
{
	if (a->scope != NULL)
		request_add(&g->form, "scope", a->scope);
}

int
grant_refresh(struct grant *g, const struct account *a, const char *secret,
    const char *refresh_token, int64_t now, struct failure *f)
{
	request_add(&g->form, "grant_type", "refresh_token");
	request_add(&g->form, "refresh_token", refresh_token);
	/* No scope: those granted stay; more would be refused. */
	return finish(g, a, secret, now, f);
}

int
grant_client(struct grant *g, const struct account *a, const char *secret,
    int64_t now, struct failure *f)
{
	request_add(&g->form, "grant_type", "client_credentials");
	add_scope(g, a);
	return finish(g, a, secret, now, f);
}

int
grant_service(
    struct grant *g, const struct account *a, int64_t now, struct failure *f)
{
	struct buf jwt = BUF_INIT(32 * 1024);
	int rc = assertion_service(&jwt, a, now, f);

	if (rc == 0) {
		request_add(&g->form, "grant_type",
		    "urn:ietf:params:oauth:grant-type:jwt-bearer");
		request_add(&g->form, "assertion", buf_str(&jwt));
		if (g->form.failed)
			rc = failure_set(f, FAILURE_LOCAL, "out of memory");
	}
	buf_free(&jwt);
	return rc;
}

int
grant_code(struct grant *g, const struct account *a, const char *secret,
    const char *code, const char *verifier, const char *redirect, int64_t now,
    struct failure *f)
{
	request_add(&g->form, "grant_type", "authorization_code");
	request_add(&g->form, "code", code);
	request_add(&g->form, "redirect_uri", redirect);
	request_add(&g->form, "code_verifier", verifier);
	return finish(g, a, secret, now, f);
}

int
grant_device_begin(struct grant *g, const struct account *a, const char *secret,
    int64_t now, struct failure *f)
{
	add_scope(g, a);
	return finish(g, a, secret, now, f);
}

int
grant_device(struct grant *g, const struct account *a, const char *secret,
    const char *device_code, int64_t now, struct failure *f)
{
	request_add(&g->form, "grant_type",
	    "urn:ietf:params:oauth:grant-type:device_code");
	request_add(&g->form, "device_code", device_code);
	return finish(g, a, secret, now, f);
}

int
grant_revoke(struct grant *g, const struct account *a, const char *secret,
    const char *token, int64_t now, struct failure *f)
{
	request_add(&g->form, "token", token);
	request_add(&g->form, "token_type_hint", "refresh_token");
	return finish(g, a, secret, now, f);
}

int
grant_renewal(struct grant *g, const struct account *a, const char *secret,
    const char *refresh_token, int64_t now, struct failure *f)
{
	switch (a->flow) {
	case FLOW_CLIENT:
		return grant_client(g, a, secret, now, f);
	case FLOW_SERVICE:
		return grant_service(g, a, now, f);
	case FLOW_CODE:
	case FLOW_DEVICE:
		break;
	}
	return grant_refresh(g, a, secret, refresh_token, now, f);
}
