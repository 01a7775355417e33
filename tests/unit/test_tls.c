/* What a handshake shows of a server: every fault, names, pins, texts. */

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/certs.h"
#include "tests/unit/tls_peer.h"

#define HOST "mail.example.org"
#define SAN "DNS:" HOST ",IP:127.0.0.1,IP:2001:db8::7"

static struct cert root, middle, stranger;
static const char *root_file;

/* The facts of one handshake with c; pins may be NULL. */
static struct tls_facts
meet(const struct cert *c, int issuers, int max_version, const char *name,
    const struct tls_pins *pins)
{
	const struct tls_settings s = { .ca_file = root_file,
		.min_version = TLS_VERSION_1_2 };
	const struct stream_identity id = { .sni = HOST,
		.verify_name = name != NULL ? name : HOST,
		.pins = pins != NULL ? *pins : (struct tls_pins){ NULL, 0 } };
	enum tls_file culprit;
	struct err e = { .kind = ERR_NONE };
	struct tls_context *t = tls_context_new(&s, &culprit, &e);
	struct tls_facts f;
	struct tls_peer p;

	assert_string_equal(e.text, "");
	assert_non_null(t);
	peer_open(&p);
	peer_serve(&p, c, issuers, max_version);
	peer_start_tls_as(&p, t, &id);
	/* Whatever is wrong with it. */
	assert_int_equal(peer_shake(&p), STREAM_DONE);
	f = *stream_tls_facts(p.stream);
	assert_true(f.done && f.has_certificate);
	peer_end(&p);
	tls_context_free(t);
	return f;
}

static struct tls_facts
meet_usual(const struct cert *c, int issuers, const char *name)
{
	return meet(c, issuers, 0, name, NULL);
}

static const struct tls_fault *
fault_of(const struct tls_facts *f, int error)
{
	size_t i;

	for (i = 0; i < f->fault_count; i++)
		if (f->faults[i].error == error)
			return &f->faults[i];
	return NULL;
}

static void
test_good(void **state)
{
	const struct cert_plan plan = { .cn = HOST,
		.org = "Example, Inc.",
		.san = SAN,
		.usage = "serverAuth" };
	struct cert c = cert_make(&plan, &middle);
	struct tls_facts f = meet_usual(&c, 1, NULL);

	(void)state;
	assert_string_equal(f.version, "TLSv1.3");
	assert_string_equal(f.cipher, "TLS_AES_256_GCM_SHA384");
	assert_int_equal(f.fault_count, 0);
	assert_true(f.has_san && f.name_matches);
	assert_string_equal(f.subject, "CN=" HOST ",O=Example\\, Inc.");
	assert_string_equal(f.issuer, "CN=Middle");
	assert_true(f.not_after == cert_not_after(&c));
	assert_int_equal(f.name_count, 3);
	assert_string_equal(f.names[0], HOST);
	assert_string_equal(f.names[1], "127.0.0.1");
	assert_string_equal(f.names[2], "2001:db8::7");
	assert_int_equal(f.chain_count, 2);
	assert_string_equal(f.chain[0].subject, HOST);
	assert_string_equal(f.chain[1].subject, "Middle");
	assert_true(f.chain[1].not_after == cert_not_after(&middle));
	assert_false(f.pin_matches);
	assert_false(f.client_cert_requested);
	cert_free(&c);
}

static void
test_version(void **state)
{
	const struct cert_plan plan = { .cn = HOST, .san = SAN };
	struct cert c = cert_make(&plan, &root);
	struct tls_facts f = meet(&c, 0, TLS1_2_VERSION, NULL, NULL);

	(void)state;
	assert_string_equal(f.version, "TLSv1.2");
	assert_string_equal(f.cipher, "ECDHE-ECDSA-AES256-GCM-SHA384");
	assert_int_equal(f.fault_count, 0);
	cert_free(&c);
}

enum issuer { SELF, ROOT, MIDDLE, STRANGER, OLD_MIDDLE, LEAF_ISSUES };

static const struct fault_case {
	const char *what;
	struct cert_plan plan;
	enum issuer issuer;
	int issuers; /* how many are sent */
	struct {
		int error, depth;
		const char *subject;
	} want[3];
} fault_cases[] = {
	{ "good", { .cn = "x", .san = SAN }, MIDDLE, 1, { { 0 } } },
	{ "root sent too", { .cn = "x", .san = SAN }, MIDDLE, 2, { { 0 } } },
	{ "no usage", { .cn = "x", .san = SAN }, ROOT, 0, { { 0 } } },
	{ "self-signed", { .cn = "x", .san = SAN }, SELF, 0,
	    { { X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, 0, "x" } } },
	{ "stranger's", { .cn = "x", .san = SAN }, STRANGER, 0,
	    { { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 0, "x" } } },
	{ "stranger's, its root sent", { .cn = "x", .san = SAN }, STRANGER, 1,
	    { { X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, 1, "Stranger" } } },
	{ "incomplete", { .cn = "x", .san = SAN }, MIDDLE, 0,
	    { { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 0, "x" } } },
	{ "expired",
	    { .cn = "x", .san = SAN, .from_days = -9, .until_days = -3 },
	    MIDDLE, 1, { { X509_V_ERR_CERT_HAS_EXPIRED, 0, "x" } } },
	{ "not yet valid",
	    { .cn = "x", .san = SAN, .from_days = 3, .until_days = 9 }, MIDDLE,
	    1, { { X509_V_ERR_CERT_NOT_YET_VALID, 0, "x" } } },
	{ "expired intermediate", { .cn = "x", .san = SAN }, OLD_MIDDLE, 1,
	    { { X509_V_ERR_CERT_HAS_EXPIRED, 1, "Old Middle" } } },
	{ "both expired",
	    { .cn = "x", .san = SAN, .from_days = -9, .until_days = -3 },
	    OLD_MIDDLE, 1,
	    { { X509_V_ERR_CERT_HAS_EXPIRED, 1, "Old Middle" },
		{ X509_V_ERR_CERT_HAS_EXPIRED, 0, "x" } } },
	{ "for clients", { .cn = "x", .san = SAN, .usage = "clientAuth" },
	    MIDDLE, 1, { { X509_V_ERR_INVALID_PURPOSE, 0, "x" } } },
	{ "by one that is no CA", { .cn = "x", .san = SAN }, LEAF_ISSUES, 2,
	    { { X509_V_ERR_INVALID_CA, 1, "No CA" },
		{ X509_V_ERR_INVALID_PURPOSE, 1, "No CA" } } },
	{ "weak key", { .cn = "x", .san = SAN, .rsa_bits = 1024 }, MIDDLE, 1,
	    { { X509_V_ERR_EE_KEY_TOO_SMALL, 0, "x" } } },
	{ "all wrong",
	    { .cn = "x", .san = SAN, .from_days = -9, .until_days = -3 }, SELF,
	    0,
	    { { X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, 0, "x" },
		{ X509_V_ERR_CERT_HAS_EXPIRED, 0, "x" } } },
};

static void
check_faults(const struct fault_case *c, const struct tls_facts *f)
{
	size_t i, n = 0;

	while (n < 3 && c->want[n].error != 0)
		n++;
	if (f->fault_count != n)
		print_error("%s: %zu faults\n", c->what, f->fault_count);
	assert_int_equal(f->fault_count, n);
	for (i = 0; i < n; i++) {
		if (f->faults[i].error != c->want[i].error)
			print_error(
			    "%s: %s\n", c->what, tls_fault_text(&f->faults[i]));
		assert_int_equal(f->faults[i].error, c->want[i].error);
		assert_int_equal(f->faults[i].depth, c->want[i].depth);
		assert_string_equal(f->faults[i].subject, c->want[i].subject);
	}
}

static void
test_faults(void **state)
{
	const struct cert_plan old = { .cn = "Old Middle",
		.ca = true,
		.from_days = -9,
		.until_days = -2 };
	const struct cert_plan no_ca = { .cn = "No CA" };
	struct cert old_middle = cert_make(&old, &root);
	struct cert leaf = cert_make(&no_ca, &middle), c;
	const struct cert *const issuers[] = { [SELF] = NULL,
		[ROOT] = &root,
		[MIDDLE] = &middle,
		[STRANGER] = &stranger,
		[OLD_MIDDLE] = &old_middle,
		[LEAF_ISSUES] = &leaf };
	const struct fault_case *k;
	struct tls_facts f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof fault_cases / sizeof fault_cases[0]; i++) {
		k = &fault_cases[i];
		c = cert_make(&k->plan, issuers[k->issuer]);
		f = meet_usual(&c, k->issuers, NULL);
		check_faults(k, &f);
		assert_true(f.name_matches);
		cert_free(&c);
	}
	cert_free(&leaf);
	cert_free(&old_middle);
}

static void
test_dates(void **state)
{
	const struct cert_plan plan = {
		.cn = "x", .san = SAN, .from_days = -9, .until_days = -3
	};
	const struct cert_plan later = {
		.cn = "x", .san = SAN, .from_days = 3, .until_days = 9
	};
	struct cert old = cert_make(&plan, &stranger);
	struct cert early = cert_make(&later, &root);
	struct tls_facts f = meet_usual(&old, 0, NULL);
	const struct tls_fault *fault;

	(void)state;
	fault = fault_of(&f, X509_V_ERR_CERT_HAS_EXPIRED);
	assert_non_null(fault);
	assert_true(fault->when == cert_not_after(&old));
	assert_int_equal(
	    f.first[TLS_FAULT_EXPIRED].error, X509_V_ERR_CERT_HAS_EXPIRED);
	assert_true(f.first[TLS_FAULT_EXPIRED].when == fault->when);
	assert_string_equal(tls_fault_text(fault), "certificate has expired");
	assert_true(f.faults[0].when == 0);
	assert_int_equal(f.first[TLS_FAULT_UNTRUSTED].error, f.faults[0].error);

	f = meet_usual(&early, 0, NULL);
	fault = fault_of(&f, X509_V_ERR_CERT_NOT_YET_VALID);
	assert_non_null(fault);
	assert_true(fault->when == cert_not_before(&early));
	assert_int_equal(f.leaf[TLS_FAULT_NOT_YET_VALID].error,
	    X509_V_ERR_CERT_NOT_YET_VALID);
	cert_free(&old);
	cert_free(&early);
}

/* What decides has a place however much is wrong above it. */
static void
check_places(const struct tls_facts *f)
{
	assert_int_equal(f->fault_count, TLS_FAULTS_MAX);
	assert_true(f->chain_count <= TLS_CHAIN_MAX);
	assert_true(f->chain_judged);
}

/* Dates are judged even where a pin excuses all the rest. */
static void
test_more_faults_than_are_kept(void **state)
{
	enum { LINKS = TLS_FAULTS_MAX + 1 };
	char name[2] = "A"; /* not self-issued: each has its own */
	const struct cert_plan link = { .cn = name };
	const struct cert_plan plan = {
		.cn = "x", .san = SAN, .from_days = -9, .until_days = -3
	};
	struct cert links[LINKS], c;
	struct tls_facts f;
	int i;

	(void)state;
	for (i = 0; i < LINKS; i++, name[0]++)
		links[i] = cert_make(&link, i > 0 ? &links[i - 1] : &stranger);
	c = cert_make(&plan, &links[LINKS - 1]);
	f = meet_usual(&c, LINKS, NULL);
	check_places(&f);
	assert_null(fault_of(&f, X509_V_ERR_CERT_HAS_EXPIRED));
	assert_int_equal(
	    f.leaf[TLS_FAULT_EXPIRED].error, X509_V_ERR_CERT_HAS_EXPIRED);
	assert_true(f.leaf[TLS_FAULT_EXPIRED].when == cert_not_after(&c));
	assert_string_equal(f.leaf[TLS_FAULT_EXPIRED].subject, "x");
	assert_int_equal(f.leaf[TLS_FAULT_EXPIRED].depth, 0);
	assert_int_not_equal(f.first[TLS_FAULT_UNTRUSTED].error, X509_V_OK);
	cert_free(&c);
	for (i = 0; i < LINKS; i++)
		cert_free(&links[i]);
}

/*
 * Behind so many expired but validly signed intermediates a leaf that names
 * the last of them as its issuer and is signed by somebody else.
 */
static void
meet_impostor(int links_wanted)
{
	enum { LINKS = 12 };
	char name[2] = "A";
	const struct cert_plan link = {
		.cn = name, .ca = true, .from_days = -9, .until_days = -3
	};
	const struct cert_plan plan = { .cn = "x", .san = SAN };
	struct cert links[LINKS], claimed, c;
	struct tls_facts f;
	int i;

	for (i = 0; i < links_wanted; i++, name[0]++)
		links[i] = cert_make(&link, i > 0 ? &links[i - 1] : &root);
	claimed = links[links_wanted - 1];
	claimed.key = stranger.key;
	c = cert_make(&plan, &claimed);
	c.issuer = &links[links_wanted - 1]; /* what is sent */
	f = meet_usual(&c, links_wanted, NULL);
	check_places(&f);
	assert_int_equal(f.first[TLS_FAULT_UNTRUSTED].error,
	    X509_V_ERR_CERT_SIGNATURE_FAILURE);
	assert_int_equal(f.first[TLS_FAULT_UNTRUSTED].depth, 0);
	assert_string_equal(f.first[TLS_FAULT_UNTRUSTED].subject, "x");
	assert_int_equal(f.first[TLS_FAULT_EXPIRED].depth, links_wanted);
	assert_int_equal(f.leaf[TLS_FAULT_EXPIRED].error, X509_V_OK);
	cert_free(&c);
	for (i = 0; i < links_wanted; i++)
		cert_free(&links[i]);
}

static void
test_impostor_behind_many_faults(void **state)
{
	(void)state;
	meet_impostor(8);
	meet_impostor(9);
	meet_impostor(12);
}

static const struct {
	const char *san, *name;
	bool matches;
} name_cases[] = {
	{ "DNS:" HOST, HOST, true },
	{ "DNS:" HOST, "MAIL.Example.ORG", true },
	{ "DNS:a.example,DNS:" HOST, HOST, true },
	{ "DNS:other.example.net", HOST, false },
	{ "DNS:example.org", HOST, false },
	{ "DNS:*.example.org", HOST, true },
	{ "DNS:*.example.org", "example.org", false },
	{ "DNS:*.example.org", "a.mail.example.org", false },
	{ "DNS:m*.example.org", HOST, false },
	{ "DNS:*.*.org", HOST, false },
	{ "DNS:" HOST, ".example.org", false },
	{ "DNS:*.example.org", ".example.org", false },
	{ "IP:192.0.2.1", "192.0.2.1", true },
	{ "IP:192.0.2.1", "192.0.2.2", false },
	{ "IP:192.0.2.1", "::ffff:192.0.2.1", false },
	{ "IP:2001:db8::1", "2001:db8::1", true },
	{ "IP:2001:db8::1", "2001:DB8:0:0::1", true },
	{ "IP:2001:db8::1", "[2001:db8::1]", true },
	{ "IP:2001:db8::1", "2001:db8::2", false },
	{ "DNS:192.0.2.1", "192.0.2.1", false },
	{ "email:a@mail.example.org", HOST, false },
	{ NULL, HOST, false },
};

static void
test_names(void **state)
{
	struct cert_plan plan = { .cn = HOST };
	struct tls_facts f;
	struct cert c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof name_cases / sizeof name_cases[0]; i++) {
		plan.san = name_cases[i].san;
		c = cert_make(&plan, &root);
		f = meet_usual(&c, 0, name_cases[i].name);
		if (f.name_matches != name_cases[i].matches)
			print_error(
			    "%s for %s\n", plan.san, name_cases[i].name);
		assert_int_equal(f.name_matches, name_cases[i].matches);
		assert_int_equal(f.has_san, plan.san != NULL);
		assert_int_equal(f.fault_count, 0);
		cert_free(&c);
	}
}

static void
test_names_listed(void **state)
{
	const struct cert_plan plan = { .cn = "x",
		.san = "email:a@b.example,DNS:1.example,URI:http://x/,"
		       "IP:::1,DNS:3.example,DNS:4.example,DNS:5.example,"
		       "DNS:6.example,DNS:7.example,DNS:8.example,"
		       "DNS:9.example" };
	struct cert c = cert_make(&plan, &root);
	struct tls_facts f = meet_usual(&c, 0, "9.example");

	(void)state;
	assert_int_equal(f.name_count, TLS_NAMES_MAX);
	assert_string_equal(f.names[0], "1.example");
	assert_string_equal(f.names[1], "::1");
	assert_string_equal(f.names[7], "8.example");
	assert_true(f.name_matches); /* although it is not listed */
	cert_free(&c);
}

static void
test_san_that_cannot_be_read(void **state)
{
	const struct cert_plan plan = { .cn = HOST };
	struct cert c = cert_make(&plan, &root);
	struct tls_facts f;

	(void)state;
	cert_set_raw_extension(&c, NID_subject_alt_name, "\x30\x05zz", 4);
	f = meet_usual(&c, 0, NULL);
	assert_true(f.has_san);
	assert_int_equal(f.name_count, 0);
	assert_false(f.name_matches);
	cert_free(&c);
}

static void
test_nul_inside_names(void **state)
{
	static const char name[] = HOST "\0.evil.example";
	const struct cert_plan plan = {
		.cn = name, .cn_len = sizeof name - 1, .san = SAN
	};
	struct cert c = cert_make(&plan, &stranger);
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *n = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();
	struct tls_facts f;

	(void)state;
	ASN1_STRING_set(text, name, sizeof name - 1);
	GENERAL_NAME_set0_value(n, GEN_DNS, text);
	sk_GENERAL_NAME_push(names, n);
	cert_set_san(&c, names);
	GENERAL_NAMES_free(names);
	f = meet_usual(&c, 0, NULL);
	assert_false(f.name_matches);
	assert_string_equal(f.names[0], HOST "\\x00.evil.example");
	assert_string_equal(f.faults[0].subject, HOST "\\x00.evil.example");
	assert_string_equal(f.subject, "CN=" HOST "\\00.evil.example");
	cert_free(&c);
}

static void
test_subjects(void **state)
{
	static const struct {
		struct cert_plan plan;
		const char *whole, *owner;
	} cases[] = {
		{ { .cn = "x", .org = "O" }, "CN=x,O=O", "x" },
		{ { .org = "No Name" }, "O=No Name", "O=No Name" },
		{ { .cn = "J\xc3\xbcrgen" }, "CN=J\xc3\xbcrgen",
		    "J\xc3\xbcrgen" },
		{ { .cn = "a\nb" }, "CN=a\\0Ab", "a\nb" },
	};
	struct tls_facts f;
	struct cert c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		c = cert_make(&cases[i].plan, &stranger);
		f = meet_usual(&c, 0, NULL);
		assert_string_equal(f.subject, cases[i].whole);
		assert_string_equal(f.faults[0].subject, cases[i].owner);
		cert_free(&c);
	}
}

static void
test_no_subject(void **state)
{
	const struct cert_plan plan = { .san = SAN };
	struct cert c = cert_make(&plan, &stranger);
	struct tls_facts f = meet_usual(&c, 0, NULL);

	(void)state;
	assert_string_equal(f.faults[0].subject, "(no subject)");
	assert_true(f.name_matches);
	cert_free(&c);
}

static void
digest(const struct cert *c, unsigned char pin[32])
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(c->key, &der);

	assert_true(len > 0);
	assert_int_equal(
	    EVP_Digest(der, (size_t)len, pin, NULL, EVP_sha256(), NULL), 1);
	OPENSSL_free(der);
}

static void
test_pins(void **state)
{
	const struct cert_plan plan = { .cn = "x", .san = SAN };
	struct cert c = cert_make(&plan, &middle);
	unsigned char pins[2][32];
	struct tls_pins some = { (const unsigned char(*)[32])pins, 1 };
	struct tls_facts f;

	(void)state;
	digest(&middle, pins[0]); /* of the chain, but not the server's */
	digest(&c, pins[1]);
	f = meet(&c, 1, 0, NULL, &some);
	assert_false(f.pin_matches);
	assert_memory_equal(f.pin, pins[1], 32);
	some.count = 2;
	f = meet(&c, 1, 0, NULL, &some);
	assert_true(f.pin_matches);
	cert_free(&c);
}

static void
test_pin_text(void **state)
{
	static const char text[] =
	    "sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
	static const char *const bad[] = { "", "sha256//", "sha256/", "x",
		"SHA256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
		"sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
		"sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",
		"sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g",
		"sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= ",
		"sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=;" };
	unsigned char digest_read[32], want[32];
	char out[TLS_PIN_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof want; i++)
		want[i] = (unsigned char)i;
	assert_int_equal(tls_pin_parse(text, digest_read), 0);
	assert_memory_equal(digest_read, want, sizeof want);
	tls_pin_text(want, out);
	assert_string_equal(out, text);
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(tls_pin_parse(bad[i], digest_read), -1);
}

static int
set_up(void **state)
{
	const struct cert_plan ca = { .cn = "Root", .ca = true };
	const struct cert_plan between = { .cn = "Middle", .ca = true };
	const struct cert_plan other = { .cn = "Stranger", .ca = true };

	(void)state;
	peer_init();
	folder_make();
	root = cert_make(&ca, NULL);
	middle = cert_make(&between, &root);
	stranger = cert_make(&other, NULL);
	root_file = folder_write_cert("root.pem", &root);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	cert_free(&root);
	cert_free(&middle);
	cert_free(&stranger);
	folder_remove();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_more_faults_than_are_kept),
		cmocka_unit_test(test_impostor_behind_many_faults),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_listed),
		cmocka_unit_test(test_san_that_cannot_be_read),
		cmocka_unit_test(test_nul_inside_names),
		cmocka_unit_test(test_subjects),
		cmocka_unit_test(test_no_subject),
		cmocka_unit_test(test_pins),
		cmocka_unit_test(test_pin_text),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
