/* JSON: every key, every kind of value, and nothing that breaks it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/report_sample.h"

/* What the EVIL of the sample turns into. */
#define TAME                                                                   \
	"\"a\\\\x7cb\\\\x0aOK \\\\x7c x=1\\\\x0d\\\\x1b[2J\\\\xc2\\\\x9b"      \
	"\\\\xff\\\\xc0\\\\xaf\\\\xe2\\\\x80\\\\xae\\\\xe2\\\\x80\\\\xa8"      \
	"\\\"\\\\\\\\x7f\""

static void
test_sample(void **state)
{
	(void)state;
	report_expect("all of it", &report_json, &report_sample,
	    "{\"schema\":1,\"state\":\"CRITICAL\",\"exit_code\":2,"
	    "\"condition\":\"auth-rejected\",\"conditions\":["
	    "{\"condition\":\"auth-rejected\",\"state\":\"CRITICAL\","
	    "\"message\":\"login of alice rejected\"},"
	    "{\"condition\":\"cert-expiring\",\"state\":\"WARNING\","
	    "\"message\":\"certificate expires in 12 days\"}],"
	    "\"message\":\"login of alice rejected\","
	    "\"hint\":\"wrong password\",\"cause\":\"credentials\","
	    "\"login\":\"rejected\",\"host\":\"mail.example.org\","
	    "\"address\":\"192.0.2.1\",\"port\":587,\"user\":\"alice\","
	    "\"mechanism\":\"PLAIN\","
	    "\"mechanisms_offered\":[\"PLAIN\",\"LOGIN\"],"
	    "\"extensions\":[\"SIZE 1000\",\"8BITMIME\"],"
	    "\"tls\":{\"version\":\"TLSv1.3\","
	    "\"cipher\":\"TLS_AES_256_GCM_SHA384\",\"verified\":true,"
	    "\"subject\":\"CN=mail.example.org\","
	    "\"issuer\":\"CN=Example CA\","
	    "\"not_after\":\"2026-12-05T10:00:00Z\",\"days_left\":12},"
	    "\"reply\":{\"code\":535,\"enhanced\":\"5.7.8\",\"text\":\"no\"},"
	    "\"phases\":{\"dns\":0.000000,\"auth\":0.084212,\"quit\":null},"
	    "\"time\":2.310000,\"addresses_tried\":["
	    "{\"address\":\"2001:db8::1\","
	    "\"error\":\"Network is unreachable\"},"
	    "{\"address\":\"192.0.2.1\",\"error\":null}],\"token_ttl\":null,"
	    "\"held_back\":null,\"refused_since\":null,\"next_try\":null,"
	    "\"mechanism_reason\":\"the first by default\","
	    "\"credential\":null,\"credential_days\":null}\n");
}

static void
test_nothing_known(void **state)
{
	const struct report r = { REPORT_NAMES, .message = "m",
		.tls = { .verified = -1 } };

	(void)state;
	report_expect("next to nothing", &report_json, &r,
	    "{\"schema\":1,\"state\":\"OK\",\"exit_code\":0,"
	    "\"condition\":null,\"conditions\":[],\"message\":\"m\","
	    "\"hint\":null,\"cause\":null,\"login\":null,\"host\":null,"
	    "\"address\":null,\"port\":null,\"user\":null,"
	    "\"mechanism\":null,\"mechanisms_offered\":null,"
	    "\"extensions\":null,\"tls\":{\"version\":null,\"cipher\":null,"
	    "\"verified\":null,\"subject\":null,\"issuer\":null,"
	    "\"not_after\":null,\"days_left\":null},"
	    "\"reply\":{\"code\":null,\"enhanced\":null,\"text\":null},"
	    "\"phases\":{},\"time\":null,\"addresses_tried\":[],\"token_ttl\":null,"
	    "\"held_back\":null,\"refused_since\":null,\"next_try\":null,"
	    "\"mechanism_reason\":null,"
	    "\"credential\":null,\"credential_days\":null}\n");
}

static void
test_values(void **state)
{
	static const char *const no_texts[] = { "beyond the end" };
	static const struct {
		const char *what;
		struct report r;
		const char *part;
	} cases[] = {
		{ "UTF-8 stays", { .user = "j\xc3\xbcrgen" },
		    "\"user\":\"j\xc3\xbcrgen\"," },
		{ "empty text is not null", { .user = "" }, "\"user\":\"\"," },
		{ "text that ends like an object", { .user = "{" },
		    "\"user\":\"{\",\"mechanism\"" },
		{ "known to be none", { .extensions = no_texts },
		    "\"extensions\":[]," },
		{ "unverified", { .tls = { .verified = 0 } },
		    "\"verified\":false," },
		{ "expired", { .tls = { .has_dates = true, .days_left = -3 } },
		    "\"not_after\":\"1970-01-01T00:00:00Z\","
		    "\"days_left\":-3" },
		{ "dates not known", { .tls = { .days_left = 3 } },
		    "\"not_after\":null,\"days_left\":null" },
		{ "leap day",
		    { .tls = { .has_dates = true, .not_after = 1709251199 } },
		    "\"2024-02-29T23:59:59Z\"" },
		{ "no well-defined expiry (RFC 5280)",
		    { .tls = { .has_dates = true,
			  .not_after = INT64_C(253402300799) } },
		    "\"9999-12-31T23:59:59Z\"" },
		{ "a year of five digits",
		    { .tls = { .has_dates = true,
			  .not_after = INT64_C(253402300800) } },
		    "\"not_after\":null" },
		{ "no year at all",
		    { .tls = { .has_dates = true, .not_after = INT64_MAX } },
		    "\"not_after\":null" },
		{ "UNKNOWN", { .state = STATUS_UNKNOWN },
		    "\"state\":\"UNKNOWN\",\"exit_code\":3," },
		{ "a token's time left",
		    { .token = { true, 1700003512, 3512 } },
		    "\"token_ttl\":3512," },
		{ "held back",
		    { .guard = { true, true, true, 1700003512, 1700007112 } },
		    "\"held_back\":true,"
		    "\"refused_since\":\"2023-11-14T23:11:52Z\","
		    "\"next_try\":\"2023-11-15T00:11:52Z\"," },
		{ "not held back", { .guard = { .known = true } },
		    "\"held_back\":false,\"refused_since\":null,"
		    "\"next_try\":null," },
		{ "an expired token", { .token = { true, 1700000000, -60 } },
		    "\"token_ttl\":-60," },
		{ "what it is renewed with",
		    { .credential = { "client secret", true, 1700003512, 12 } },
		    "\"credential\":\"client secret\","
		    "\"credential_days\":12}" },
		{ "a time of nothing", { .has_time = true },
		    "\"time\":0.000000," },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct buf out = BUF_INIT(ROOM);

		assert_int_equal(
		    report_write(&report_json, &cases[i].r, &out), 0);
		if (strstr(buf_str(&out), cases[i].part) == NULL)
			fail_msg("%s: %s", cases[i].what, buf_str(&out));
		buf_free(&out);
	}
}

static void
test_hostile(void **state)
{
	static const struct report_finding finding = { EVIL, STATUS_OK, EVIL };
	static const char *const texts[] = { EVIL };
	static const struct report_phase phase = { EVIL, false, 0 };
	static const struct report_attempt attempt = { EVIL, EVIL };
	static const struct report r = {
		REPORT_NAMES,
		.condition = EVIL,
		.findings = &finding,
		.finding_count = 1,
		.message = EVIL,
		.hint = EVIL,
		.cause = EVIL,
		.login = EVIL,
		.host = EVIL,
		.address = EVIL,
		.user = EVIL,
		.mechanism = EVIL,
		.mechanism_reason = EVIL,
		.mechanisms_offered = texts,
		.mechanism_count = 1,
		.extensions = texts,
		.extension_count = 1,
		.tls = { EVIL, EVIL, 0, EVIL, EVIL, false, 0, 0 },
		.reply = { 0, EVIL, EVIL },
		.phases = &phase,
		.phase_count = 1,
		.attempts = &attempt,
		.attempt_count = 1,
	};

	(void)state;
	report_expect("hostile", &report_json, &r,
	    "{\"schema\":1,\"state\":\"OK\",\"exit_code\":0,"
	    "\"condition\":" TAME ",\"conditions\":[{\"condition\":" TAME
	    ",\"state\":\"OK\",\"message\":" TAME "}],"
	    "\"message\":" TAME ",\"hint\":" TAME ",\"cause\":" TAME
	    ",\"login\":" TAME ",\"host\":" TAME ",\"address\":" TAME
	    ",\"port\":null,\"user\":" TAME ",\"mechanism\":" TAME
	    ",\"mechanisms_offered\":[" TAME "],\"extensions\":[" TAME "],"
	    "\"tls\":{\"version\":" TAME ",\"cipher\":" TAME
	    ",\"verified\":false,\"subject\":" TAME ",\"issuer\":" TAME
	    ",\"not_after\":null,\"days_left\":null},"
	    "\"reply\":{\"code\":null,\"enhanced\":" TAME ",\"text\":" TAME
	    "},\"phases\":{" TAME ":null},\"time\":null,"
	    "\"addresses_tried\":[{\"address\":" TAME ",\"error\":" TAME
	    "}],\"token_ttl\":null,"
	    "\"held_back\":null,\"refused_since\":null,\"next_try\":null,"
	    "\"mechanism_reason\":" TAME ","
	    "\"credential\":null,\"credential_days\":null}\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
