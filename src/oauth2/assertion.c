#include "oauth2/assertion.h"

#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/library_memory.h"
#include "base/wipe.h"
#include "cli/ini.h"
#include "oauth2/json.h"
#include "oauth2/jwt.h"

enum {
	LIFE = 300,          /* seconds; Microsoft wants 5 to 10 minutes */
	SERVICE_LIFE = 3600, /* Google's most, and what it gives a token for */
	FILE_MAX = 64 * 1024,
	WAIT_US = 5 * 1000000,
	JTI_LEN = 16,
	WHY_MAX = 128,
};

static int
load(struct buf *out, const char *path, const char *key, struct failure *f)
{
	struct err e = { .kind = ERR_NONE };

	if (ini_load(out, path, clock_now_us() + WAIT_US, NULL, &e) == 0)
		return 0;
	return failure_set(f, FAILURE_LOCAL, "%s: %s", key, e.text);
}

/* A new number for each, so that none is taken twice. */
static json_t *
make_jti(void)
{
	unsigned char raw[JTI_LEN];
	struct buf text = BUF_INIT(64);
	json_t *out = NULL;

	if (RAND_bytes(raw, sizeof raw) == 1 &&
	    jwt_encode(&text, raw, sizeof raw) == 0)
		out = json_string(buf_str(&text));
	buf_free(&text);
	return out;
}

/* {"typ": "JWT", NAME: VALUE} */
static json_t *
make_header(const char *name, const char *value)
{
	json_t *out = json_pack("{s:s}", "typ", "JWT");

	if (value == NULL || out == NULL ||
	    json_object_set_new(out, name, json_string(value)) == 0)
		return out;
	json_decref(out);
	return NULL;
}

static int
sign(struct buf *out, const struct jwt_key *k, bool pss, json_t *header,
    json_t *claims, struct failure *f)
{
	const bool is_whole = header != NULL && claims != NULL;
	int rc = is_whole ? jwt_sign(out, k, pss, header, claims) : -1;

	json_decref(header);
	json_decref(claims);
	if (rc == 0)
		return 0;
	return failure_set(f, FAILURE_LOCAL,
	    is_whole && !out->failed
		? "the assertion cannot be signed"
		: "the assertion cannot be made: out of memory, or a name in "
		  "it is no UTF-8");
}

/*
 * Lack of memory looks like a key that is none, or of another certificate; or
 * like nothing, and an octet of the key is missing.
 */
static int
finish(int rc, bool lacked, struct failure *f)
{
	if (!lacked)
		return rc;
	*f = (struct failure){ .class = FAILURE_NONE };
	return failure_set(f, FAILURE_LOCAL, "out of memory");
}

/* Both files, and whether they belong together. */
static int
load_pair(const struct account *a, struct jwt_key **k, struct buf *thumbprint,
    struct failure *f)
{
	struct buf key = BUF_INIT(FILE_MAX), certificate = BUF_INIT(FILE_MAX);
	char why[WHY_MAX];
	int rc = -1;

	*k = NULL;
	if (load(&key, a->key, "key", f) == -1 ||
	    load(&certificate, a->certificate, "certificate", f) == -1)
		goto out;
	*k = jwt_key_read(buf_str(&key), key.len, why, sizeof why);
	if (*k == NULL)
		failure_set(
		    f, FAILURE_CREDENTIAL, "key: %.200s %s", a->key, why);
	else if (jwt_thumbprint(thumbprint, *k, buf_str(&certificate),
		     certificate.len, why, sizeof why) == -1)
		failure_set(f, FAILURE_CREDENTIAL, "certificate: %.200s %s",
		    a->certificate, why);
	else
		rc = 0;
out:
	buf_free(&key);
	buf_free(&certificate);
	return rc;
}

int
assertion_client(
    struct buf *out, const struct account *a, int64_t now, struct failure *f)
{
	const unsigned long lacks = library_memory_lacks();
	struct buf thumbprint = BUF_INIT(64);
	struct jwt_key *k;
	int rc = load_pair(a, &k, &thumbprint, f);

	if (rc == 0)
		rc = sign(out, k, true,
		    make_header("x5t#S256", buf_str(&thumbprint)),
		    json_pack("{s:s,s:s,s:s,s:o,s:I,s:I,s:I}", "iss",
			a->client_id, "sub", a->client_id, "aud", a->token_url,
			"jti", make_jti(), "iat", (json_int_t)now, "nbf",
			(json_int_t)now, "exp", (json_int_t)(now + LIFE)),
		    f);
	jwt_key_free(k);
	rc =
	    finish(rc, thumbprint.failed || library_memory_lacks() != lacks, f);
	buf_free(&thumbprint);
	return rc;
}

/* What the key file of a service account says. */
struct service {
	char *email;
	char *key;
	char *key_id; /* or NULL */
};

static void
free_service(struct service *s)
{
	wipe_free(s->email);
	wipe_free(s->key);
	wipe_free(s->key_id);
}

static int
load_service(const struct account *a, struct service *s, struct failure *f)
{
	struct buf text = BUF_INIT(FILE_MAX);
	json_t *object = NULL;
	int rc = load(&text, a->service_account, "service-account", f);

	if (rc == 0) {
		object = json_loadb(
		    buf_str(&text), text.len, JSON_REJECT_DUPLICATES, NULL);
		if (!json_is_object(object) ||
		    json_get_text(object, "client_email", &s->email) == -1 ||
		    json_get_text(object, "private_key", &s->key) == -1 ||
		    json_get_text(object, "private_key_id", &s->key_id) == -1 ||
		    s->email == NULL || s->key == NULL)
			rc = failure_set(f, FAILURE_CREDENTIAL,
			    "service-account: %.200s is no key file: JSON with "
			    "client_email and private_key",
			    a->service_account);
	}
	json_decref(object);
	buf_free(&text);
	return rc;
}

int
assertion_service(
    struct buf *out, const struct account *a, int64_t now, struct failure *f)
{
	const unsigned long lacks = library_memory_lacks();
	struct service s = { .email = NULL };
	struct jwt_key *k = NULL;
	char why[WHY_MAX];
	int rc = load_service(a, &s, f);

	if (rc == 0) {
		k = jwt_key_read(s.key, strlen(s.key), why, sizeof why);
		if (k == NULL)
			rc = failure_set(f, FAILURE_CREDENTIAL,
			    "service-account: the private_key in %.200s %s",
			    a->service_account, why);
	}
	if (rc == 0)
		rc = sign(out, k, false, make_header("kid", s.key_id),
		    json_pack("{s:s,s:s,s:s,s:s,s:I,s:I}", "iss", s.email,
			"sub", a->user, "aud", a->token_url, "scope",
			a->scope != NULL ? a->scope : "", "iat",
			(json_int_t)now, "exp",
			(json_int_t)(now + SERVICE_LIFE)),
		    f);
	jwt_key_free(k);
	free_service(&s);
	return finish(rc, library_memory_lacks() != lacks, f);
}

int64_t
assertion_ends_at(const struct account *a)
{
	X509 *certificate;
	struct tm tm;
	BIO *in;
	int64_t at = 0;

	if (a->certificate == NULL ||
	    (in = BIO_new_file(a->certificate, "r")) == NULL)
		return 0;
	certificate = PEM_read_bio_X509(in, NULL, NULL, NULL);
	BIO_free(in);
	if (certificate != NULL &&
	    ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &tm) == 1)
		at = date_to_unix(&(struct date){ .year = tm.tm_year + 1900,
		    .month = tm.tm_mon + 1,
		    .day = tm.tm_mday,
		    .hour = tm.tm_hour,
		    .minute = tm.tm_min,
		    .second = tm.tm_sec });
	X509_free(certificate);
	return at;
}
