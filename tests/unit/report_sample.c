#include "tests/unit/report_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct report_finding findings[] = {
	{ "auth-rejected", STATUS_CRITICAL, "login of alice rejected" },
	{ "cert-expiring", STATUS_WARNING, "certificate expires in 12 days" },
};
static const char *const mechanisms[] = { "PLAIN", "LOGIN" };
static const char *const extensions[] = { "SIZE 1000", "8BITMIME" };
static const struct report_phase phases[] = {
	{ "dns", true, 0 },
	{ "auth", true, 84212 },
	{ "quit", false, 5 },
};
static const struct report_attempt attempts[] = {
	{ "2001:db8::1", "Network is unreachable" },
	{ "192.0.2.1", NULL },
};
static const struct metric metrics[] = {
	{ "time", METRIC_SECONDS, true, 84212, "1", "5", true, 10000000 },
	{ "time_dns", METRIC_SECONDS, true, 0, NULL, NULL, true, 0 },
	{ "time_auth", METRIC_SECONDS, false, 7, NULL, NULL, true, 0 },
	{ "cert_days", METRIC_COUNT, true, 63, "30:", "14:", false, 0 },
};
static const char *const details[] = { "first detail", "", "last detail" };

const struct report report_sample = {
	REPORT_NAMES,
	.state = STATUS_CRITICAL,
	.up = true,
	.condition = "auth-rejected",
	.findings = findings,
	.finding_count = COUNT(findings),
	.message = "login of alice rejected",
	.hint = "wrong password",
	.cause = "credentials",
	.login = "rejected",
	.host = "mail.example.org",
	.address = "192.0.2.1",
	.port = 587,
	.user = "alice",
	.mechanism = "PLAIN",
	.mechanism_reason = "the first by default",
	.mechanisms_offered = mechanisms,
	.mechanism_count = COUNT(mechanisms),
	.extensions = extensions,
	.extension_count = COUNT(extensions),
	.tls = { .version = "TLSv1.3",
	    .cipher = "TLS_AES_256_GCM_SHA384",
	    .verified = 1,
	    .subject = "CN=mail.example.org",
	    .issuer = "CN=Example CA",
	    .has_dates = true,
	    .not_after = 1796464800,
	    .days_left = 12 },
	.reply = { .code = 535, .enhanced = "5.7.8", .text = "no" },
	.phases = phases,
	.phase_count = COUNT(phases),
	.has_time = true,
	.time_us = 2310000,
	.attempts = attempts,
	.attempt_count = COUNT(attempts),
	.metrics = metrics,
	.metric_count = COUNT(metrics),
	.details = details,
	.detail_count = COUNT(details),
};

void
report_expect(const char *what, const struct report_format *format,
    const struct report *r, const char *wanted)
{
	struct buf out = BUF_INIT(ROOM);

	assert_int_equal(report_write(format, r, &out), 0);
	if (strcmp(buf_str(&out), wanted) != 0)
		fail_msg("%s:\n%s\nwanted:\n%s", what, buf_str(&out), wanted);
	buf_free(&out);
}
