/* Where trust comes from, and the client's own certificate. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/certs.h"
#include "tests/unit/tls_peer.h"

static struct cert root, middle, leaf, stranger, client;
static const char *root_file, *stranger_file, *leaf_file, *middle_file;
static const char *root_dir, *stranger_dir, *empty_dir;

static struct tls_context *
context(const char *ca_path, const char *ca_file)
{
	const struct tls_settings s = { .ca_path = ca_path,
		.ca_file = ca_file,
		.min_version = TLS_VERSION_1_2 };
	enum tls_file culprit;
	struct err e = { .kind = ERR_NONE };
	struct tls_context *t = tls_context_new(&s, &culprit, &e);

	assert_string_equal(e.text, "");
	assert_non_null(t);
	return t;
}

static bool
trusts(struct tls_context *t, const struct cert *c, int issuers)
{
	struct tls_peer p;
	bool trusted;

	peer_open(&p);
	peer_serve(&p, c, issuers, 0);
	peer_start_tls(&p, t, NULL);
	assert_int_equal(peer_shake(&p), STREAM_DONE);
	trusted = stream_tls_facts(p.stream)->fault_count == 0;
	peer_end(&p);
	return trusted;
}

static bool
trusts_once(const char *ca_path, const char *ca_file)
{
	struct tls_context *t = context(ca_path, ca_file);
	bool trusted = trusts(t, &leaf, 1);

	tls_context_free(t);
	return trusted;
}

/* How often a file has been opened since the last call. */
static int
count_opened(int watch)
{
	struct inotify_event e;
	int n = 0;

	while (read(watch, &e, sizeof e) == sizeof e)
		n++;
	return n;
}

static int
watch_file(const char *path)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	assert_true(fd != -1);
	assert_true(inotify_add_watch(fd, path, IN_OPEN) != -1);
	return fd;
}

static void
test_file(void **state)
{
	(void)state;
	assert_true(trusts_once(NULL, root_file));
	assert_false(trusts_once(NULL, stranger_file));
}

static void
test_directory(void **state)
{
	(void)state;
	assert_true(trusts_once(root_dir, NULL));
	assert_false(trusts_once(stranger_dir, NULL));
}

/* What the operator trusts is an anchor, self-signed or not. */
static void
test_partial_chains(void **state)
{
	(void)state;
	assert_true(trusts_once(NULL, middle_file));
	assert_true(trusts_once(NULL, leaf_file));
	assert_true(trusts_once(empty_dir, leaf_file));
}

static void
test_bundle_is_left_alone(void **state)
{
	struct tls_context *t = context(root_dir, root_file);
	int watch = watch_file(root_file);

	(void)state;
	/* Even for an intermediate, which is not in the directory. */
	assert_true(trusts(t, &leaf, 1));
	assert_true(trusts(t, &leaf, 2));
	assert_int_equal(count_opened(watch), 0);
	assert_false(trusts(t, &leaf, 0));
	assert_int_equal(count_opened(watch), 1);
	close(watch);
	tls_context_free(t);
}

static void
test_bundle_is_loaded_once(void **state)
{
	struct tls_context *t = context(stranger_dir, root_file);
	int watch = watch_file(root_file);

	(void)state;
	assert_true(trusts(t, &leaf, 1));
	assert_int_equal(count_opened(watch), 1);
	assert_true(trusts(t, &leaf, 1));
	assert_false(trusts(t, &client, 0));
	assert_int_equal(count_opened(watch), 0);
	close(watch);
	tls_context_free(t);
}

/* What the first look found is forgotten if the bundle makes it good. */
static void
test_dates_are_kept(void **state)
{
	const struct cert_plan plan = {
		.cn = "x", .from_days = -9, .until_days = -3
	};
	struct cert old = cert_make(&plan, &middle);
	struct tls_context *t = context(stranger_dir, root_file);
	const struct tls_facts *f;
	struct tls_peer p;

	(void)state;
	peer_open(&p);
	peer_serve(&p, &old, 1, 0);
	peer_start_tls(&p, t, NULL);
	assert_int_equal(peer_shake(&p), STREAM_DONE);
	f = stream_tls_facts(p.stream);
	assert_int_equal(f->fault_count, 1);
	assert_int_equal(f->faults[0].error, X509_V_ERR_CERT_HAS_EXPIRED);
	peer_end(&p);
	tls_context_free(t);
	cert_free(&old);
}

static void
test_broken_bundle(void **state)
{
	const char *broken = folder_write("broken", "-----BEGIN CERT");

	(void)state;
	assert_true(trusts_once(root_dir, broken));
	assert_false(trusts_once(stranger_dir, broken));
}

static void
test_environment(void **state)
{
	static const struct {
		bool dir, file, trusted;
	} cases[] = {
		{ true, true, true },
		{ true, false, true },
		{ false, true, true },
		{ false, false, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		setenv(
		    "SSL_CERT_DIR", cases[i].dir ? root_dir : stranger_dir, 1);
		setenv("SSL_CERT_FILE",
		    cases[i].file ? root_file : stranger_file, 1);
		assert_int_equal(trusts_once(NULL, NULL), cases[i].trusted);
	}
	setenv("SSL_CERT_DIR", root_dir, 1);
	setenv("SSL_CERT_FILE", root_file, 1);
	/* Either option replaces both. */
	assert_false(trusts_once(NULL, stranger_file));
	assert_false(trusts_once(stranger_dir, NULL));
	unsetenv("SSL_CERT_DIR");
	unsetenv("SSL_CERT_FILE");
}

/* The settings are refused; text with %s for the file. */
static void
refuses(const struct tls_settings *s, const char *text, const char *file)
{
	struct tls_settings with = *s;
	enum tls_file culprit;
	struct err e = { .kind = ERR_NONE };
	char want[512];

	with.min_version = TLS_VERSION_1_2;
	assert_null(tls_context_new(&with, &culprit, &e));
	assert_int_equal(e.kind, ERR_USAGE);
	assert_int_equal(
	    culprit, text[0] == 'f' ? TLS_FILE_CA_FILE : TLS_FILE_CA_PATH);
	snprintf(want, sizeof want, "%.300s%.100s", file, text + 1);
	assert_string_equal(e.text, want);
}

static void
test_trust_that_cannot_be_used(void **state)
{
	const char *missing = folder_path("missing");
	const char *empty = folder_write("empty", "");
	struct tls_settings s = { .ca_file = missing };

	(void)state;
	refuses(&s, "f: No such file or directory", missing);
	s.ca_path = root_dir;
	refuses(&s, "f: No such file or directory", missing);
	s.ca_file = root_dir;
	refuses(&s, "f: Is a directory", root_dir);
	s.ca_path = NULL;
	refuses(&s, "f: Is a directory", root_dir);
	s.ca_file = empty;
	refuses(&s, "f: no certificate in it; give a PEM file", empty);
	s.ca_file = NULL;
	s.ca_path = missing;
	refuses(&s,
	    "p: No such file or directory; give a directory made by openssl "
	    "rehash",
	    missing);
	s.ca_path = empty;
	refuses(&s,
	    "p: Not a directory; give a directory made by openssl rehash",
	    empty);
	s.ca_path = "/etc/ssl/a:b";
	refuses(&s,
	    "p: OpenSSL takes the colon for the end of a path; give another "
	    "path, such as a link",
	    "/etc/ssl/a:b");
}

/* A key in the same file is passed over, also one with a pass phrase. */
static void
test_roots_beside_a_key(void **state)
{
	static const char text[] =
	    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
	    "MFQwTwYJKoZIhvcNAQUNMEIw\n"
	    "-----END ENCRYPTED PRIVATE KEY-----\n"
	    "-----BEGIN RSA PRIVATE KEY-----\n"
	    "Proc-Type: 4,ENCRYPTED\n"
	    "DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n"
	    "MFQwTwYJKoZIhvcNAQUNMEIw\n"
	    "-----END RSA PRIVATE KEY-----\n";
	const char *file = folder_write("with-key", text);
	struct tls_context *t;
	FILE *f = fopen(file, "a");

	(void)state;
	assert_non_null(f);
	assert_int_equal(PEM_write_X509(f, root.x509), 1);
	assert_int_equal(fputs(text, f) >= 0, 1);
	fclose(f);
	t = context(NULL, file);
	assert_true(trusts(t, &leaf, 1));
	tls_context_free(t);
	t = context(stranger_dir, file);
	assert_true(trusts(t, &leaf, 1));
	tls_context_free(t);
}

/* Client certificates. */

static X509 *asked_cert;
static int asked_chain;

static int
take_client(X509_STORE_CTX *store, void *arg)
{
	(void)arg;
	asked_cert = X509_STORE_CTX_get0_cert(store);
	X509_up_ref(asked_cert);
	asked_chain = sk_X509_num(X509_STORE_CTX_get0_untrusted(store));
	return 1;
}

/* Told of the server before anything of ours is sent to it. */
static bool
accepts(void *arg, const struct tls_facts *f)
{
	assert_true(f->has_certificate && f->chain_judged && f->name_matches);
	assert_int_equal(f->fault_count, 0);
	assert_false(f->done);
	return arg != NULL;
}

/* A server that asks for a certificate; the facts that came of it. */
static struct tls_facts
meet_asking(const char *cert, const char *key, int max_version, bool accepted)
{
	const struct stream_identity id = { .verify_name = "mail.example.org",
		.accepts = accepts,
		.arg = accepted ? &root : NULL };
	const struct tls_settings s = { .ca_file = root_file,
		.client_cert = cert,
		.client_key = key,
		.min_version = TLS_VERSION_1_2 };
	enum tls_file culprit;
	struct err e = { .kind = ERR_NONE };
	struct tls_context *t = tls_context_new(&s, &culprit, &e);
	struct tls_facts f;
	struct tls_peer p;

	assert_string_equal(e.text, "");
	X509_free(asked_cert);
	asked_cert = NULL;
	peer_open(&p);
	peer_serve(&p, &leaf, 1, max_version);
	SSL_CTX_set_cert_verify_callback(p.ctx, take_client, NULL);
	SSL_set_verify(p.ssl, SSL_VERIFY_PEER, NULL);
	peer_start_tls_as(&p, t, &id);
	assert_int_equal(peer_shake(&p), STREAM_DONE);
	f = *stream_tls_facts(p.stream);
	peer_end(&p);
	tls_context_free(t);
	return f;
}

static void
test_client_certificate(void **state)
{
	static const int versions[] = { 0, TLS1_2_VERSION };
	const char *chain = folder_write_chain("chain", &client, false);
	const char *both = folder_write_chain("both", &client, true);
	const char *key = folder_write_key("key", &client);
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_true(meet_asking(chain, key, versions[i], true)
				.client_cert_requested);
		assert_non_null(asked_cert);
		assert_int_equal(X509_cmp(asked_cert, client.x509), 0);
		assert_int_equal(asked_chain, 2);
		meet_asking(both, NULL, versions[i], true);
		assert_non_null(asked_cert);
		assert_true(meet_asking(chain, key, versions[i], false)
				.client_cert_requested);
		assert_null(asked_cert);
		assert_true(meet_asking(NULL, NULL, versions[i], true)
				.client_cert_requested);
		assert_null(asked_cert);
	}
}

static void
refuses_client(const char *cert, const char *key, const char *fmt,
    const char *a, const char *b)
{
	const struct tls_settings s = { .ca_file = root_file,
		.client_cert = cert,
		.client_key = key,
		.min_version = TLS_VERSION_1_2 };
	enum tls_file culprit;
	struct err e = { .kind = ERR_NONE };
	char want[512];

	assert_null(tls_context_new(&s, &culprit, &e));
	assert_int_equal(e.kind, ERR_USAGE);
	assert_int_equal(culprit,
	    key != NULL && a == key ? TLS_FILE_CLIENT_KEY
				    : TLS_FILE_CLIENT_CERT);
	snprintf(want, sizeof want, "%s: %s%s", a, fmt, b != NULL ? b : "");
	assert_string_equal(e.text, want);
}

static void
test_client_certificate_that_cannot_be_used(void **state)
{
	static const char other[] =
	    "the key does not belong to the certificate in ";
	static const char no_key[] = "no usable key in it; give a PEM key "
				     "without a pass phrase";
	static const char encrypted[] =
	    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
	    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgQ9RUkRUD4uQICCAAw\n"
	    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEMigKcixtC15yPEt3kjlMtcEgZBo\n"
	    "4CIlWnPtgdjIEpwCC/hXzSoBR5ZpoNFL7vhGYOM//jOwwXcgGfhoUTjOXF+op3k+\n"
	    "+WRp+hBGm0hL1oJR+cqtXuHyLrMV9ngBG89hhEahAQ0R2nPt3iXASRhEY/YSGaB/\n"
	    "Lp9/72Xrvxib5mCtMFT+ojmj30sguaKnX3j49rSlrklQfadCIwGr7JdGALgct18=\n"
	    "-----END ENCRYPTED PRIVATE KEY-----\n";
	/* As it was before PKCS #8. */
	static const char old_form[] =
	    "-----BEGIN EC PRIVATE KEY-----\n"
	    "Proc-Type: 4,ENCRYPTED\n"
	    "DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n"
	    "AAAAAAAAAAAAAAAAAAAAAA==\n"
	    "-----END EC PRIVATE KEY-----\n";
	const struct cert_plan rsa = { .cn = "rsa", .rsa_bits = 2048 };
	struct cert c = cert_make(&rsa, NULL);
	const char *cert = folder_write_cert("cert", &client);
	const char *missing = folder_path("none");
	const char *empty = folder_write("nothing", "");
	const char *wrong = folder_write_key("wrong", &leaf);
	const char *type = folder_write_key("type", &c);
	const char *locked = folder_write("locked", encrypted);
	const char *old = folder_write("old", old_form);

	(void)state;
	refuses_client(
	    missing, NULL, "No such file or directory", missing, NULL);
	refuses_client(
	    empty, NULL, "no certificate in it; give a PEM file", empty, NULL);
	refuses_client(
	    cert, missing, "No such file or directory", missing, NULL);
	refuses_client(cert, NULL, no_key, cert, NULL);
	refuses_client(cert, empty, no_key, empty, NULL);
	refuses_client(cert, wrong, other, wrong, cert);
	refuses_client(cert, type, other, type, cert);
	refuses_client(cert, locked,
	    "the key has a pass phrase; give one without", locked, NULL);
	refuses_client(cert, old, no_key, old, NULL);
	cert_free(&c);
}

static int
set_up(void **state)
{
	static const struct cert_plan ca = { .cn = "Root", .ca = true },
				      between = { .cn = "Middle", .ca = true },
				      other = { .cn = "Other", .ca = true },
				      server = { .cn = "mail",
					      .san = "DNS:mail.example.org" },
				      user = { .cn = "client",
					      .usage = "clientAuth" };

	(void)state;
	peer_init();
	unsetenv("SSL_CERT_DIR");
	unsetenv("SSL_CERT_FILE");
	folder_make();
	root = cert_make(&ca, NULL);
	middle = cert_make(&between, &root);
	leaf = cert_make(&server, &middle);
	stranger = cert_make(&other, NULL);
	client = cert_make(&user, &middle);
	root_file = folder_write_cert("root.pem", &root);
	stranger_file = folder_write_cert("stranger.pem", &stranger);
	leaf_file = folder_write_cert("leaf.pem", &leaf);
	middle_file = folder_write_cert("middle.pem", &middle);
	root_dir = folder_hash("root", &root);
	stranger_dir = folder_hash("stranger", &stranger);
	empty_dir = folder_hash("clients", &client);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	X509_free(asked_cert);
	cert_free(&root);
	cert_free(&middle);
	cert_free(&leaf);
	cert_free(&stranger);
	cert_free(&client);
	folder_remove();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_partial_chains),
		cmocka_unit_test(test_bundle_is_left_alone),
		cmocka_unit_test(test_bundle_is_loaded_once),
		cmocka_unit_test(test_dates_are_kept),
		cmocka_unit_test(test_broken_bundle),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_trust_that_cannot_be_used),
		cmocka_unit_test(test_roots_beside_a_key),
		cmocka_unit_test(test_client_certificate),
		cmocka_unit_test(test_client_certificate_that_cannot_be_used),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
