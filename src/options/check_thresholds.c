/* Whether the thresholds judge something, and in the right order. */

#include <stdlib.h>

#include "options/internal.h"

/* What makes a phase part of the check, for one that is not. */
static const char *
way_out(const struct settings *s, enum phase phase)
{
	switch ((int)phase) {
	case PHASE_TLS:
		return "there is no TLS; add -S or -s, or leave it out";
	case PHASE_STARTTLS:
		return s->tls_mode == SMTP_TLS_IMPLICIT
		    ? "there is no STARTTLS, TLS begins at once; use tls=, or "
		      "leave it out"
		    : "there is no STARTTLS; add -S, or leave it out";
	case PHASE_AUTH:
		return "there is no login; add -U USER and "
		       "--password-from=SOURCE, or leave it out";
	default:
		return "nothing is sent after the login; add -f ADDR or "
		       "-C CMD, or leave it out";
	}
}

static void
check_phase(struct parsing *p, char letter, const struct range *r, int phase)
{
	if (r->set && !settings_plan(p->s, (enum phase)phase))
		err_set(p->e, ERR_USAGE,
		    "-%c %s=%s: the phase is no part of the check: %s", letter,
		    phase_name((enum phase)phase), r->text,
		    way_out(p->s, (enum phase)phase));
}

/* "10": what check_smtp's users write. */
static bool
is_limit(const struct range *r)
{
	return r->set && !r->inside && !r->no_low && !r->no_high &&
	    r->low_us == 0;
}

static void
check_order(struct parsing *p, int phase)
{
	const struct range *w = &p->s->warning[phase];
	const struct range *c = &p->s->critical[phase];
	const char *name =
	    phase == PHASE_TOTAL ? "" : phase_name((enum phase)phase);
	const char *equals = phase == PHASE_TOTAL ? "" : "=";

	if (is_limit(w) && is_limit(c) && c->high_us < w->high_us)
		err_set(p->e, ERR_USAGE,
		    "-w %s%s%s with -c %s%s%s: it would never be WARNING; "
		    "exchange the two",
		    name, equals, w->text, name, equals, c->text);
}

static void
check_token(struct parsing *p)
{
	const struct range *w = &p->s->warning[THRESHOLD_TOKEN];
	const struct range *c = &p->s->critical[THRESHOLD_TOKEN];

	if (p->s->proof != SASL_PROOF_TOKEN && (w->set || c->set))
		err_set(p->e, ERR_USAGE,
		    "-%c token=%s needs a token; add --token-from=SOURCE",
		    w->set ? 'w' : 'c', w->set ? w->text : c->text);
}

static void
check_credential(struct parsing *p)
{
	if (p->s->has_credential_days && p->s->secret.kind != SECRET_OAUTH2)
		err_set(p->e, ERR_USAGE,
		    "--credential-days needs a token that smtp-oauth2 keeps; "
		    "add --token-from=oauth2:NAME");
}

void
options_check_thresholds(struct parsing *p)
{
	int i;

	check_token(p);
	check_credential(p);
	for (i = 0; i < PHASES; i++) {
		check_phase(p, 'w', &p->s->warning[i], i);
		check_phase(p, 'c', &p->s->critical[i], i);
	}
	for (i = 0; i <= PHASE_TOTAL; i++)
		check_order(p, i);
}
