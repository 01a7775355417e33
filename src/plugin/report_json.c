#include "plugin/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "plugin/report_shared.h"

/* After the first failure nothing is written any more. */
struct json {
	struct buf *out;
	bool failed;
};

static void
put(struct json *j, const char *s, size_t len)
{
	if (!j->failed && buf_add(j->out, s, len) == -1)
		j->failed = true;
}

/* Before every key and value: whether a comma is due shows in the output. */
static void
separate(struct json *j)
{
	if (!j->failed && j->out->len > 0 &&
	    strchr("{[:", j->out->data[j->out->len - 1]) == NULL)
		put(j, ",", 1);
}

static void
put_word(struct json *j, const char *word)
{
	separate(j);
	put(j, word, strlen(word));
}

static void
put_text(struct json *j, const char *text)
{
	if (text == NULL) {
		put_word(j, "null");
		return;
	}
	separate(j);
	if (!j->failed && report_add_quoted(j->out, text) == -1)
		j->failed = true;
}

static void
put_key(struct json *j, const char *name)
{
	put_text(j, name);
	put(j, ":", 1);
}

static void
open_object(struct json *j)
{
	put_word(j, "{");
}

static void
close_object(struct json *j)
{
	put(j, "}", 1);
}

static void
open_list(struct json *j)
{
	put_word(j, "[");
}

static void
close_list(struct json *j)
{
	put(j, "]", 1);
}

static void
add_text(struct json *j, const char *key, const char *text)
{
	put_key(j, key);
	put_text(j, text);
}

static void
add_integer(struct json *j, const char *key, bool known, int64_t value)
{
	char digits[24] = "null";

	if (known)
		snprintf(digits, sizeof digits, "%" PRId64, value);
	put_key(j, key);
	put_word(j, digits);
}

static void
add_seconds(struct json *j, const char *key, bool known, int64_t us)
{
	put_key(j, key);
	if (!known)
		put_word(j, "null");
	else if (!j->failed && report_add_seconds(j->out, us) == -1)
		j->failed = true;
}

static void
add_bool(struct json *j, const char *key, int value)
{
	put_key(j, key);
	put_word(j, value == -1 ? "null" : value ? "true" : "false");
}

/* ISO 8601 has four digits for a year; what does not fit is unknown. */
static void
add_date(struct json *j, const char *key, bool known, int64_t unix_time)
{
	const time_t t = (time_t)unix_time;
	char date[40];
	struct tm tm;

	if (!known || t != unix_time || gmtime_r(&t, &tm) == NULL ||
	    tm.tm_year < -1900 || tm.tm_year > 9999 - 1900) {
		add_text(j, key, NULL);
		return;
	}
	snprintf(date, sizeof date, "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
	add_text(j, key, date);
}

static void
add_texts(
    struct json *j, const char *key, const char *const *texts, size_t count)
{
	size_t i;

	if (texts == NULL) {
		add_text(j, key, NULL);
		return;
	}
	put_key(j, key);
	open_list(j);
	for (i = 0; i < count; i++)
		put_text(j, texts[i]);
	close_list(j);
}

static void
add_findings(struct json *j, const struct report *r)
{
	const struct report_finding *f = r->findings;
	size_t i;

	put_key(j, "conditions");
	open_list(j);
	for (i = 0; i < r->finding_count; i++) {
		open_object(j);
		add_text(j, "condition", f[i].condition);
		add_text(j, "state", status_name(f[i].state));
		add_text(j, "message", f[i].message);
		close_object(j);
	}
	close_list(j);
}

static void
add_tls(struct json *j, const struct report *r)
{
	put_key(j, "tls");
	open_object(j);
	add_text(j, "version", r->tls.version);
	add_text(j, "cipher", r->tls.cipher);
	add_bool(j, "verified", r->tls.verified);
	add_text(j, "subject", r->tls.subject);
	add_text(j, "issuer", r->tls.issuer);
	add_date(j, "not_after", r->tls.has_dates, r->tls.not_after);
	add_integer(j, "days_left", r->tls.has_dates, r->tls.days_left);
	close_object(j);
}

static void
add_reply(struct json *j, const struct report *r)
{
	put_key(j, "reply");
	open_object(j);
	add_integer(j, "code", r->reply.code != 0, r->reply.code);
	add_text(j, "enhanced", r->reply.enhanced);
	add_text(j, "text", r->reply.text);
	close_object(j);
}

static void
add_times(struct json *j, const struct report *r)
{
	const struct report_phase *p = r->phases;
	size_t i;

	put_key(j, "phases");
	open_object(j);
	for (i = 0; i < r->phase_count; i++)
		add_seconds(j, p[i].name, p[i].known, p[i].elapsed_us);
	close_object(j);
	add_seconds(j, "time", r->has_time, r->time_us);
}

static void
add_attempts(struct json *j, const struct report *r)
{
	const struct report_attempt *a = r->attempts;
	size_t i;

	put_key(j, "addresses_tried");
	open_list(j);
	for (i = 0; i < r->attempt_count; i++) {
		open_object(j);
		add_text(j, "address", a[i].address);
		add_text(j, "error", a[i].error);
		close_object(j);
	}
	close_list(j);
}

int
report_json(const struct report *r, struct buf *out)
{
	struct json j = { .out = out };
	size_t before = out->len;

	put(&j, "{", 1);
	add_integer(&j, "schema", true, 1);
	add_text(&j, "state", status_name(r->state));
	add_integer(&j, "exit_code", true, r->state);
	add_text(&j, "condition", r->condition);
	add_findings(&j, r);
	add_text(&j, "message", r->message);
	add_text(&j, "hint", r->hint);
	add_text(&j, "cause", r->cause);
	add_text(&j, "login", r->login);
	add_text(&j, "host", r->host);
	add_text(&j, "address", r->address);
	add_integer(&j, "port", r->port != 0, r->port);
	add_text(&j, "user", r->user);
	add_text(&j, "mechanism", r->mechanism);
	add_texts(&j, "mechanisms_offered", r->mechanisms_offered,
	    r->mechanism_count);
	add_texts(&j, "extensions", r->extensions, r->extension_count);
	add_tls(&j, r);
	add_reply(&j, r);
	add_times(&j, r);
	add_attempts(&j, r);
	add_integer(&j, "token_ttl", r->token.has_expiry, r->token.ttl);
	close_object(&j);
	put(&j, "\n", 1);
	if (!j.failed)
		return 0;
	buf_truncate(out, before);
	return -1;
}
