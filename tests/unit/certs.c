#include "tests/unit/certs.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/pem.h>

enum { PATHS_MAX = 64, DAY_S = 86400 };

static char folder[64];
static char *paths[PATHS_MAX];
static size_t path_count;

static void
add_name(X509_NAME *name, const char *field, const char *text, int len)
{
	assert_int_equal(
	    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
		(const unsigned char *)text, len > 0 ? len : -1, -1, 0),
	    1);
}

static void
add_extension(X509 *x, X509V3_CTX *ctx, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, ctx, nid, value);

	assert_non_null(e);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

static void
sign(struct cert *c)
{
	EVP_PKEY *key = c->issuer != NULL ? c->issuer->key : c->key;

	assert_true(X509_sign(c->x509, key, EVP_sha256()) > 0);
}

struct cert
cert_make(const struct cert_plan *plan, const struct cert *issuer)
{
	static long serial;
	struct cert c = { .x509 = X509_new(), .issuer = issuer };
	bool usual = plan->from_days == 0 && plan->until_days == 0;
	X509 *x = c.x509;
	X509V3_CTX ctx;

	c.key = plan->rsa_bits > 0 ? EVP_RSA_gen((unsigned)plan->rsa_bits)
				   : EVP_EC_gen("P-256");
	assert_true(x != NULL && c.key != NULL);
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	if (plan->org != NULL)
		add_name(X509_get_subject_name(x), "O", plan->org, 0);
	if (plan->cn != NULL)
		add_name(
		    X509_get_subject_name(x), "CN", plan->cn, plan->cn_len);
	X509_set_issuer_name(
	    x, X509_get_subject_name(issuer != NULL ? issuer->x509 : x));
	X509_gmtime_adj(X509_getm_notBefore(x),
	    (long)(usual ? -10 : plan->from_days) * DAY_S);
	X509_gmtime_adj(X509_getm_notAfter(x),
	    (long)(usual ? 10 : plan->until_days) * DAY_S);
	X509_set_pubkey(x, c.key);
	X509V3_set_ctx(
	    &ctx, issuer != NULL ? issuer->x509 : x, x, NULL, NULL, 0);
	add_extension(x, &ctx, NID_basic_constraints,
	    plan->ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	if (plan->san != NULL)
		add_extension(x, &ctx, NID_subject_alt_name, plan->san);
	if (plan->usage != NULL)
		add_extension(x, &ctx, NID_ext_key_usage, plan->usage);
	sign(&c);
	return c;
}

void
cert_free(struct cert *c)
{
	X509_free(c->x509);
	EVP_PKEY_free(c->key);
	memset(c, 0, sizeof *c);
}

void
cert_set_san(struct cert *c, GENERAL_NAMES *names)
{
	assert_int_equal(X509_add1_ext_i2d(c->x509, NID_subject_alt_name, names,
			     0, X509V3_ADD_REPLACE),
	    1);
	sign(c);
}

void
cert_set_raw_extension(struct cert *c, int nid, const void *der, int len)
{
	ASN1_OCTET_STRING *data = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e;

	ASN1_OCTET_STRING_set(data, der, len);
	e = X509_EXTENSION_create_by_NID(NULL, nid, 0, data);
	assert_non_null(e);
	X509_add_ext(c->x509, e, -1);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(data);
	sign(c);
}

static void
set_time(struct cert *c, ASN1_TIME *t, int type, const char *text)
{
	t->type = type;
	assert_int_equal(ASN1_STRING_set(t, text, -1), 1);
	sign(c);
}

void
cert_set_not_after(struct cert *c, int type, const char *text)
{
	set_time(c, X509_getm_notAfter(c->x509), type, text);
}

void
cert_set_not_before(struct cert *c, int type, const char *text)
{
	set_time(c, X509_getm_notBefore(c->x509), type, text);
}

static int64_t
unix_time(const ASN1_TIME *t)
{
	struct tm tm;

	assert_int_equal(ASN1_TIME_to_tm(t, &tm), 1);
	return timegm(&tm);
}

int64_t
cert_not_before(const struct cert *c)
{
	return unix_time(X509_get0_notBefore(c->x509));
}

int64_t
cert_not_after(const struct cert *c)
{
	return unix_time(X509_get0_notAfter(c->x509));
}

void
folder_make(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof folder, "%.40s/unit.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(folder));
}

static void
remove_all(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	char sub[512];

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		snprintf(sub, sizeof sub, "%.200s/%.255s", path, d->d_name);
		if (unlink(sub) == -1)
			remove_all(sub);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(path);
}

void
folder_remove(void)
{
	remove_all(folder);
	while (path_count > 0)
		free(paths[--path_count]);
}

const char *
folder_path(const char *name)
{
	assert_true(path_count < PATHS_MAX);
	assert_true(asprintf(&paths[path_count], "%s/%s", folder, name) > 0);
	return paths[path_count++];
}

static FILE *
open_file(const char *path, const char *mode)
{
	FILE *f = fopen(path, mode);

	assert_non_null(f);
	return f;
}

const char *
folder_write(const char *name, const char *text)
{
	const char *path = folder_path(name);
	FILE *f = open_file(path, "w");

	fputs(text, f);
	fclose(f);
	return path;
}

const char *
folder_write_cert(const char *name, const struct cert *c)
{
	const char *path = folder_path(name);
	FILE *f = open_file(path, "w");

	assert_int_equal(PEM_write_X509(f, c->x509), 1);
	fclose(f);
	return path;
}

const char *
folder_write_key(const char *name, const struct cert *c)
{
	const char *path = folder_path(name);
	FILE *f = open_file(path, "w");

	assert_int_equal(
	    PEM_write_PrivateKey(f, c->key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(f);
	return path;
}

const char *
folder_write_chain(const char *name, const struct cert *c, bool with_key)
{
	const char *path = folder_path(name);
	FILE *f = open_file(path, "w");
	const struct cert *i;

	assert_int_equal(PEM_write_X509(f, c->x509), 1);
	for (i = c->issuer; i != NULL && i->issuer != NULL; i = i->issuer)
		assert_int_equal(PEM_write_X509(f, i->x509), 1);
	if (with_key)
		assert_int_equal(
		    PEM_write_PrivateKey(f, c->key, NULL, NULL, 0, NULL, NULL),
		    1);
	fclose(f);
	return path;
}

const char *
folder_hash(const char *name, const struct cert *c)
{
	const char *path = folder_path(name);
	unsigned long hash =
	    X509_NAME_hash_ex(X509_get_subject_name(c->x509), NULL, NULL, NULL);
	char file[128];

	mkdir(path, 0700);
	snprintf(file, sizeof file, "%.100s/%08lx.0", name, hash);
	folder_write_cert(file, c);
	return path;
}
