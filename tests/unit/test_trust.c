/* Who is trusted: whatever is not known to be right is wrong. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/x509_vfy.h>

#include "check/trust.h"

enum { INSECURE = 1, IGNORE_EXPIRY = 2, PINNED = 4 };

static struct settings
settings_of(int how)
{
	struct settings s = { .insecure = (how & INSECURE) != 0,
		.ignore_expiry = (how & IGNORE_EXPIRY) != 0 };

	if ((how & PINNED) != 0) {
		s.pins[0][0] = 1;
		s.pin_count = 1;
	}
	return s;
}

static const struct tls_facts good = { .done = true,
	.has_certificate = true,
	.name_matches = true,
	.chain_judged = true,
	.not_after = 86400 };

static void
set(struct tls_facts *f, enum tls_fault_kind kind, int error, int depth)
{
	f->first[kind] = (struct tls_fault){ .error = error, .depth = depth };
	if (depth == 0)
		f->leaf[kind] = f->first[kind];
}

static void
test_good(void **state)
{
	const struct settings s = settings_of(0);
	const struct trust t = trust_judge(&good, &s);

	(void)state;
	assert_true(t.verified && t.may_go_on);
	assert_int_equal(t.fault_count, 0);
}

/* A handshake that showed nothing, or of which nothing is known. */
static void
test_nothing_known(void **state)
{
	const struct tls_facts none = { .done = true };
	int how;

	(void)state;
	for (how = 0; how < 8; how++) {
		const struct settings s = settings_of(how);
		const struct trust t = trust_judge(&none, &s);

		assert_false(t.verified);
		assert_int_equal(t.fault[0], CONDITION_CERT_UNTRUSTED);
		/* A wrong pin ends the session always. */
		assert_int_equal(t.may_go_on,
		    how == INSECURE || how == (INSECURE | IGNORE_EXPIRY));
	}
}

static void
test_chain_not_judged(void **state)
{
	struct tls_facts f = good;
	struct settings s = settings_of(0);

	(void)state;
	f.chain_judged = false;
	assert_false(trust_judge(&f, &s).verified);
	assert_false(trust_judge(&f, &s).may_go_on);
	s = settings_of(PINNED);
	f.pin_matches = true;
	assert_false(trust_judge(&f, &s).verified);
}

/* Without memory no fact is certain. */
static void
test_no_memory(void **state)
{
	struct tls_facts f = good;
	int how;

	(void)state;
	f.no_memory = true;
	f.pin_matches = true;
	for (how = 0; how < 8; how++) {
		const struct settings s = settings_of(how);

		assert_false(trust_judge(&f, &s).verified);
	}
}

/* What a date says that cannot be read nobody knows: nothing excuses it. */
static void
test_unreadable_date(void **state)
{
	struct tls_facts f = good;
	int how;

	(void)state;
	f.pin_matches = true;
	set(&f, TLS_FAULT_NO_DATE, X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, 0);
	for (how = 0; how < 8; how++) {
		const struct settings s = settings_of(how);
		const struct trust t = trust_judge(&f, &s);

		assert_false(t.verified);
		assert_int_equal(t.may_go_on, (how & INSECURE) != 0);
	}
}

/* A pin stands in for the chain, not for the dates of the leaf. */
static void
test_pinned(void **state)
{
	const struct settings s = settings_of(PINNED);
	struct tls_facts f = good;

	(void)state;
	f.pin_matches = true;
	f.name_matches = false;
	set(&f, TLS_FAULT_UNTRUSTED, X509_V_ERR_UNSPECIFIED, 0);
	set(&f, TLS_FAULT_NO_DATE, X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, 1);
	set(&f, TLS_FAULT_EXPIRED, X509_V_ERR_CERT_HAS_EXPIRED, 1);
	assert_true(trust_judge(&f, &s).verified);
	set(&f, TLS_FAULT_EXPIRED, X509_V_ERR_CERT_HAS_EXPIRED, 0);
	assert_false(trust_judge(&f, &s).verified);
	set(&f, TLS_FAULT_EXPIRED, X509_V_OK, 0);
	f.pin_matches = false;
	assert_false(trust_judge(&f, &s).verified);
}

static void
test_end(void **state)
{
	struct settings s = settings_of(0);
	struct tls_facts f = good;

	(void)state;
	assert_true(trust_end(&f, &s).not_after == 86400);
	assert_null(trust_end(&f, &s).issuer);
	f.ends_first.depth = 1;
	f.ends_first.not_after = 60;
	f.ends_first.subject[0] = 'M';
	assert_true(trust_end(&f, &s).not_after == 60);
	assert_string_equal(trust_end(&f, &s).issuer, "M");
	/* Of a path that was not verified the leaf alone counts. */
	set(&f, TLS_FAULT_UNTRUSTED, X509_V_ERR_UNSPECIFIED, 0);
	assert_true(trust_end(&f, &s).not_after == 86400);
	set(&f, TLS_FAULT_UNTRUSTED, X509_V_OK, 0);
	f.pin_matches = true;
	s = settings_of(PINNED);
	assert_true(trust_end(&f, &s).not_after == 86400);
}

static void
test_days_left(void **state)
{
	static const struct {
		int64_t left, days;
	} cases[] = {
		{ 0, 0 },
		{ 86399, 0 },
		{ 86400, 1 },
		{ -1, -1 },
		{ -86400, -1 },
		{ -86401, -2 },
		{ INT64_C(253402300799), 2932896 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_true(trust_days_left(1000 + cases[i].left, 1000) ==
		    cases[i].days);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_chain_not_judged),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_unreadable_date),
		cmocka_unit_test(test_pinned),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_days_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
