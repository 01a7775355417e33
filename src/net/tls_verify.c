/* What the peer's certificate shows: names, dates, faults of its chain. */

#include "net/tls_internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "base/date.h"
#include "base/text.h"
#include "net/address.h"
#include "net/tls_error.h"

enum { TEXT_MAX = 256 }; /* of subjects and names in struct tls_facts */

/* Copy UTF-8 that may hold NULs, which are made visible. */
static void
copy_text(char *out, const unsigned char *text, size_t len)
{
	size_t i, used = 0;

	for (i = 0; i < len && used + 5 < TEXT_MAX; i++) {
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

/* The whole name, "CN=mail.example.org,O=..." (RFC 2253). */
static void
name_text(char *out, X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len;

	out[0] = '\0';
	if (bio == NULL)
		return;
	/* Escaped for RFC 2253, but not for terminals: see copy_text(). */
	if (X509_NAME_print_ex(
		bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0 &&
	    (len = BIO_get_mem_data(bio, &text)) > 0)
		copy_text(out, (unsigned char *)text, (size_t)len);
	BIO_free(bio);
}

/* Whose it is, in short: the common name if there is one. */
static void
short_text(char *out, X509_NAME *name)
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1), len;
	unsigned char *utf8 = NULL;

	if (at >= 0 &&
	    (len = ASN1_STRING_to_UTF8(&utf8,
		 X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)))) >=
		0) {
		copy_text(out, utf8, (size_t)len);
		OPENSSL_free(utf8);
		return;
	}
	name_text(out, name);
	if (out[0] == '\0')
		snprintf(out, TEXT_MAX, "(no subject)");
}

static void
owner_text(char *out, X509 *cert)
{
	short_text(out, X509_get_subject_name(cert));
}

static int64_t
unix_time(const ASN1_TIME *t)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return 0;
	return date_to_unix(&(struct date){ .year = tm.tm_year + 1900,
	    .month = tm.tm_mon + 1,
	    .day = tm.tm_mday,
	    .hour = tm.tm_hour,
	    .minute = tm.tm_min,
	    .second = tm.tm_sec });
}

/* Where there is none yet. */
static void
set_fault(
    struct tls_fault *fault, int error, int depth, X509 *cert, bool from_store)
{
	if (fault->error != X509_V_OK)
		return;
	fault->error = error;
	fault->depth = depth;
	if (cert == NULL)
		return;
	owner_text(fault->subject, cert);
	short_text(fault->issuer, X509_get_issuer_name(cert));
	fault->from_store = from_store;
	if (error == X509_V_ERR_CERT_HAS_EXPIRED)
		fault->when = unix_time(X509_get0_notAfter(cert));
	else if (error == X509_V_ERR_CERT_NOT_YET_VALID)
		fault->when = unix_time(X509_get0_notBefore(cert));
}

static enum tls_fault_kind
kind_of(int error)
{
	if (error == X509_V_ERR_CERT_HAS_EXPIRED)
		return TLS_FAULT_EXPIRED;
	if (error == X509_V_ERR_CERT_NOT_YET_VALID)
		return TLS_FAULT_NOT_YET_VALID;
	return TLS_FAULT_UNTRUSTED;
}

/* However many there are: what decides has a place, only the list is full. */
static void
add_fault(
    struct tls_facts *f, int error, int depth, X509 *cert, bool from_store)
{
	enum tls_fault_kind kind;
	size_t i;

	if (error == X509_V_OK)
		error = X509_V_ERR_UNSPECIFIED;
	kind = kind_of(error);
	set_fault(&f->first[kind], error, depth, cert, from_store);
	if (depth == 0)
		set_fault(&f->leaf[kind], error, depth, cert, from_store);
	for (i = 0; i < f->fault_count; i++)
		if (f->faults[i].error == error && f->faults[i].depth == depth)
			return;
	if (f->fault_count < TLS_FAULTS_MAX)
		set_fault(&f->faults[f->fault_count++], error, depth, cert,
		    from_store);
}

static void
forget_faults(struct tls_facts *f)
{
	memset(f->first, 0, sizeof f->first);
	memset(f->leaf, 0, sizeof f->leaf);
	memset(f->faults, 0, sizeof f->faults);
	f->fault_count = 0;
}

static struct tls_handshake *
handshake_of(X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
	    store, SSL_get_ex_data_X509_STORE_CTX_idx());

	return SSL_get_app_data(ssl);
}

/* Called for each fault: note it and go on, to find all of them. */
static int
note_fault(int ok, X509_STORE_CTX *store)
{
	const int depth = X509_STORE_CTX_get_error_depth(store);

	if (!ok)
		add_fault(&handshake_of(store)->facts,
		    X509_STORE_CTX_get_error(store), depth,
		    X509_STORE_CTX_get_current_cert(store),
		    depth >= X509_STORE_CTX_get_num_untrusted(store));
	return 1;
}

static void
verify_once(X509_STORE_CTX *store)
{
	struct tls_facts *f = &handshake_of(store)->facts;

	forget_faults(f);
	X509_STORE_CTX_set_verify_cb(store, note_fault);
	/* note_fault() objects to nothing, so something else went wrong. */
	if (X509_verify_cert(store) <= 0)
		add_fault(f, X509_V_ERR_UNSPECIFIED, 0,
		    X509_STORE_CTX_get0_cert(store), false);
}

/* The same question once more: an X509_STORE_CTX answers only one. */
static void
verify_again(X509_STORE_CTX *first)
{
	const int ssl_index = SSL_get_ex_data_X509_STORE_CTX_idx();
	X509_STORE_CTX *again = X509_STORE_CTX_new();

	if (again != NULL &&
	    X509_STORE_CTX_init(again, X509_STORE_CTX_get0_store(first),
		X509_STORE_CTX_get0_cert(first),
		X509_STORE_CTX_get0_untrusted(first)) == 1 &&
	    X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(again),
		X509_STORE_CTX_get0_param(first)) == 1 &&
	    X509_STORE_CTX_set_ex_data(again, ssl_index,
		X509_STORE_CTX_get_ex_data(first, ssl_index)) == 1)
		verify_once(again);
	X509_STORE_CTX_free(again);
}

/* SHA-256 of the SubjectPublicKeyInfo.  Returns 0, or -1 without memory. */
static int
make_pin(unsigned char pin[32], X509 *cert)
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der), ok;

	ok = len > 0 &&
	    EVP_Digest(der, (size_t)len, pin, NULL, EVP_sha256(), NULL) == 1;
	OPENSSL_free(der);
	return ok ? 0 : -1;
}

static void
take_pin(struct tls_handshake *shake, X509 *cert)
{
	shake->facts.pin_matches = make_pin(shake->facts.pin, cert) == 0 &&
	    tls_pins_hold(&shake->pins, shake->facts.pin);
}

/* Whether another root could help: the issuers, not the leaf, are wrong. */
static bool
lacks_root(const struct tls_facts *f)
{
	return f->first[TLS_FAULT_UNTRUSTED].error != X509_V_OK ||
	    f->first[TLS_FAULT_EXPIRED].depth > 0 ||
	    f->first[TLS_FAULT_NOT_YET_VALID].depth > 0;
}

/*
 * Instead of OpenSSL's own verification at the end of which it would break
 * off: who judges needs to know all that is wrong.  A key that is pinned needs
 * no root: no bundle is worth its parsing then.
 */
static int
verify(X509_STORE_CTX *store, void *trust)
{
	struct tls_handshake *shake = handshake_of(store);
	struct tls_facts *f = &shake->facts;
	int loaded = 0;

	verify_once(store);
	take_pin(shake, X509_STORE_CTX_get0_cert(store));
	if (lacks_root(f) && !f->pin_matches)
		loaded = tls_trust_load_bundle(trust);
	if (loaded == 1)
		verify_again(store);
	f->chain_judged = true;
	f->no_memory = tls_error_lacks_memory() || loaded == -1;
	return !f->no_memory;
}

void
tls_verify_install(SSL_CTX *ctx, struct tls_trust *trust)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);

	/* An intermediate, or the server's own, in --ca-file is trusted. */
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, verify, trust);
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
		copy_text(out, ASN1_STRING_get0_data(n->d.dNSName),
		    (size_t)ASN1_STRING_length(n->d.dNSName));
		f->name_count++;
	} else if (n->type == GEN_IPADD) {
		ip = n->d.iPAddress;
		len = ASN1_STRING_length(ip);
		if ((len == 4 || len == 16) &&
		    inet_ntop(len == 4 ? AF_INET : AF_INET6,
			ASN1_STRING_get0_data(ip), out, TEXT_MAX) != NULL)
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
		owner_text(f->chain[i].subject, cert);
		f->chain[i].not_after = unix_time(X509_get0_notAfter(cert));
		f->chain_count++;
	}
}

void
tls_verify_take(struct tls_handshake *shake, SSL *ssl, const char *verify_name)
{
	struct tls_facts *f = &shake->facts;
	X509 *cert = SSL_get0_peer_certificate(ssl);

	if (cert == NULL)
		return;
	f->has_certificate = true;
	if (!f->chain_judged) {
		add_fault(f, X509_V_ERR_UNSPECIFIED, 0, cert, false);
		take_pin(shake, cert);
	}
	name_text(f->subject, X509_get_subject_name(cert));
	name_text(f->issuer, X509_get_issuer_name(cert));
	f->not_before = unix_time(X509_get0_notBefore(cert));
	f->not_after = unix_time(X509_get0_notAfter(cert));
	take_names(f, cert);
	f->name_matches = carries_name(cert, verify_name);
	if (SSL_get_peer_cert_chain(ssl) != NULL)
		take_chain(f, SSL_get_peer_cert_chain(ssl));
	f->no_memory = tls_error_lacks_memory();
}
