#include "oauth2/assertion.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <time.h>

#include "base/date.h"

int
assertion_client(
    struct buf *out, const struct account *a, int64_t now, struct failure *f)
{
	(void)out;
	(void)now;
	return failure_set(f, FAILURE_LOCAL,
	    "%s: signed assertions are not built in yet; use "
	    "client-secret-from",
	    a->name);
}

int
assertion_service(
    struct buf *out, const struct account *a, int64_t now, struct failure *f)
{
	(void)out;
	(void)now;
	return failure_set(f, FAILURE_LOCAL,
	    "%s: service accounts are not built in yet", a->name);
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
