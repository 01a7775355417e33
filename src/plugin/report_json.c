/* One report as an object of JSON, on a line of its own. */

#include "base/date.h"
#include "plugin/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plugin/report_shared.h"

/* Before every key and value: whether a comma is due shows in the output. */
static void
separate(struct buf *out)
{
	if (out->len > 0 && strchr("{[:", out->data[out->len - 1]) == NULL)
		buf_addc(out, ',');
}

static void
put_word(struct buf *out, const char *word)
{
	separate(out);
	buf_adds(out, word);
}

static void
put_text(struct buf *out, const char *text)
{
	if (text == NULL) {
		put_word(out, "null");
		return;
	}
	separate(out);
	report_add_quoted(out, text);
}

static void
put_key(struct buf *out, const char *name)
{
	put_text(out, name);
	buf_addc(out, ':');
}

static void
open_object(struct buf *out)
{
	put_word(out, "{");
}

static void
close_object(struct buf *out)
{
	buf_addc(out, '}');
}

static void
open_list(struct buf *out)
{
	put_word(out, "[");
}

static void
close_list(struct buf *out)
{
	buf_addc(out, ']');
}

static void
add_text(struct buf *out, const char *key, const char *text)
{
	put_key(out, key);
	put_text(out, text);
}

static void
add_integer(struct buf *out, const char *key, bool known, int64_t value)
{
	char digits[24] = "null";

	if (known)
		snprintf(digits, sizeof digits, "%" PRId64, value);
	put_key(out, key);
	put_word(out, digits);
}

static void
add_seconds(struct buf *out, const char *key, bool known, int64_t us)
{
	put_key(out, key);
	if (known)
		report_add_seconds(out, us);
	else
		put_word(out, "null");
}

static void
add_bool(struct buf *out, const char *key, int value)
{
	put_key(out, key);
	put_word(out, value == -1 ? "null" : value ? "true" : "false");
}

/* ISO 8601 has four digits for a year; what does not fit is unknown. */
static void
add_date(struct buf *out, const char *key, bool known, int64_t unix_time)
{
	const struct date d = date_from_unix(unix_time);
	char date[80];

	if (!known || !date_is_writable(&d)) {
		add_text(out, key, NULL);
		return;
	}
	snprintf(date, sizeof date, "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    (int)d.year, d.month, d.day, d.hour, d.minute, d.second);
	add_text(out, key, date);
}

static void
add_texts(
    struct buf *out, const char *key, const char *const *texts, size_t count)
{
	size_t i;

	if (texts == NULL) {
		add_text(out, key, NULL);
		return;
	}
	put_key(out, key);
	open_list(out);
	for (i = 0; i < count; i++)
		put_text(out, texts[i]);
	close_list(out);
}

static void
add_findings(struct buf *out, const struct report *r)
{
	const struct report_finding *f = r->findings;
	size_t i;

	put_key(out, "conditions");
	open_list(out);
	for (i = 0; i < r->finding_count; i++) {
		open_object(out);
		add_text(out, "condition", f[i].condition);
		add_text(out, "state", status_name(f[i].state));
		add_text(out, "message", f[i].message);
		close_object(out);
	}
	close_list(out);
}

static void
add_tls(struct buf *out, const struct report *r)
{
	put_key(out, "tls");
	open_object(out);
	add_text(out, "version", r->tls.version);
	add_text(out, "cipher", r->tls.cipher);
	add_bool(out, "verified", r->tls.verified);
	add_text(out, "subject", r->tls.subject);
	add_text(out, "issuer", r->tls.issuer);
	add_date(out, "not_after", r->tls.has_dates, r->tls.not_after);
	add_integer(out, "days_left", r->tls.has_dates, r->tls.days_left);
	close_object(out);
}

static void
add_reply(struct buf *out, const struct report *r)
{
	put_key(out, "reply");
	open_object(out);
	add_integer(out, "code", r->reply.code != 0, r->reply.code);
	add_text(out, "enhanced", r->reply.enhanced);
	add_text(out, "text", r->reply.text);
	close_object(out);
}

static void
add_times(struct buf *out, const struct report *r)
{
	const struct report_phase *p = r->phases;
	size_t i;

	put_key(out, "phases");
	open_object(out);
	for (i = 0; i < r->phase_count; i++)
		add_seconds(out, p[i].name, p[i].known, p[i].elapsed_us);
	close_object(out);
	add_seconds(out, "time", r->has_time, r->time_us);
}

static void
add_attempts(struct buf *out, const struct report *r)
{
	const struct report_attempt *a = r->attempts;
	size_t i;

	put_key(out, "addresses_tried");
	open_list(out);
	for (i = 0; i < r->attempt_count; i++) {
		open_object(out);
		add_text(out, "address", a[i].address);
		add_text(out, "error", a[i].error);
		close_object(out);
	}
	close_list(out);
}

static void
add(struct report_page *p, const struct report *r)
{
	struct buf *out = p->out;

	buf_addc(out, '{');
	if (r->name != NULL)
		add_text(out, "name", r->name);
	add_integer(out, "schema", true, 1);
	add_text(out, "state", status_name(r->state));
	add_integer(out, "exit_code", true, r->state);
	add_text(out, "condition", r->condition);
	add_findings(out, r);
	add_text(out, "message", r->message);
	add_text(out, "hint", r->hint);
	add_text(out, "cause", r->cause);
	add_text(out, "login", r->login);
	add_text(out, "host", r->host);
	add_text(out, "address", r->address);
	add_integer(out, "port", r->port != 0, r->port);
	add_text(out, "user", r->user);
	add_text(out, "mechanism", r->mechanism);
	add_texts(out, "mechanisms_offered", r->mechanisms_offered,
	    r->mechanism_count);
	add_texts(out, "extensions", r->extensions, r->extension_count);
	add_tls(out, r);
	add_reply(out, r);
	add_times(out, r);
	add_attempts(out, r);
	add_integer(out, "token_ttl", r->token.has_expiry, r->token.ttl);
	add_bool(out, "held_back", r->guard.known ? r->guard.held_back : -1);
	add_date(out, "refused_since", r->guard.has_dates, r->guard.since);
	add_date(out, "next_try", r->guard.has_dates, r->guard.next_try);
	add_text(out, "mechanism_reason", r->mechanism_reason);
	add_text(out, "credential", r->credential.name);
	add_integer(out, "credential_days", r->credential.has_end,
	    r->credential.days_left);
	close_object(out);
	buf_addc(out, '\n');
}

const struct report_format report_json = {
	.name = "json", .is_by_line = true, .add = add
};
