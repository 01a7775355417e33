#include "signin/discovery.h"

#include <string.h>

#include "oauth2/request.h"
#include "signin/inquiry.h"

enum { URL_MAX = 4096 };

/* OpenID's path goes behind the issuer's, RFC 8414's before it. */
static void
add_url(struct buf *out, const char *issuer, bool openid)
{
	const char *host = issuer + strlen("https://");
	const char *path = host + strcspn(host, "/");
	size_t len = strlen(issuer);

	while (len > 0 && issuer[len - 1] == '/')
		len--;
	if (openid) {
		buf_add(out, issuer, len);
		buf_adds(out, "/.well-known/openid-configuration");
		return;
	}
	buf_add(out, issuer, (size_t)(path - issuer));
	buf_adds(out, "/.well-known/oauth-authorization-server");
	if (path < issuer + len)
		buf_add(out, path, (size_t)(issuer + len - path));
}

static int
ask(const struct account *a, bool openid, struct document *out,
    struct failure *f)
{
	struct buf url = BUF_INIT(URL_MAX);
	struct inquiry q = { .account = a };
	int rc;

	add_url(&url, a->issuer, openid);
	q.url = buf_str(&url);
	rc = url.failed
	    ? failure_set(f, FAILURE_LOCAL,
		  "issuer is too long, or there is no memory for it")
	    : inquiry_ask(&q, out, f);
	buf_free(&url);
	return rc;
}

/* RFC 8414, 3.3: else anybody could speak for anybody. */
static int
check(const struct account *a, const struct document *d, struct failure *f)
{
	const char *const urls[] = { d->authorization_endpoint,
		d->token_endpoint, d->device_authorization_endpoint,
		d->revocation_endpoint };
	size_t i;

	if (d->issuer == NULL || strcmp(d->issuer, a->issuer) != 0) {
		failure_set(f, FAILURE_LOCAL,
		    "the discovery document of %.200s names another issuer: "
		    "%.200s",
		    a->issuer, d->issuer != NULL ? d->issuer : "none");
		return failure_advise(f,
		    "write issuer exactly as the document has it, if that is "
		    "the provider that is meant");
	}
	if (d->token_endpoint == NULL) {
		failure_set(f, FAILURE_LOCAL,
		    "the discovery document of %.200s has no token_endpoint",
		    a->issuer);
		return failure_advise(f, "give it: --token-url=URL");
	}
	for (i = 0; i < sizeof urls / sizeof urls[0]; i++)
		if (urls[i] != NULL && !request_url_is_right(urls[i]))
			return failure_set(f, FAILURE_LOCAL,
			    "the discovery document of %.200s has an endpoint "
			    "that is not https://HOST/...",
			    a->issuer);
	return 0;
}

int
discovery_ask(const struct account *a, struct document *out, struct failure *f)
{
	struct failure first = { .class = FAILURE_NONE };
	int rc = ask(a, true, out, &first);

	/* It is there at the one place or at the other. */
	if (rc == -1 && (first.status == 0 || ask(a, false, out, f) == -1)) {
		*f = first;
		return -1;
	}
	*f = (struct failure){ .class = FAILURE_NONE };
	if (check(a, out, f) == 0)
		return 0;
	document_free(out);
	return -1;
}
