#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "app/options_internal.h"
#include "base/replace.h"
#include "net/address.h"

enum { PORT_SMTP = 25, PORT_SUBMISSIONS = 465, PORT_SUBMISSION = 587 };

static void
complain(struct parsing *p, const char *text)
{
	err_set(p->e, ERR_USAGE, "%s", text);
}

static bool
has_secret(const struct options *o)
{
	return o->secret.kind != SECRET_NONE;
}

/* A mechanism of -A that needs a secret of another kind, or NULL. */
static const struct sasl_mech *
find_misfit(const struct options *o, enum sasl_proof proof)
{
	size_t i;

	for (i = 0; i < o->mech_count; i++)
		if (o->mechs[i]->proof != proof)
			return o->mechs[i];
	return NULL;
}

/* Whether a login is wanted, even if something for it is missing. */
static bool
wants_login(const struct options *o)
{
	size_t i;

	for (i = 0; i < o->mech_count; i++)
		if (o->mechs[i]->proof == SASL_PROOF_NONE)
			return true;
	return o->user != NULL || has_secret(o);
}

/* Which TLS, and at which port (contract: RFC 6409, RFC 8314). */
static void
fill_in_port(struct parsing *p)
{
	struct options *o = p->o;

	if (o->port == 0)
		o->port = p->implicit_tls ? PORT_SUBMISSIONS
		    : o->login            ? PORT_SUBMISSION
					  : PORT_SMTP;
	if (p->implicit_tls)
		o->tls_mode = SMTP_TLS_IMPLICIT;
	else if (p->starttls)
		o->tls_mode = SMTP_TLS_STARTTLS;
	else if (p->no_tls)
		o->tls_mode = SMTP_TLS_NONE;
	else if (o->port == PORT_SUBMISSIONS)
		o->tls_mode = SMTP_TLS_IMPLICIT;
	else if (o->login || o->has_days)
		o->tls_mode = SMTP_TLS_STARTTLS;
	else
		o->tls_mode = SMTP_TLS_NONE;
}

static void
fill_in_names(struct parsing *p)
{
	struct options *o = p->o;
	struct address a;
	bool is_literal;

	if (o->verify_name == NULL && o->host != NULL &&
	    options_replace(p, &o->verify_name, o->host) == 0 &&
	    o->host_is_literal)
		/* No certificate names our network interface. */
		o->verify_name[strcspn(o->verify_name, "%")] = '\0';
	if (o->sni != NULL || o->verify_name == NULL)
		return;
	is_literal = address_parse(&a, o->verify_name, 0);
	if (!is_literal)
		options_replace(p, &o->sni, o->verify_name);
	else if (o->host != NULL && !o->host_is_literal)
		options_replace(p, &o->sni, o->host);
}

static bool
is_allowed(const struct options *o, const struct sasl_mech *mech)
{
	return mech->proof == o->proof &&
	    (o->authzid == NULL || mech->carries_authzid);
}

/* Those of -A, or of all there are, that fit the secret and --authzid. */
static void
choose_mechs(struct options *o)
{
	const struct sasl_mech *m;
	size_t i, kept = 0;

	if (!o->login) {
		o->mech_count = 0;
		return;
	}
	if (o->mech_count == 0) {
		for (m = sasl_mechs; m->name != NULL; m++)
			if (is_allowed(o, m) && kept < OPTIONS_MECHS_MAX)
				o->mechs[kept++] = m;
	} else {
		for (i = 0; i < o->mech_count; i++)
			if (is_allowed(o, o->mechs[i]))
				o->mechs[kept++] = o->mechs[i];
	}
	o->mech_count = kept;
}

static void
check_secret(struct parsing *p)
{
	const struct options *o = p->o;
	const struct sasl_mech *misfit = find_misfit(o, o->proof);

	if (has_secret(o) && misfit != NULL)
		err_set(p->e, ERR_USAGE,
		    "-A %s: does not fit a %s; leave it out%s", misfit->name,
		    o->proof == SASL_PROOF_TOKEN ? "token" : "password",
		    misfit->proof == SASL_PROOF_NONE ? " or the secret" : "");
	else if (has_secret(o) && o->user == NULL)
		complain(p, "a secret without a user; add -U USER");
	else if (!has_secret(o) && misfit != NULL && wants_login(o))
		err_set(p->e, ERR_USAGE,
		    "-A %s: needs a secret; add %s, or leave it out",
		    misfit->name,
		    misfit->proof == SASL_PROOF_TOKEN
			? "--token-from=SOURCE"
			: "--password-from=SOURCE");
	else if (!has_secret(o) && misfit != NULL)
		err_set(p->e, ERR_USAGE,
		    "-A %s: no credentials; add -U USER and %s", misfit->name,
		    misfit->proof == SASL_PROOF_TOKEN
			? "--token-from=SOURCE"
			: "--password-from=SOURCE");
	else if (!has_secret(o) && o->user != NULL && o->mech_count == 0)
		err_set(p->e, ERR_USAGE,
		    "-U %.120s: a user without a secret; add "
		    "--password-from=SOURCE or --token-from=SOURCE",
		    o->user);
}

static void
check_login(struct parsing *p)
{
	const struct options *o = p->o;

	if (!o->login && o->expect_rejected)
		complain(p,
		    "--expect-rejected: no credentials; add -U USER "
		    "and --password-from=SOURCE");
	if (!o->login && o->authzid != NULL)
		complain(p,
		    "--authzid: no credentials; add -U USER and "
		    "--password-from=SOURCE");
	if (o->login && o->mech_count == 0 && o->authzid != NULL)
		complain(p,
		    "--authzid: no mechanism allowed carries one; "
		    "allow PLAIN, OAUTHBEARER or EXTERNAL, or leave "
		    "it out");
}

static void
check_token(struct parsing *p)
{
	const struct options *o = p->o;

	if (o->proof != SASL_PROOF_TOKEN &&
	    (o->warning[THRESHOLD_TOKEN].set ||
		o->critical[THRESHOLD_TOKEN].set))
		err_set(p->e, ERR_USAGE,
		    "-%c token=%s needs a token; add --token-from=SOURCE",
		    o->warning[THRESHOLD_TOKEN].set ? 'w' : 'c',
		    o->warning[THRESHOLD_TOKEN].set
			? o->warning[THRESHOLD_TOKEN].text
			: o->critical[THRESHOLD_TOKEN].text);
}

static void
check_tls(struct parsing *p)
{
	const struct options *o = p->o;

	if (p->implicit_tls && p->starttls)
		complain(p, "-s with -S: TLS begins once; give one of them");
	if (p->no_tls && (p->implicit_tls || p->starttls))
		complain(p,
		    p->starttls ? "-S with --no-tls: give one of them"
				: "-s with --no-tls: give one of them");
	if (o->client_key != NULL && o->client_cert == NULL)
		complain(p,
		    "--client-key without --client-cert; add the "
		    "certificate");
	if (o->tls_mode != SMTP_TLS_NONE)
		return;
	if (p->no_tls && o->has_days)
		complain(p,
		    "-D with --no-tls: there is no certificate; give "
		    "one of them");
	if (o->pin_count > 0)
		complain(p,
		    p->no_tls ? "--pin with --no-tls: there is no certificate; "
				"give one of them"
			      : "--pin without TLS: add -S or -s");
	if (o->client_cert != NULL)
		complain(p,
		    p->no_tls
			? "--client-cert with --no-tls: nobody asks for it; "
			  "give one of them"
			: "--client-cert without TLS: add -S or -s");
}

static void
check_family(struct parsing *p)
{
	const struct options *o = p->o;
	const char *literal = o->connect_address;
	struct address a;

	if (p->ipv4 && p->ipv6) {
		complain(p, "-4 with -6: give one, or neither for both");
		return;
	}
	if (literal == NULL && o->host_is_literal)
		literal = o->host;
	if (literal == NULL || o->family == AF_UNSPEC ||
	    !address_parse(&a, literal, 0) || address_family(&a) == o->family)
		return;
	err_set(p->e, ERR_USAGE,
	    "%s %s: not an IPv%c address; leave out -%c or give another",
	    literal == o->host ? "HOST" : "-I", literal, p->ipv4 ? '4' : '6',
	    p->ipv4 ? '4' : '6');
}

static void
fill_in_temporary(struct parsing *p)
{
	struct options *o = p->o;

	if (o->output_file != NULL &&
	    (o->output_temporary = replace_temporary(o->output_file)) == NULL)
		err_nomem(p->e);
}

/* check_smtp's pairs: the first -R belongs to the first -C. */
static void
join_pairs(struct parsing *p)
{
	struct options *o = p->o;
	size_t i;

	for (i = 0; i < p->response_count && i < o->command_count; i++) {
		o->commands[i].response = p->response[i];
		p->response[i] = NULL;
	}
	if (p->response_count > o->command_count)
		complain(p, "-R without a -C that it belongs to; add -C CMD");
}

void
options_check(struct parsing *p)
{
	struct options *o = p->o;

	o->login = wants_login(o);
	fill_in_port(p);
	fill_in_names(p);
	fill_in_temporary(p);
	join_pairs(p);
	if (!o->login && !p->o->remapped[CONDITION_STARTTLS_MISSING])
		o->state_of[CONDITION_STARTTLS_MISSING] = STATUS_WARNING;
	if (o->host == NULL)
		complain(p, "no host; give it as HOST or -H HOST");
	if (o->rcpt != NULL && o->from == NULL)
		complain(p,
		    "--rcpt without -f: RCPT needs MAIL first; add "
		    "-f ADDR");
	check_family(p);
	check_tls(p);
	check_secret(p);
	check_token(p);
	choose_mechs(o);
	check_login(p);
}

bool
options_plan(const struct options *o, enum phase p)
{
	switch ((int)p) {
	case PHASE_TLS:
		return o->tls_mode != SMTP_TLS_NONE;
	case PHASE_STARTTLS:
		return o->tls_mode == SMTP_TLS_STARTTLS;
	case PHASE_AUTH:
		return o->login;
	case PHASE_ENVELOPE:
		return o->from != NULL || o->command_count > 0;
	default:
		return true;
	}
}
