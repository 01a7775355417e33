/*
 * fuzz_report.c - reports with anything in their texts.  Input: the format
 * and the state, from 128 on the formats for many, then strings, each ended by
 * a NUL, for one field after the other.
 */

#include "base/buf.h"
#include "plugin/printable.h"
#include "plugin/report.h"
#include "tests/fuzz/answer.h"
#include "tests/fuzz/fuzz.h"

enum { TEXT_MAX = 4 * 1024 * 1024, LISTED = 3, CUT = 100 };

struct rest {
	const uint8_t *data;
	size_t size;
	char *kept[64];
	size_t count;
};

/* The next string, NULL when there is none; one of 0x01 alone is NULL too. */
static const char *
take(struct rest *r)
{
	const uint8_t *end = memchr(r->data, '\0', r->size);
	size_t n = end != NULL ? (size_t)(end - r->data) : r->size;
	char *s;

	if (r->size == 0)
		return NULL;
	s = fuzz_string(r->data, n);
	MUST(r->count < sizeof r->kept / sizeof r->kept[0]);
	r->kept[r->count++] = s;
	n += end != NULL;
	r->data += n;
	r->size -= n;
	return strcmp(s, "\1") == 0 ? NULL : s;
}

static const char *
take_some(struct rest *r)
{
	const char *s = take(r);

	return s != NULL ? s : "";
}

static void
check_printable(const char *text)
{
	struct buf whole = BUF_INIT(TEXT_MAX), cut = BUF_INIT(TEXT_MAX);
	struct buf again = BUF_INIT(TEXT_MAX);

	printable_add(&whole, text, strlen(text));
	printable_add_cut(&cut, text, strlen(text), CUT);
	MUST(!whole.failed && !cut.failed);
	MUST(cut.len <= CUT && cut.len <= whole.len + 3);
	MUST(whole.len <= CUT || cut.len < whole.len);
	/* What is harmless stays as it is. */
	printable_add(&again, buf_str(&whole), whole.len);
	MUST(strcmp(buf_str(&again), buf_str(&whole)) == 0);
	buf_free(&whole);
	buf_free(&cut);
	buf_free(&again);
}

static void
write_it(
    struct rest *rest, const struct report_format *format, enum status state)
{
	const char *first = take_some(rest), *hint = take(rest);
	const char *lists[LISTED] = { take_some(rest), take_some(rest),
		take_some(rest) };
	const struct report_finding findings[] = {
		{ "auth-rejected", state, first },
		{ "expect", STATUS_WARNING, take_some(rest) },
	};
	const struct report_attempt attempts[] = { { lists[0], take(rest) } };
	const struct report_phase phases[] = { { "dns", true, 17 } };
	const struct metric metrics[] = { { "time", METRIC_SECONDS, true, 84212,
	    take(rest), take(rest), true, 10000000 } };
	struct report r = { .service = "SMTP_AUTH",
		.prefix = "smtp_auth",
		.state = state,
		.condition = "auth-rejected",
		.findings = findings,
		.finding_count = 2,
		.message = first,
		.hint = hint,
		.host = take(rest),
		.address = take(rest),
		.user = take(rest),
		.mechanism = take(rest),
		.mechanisms_offered = lists,
		.mechanism_count = LISTED,
		.extensions = lists,
		.extension_count = LISTED,
		.tls = { .version = take(rest),
		    .cipher = take(rest),
		    .verified = -1,
		    .subject = take(rest),
		    .issuer = take(rest) },
		.reply = { .code = 535,
		    .enhanced = take(rest),
		    .text = take(rest) },
		.phases = phases,
		.phase_count = 1,
		.attempts = attempts,
		.attempt_count = 1,
		.metrics = metrics,
		.metric_count = 1,
		.now = 1700000000 };
	struct buf out = BUF_INIT(TEXT_MAX);

	if (format->is_for_many) {
		r.name = take_some(rest);
		r.phase_count = 0;
	}
	check_printable(first);
	MUST(report_write(format, &r, &out) == 0);
	answer_check(&out, format);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rest rest = { .data = data + 1, .size = size - 1 };

	if (size < 1)
		return 0;
	write_it(&rest,
	    report_formats[data[0] < 128 ? data[0] % 3 : 3 + data[0] % 4],
	    (enum status)(data[0] / 4 % 4));
	while (rest.count > 0)
		free(rest.kept[--rest.count]);
	return 0;
}
