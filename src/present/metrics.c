#include "present/metrics.h"

#include <stdio.h>

#include "check/trust.h"

static struct metric
make_metric(const struct settings *asked, int phase, bool known, int64_t us)
{
	const struct range *w = &asked->warning[phase],
			   *c = &asked->critical[phase];

	return (struct metric){ .label = phase_label((enum phase)phase),
		.unit = METRIC_SECONDS,
		.known = known,
		.value = us,
		.warning = w->set ? w->text : NULL,
		.critical = c->set ? c->text : NULL,
		.has_min = true,
		.max = phase == PHASE_TOTAL ? asked->timeout_us : 0 };
}

static struct metric
make_days(
    struct metrics *m, const struct facts *f, const struct settings *asked)
{
	struct metric days = { .label = "cert_days",
		.unit = METRIC_COUNT,
		.known = f->tls.has_certificate,
		.value = trust_days_left(
		    trust_end(&f->tls, asked).not_after, f->now_unix) };

	if (asked->has_days) {
		snprintf(m->days_warning, sizeof m->days_warning,
		    "%ld:", asked->days_warning);
		days.warning = m->days_warning;
	}
	if (asked->has_days && asked->days_critical >= 0) {
		snprintf(m->days_critical, sizeof m->days_critical,
		    "%ld:", asked->days_critical);
		days.critical = m->days_critical;
	}
	return days;
}

/* No minimum: an expired token is below 0. */
static struct metric
make_token(const struct facts *f, const struct settings *asked)
{
	const struct range *w = &asked->warning[THRESHOLD_TOKEN],
			   *c = &asked->critical[THRESHOLD_TOKEN];

	return (struct metric){ .label = "token_ttl",
		.unit = METRIC_WHOLE_SECONDS,
		.known = f->look.token.has_expiry,
		.value = facts_token_ttl(f),
		.warning = w->set ? w->text : NULL,
		.critical = c->set ? c->text : NULL };
}

static struct metric
make_credential(
    struct metrics *m, const struct facts *f, const struct settings *asked)
{
	struct metric days = { .label = "credential_days",
		.unit = METRIC_COUNT,
		.known = f->credential_ends_at != 0,
		.value = facts_credential_days(f),
		.warning = m->credential_warning };

	snprintf(m->credential_warning, sizeof m->credential_warning,
	    "%ld:", asked->credential_days_warning);
	if (asked->credential_days_critical >= 0) {
		snprintf(m->credential_critical, sizeof m->credential_critical,
		    "%ld:", asked->credential_days_critical);
		days.critical = m->credential_critical;
	}
	return days;
}

void
metrics_fill(
    struct metrics *m, const struct facts *f, const struct settings *asked)
{
	struct metric *next = m->list;
	int i;

	*next++ = make_metric(asked, PHASE_TOTAL, f->begun, f->total_us);
	for (i = 0; i < PHASES; i++)
		if (settings_plan(asked, (enum phase)i))
			*next++ = make_metric(
			    asked, i, f->phase_done[i], f->phase_us[i]);
	if (asked->tls_mode != SMTP_TLS_NONE)
		*next++ = make_days(m, f, asked);
	if (asked->proof == SASL_PROOF_TOKEN)
		*next++ = make_token(f, asked);
	if (asked->has_credential_days)
		*next++ = make_credential(m, f, asked);
	m->count = (size_t)(next - m->list);
}
