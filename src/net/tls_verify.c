/* What the peer's certificate shows: names, dates, its chain. */

#include "net/tls_internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <openssl/x509v3.h>

#include "base/library_memory.h"
#include "net/address.h"

static int64_t
unix_time(const ASN1_TIME *t)
{
	int64_t seconds;

	return tls_time(t, &seconds) == 0 ? seconds : 0;
}

/* Append one subjectAltName as text; kinds that name no host are left out. */
static void
add_name(struct tls_facts *f, const GENERAL_NAME *n)
{
	const ASN1_OCTET_STRING *ip;
	char *out;
	int len;

	if (n->type == GEN_DNS || n->type == GEN_IPADD)
		f->name_total++;
	if (f->name_count == TLS_NAMES_MAX)
		return;
	out = f->names[f->name_count];
	if (n->type == GEN_DNS) {
		tls_text_copy(out, ASN1_STRING_get0_data(n->d.dNSName),
		    (size_t)ASN1_STRING_length(n->d.dNSName));
		f->name_count++;
	} else if (n->type == GEN_IPADD) {
		ip = n->d.iPAddress;
		len = ASN1_STRING_length(ip);
		if ((len == 4 || len == 16) &&
		    inet_ntop(len == 4 ? AF_INET : AF_INET6,
			ASN1_STRING_get0_data(ip), out, TLS_TEXT_MAX) != NULL)
			f->name_count++;
	}
}

static void
take_names(struct tls_facts *f, X509 *cert)
{
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int i;

	/* One that cannot be read is there all the same. */
	f->has_san = X509_get_ext_by_NID(cert, NID_subject_alt_name, -1) >= 0;
	for (i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++)
		add_name(f, sk_GENERAL_NAME_value(names, i));
	GENERAL_NAMES_free(names);
}

/* RFC 9525: only subjectAltName counts, wildcards stand for a whole label. */
static bool
carries_name(X509 *cert, const char *name)
{
	const unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
	struct address a;
	const unsigned char *ip;

	if (!address_parse(&a, name, 0)) /* ".example" would be any below it */
		return name[0] != '.' &&
		    X509_check_host(cert, name, 0, flags, NULL) == 1;
	if (address_family(&a) == AF_INET) {
		ip = (const void *)&((struct sockaddr_in *)&a.ss)->sin_addr;
		return X509_check_ip(cert, ip, 4, 0) == 1;
	}
	ip = (const void *)&((struct sockaddr_in6 *)&a.ss)->sin6_addr;
	return X509_check_ip(cert, ip, 16, 0) == 1;
}

static void
take_chain(struct tls_facts *f, STACK_OF(X509) * chain)
{
	X509 *cert;
	int i;

	for (i = 0; i < sk_X509_num(chain) && i < TLS_CHAIN_MAX; i++) {
		cert = sk_X509_value(chain, i);
		tls_text_owner(f->chain[i].subject, cert);
		f->chain[i].not_after = unix_time(X509_get0_notAfter(cert));
		f->chain_count++;
	}
}

void
tls_verify_take(struct tls_handshake *shake, SSL *ssl)
{
	struct tls_facts *f = &shake->facts;
	X509 *cert = SSL_get0_peer_certificate(ssl);

	if (cert == NULL || f->has_certificate)
		return;
	f->has_certificate = true;
	if (!f->chain_judged) {
		tls_fault_add(f, X509_V_ERR_UNSPECIFIED, 0, cert);
		tls_pin_take(shake, cert);
	}
	tls_text_name(f->subject, X509_get_subject_name(cert));
	tls_text_name(f->issuer, X509_get_issuer_name(cert));
	f->not_after = unix_time(X509_get0_notAfter(cert));
	take_names(f, cert);
	f->name_matches = carries_name(cert, shake->verify_name);
	if (SSL_get_peer_cert_chain(ssl) != NULL)
		take_chain(f, SSL_get_peer_cert_chain(ssl));
	if (library_memory_errors())
		f->no_memory = true;
}
