#include "plugin/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plugin/report_shared.h"

struct page {
	struct buf *out;
	const char *prefix;
	struct buf labels; /* those that every sample has */
	bool failed;       /* something had no room: all of it goes */
};

static void
note(struct page *p, int rc)
{
	if (rc == -1)
		p->failed = true;
}

static void
make_labels(struct page *p, const struct report *r)
{
	char port[16] = "";

	if (r->port != 0)
		snprintf(port, sizeof port, "%d", r->port);
	note(p, buf_adds(&p->labels, "host="));
	note(p, report_add_quoted(&p->labels, r->host));
	note(p, buf_addf(&p->labels, ",port=\"%s\",user=", port));
	note(p, report_add_quoted(&p->labels, r->user));
}

/*
 * A family has its head also without samples: every page has the same ones,
 * with the same words, as the textfile collector wants it of many files.
 */
static void
open_family(struct page *p, const char *name, const char *help)
{
	note(p,
	    buf_addf(p->out, "# HELP %s_%s %s\n# TYPE %s_%s gauge\n", p->prefix,
		name, help, p->prefix, name));
}

/* A sample without its value.  label may be NULL. */
static void
open_sample(
    struct page *p, const char *name, const char *label, const char *value)
{
	note(p,
	    buf_addf(p->out, "%s_%s{%s", p->prefix, name, buf_str(&p->labels)));
	if (label != NULL) {
		note(p, buf_addf(p->out, ",%s=", label));
		note(p, report_add_quoted(p->out, value));
	}
	note(p, buf_adds(p->out, "} "));
}

static void
put_number(struct page *p, int64_t number)
{
	note(p, buf_addf(p->out, "%" PRId64 "\n", number));
}

static void
put_seconds(struct page *p, int64_t us)
{
	note(p, report_add_seconds(p->out, us));
	note(p, buf_addc(p->out, '\n'));
}

static void
add_verdict(struct page *p, const struct report *r)
{
	open_family(p, "state",
	    "State of the check: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.");
	open_sample(p, "state", NULL, NULL);
	put_number(p, (int64_t)r->state);
	open_family(p, "up",
	    "1 if the account logged in or, without credentials, the server "
	    "answered to the end; otherwise 0.");
	open_sample(p, "up", NULL, NULL);
	put_number(p, r->up);
}

static bool
is_repeated(const struct report *r, size_t i)
{
	size_t before;

	for (before = 0; before < i; before++)
		if (strcmp(r->findings[before].condition,
			r->findings[i].condition) == 0)
			return true;
	return false;
}

/* Two thresholds may both be broken; a series may appear once only. */
static void
add_conditions(struct page *p, const struct report *r)
{
	size_t i;

	open_family(p, "condition", "1 for each condition that holds.");
	for (i = 0; i < r->finding_count; i++) {
		if (is_repeated(r, i))
			continue;
		open_sample(
		    p, "condition", "condition", r->findings[i].condition);
		put_number(p, 1);
	}
}

static void
add_times(struct page *p, const struct report *r)
{
	size_t i;

	open_family(p, "phase_seconds", "Time that each finished phase took.");
	for (i = 0; i < r->phase_count; i++) {
		if (!r->phases[i].known)
			continue;
		open_sample(p, "phase_seconds", "phase", r->phases[i].name);
		put_seconds(p, r->phases[i].elapsed_us);
	}
	open_family(p, "duration_seconds",
	    "Time from the first DNS query to the end of QUIT.");
	if (!r->has_time)
		return;
	open_sample(p, "duration_seconds", NULL, NULL);
	put_seconds(p, r->time_us);
}

static void
add_certificate(struct page *p, const struct report *r)
{
	static const char name[] = "certificate_not_after_timestamp_seconds";

	open_family(
	    p, name, "Unix time when the server's certificate expires.");
	if (!r->tls.has_dates)
		return;
	open_sample(p, name, NULL, NULL);
	put_number(p, r->tls.not_after);
}

static void
add_token(struct page *p, const struct report *r)
{
	static const char name[] = "token_expiry_timestamp_seconds";

	open_family(
	    p, name, "Unix time when the access token expires, if it tells.");
	if (!r->token.has_expiry)
		return;
	open_sample(p, name, NULL, NULL);
	put_number(p, r->token.expires_at);
}

int
report_openmetrics(const struct report *r, struct buf *out)
{
	struct page p = {
		.out = out, .prefix = r->prefix, .labels = BUF_INIT(SIZE_MAX)
	};
	size_t before = out->len;

	make_labels(&p, r);
	add_verdict(&p, r);
	add_conditions(&p, r);
	add_times(&p, r);
	add_certificate(&p, r);
	add_token(&p, r);
	note(&p, buf_adds(out, "# EOF\n"));
	buf_free(&p.labels);
	if (!p.failed)
		return 0;
	buf_truncate(out, before);
	return -1;
}
