#include "tests/fuzz/options_rules.h"

#include "tests/fuzz/fuzz.h"

/* A line for the server is one line. */
static void
check_line(const char *s)
{
	MUST(s == NULL || strpbrk(s, "\r\n") == NULL);
}

static void
check_lines(const struct options *o)
{
	size_t i;

	check_line(o->ehlo_name);
	check_line(o->from);
	check_line(o->rcpt);
	for (i = 0; i < o->command_count; i++) {
		MUST(o->commands[i].command != NULL);
		check_line(o->commands[i].command);
	}
}

static void
check_login(const struct options *o)
{
	size_t i;

	if (!o->login)
		return;
	MUST(o->mech_count > 0);
	for (i = 0; i < o->mech_count; i++)
		MUST(o->mechs[i]->proof == o->proof);
	MUST((o->proof != SASL_PROOF_NONE) == (o->secret.kind != SECRET_NONE));
	MUST(o->proof == SASL_PROOF_NONE || o->user != NULL);
}

void
options_rules(const struct options *o, int rc, const struct err *e)
{
	int i;

	MUST(rc == 0 || rc == -1);
	MUST((rc == 0) == (e->kind == ERR_NONE));
	for (i = 0; i < CONDITIONS; i++)
		MUST(o->state_of[i] <= STATUS_UNKNOWN);
	MUST(o->format != NULL && o->timeout_us > 0);
	if (rc == -1) {
		MUST(e->kind == ERR_USAGE && e->text[0] != '\0');
		return;
	}
	if (o->action != ACTION_CHECK)
		return;
	MUST(o->host != NULL && o->host[0] != '\0');
	MUST(o->port > 0 && o->port <= 65535);
	MUST(o->rcpt == NULL || o->from != NULL);
	MUST(o->tls_mode != SMTP_TLS_NONE ||
	    (o->pin_count == 0 && !o->has_days && o->client_cert == NULL));
	MUST(o->mech_count <= OPTIONS_MECHS_MAX);
	MUST(!o->allow_unverified || o->insecure);
	check_lines(o);
	check_login(o);
}
