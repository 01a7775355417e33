/*
 * certs.h - certificates made while a test runs, good ones and bad ones, and
 * a folder for them.  Whatever goes wrong fails the test.
 */

#ifndef TESTS_UNIT_CERTS_H
#define TESTS_UNIT_CERTS_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

struct cert_plan {
	const char *cn;    /* NULL: an empty subject */
	int cn_len;        /* 0: up to the NUL */
	const char *org;   /* NULL: none */
	const char *san;   /* "DNS:a.example,IP:192.0.2.1"; NULL: none */
	const char *usage; /* extendedKeyUsage; NULL: none */
	int from_days;     /* notBefore and notAfter, counted from now; */
	int until_days;    /* both 0: -10 and 10 */
	int rsa_bits;      /* 0: P-256 */
	bool ca;
};

struct cert {
	X509 *x509;
	EVP_PKEY *key;
	const struct cert *issuer; /* NULL: self-signed */
};

/* Both are borrowed as long as the certificate lives; issuer may be NULL. */
struct cert cert_make(const struct cert_plan *plan, const struct cert *issuer);
void cert_free(struct cert *c);

/* Put a subjectAltName in that plans cannot express, and sign again. */
void cert_set_san(struct cert *c, GENERAL_NAMES *names);
void cert_set_raw_extension(struct cert *c, int nid, const void *der, int len);

/* Make text, of an ASN.1 type, the end, or the beginning, of its time; sign
 * again. */
void cert_set_not_after(struct cert *c, int type, const char *text);
void cert_set_not_before(struct cert *c, int type, const char *text);

/* Unix times. */
int64_t cert_not_before(const struct cert *c);
int64_t cert_not_after(const struct cert *c);

/* A temporary folder, and its removal with all that is in it. */
void folder_make(void);
void folder_remove(void);

/* The path of a file in it; lives until folder_remove(). */
const char *folder_path(const char *name);

/* Write and return the path. */
const char *folder_write(const char *name, const char *text);
const char *folder_write_cert(const char *name, const struct cert *c);
const char *folder_write_key(const char *name, const struct cert *c);
/* Append c, its issuers but the self-signed, and (with_key) its key. */
const char *folder_write_chain(
    const char *name, const struct cert *c, bool with_key);

/* Put c into the hashed directory name, which is made if need be. */
const char *folder_hash(const char *name, const struct cert *c);

#endif
