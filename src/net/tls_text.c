/* What a certificate says of itself, as text and as time. */

#include <stdio.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/x509.h>

#include "base/date.h"
#include "base/text.h"
#include "net/tls_internal.h"

void
tls_text_copy(char *out, const unsigned char *text, size_t len)
{
	size_t i, used = 0;

	for (i = 0; i < len && used + 5 < TLS_TEXT_MAX; i++) {
		if (text[i] != '\0') {
			out[used++] = (char)text[i];
			continue;
		}
		memcpy(out + used, "\\x00", 4);
		used += 4;
	}
	if (i < len)
		used = text_whole(out, used);
	out[used] = '\0';
}

void
tls_text_name(char *out, const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len;

	out[0] = '\0';
	if (bio == NULL)
		return;
	/* Escaped for RFC 2253, but not for terminals: see tls_text_copy(). */
	if (X509_NAME_print_ex(
		bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0 &&
	    (len = BIO_get_mem_data(bio, &text)) > 0)
		tls_text_copy(out, (unsigned char *)text, (size_t)len);
	BIO_free(bio);
}

void
tls_text_short(char *out, const X509_NAME *name)
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1), len;
	unsigned char *utf8 = NULL;

	if (at >= 0 &&
	    (len = ASN1_STRING_to_UTF8(&utf8,
		 X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)))) >=
		0) {
		tls_text_copy(out, utf8, (size_t)len);
		OPENSSL_free(utf8);
		return;
	}
	tls_text_name(out, name);
	if (out[0] == '\0')
		snprintf(out, TLS_TEXT_MAX, "(no subject)");
}

void
tls_text_owner(char *out, X509 *cert)
{
	tls_text_short(out, X509_get_subject_name(cert));
}

int
tls_time(const ASN1_TIME *t, int64_t *seconds)
{
	struct date d;
	int len;

	if (t == NULL)
		return -1;
	/* RFC 5280, 4.1.2.5: the type says how many digits a year has. */
	len = ASN1_STRING_length(t);
	if (len !=
		(ASN1_STRING_type(t) == V_ASN1_UTCTIME
			? DATE_UTC_TIME_LEN
			: DATE_GENERALIZED_TIME_LEN) ||
	    !date_read(&d, (const char *)ASN1_STRING_get0_data(t), (size_t)len))
		return -1;
	*seconds = date_to_unix(&d);
	return 0;
}
