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

	check_line(o->check.ehlo_name);
	check_line(o->check.from);
	check_line(o->check.rcpt);
	for (i = 0; i < o->check.command_count; i++) {
		MUST(o->check.commands[i].command != NULL);
		check_line(o->check.commands[i].command);
	}
}

static void
check_login(const struct options *o)
{
	size_t i;

	if (!o->check.login)
		return;
	MUST(o->check.mech_count > 0);
	for (i = 0; i < o->check.mech_count; i++)
		MUST(o->check.mechs[i]->proof == o->check.proof);
	MUST((o->check.proof != SASL_PROOF_NONE) ==
	    (o->check.secret.kind != SECRET_NONE));
	MUST(o->check.proof == SASL_PROOF_NONE || o->check.user != NULL);
}

void
options_rules(const struct options *o, int rc, const struct err *e)
{
	int i;

	MUST(rc == 0 || rc == -1);
	MUST((rc == 0) == (e->kind == ERR_NONE));
	for (i = 0; i < CONDITIONS; i++)
		MUST(o->check.state_of[i] <= STATUS_UNKNOWN);
	MUST(o->format != NULL && o->check.timeout_us > 0);
	if (rc == -1) {
		MUST(e->kind == ERR_USAGE && e->text[0] != '\0');
		return;
	}
	if (o->action != ACTION_CHECK)
		return;
	MUST(o->check.host != NULL && o->check.host[0] != '\0');
	MUST(o->check.port > 0 && o->check.port <= 65535);
	MUST(o->check.rcpt == NULL || o->check.from != NULL);
	MUST(o->check.tls_mode != SMTP_TLS_NONE ||
	    (o->check.pin_count == 0 && !o->check.has_days &&
		o->check.client_cert == NULL));
	MUST(o->check.mech_count <= SETTINGS_MECHS_MAX);
	MUST(!o->check.allow_unverified || o->check.insecure);
	check_lines(o);
	check_login(o);
}
