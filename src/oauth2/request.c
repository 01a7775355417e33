#include "oauth2/request.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/library_memory.h"
#include "base/number.h"
#include "base/text.h"
#include "oauth2/guarded.h"

/* Where Debian and many others keep one file for each root, by its hash. */
static const char CA_FOLDER[] = "/etc/ssl/certs";

enum {
	CONNECT_TIMEOUT = 15,
	RETRY_AFTER_MAX = 24 * 3600, /* seconds; more is taken for that */
	WORDS_MAX = 200,
};

/* One request under way. */
struct exchange {
	struct response *out;
	size_t header_size;
	bool too_large;
	bool lacked;         /* memory of our own */
	unsigned long lacks; /* of the libraries', before */
	char why[CURL_ERROR_SIZE];
};

/* RFC 3986's unreserved characters stand for themselves, nothing else does. */
static void
add_encoded(struct buf *out, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~";

	for (; *s != '\0'; s++) {
		if (strchr(plain, *s) != NULL)
			buf_addc(out, *s);
		else
			buf_addf(out, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

void
request_add(struct buf *form, const char *name, const char *value)
{
	if (form->len > 0)
		buf_addc(form, '&');
	add_encoded(form, name);
	buf_addc(form, '=');
	add_encoded(form, value);
}

void
request_add_basic(struct buf *out, const char *id, const char *secret)
{
	struct buf pair = BUF_INIT(REQUEST_ANSWER_MAX * 4);

	add_encoded(&pair, id);
	buf_addc(&pair, ':');
	add_encoded(&pair, secret);
	buf_adds(out, "Basic ");
	if (pair.failed || base64_encode(out, buf_str(&pair), pair.len) == -1)
		out->failed = true;
	buf_free(&pair);
}

bool
request_url_is_right(const char *url)
{
	static const char scheme[] = "https://";
	size_t n;

	if (strncasecmp(url, scheme, sizeof scheme - 1) != 0)
		return false;
	url += sizeof scheme - 1;
	n = strcspn(url, "/?#");
	return n > 0 && memchr(url, '@', n) == NULL && url[0] != ':' &&
	    strpbrk(url, " #\\\"<>") == NULL && !text_has_control(url);
}

static size_t
on_body(char *data, size_t one, size_t n, void *arg)
{
	struct exchange *x = arg;

	(void)one;
	if (buf_add(&x->out->body, data, n) == 0)
		return n;
	x->too_large = n > x->out->body.max - x->out->body.len;
	x->lacked = !x->too_large;
	return 0;
}

/* Whether line[0..n) is the header; its value is copied then. */
static bool
is_header(
    const char *line, size_t n, const char *name, char *value, size_t size)
{
	size_t len = strlen(name);

	if (n <= len || strncasecmp(line, name, len) != 0 || line[len] != ':')
		return false;
	for (line += len + 1, n -= len + 1; n > 0 && text_is_space(*line);
	     line++, n--)
		;
	while (n > 0 && text_is_space(line[n - 1]))
		n--;
	if (n >= size)
		return false;
	memcpy(value, line, n);
	value[n] = '\0';
	return true;
}

static size_t
on_header(char *line, size_t one, size_t n, void *arg)
{
	struct exchange *x = arg;
	struct response *r = x->out;
	char value[64];
	long seconds;
	int64_t at;

	(void)one;
	x->header_size += n;
	if (x->header_size > REQUEST_ANSWER_MAX) {
		x->too_large = true;
		return 0;
	}
	if (is_header(line, n, "Date", value, sizeof value)) {
		at = (int64_t)curl_getdate(value, NULL);
		r->date = at > 0 ? at : 0;
	} else if (is_header(line, n, "Retry-After", value, sizeof value)) {
		if (number_parse(value, 0, INT32_MAX, &seconds) == 0)
			r->retry_after = seconds;
		else if ((at = (int64_t)curl_getdate(value, NULL)) > 0)
			r->retry_after =
			    at - (r->date > 0 ? r->date : (int64_t)time(NULL));
		if (r->retry_after > RETRY_AFTER_MAX)
			r->retry_after = RETRY_AFTER_MAX;
		if (r->retry_after < -1)
			r->retry_after = 0;
	}
	return n;
}

/*
 * The bundle costs ten times what the whole request does; whether the folder
 * has the root is seen by trying: what fails there was not asked yet.
 */
static CURLcode
set_trust(CURL *c, const struct request *r)
{
	const char *file = getenv("SSL_CERT_FILE");
	const char *folder = getenv("SSL_CERT_DIR");
	CURLcode rc;

	if (r->ca_file != NULL)
		file = r->ca_file;
	if (file != NULL && *file != '\0')
		folder = r->ca_file == NULL ? folder : NULL;
	else if (folder != NULL && *folder != '\0')
		file = NULL;
	else if (access(CA_FOLDER, R_OK) != 0)
		return CURLE_OK;
	else
		file = NULL, folder = CA_FOLDER;
	/* Else it would trust others than it was told. */
	rc = curl_easy_setopt(c, CURLOPT_CAINFO, file);
	return rc == CURLE_OK ? curl_easy_setopt(c, CURLOPT_CAPATH, folder)
			      : rc;
}

static CURLcode
set_options(CURL *c, const struct request *r, struct exchange *x)
{
	CURLcode rc;

	rc = curl_easy_setopt(c, CURLOPT_URL, r->url);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(
		    c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (rc != CURLE_OK)
		return rc;
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, r->timeout);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT,
	    r->timeout < CONNECT_TIMEOUT ? r->timeout : (long)CONNECT_TIMEOUT);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "smtp-oauth2/" VERSION);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, x->why);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (r->proxy != NULL)
		rc = curl_easy_setopt(c, CURLOPT_PROXY, r->proxy);
	if (rc == CURLE_OK && r->form != NULL)
		rc = curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->form);
	return rc;
}

/* Returns false without memory. */
static bool
set_headers(CURL *c, const struct request *r, struct curl_slist **headers)
{
	struct curl_slist *first, *second;
	char *line = NULL;

	first = curl_slist_append(NULL, "Accept: application/json");
	if ((*headers = first) == NULL)
		return false;
	if (r->authorization != NULL) {
		if (asprintf(&line, "Authorization: %s", r->authorization) ==
		    -1)
			return false;
		second = curl_slist_append(first, line);
		explicit_bzero(line, strlen(line));
		free(line);
		if (second == NULL)
			return false;
	}
	return curl_easy_setopt(c, CURLOPT_HTTPHEADER, *headers) == CURLE_OK;
}

static enum failure_class
class_of(CURLcode rc)
{
	switch ((int)rc) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CIPHER:
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_OUT_OF_MEMORY:
	case CURLE_FAILED_INIT:
	case CURLE_NOT_BUILT_IN:
		return FAILURE_LOCAL;
	default:
		return FAILURE_TEMPORARY;
	}
}

/* https://HOST of the URL, for words. */
static int
host_length(const char *url)
{
	size_t n = strlen("https://");

	return (int)(n + strcspn(url + n, "/?#"));
}

/* What to do where certificates to trust in could not be read. */
static const char *
advice_on_roots(const struct request *r)
{
	if (r->ca_file != NULL)
		return "make the file of ca-file one that this user can read, "
		       "in PEM";
	if (getenv("SSL_CERT_FILE") != NULL)
		return "SSL_CERT_FILE names it: correct that, or unset it";
	return "this machine has no root certificates: install "
	       "ca-certificates, or name the provider's own (ca-file = FILE)";
}

static int
explain(CURL *c, const struct request *r, const struct exchange *x, CURLcode rc,
    struct failure *f)
{
	const char *why = x->why[0] != '\0' ? x->why : curl_easy_strerror(rc);
	curl_off_t sent = 0;
	long size = 0;

	curl_easy_getinfo(c, CURLINFO_SIZE_UPLOAD_T, &sent);
	curl_easy_getinfo(c, CURLINFO_REQUEST_SIZE, &size);
	f->lost = sent > 0 || size > 0;
	/* Whatever came of that. */
	if (x->lacked || library_memory_lacks() != x->lacks)
		return failure_set(f, FAILURE_LOCAL, "%.*s: out of memory",
		    host_length(r->url), r->url);
	if (x->too_large)
		return failure_set(f, FAILURE_TEMPORARY,
		    "%.*s: its answer is larger than 64 KiB",
		    host_length(r->url), r->url);
	failure_set(f, class_of(rc), "%.*s: %.*s", host_length(r->url), r->url,
	    WORDS_MAX, why);
	if (rc == CURLE_PEER_FAILED_VERIFICATION)
		failure_advise(f,
		    "nothing was sent; if a CA of your own signed it: ca-file "
		    "= FILE");
	else if (rc == CURLE_SSL_CACERT_BADFILE)
		failure_advise(f, "%s", advice_on_roots(r));
	return -1;
}

static CURLcode
perform(CURL *c, const struct request *r, struct exchange *x)
{
	char *bundle = NULL;
	CURLcode rc;

	curl_easy_getinfo(c, CURLINFO_CAINFO, &bundle);
	if ((rc = set_trust(c, r)) == CURLE_OK)
		rc = curl_easy_perform(c);
	if (rc != CURLE_PEER_FAILED_VERIFICATION || bundle == NULL ||
	    r->ca_file != NULL || getenv("SSL_CERT_FILE") != NULL ||
	    getenv("SSL_CERT_DIR") != NULL)
		return rc;
	x->why[0] = '\0';
	if ((rc = curl_easy_setopt(c, CURLOPT_CAINFO, bundle)) != CURLE_OK)
		return rc;
	return curl_easy_perform(c);
}

int
request_send(const struct request *r, struct response *out, struct failure *f)
{
	struct exchange x = { .out = out, .lacks = library_memory_lacks() };
	struct curl_slist *headers = NULL;
	CURLcode rc = CURLE_OUT_OF_MEMORY;
	CURL *c = NULL;
	int result = -1;

	*out = (struct response){ .body = BUF_INIT(REQUEST_ANSWER_MAX),
		.retry_after = -1 };
	if (!request_url_is_right(r->url))
		return failure_set(
		    f, FAILURE_LOCAL, "not an https URL: %.200s", r->url);
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, guarded_malloc,
		guarded_free, guarded_realloc, guarded_strdup,
		guarded_calloc) != 0 ||
	    (c = curl_easy_init()) == NULL || !set_headers(c, r, &headers))
		failure_set(f, FAILURE_LOCAL, "out of memory");
	else if ((rc = set_options(c, r, &x)) == CURLE_OK &&
	    (rc = perform(c, r, &x)) == CURLE_OK)
		result = 0;
	else
		explain(c, r, &x, rc, f);
	if (result == 0)
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &out->status);
	if (c != NULL)
		curl_easy_cleanup(c);
	curl_slist_free_all(headers);
	curl_global_cleanup();
	return result;
}

void
response_free(struct response *r)
{
	buf_free(&r->body);
}
