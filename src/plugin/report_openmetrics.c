/* Reports as samples for Prometheus, family by family. */

#include "plugin/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plugin/report_shared.h"

/* The parts of a page, in their order. */
enum family {
	FAMILY_STATE,
	FAMILY_UP,
	FAMILY_CONDITION,
	FAMILY_PHASE,
	FAMILY_DURATION,
	FAMILY_CERTIFICATE,
	FAMILY_TOKEN,
	FAMILY_CREDENTIAL,
	FAMILY_HELD_BACK,
	FAMILY_NEXT_TRY,
	FAMILY_CHECKED,
	FAMILY_INFO,
	FAMILIES,
};

_Static_assert(
    (int)FAMILIES == (int)REPORT_PARTS, "a part of a page for each family");

static const struct {
	const char *name;
	const char *help;
} families[FAMILIES] = {
	[FAMILY_STATE] = { "state",
	    "State of the check: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN." },
	[FAMILY_UP] = { "up",
	    "1 if the account logged in or, without credentials, the server "
	    "answered to the end; otherwise 0." },
	[FAMILY_CONDITION] = { "condition",
	    "1 for each condition that holds." },
	[FAMILY_PHASE] = { "phase_seconds",
	    "Time that each finished phase took." },
	[FAMILY_DURATION] = { "duration_seconds",
	    "Time from the first DNS query to the end of QUIT." },
	[FAMILY_CERTIFICATE] = { "certificate_not_after_timestamp_seconds",
	    "Unix time when the server's certificate expires." },
	[FAMILY_TOKEN] = { "token_expiry_timestamp_seconds",
	    "Unix time when the access token expires, if it tells." },
	[FAMILY_CREDENTIAL] = { "credential_end_timestamp_seconds",
	    "Unix time when what the token is renewed with ends, if known." },
	[FAMILY_HELD_BACK] = { "held_back",
	    "1 if the secret was refused too often to be sent again for now, "
	    "0 if it was not, by the guard that was asked for." },
	[FAMILY_NEXT_TRY] = { "next_try_timestamp_seconds",
	    "Unix time when a secret that is held back may be sent again." },
	[FAMILY_CHECKED] = { "checked_timestamp_seconds",
	    "Unix time when the check was done." },
	[FAMILY_INFO] = { "info", "1, labelled with what was negotiated." },
};

/* One report on its way into the families. */
struct samples {
	struct report_page *page;
	const char *prefix;
	struct buf labels; /* those that every sample has */
};

static void
make_labels(struct samples *s, const struct report *r)
{
	char port[16] = "";

	if (r->port != 0)
		snprintf(port, sizeof port, "%d", r->port);
	if (r->name != NULL) {
		buf_adds(&s->labels, "check=");
		report_add_quoted(&s->labels, r->name);
		buf_addc(&s->labels, ',');
	}
	buf_adds(&s->labels, "host=");
	report_add_quoted(&s->labels, r->host);
	buf_addf(&s->labels, ",port=\"%s\",user=", port);
	report_add_quoted(&s->labels, r->user);
}

static struct buf *
where(struct report_page *p, enum family f)
{
	return p->pass == REPORT_AT_ONCE ? &p->part[f] : p->out;
}

/*
 * A family has its head also without samples: every page has the same ones,
 * with the same words, as the textfile collector wants it of many files.
 */
static void
add_head(const struct samples *s, enum family f)
{
	struct report_page *p = s->page;

	if (p->pass == REPORT_AT_ONCE ? p->part[f].len > 0 : p->pass_begun)
		return;
	p->pass_begun = true;
	buf_addf(where(p, f), "# HELP %s_%s %s\n# TYPE %s_%s gauge\n",
	    s->prefix, families[f].name, families[f].help, s->prefix,
	    families[f].name);
}

static void
add_label(struct buf *out, const char *label, const char *value)
{
	buf_addf(out, ",%s=", label);
	report_add_quoted(out, value);
}

/* A sample without its value, which goes behind it.  label may be NULL. */
static struct buf *
open_sample(
    struct samples *s, enum family f, const char *label, const char *value)
{
	struct buf *out = where(s->page, f);

	buf_addf(
	    out, "%s_%s{%s", s->prefix, families[f].name, buf_str(&s->labels));
	if (label != NULL)
		add_label(out, label, value);
	buf_adds(out, "} ");
	return out;
}

static void
put_number(struct buf *out, int64_t number)
{
	buf_addf(out, "%" PRId64 "\n", number);
}

static void
put_seconds(struct buf *out, int64_t us)
{
	report_add_seconds(out, us);
	buf_addc(out, '\n');
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
add_conditions(struct samples *s, const struct report *r)
{
	size_t i;

	for (i = 0; i < r->finding_count; i++)
		if (!is_repeated(r, i))
			put_number(open_sample(s, FAMILY_CONDITION, "condition",
				       r->findings[i].condition),
			    1);
}

static void
add_phases(struct samples *s, const struct report *r)
{
	size_t i;

	for (i = 0; i < r->phase_count; i++)
		if (r->phases[i].known)
			put_seconds(open_sample(s, FAMILY_PHASE, "phase",
					r->phases[i].name),
			    r->phases[i].elapsed_us);
}

/* The one sample with two labels of its own; "" is what is not known. */
static void
add_info(struct samples *s, const struct report *r)
{
	struct buf *out = where(s->page, FAMILY_INFO);

	if (r->mechanism == NULL && r->tls.version == NULL)
		return;
	buf_addf(out, "%s_%s{%s", s->prefix, families[FAMILY_INFO].name,
	    buf_str(&s->labels));
	add_label(out, "mechanism", r->mechanism);
	add_label(out, "tls_version", r->tls.version);
	buf_adds(out, "} 1\n");
}

/* A family with one number for each report, if it is known. */
static void
put_if(struct samples *s, enum family f, bool known, int64_t number)
{
	if (known)
		put_number(open_sample(s, f, NULL, NULL), number);
}

static void
add_family(struct samples *s, enum family f, const struct report *r)
{
	add_head(s, f);
	switch (f) {
	case FAMILY_STATE:
		put_if(s, f, true, (int64_t)r->state);
		break;
	case FAMILY_UP:
		put_if(s, f, true, r->up);
		break;
	case FAMILY_CONDITION:
		add_conditions(s, r);
		break;
	case FAMILY_PHASE:
		add_phases(s, r);
		break;
	case FAMILY_DURATION:
		if (r->has_time)
			put_seconds(open_sample(s, f, NULL, NULL), r->time_us);
		break;
	case FAMILY_CERTIFICATE:
		put_if(s, f, r->tls.has_dates, r->tls.not_after);
		break;
	case FAMILY_TOKEN:
		put_if(s, f, r->token.has_expiry, r->token.expires_at);
		break;
	case FAMILY_CREDENTIAL:
		put_if(s, f, r->credential.has_end, r->credential.ends_at);
		break;
	case FAMILY_HELD_BACK:
		put_if(s, f, r->guard.known, r->guard.held_back);
		break;
	case FAMILY_NEXT_TRY:
		put_if(s, f, r->guard.has_dates, r->guard.next_try);
		break;
	case FAMILY_CHECKED:
		put_if(s, f, r->now != 0, r->now);
		break;
	case FAMILY_INFO:
		add_info(s, r);
		break;
	case FAMILIES:
		break;
	}
}

static void
add(struct report_page *p, const struct report *r)
{
	struct samples s = {
		.page = p, .prefix = r->prefix, .labels = BUF_INIT(SIZE_MAX)
	};
	int f;

	make_labels(&s, r);
	if (p->pass != REPORT_AT_ONCE)
		add_family(&s, (enum family)p->pass, r);
	else
		for (f = 0; f < FAMILIES; f++)
			add_family(&s, (enum family)f, r);
	p->out->failed = p->out->failed || s.labels.failed;
	buf_free(&s.labels);
}

static void
open_page(struct report_page *p)
{
	int i;

	for (i = 0; i < FAMILIES; i++)
		p->part[i].max = p->out->max;
}

static void
close_page(struct report_page *p)
{
	int i;

	for (i = 0; i < FAMILIES; i++) {
		buf_add(p->out, p->part[i].data, p->part[i].len);
		p->out->failed = p->out->failed || p->part[i].failed;
	}
	buf_adds(p->out, "# EOF\n");
}

const struct report_format report_openmetrics = {
	.name = "openmetrics",
	.passes = FAMILIES,
	.open = open_page,
	.add = add,
	.close = close_page,
};
