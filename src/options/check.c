/* Defaults; and whether the options, taken together, make sense. */

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/replace.h"
#include "base/text.h"
#include "net/address.h"
#include "options/internal.h"

enum { PORT_SMTP = 25, PORT_SUBMISSIONS = 465, PORT_SUBMISSION = 587 };

static void
complain(struct parsing *p, const char *text)
{
	err_set(p->e, ERR_USAGE, "%s", text);
}

static bool
has_secret(const struct settings *s)
{
	return s->secret.kind != SECRET_NONE;
}

/* A mechanism of -A that needs a secret of another kind, or NULL. */
static const struct sasl_mech *
find_misfit(const struct settings *s, enum sasl_proof proof)
{
	size_t i;

	for (i = 0; i < s->mech_count; i++)
		if (s->mechs[i]->proof != proof)
			return s->mechs[i];
	return NULL;
}

/* Whether a login is wanted, even if something for it is missing. */
static bool
wants_login(const struct settings *s)
{
	size_t i;

	for (i = 0; i < s->mech_count; i++)
		if (s->mechs[i]->proof == SASL_PROOF_NONE)
			return true;
	return s->user != NULL || has_secret(s);
}

/* A user whose secret nothing tells is asked for it. */
static void
fill_in_secret(struct parsing *p)
{
	struct settings *s = p->s;

	if (!p->can_ask || has_secret(s) || s->user == NULL ||
	    strchr(s->user, ':') != NULL ||
	    find_misfit(s, SASL_PROOF_PASSWORD) != NULL)
		return;
	s->secret.kind = SECRET_ASK;
	s->proof = SASL_PROOF_PASSWORD;
}

/* Which TLS, and at which port (contract: RFC 6409, RFC 8314). */
static void
fill_in_port(struct parsing *p)
{
	struct settings *s = p->s;

	if (s->port == 0)
		s->port = p->implicit_tls ? PORT_SUBMISSIONS
		    : s->login            ? PORT_SUBMISSION
					  : PORT_SMTP;
	if (p->implicit_tls)
		s->tls_mode = SMTP_TLS_IMPLICIT;
	else if (p->starttls)
		s->tls_mode = SMTP_TLS_STARTTLS;
	else if (p->no_tls)
		s->tls_mode = SMTP_TLS_NONE;
	else if (s->port == PORT_SUBMISSIONS)
		s->tls_mode = SMTP_TLS_IMPLICIT;
	else if (s->login || s->has_days)
		s->tls_mode = SMTP_TLS_STARTTLS;
	else
		s->tls_mode = SMTP_TLS_NONE;
}

static void
fill_in_names(struct parsing *p)
{
	struct settings *s = p->s;
	struct address a;
	bool is_literal;

	if (s->verify_name == NULL && s->host != NULL &&
	    options_replace(p, &s->verify_name, s->host) == 0 &&
	    s->host_is_literal)
		/* No certificate names our network interface. */
		s->verify_name[strcspn(s->verify_name, "%")] = '\0';
	if (s->sni != NULL || s->verify_name == NULL)
		return;
	is_literal = address_parse(&a, s->verify_name, 0);
	if (!is_literal)
		options_replace(p, &s->sni, s->verify_name);
	else if (s->host != NULL && !s->host_is_literal)
		options_replace(p, &s->sni, s->host);
}

static bool
is_allowed(const struct settings *s, const struct sasl_mech *mech)
{
	return mech->proof == s->proof &&
	    (s->mechs_named || !mech->binds_channel) &&
	    (s->authzid == NULL || mech->carries_authzid);
}

/* Those of -A, or of all there are, that fit the secret and --authzid. */
static void
choose_mechs(struct settings *s)
{
	const struct sasl_mech *m;
	size_t i, kept = 0;

	if (!s->login) {
		s->mech_count = 0;
		return;
	}
	if (s->mech_count == 0) {
		for (m = sasl_mechs; m->name != NULL; m++)
			if (is_allowed(s, m) && kept < SETTINGS_MECHS_MAX)
				s->mechs[kept++] = m;
	} else {
		for (i = 0; i < s->mech_count; i++)
			if (is_allowed(s, s->mechs[i]))
				s->mechs[kept++] = s->mechs[i];
	}
	s->mech_count = kept;
}

/* -U user:secret, as other programs take it. */
static void
refuse_pair(struct parsing *p)
{
	complain(p,
	    "-U: a user without a secret; no password stands behind a ':', "
	    "add --password-from=SOURCE");
	options_hide(p, p->user);
	free(p->s->user);
	p->s->user = NULL;
}

/* The word of -A that a mechanism came from. */
static const char *
name_of(const struct parsing *p, const struct sasl_mech *mech)
{
	if (mech == NULL)
		return NULL;
	return p->strongest && mech->proof == SASL_PROOF_PASSWORD ? "strongest"
								  : mech->name;
}

static void
check_secret(struct parsing *p)
{
	const struct settings *s = p->s;
	const struct sasl_mech *misfit = find_misfit(s, s->proof);
	const char *name = name_of(p, misfit);

	if (!has_secret(s) && s->user != NULL && strchr(s->user, ':') != NULL &&
	    (s->mech_count == 0 || misfit != NULL))
		refuse_pair(p);
	else if (has_secret(s) && misfit != NULL)
		err_set(p->e, ERR_USAGE,
		    "-A %s: does not fit a %s; leave it out%s", name,
		    s->proof == SASL_PROOF_TOKEN ? "token" : "password",
		    misfit->proof == SASL_PROOF_NONE ? " or the secret" : "");
	else if (has_secret(s) && s->user == NULL)
		complain(p, "a secret without a user; add -U USER");
	else if (!has_secret(s) && misfit != NULL && wants_login(s))
		err_set(p->e, ERR_USAGE,
		    "-A %s: needs a secret; add %s, or leave it out", name,
		    misfit->proof == SASL_PROOF_TOKEN
			? "--token-from=SOURCE"
			: "--password-from=SOURCE");
	else if (!has_secret(s) && misfit != NULL)
		err_set(p->e, ERR_USAGE,
		    "-A %s: no credentials; add -U USER and %s", name,
		    misfit->proof == SASL_PROOF_TOKEN
			? "--token-from=SOURCE"
			: "--password-from=SOURCE");
	else if (!has_secret(s) && s->user != NULL && s->mech_count == 0)
		err_set(p->e, ERR_USAGE,
		    "-U %.*s: a user without a secret; add "
		    "--password-from=SOURCE or --token-from=SOURCE",
		    text_cut(s->user, 120), s->user);
}

static void
check_login(struct parsing *p)
{
	const struct settings *s = p->s;

	if (!s->login && s->expect_rejected)
		complain(p,
		    "--expect-rejected: no credentials; add -U USER "
		    "and --password-from=SOURCE");
	if (!s->login && s->authzid != NULL)
		complain(p,
		    "--authzid: no credentials; add -U USER and "
		    "--password-from=SOURCE");
	if (s->login && s->mech_count == 0 && s->authzid != NULL)
		complain(p,
		    "--authzid: no mechanism allowed carries one; "
		    "allow PLAIN, SCRAM-SHA-256, OAUTHBEARER or EXTERNAL, "
		    "or leave it out");
}

static void
check_tls(struct parsing *p)
{
	const struct settings *s = p->s;

	if (p->implicit_tls && p->starttls)
		complain(p, "-s with -S: TLS begins once; give one of them");
	if (p->no_tls && (p->implicit_tls || p->starttls))
		complain(p,
		    p->starttls ? "-S with --no-tls: give one of them"
				: "-s with --no-tls: give one of them");
	if (s->client_key != NULL && s->client_cert == NULL)
		complain(p,
		    "--client-key without --client-cert; add the "
		    "certificate");
	if (s->tls_mode != SMTP_TLS_NONE)
		return;
	if (p->no_tls && s->has_days)
		complain(p,
		    "-D with --no-tls: there is no certificate; give "
		    "one of them");
	if (s->pin_count > 0)
		complain(p,
		    p->no_tls ? "--pin with --no-tls: there is no certificate; "
				"give one of them"
			      : "--pin without TLS: add -S or -s");
	if (s->client_cert != NULL)
		complain(p,
		    p->no_tls
			? "--client-cert with --no-tls: nobody asks for it; "
			  "give one of them"
			: "--client-cert without TLS: add -S or -s");
}

/* The address of -I, or that which the host is. */
static void
fill_in_address(struct parsing *p)
{
	struct settings *s = p->s;

	if (!s->has_address && s->host_is_literal) {
		s->address = p->host_address;
		s->has_address = true;
	}
	if (s->has_address)
		address_set_port(&s->address, s->port);
}

static void
check_family(struct parsing *p)
{
	const struct settings *s = p->s;
	bool given = s->connect_address != NULL;

	if (p->ipv4 && p->ipv6) {
		complain(p, "-4 with -6: give one, or neither for both");
		return;
	}
	if (!s->has_address || s->family == AF_UNSPEC ||
	    address_family(&s->address) == s->family)
		return;
	err_set(p->e, ERR_USAGE,
	    "%s %s: not an IPv%c address; leave out -%c or give another",
	    given ? "-I" : "HOST", given ? s->connect_address : s->host,
	    p->ipv4 ? '4' : '6', p->ipv4 ? '4' : '6');
}

static void
fill_in_temporary(struct parsing *p)
{
	struct options *o = p->o;

	if (o->output_file != NULL && !p->in_section &&
	    (o->output_temporary = replace_temporary(
		 o->output_file, "check_smtp_auth")) == NULL)
		err_nomem(p->e);
}

/* Whoever redirects it would find an empty file when all is well. */
static void
check_quiet(struct parsing *p)
{
	const struct options *o = p->o;

	if (o->quiet && o->format != &report_text && o->output_file == NULL &&
	    !p->in_section)
		err_set(p->e, ERR_USAGE,
		    "--quiet with --output-format=%s: nothing would come when "
		    "the state is OK; add --output-file=PATH, or leave it out",
		    o->format->name);
}

/* check_smtp's pairs: the first -R belongs to the first -C. */
static void
join_pairs(struct parsing *p)
{
	struct settings *s = p->s;
	size_t i;

	for (i = 0; i < p->response_count && i < s->command_count; i++) {
		s->commands[i].response = p->response[i];
		p->response[i] = NULL;
	}
	if (p->response_count > s->command_count)
		complain(p, "-R without a -C that it belongs to; add -C CMD");
}

/* Many checks run at once, and nobody sits there. */
static void
check_ask(struct parsing *p)
{
	if (p->in_section && p->s->secret.kind == SECRET_ASK)
		complain(p,
		    "ask: nobody is asked in a batch; use another source, such "
		    "as file:PATH");
}

void
options_check(struct parsing *p)
{
	struct settings *s = p->s;

	options_check_batch(p);
	check_quiet(p);
	if (p->o->batch != NULL && !p->in_section) {
		/* What is missing here, each check has or not. */
		fill_in_temporary(p);
		return;
	}
	fill_in_secret(p);
	s->login = wants_login(s);
	s->secret.folder = s->state_dir;
	fill_in_port(p);
	fill_in_address(p);
	fill_in_names(p);
	fill_in_temporary(p);
	join_pairs(p);
	check_ask(p);
	if (!s->login && !p->s->remapped[CONDITION_STARTTLS_MISSING])
		s->state_of[CONDITION_STARTTLS_MISSING] = STATUS_WARNING;
	if (s->host == NULL)
		complain(p, "no host; give it as HOST or -H HOST");
	if (s->rcpt != NULL && s->from == NULL)
		complain(p,
		    "--rcpt without -f: RCPT needs MAIL first; add "
		    "-f ADDR");
	check_family(p);
	check_tls(p);
	check_secret(p);
	options_check_thresholds(p);
	options_check_memory(p);
	choose_mechs(s);
	check_login(p);
}
