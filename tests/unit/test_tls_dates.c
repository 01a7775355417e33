/* The dates of all certificates in the path that was verified. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/certs.h"
#include "tests/unit/tls_peer.h"

#define HOST "mail.example.org"

static struct cert root;
static struct tls_context *tls;

/* The facts of one handshake with c, which sends so many of its issuers. */
static struct tls_facts
meet(const struct cert *c, int issuers)
{
	struct tls_facts f;
	struct tls_peer p;

	peer_open(&p);
	peer_serve(&p, c, issuers, 0);
	peer_start_tls(&p, tls, HOST);
	assert_int_equal(peer_shake(&p), STREAM_DONE);
	f = *stream_tls_facts(p.stream);
	peer_end(&p);
	return f;
}

/* OpenSSL 3.5 does not even decode some of them. */
static bool
is_refused(const struct cert *c)
{
	struct tls_peer p;
	bool refused;

	peer_open(&p);
	peer_serve(&p, c, 0, 0);
	peer_start_tls(&p, tls, HOST);
	refused = peer_shake(&p) == STREAM_FAILED;
	if (refused)
		assert_string_equal(stream_error(p.stream),
		    "the server's certificate cannot be read");
	peer_end(&p);
	return refused && OpenSSL_version_num() >= 0x30500000L;
}

static void
expect_no_date(const struct cert *c, int error)
{
	struct tls_facts f;

	if (is_refused(c))
		return;
	f = meet(c, 0);
	assert_int_equal(f.leaf[TLS_FAULT_NO_DATE].error, error);
	assert_int_equal(f.first[TLS_FAULT_NO_DATE].error, error);
}

static struct cert
make_middle(const char *name, int from_days, int until_days)
{
	const struct cert_plan plan = { .cn = name,
		.ca = true,
		.from_days = from_days,
		.until_days = until_days };

	return cert_make(&plan, &root);
}

static struct cert
make_leaf(const struct cert *issuer, int until_days)
{
	const struct cert_plan plan = { .cn = "leaf",
		.san = "DNS:" HOST,
		.from_days = -3,
		.until_days = until_days };

	return cert_make(&plan, issuer);
}

static void
test_what_ends_first(void **state)
{
	struct cert middle = make_middle("Middle", -3, 5);
	struct cert sooner = make_leaf(&middle, 4);
	struct cert later = make_leaf(&middle, 6);
	struct cert latest = make_leaf(&root, 40);
	struct tls_facts f;

	(void)state;
	f = meet(&sooner, 1);
	assert_int_equal(f.fault_count, 0);
	assert_int_equal(f.ends_first.depth, 0);
	assert_true(f.ends_first.not_after == cert_not_after(&sooner));
	f = meet(&later, 1);
	assert_int_equal(f.fault_count, 0);
	assert_int_equal(f.ends_first.depth, 1);
	assert_string_equal(f.ends_first.subject, "Middle");
	assert_true(f.ends_first.not_after == cert_not_after(&middle));
	/* An anchor is a part of the path. */
	f = meet(&latest, 0);
	assert_int_equal(f.ends_first.depth, 1);
	assert_string_equal(f.ends_first.subject, "Root");
	/* One that is sent needlessly is none. */
	latest.issuer = &middle;
	f = meet(&latest, 1);
	assert_int_equal(f.chain_count, 2);
	assert_string_equal(f.ends_first.subject, "Root");
	cert_free(&latest);
	cert_free(&later);
	cert_free(&sooner);
	cert_free(&middle);
}

/* Of two issuers of one name the one that is valid is to be found. */
static void
test_expired_twin(void **state)
{
	struct cert good = make_middle("Twin", -3, 9), leaf;
	struct cert old = make_middle("Twin", -9, -3);
	struct tls_facts f;

	(void)state;
	leaf = make_leaf(&good, 8);
	old.issuer = &good; /* what is sent, in this order */
	leaf.issuer = &old;
	f = meet(&leaf, 2);
	assert_int_equal(f.chain_count, 3);
	assert_string_equal(f.chain[1].subject, "Twin");
	assert_true(f.chain[1].not_after == cert_not_after(&old));
	assert_int_equal(f.fault_count, 0);
	assert_int_equal(f.ends_first.depth, 0);
	cert_free(&leaf);
	cert_free(&old);
	cert_free(&good);
}

static void
test_far_from_now(void **state)
{
	struct cert leaf = make_leaf(&root, 4);
	struct tls_facts f;

	(void)state;
	cert_set_not_after(&leaf, V_ASN1_GENERALIZEDTIME, "99991231235959Z");
	cert_set_not_before(&leaf, V_ASN1_UTCTIME, "500101000000Z");
	f = meet(&leaf, 0);
	assert_int_equal(f.fault_count, 0);
	assert_true(f.not_after == INT64_C(253402300799));
	cert_set_not_after(&leaf, V_ASN1_GENERALIZEDTIME, "00010101000000Z");
	f = meet(&leaf, 0);
	assert_int_equal(f.fault_count, 1);
	assert_int_equal(
	    f.leaf[TLS_FAULT_EXPIRED].error, X509_V_ERR_CERT_HAS_EXPIRED);
	assert_true(f.leaf[TLS_FAULT_EXPIRED].when == INT64_C(-62135596800));
	cert_set_not_after(&leaf, V_ASN1_UTCTIME, "491231235959Z");
	cert_set_not_before(&leaf, V_ASN1_GENERALIZEDTIME, "21000301000000Z");
	f = meet(&leaf, 0);
	assert_int_equal(f.fault_count, 1);
	assert_true(
	    f.leaf[TLS_FAULT_NOT_YET_VALID].when == INT64_C(4107542400));
	cert_free(&leaf);
}

/* RFC 5280, 4.1.2.5: what is no such date is none. */
static const struct {
	int type;
	const char *text;
} unreadable[] = {
	{ V_ASN1_UTCTIME, "" },
	{ V_ASN1_UTCTIME, "4901010000Z" },
	{ V_ASN1_UTCTIME, "490101000000+0100" },
	{ V_ASN1_UTCTIME, "20490101000000Z" },
	{ V_ASN1_UTCTIME, "49010100000 Z" },
	{ V_ASN1_GENERALIZEDTIME, "490101000000Z" },
	{ V_ASN1_GENERALIZEDTIME, "20490101000000.5Z" },
	{ V_ASN1_GENERALIZEDTIME, "20490230000000Z" },
	{ V_ASN1_GENERALIZEDTIME, "2049013000000000" },
};

static void
test_unreadable(void **state)
{
	struct cert leaf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof unreadable / sizeof unreadable[0]; i++) {
		leaf = make_leaf(&root, 4);
		cert_set_not_after(
		    &leaf, unreadable[i].type, unreadable[i].text);
		expect_no_date(&leaf, X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD);
		cert_free(&leaf);
		leaf = make_leaf(&root, 4);
		cert_set_not_before(
		    &leaf, unreadable[i].type, unreadable[i].text);
		expect_no_date(
		    &leaf, X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD);
		cert_free(&leaf);
	}
}

static int
set_up(void **state)
{
	const struct cert_plan ca = { .cn = "Root", .ca = true };
	struct tls_settings s = { .min_version = TLS_VERSION_1_2 };
	enum tls_file culprit;
	struct err e = { .kind = ERR_NONE };

	(void)state;
	peer_init();
	folder_make();
	root = cert_make(&ca, NULL);
	s.ca_file = folder_write_cert("root.pem", &root);
	tls = tls_context_new(&s, &culprit, &e);
	assert_non_null(tls);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	tls_context_free(tls);
	cert_free(&root);
	folder_remove();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_ends_first),
		cmocka_unit_test(test_expired_twin),
		cmocka_unit_test(test_far_from_now),
		cmocka_unit_test(test_unreadable),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
