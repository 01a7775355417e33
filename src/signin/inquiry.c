#include "signin/inquiry.h"

#include "oauth2/remedy.h"
#include "oauth2/request.h"

enum { OK = 200, SECRETS = 3 };

static int
send_it(const struct inquiry *q, struct response *out, struct failure *f)
{
	const struct grant *g = q->grant;
	const struct request request = { .url = q->url,
		.form = g != NULL ? buf_str(&g->form) : NULL,
		.authorization = g != NULL && g->authorization.len > 0
		    ? buf_str(&g->authorization)
		    : NULL,
		.ca_file = q->account->ca_file,
		.proxy = q->account->proxy,
		.timeout = q->account->timeout };

	return request_send(&request, out, f);
}

int
inquiry_ask(const struct inquiry *q, struct document *out, struct failure *f)
{
	struct response response;
	char why[128];
	int rc, got;

	if (send_it(q, &response, f) == -1)
		return -1;
	got = document_read(
	    out, buf_str(&response.body), response.body.len, why, sizeof why);
	if (got == DOCUMENT_NO_MEMORY)
		rc = failure_set(f, FAILURE_LOCAL, "out of memory");
	else if (response.status != OK || (got == 0 && out->error != NULL))
		rc = remedy_explain(f, q->account->provider->name, NULL,
		    &response, got == 0 ? out : NULL, q->secret, SECRETS);
	else if (got == -1)
		rc = failure_set(f, FAILURE_TEMPORARY,
		    "the provider's answer is of no use: %s", why);
	else
		rc = 0;
	if (rc == -1)
		document_free(out);
	response_free(&response);
	return rc;
}

int
inquiry_tell(const struct inquiry *q, struct failure *f)
{
	struct response response;
	struct document said;
	char why[128];
	int rc = 0, got;

	if (send_it(q, &response, f) == -1)
		return -1;
	if (response.status != OK) {
		got = document_read(&said, buf_str(&response.body),
		    response.body.len, why, sizeof why);
		if (got == DOCUMENT_NO_MEMORY)
			rc = failure_set(f, FAILURE_LOCAL, "out of memory");
		else
			rc = remedy_explain(f, q->account->provider->name, NULL,
			    &response, got == 0 ? &said : NULL, q->secret,
			    SECRETS);
		document_free(&said);
	}
	response_free(&response);
	return rc;
}
