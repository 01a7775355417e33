#include "oauth2/credential.h"

#include "base/clock.h"
#include "base/loop.h"
#include "oauth2/assertion.h"
#include "secret/fetch.h"

enum { SECRET_WAIT_US = 20 * 1000000, DAY = 24 * 3600 };

static void
on_secret(void *arg, int rc)
{
	*(int *)arg = rc;
}

int
credential_fetch(const struct account *a, struct secret *out, struct failure *f)
{
	struct err e = { .kind = ERR_NONE };
	struct secret_fetch *fetch = NULL;
	struct loop *l;
	int rc = 1;

	*out = (struct secret){ .value = NULL };
	if (a->client_secret.kind == SECRET_NONE)
		return 0;
	if ((l = loop_new()) == NULL)
		return failure_set(f, FAILURE_LOCAL, "out of memory");
	fetch = secret_fetch_start(l, &a->client_secret,
	    clock_now_us() + SECRET_WAIT_US, out, &e, on_secret, &rc);
	while (fetch != NULL && rc == 1 && loop_turn(l) == 1)
		;
	secret_fetch_free(fetch);
	loop_free(l);
	secret_source_erase(&a->client_secret);
	if (rc == 0)
		return 0;
	return failure_set(f, FAILURE_LOCAL, "client-secret-from: %s", e.text);
}

/* The end that comes first, if it is one and does. */
static void
take_end(int64_t at, const char *name, int64_t *end, const char **which)
{
	if (at <= 0 || (*end != 0 && at >= *end))
		return;
	*end = at;
	*which = name;
}

int64_t
credential_ends_at(
    const struct account *a, const struct record *r, const char **which)
{
	const struct provider *p = a->provider;
	int64_t end = 0;

	*which = "";
	if (a->client_secret.kind != SECRET_NONE)
		take_end(
		    a->client_secret_ends_at, "client secret", &end, which);
	if (a->proof == PROOF_ASSERTION)
		take_end(assertion_ends_at(a), "certificate", &end, which);
	if (account_is_refreshed(a)) {
		take_end(r->refresh_ends_at, "refresh token", &end, which);
		if (r->renewed_at != 0 && r->refresh_ends_at == 0 &&
		    p->refresh_days > 0)
			take_end(r->renewed_at + p->refresh_days * DAY,
			    "refresh token", &end, which);
	}
	return end;
}
