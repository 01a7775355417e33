#include "present/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { TEXT_MAX = 600 }; /* of a message or a hint */

_Static_assert(CONDITIONS <= 64, "a bit for each");

static size_t
length(const char *text, size_t max)
{
	size_t n = text != NULL ? strlen(text) : 0;

	return n > max ? text_whole(text, max) : n;
}

/* Append text to the record; NULL stays NULL. */
static const char *
keep(char **end, const char *text, size_t max)
{
	const char *start = *end;
	size_t n = length(text, max);

	if (text == NULL)
		return NULL;
	memcpy(*end, text, n);
	(*end)[n] = '\0';
	*end += n + 1;
	return start;
}

static void
keep_numbers(struct kept *k, const struct report *r)
{
	enum condition c;
	size_t i;

	k->state = r->state;
	k->condition = r->condition;
	k->up = r->up;
	k->port = r->port;
	k->has_time = r->has_time;
	k->time_us = r->time_us;
	k->has_dates = r->tls.has_dates;
	k->not_after = r->tls.not_after;
	k->has_expiry = r->token.has_expiry;
	k->expires_at = r->token.expires_at;
	k->has_end = r->credential.has_end;
	k->ends_at = r->credential.ends_at;
	k->is_guarded = r->guard.known;
	k->held_back = r->guard.held_back;
	k->has_next_try = r->guard.has_dates;
	k->next_try = r->guard.next_try;
	k->now = r->now;
	for (i = 0; i < r->finding_count; i++) {
		c = condition_find(
		    r->findings[i].condition, strlen(r->findings[i].condition));
		if (c != CONDITION_NONE)
			k->conditions |= UINT64_C(1) << c;
	}
	for (i = 0; i < r->phase_count && i < PHASES; i++) {
		k->phases |= (uint64_t)r->phases[i].known << i;
		k->phase_us[i] = r->phases[i].elapsed_us;
	}
}

struct kept *
kept_new(const struct report *r)
{
	size_t size = length(r->name, SIZE_MAX) + length(r->host, SIZE_MAX) +
	    length(r->user, SIZE_MAX) + length(r->message, TEXT_MAX) +
	    length(r->hint, TEXT_MAX) + length(r->mechanism, SIZE_MAX) +
	    length(r->tls.version, SIZE_MAX) + 7;
	struct kept *k = calloc(1, sizeof *k + size);
	char *end;

	if (k == NULL)
		return NULL;
	end = k->text;
	keep_numbers(k, r);
	k->name = keep(&end, r->name, SIZE_MAX);
	k->host = keep(&end, r->host, SIZE_MAX);
	k->user = keep(&end, r->user, SIZE_MAX);
	k->message = keep(&end, r->message, TEXT_MAX);
	k->hint = keep(&end, r->hint, TEXT_MAX);
	k->mechanism = keep(&end, r->mechanism, SIZE_MAX);
	k->tls_version = keep(&end, r->tls.version, SIZE_MAX);
	return k;
}

static void
recall_findings(struct kept_report *a, const struct kept *k)
{
	size_t *count = &a->report.finding_count;
	int i;

	for (i = 0; i < CONDITIONS; i++) {
		if ((k->conditions >> i & 1) == 0)
			continue;
		a->findings[(*count)++] = (struct report_finding){
			.condition = condition_name((enum condition)i),
			.state = k->state,
			.message = k->message
		};
	}
}

void
kept_recall(struct kept_report *a, const struct kept *k)
{
	struct report *r = &a->report;
	int i;

	*r = (struct report){ .name = k->name,
		.service = "SMTP_AUTH",
		.prefix = "smtp_auth",
		.state = k->state,
		.condition = k->condition,
		.up = k->up,
		.message = k->message,
		.hint = k->hint,
		.host = k->host,
		.port = k->port,
		.user = k->user,
		.mechanism = k->mechanism,
		.has_time = k->has_time,
		.time_us = k->time_us,
		.now = k->now,
		.tls = { .version = k->tls_version,
		    .verified = -1,
		    .has_dates = k->has_dates,
		    .not_after = k->not_after },
		.token = { .has_expiry = k->has_expiry,
		    .expires_at = k->expires_at },
		.guard = { .known = k->is_guarded,
		    .held_back = k->held_back,
		    .has_dates = k->has_next_try,
		    .next_try = k->next_try },
		.credential = { .has_end = k->has_end, .ends_at = k->ends_at },
		.findings = a->findings,
		.phases = a->phases,
		.phase_count = PHASES };
	recall_findings(a, k);
	for (i = 0; i < PHASES; i++)
		a->phases[i] =
		    (struct report_phase){ .name = phase_name((enum phase)i),
			    .known = (k->phases >> i & 1) != 0,
			    .elapsed_us = k->phase_us[i] };
}
