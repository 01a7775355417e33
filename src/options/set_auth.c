/* The setters of the login: mechanisms, identity, where the secret is. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "options/internal.h"
#include "smtp/sasl.h"

static void
add_mech(struct settings *s, const struct sasl_mech *mech)
{
	size_t i;

	for (i = 0; i < s->mech_count; i++)
		if (s->mechs[i] == mech)
			return;
	if (s->mech_count < SETTINGS_MECHS_MAX)
		s->mechs[s->mech_count++] = mech;
}

/* -A strongest, a name for many. */
static void
add_strongest(struct settings *s)
{
	static const char *const names[] = { "SCRAM-SHA-512-PLUS",
		"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-512",
		"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		add_mech(s, sasl_find(names[i], strlen(names[i])));
}

/* Why one that others have is none of ours; NULL: nobody has it. */
static const char *
why_not_built(const char *name)
{
	static const struct {
		const char *name, *why;
	} known[] = {
		{ "DIGEST-MD5",
		    "not built in: it is historic (RFC 6331); let the server "
		    "offer SCRAM-SHA-256, or PLAIN over TLS" },
		{ "NTLM",
		    "not built in: its maker withdraws it; let the server "
		    "offer PLAIN or LOGIN over TLS, or XOAUTH2" },
		{ "GSSAPI",
		    "not built in: it takes a Kerberos ticket, and no password "
		    "or token; check an account with PLAIN over TLS" },
	};
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcasecmp(name, known[i].name) == 0)
			return known[i].why;
	return NULL;
}

/* "PLAIN, LOGIN" and so on: all that there are. */
static void
list_mechs(char *text, size_t size)
{
	const struct sasl_mech *m;
	size_t len = 0, n;

	for (m = sasl_mechs; m->name != NULL; m++) {
		n = strlen(m->name);
		if (len + n + 3 > size)
			break;
		if (len > 0) {
			memcpy(text + len, ", ", 2);
			len += 2;
		}
		memcpy(text + len, m->name, n);
		len += n;
	}
	text[len] = '\0';
}

void
options_set_mechs(
    struct parsing *p, const struct option_row *row, const char *value)
{
	const struct sasl_mech *mech;
	const char *why;
	char word[64], known[300];

	(void)row;
	if (p->mechs != NULL && p->mechs->origin != p->now->origin) {
		p->s->mech_count = 0;
		p->strongest = false;
	}
	p->mechs = p->now;
	p->s->mechs_named = true;
	while (options_next_word(p, &value, word, sizeof word)) {
		if (strcasecmp(word, "strongest") == 0) {
			add_strongest(p->s);
			p->strongest = true;
			continue;
		}
		if ((why = why_not_built(word)) != NULL) {
			options_fault(p, word, "%s", why);
			return;
		}
		if ((mech = sasl_find(word, strlen(word))) == NULL) {
			list_mechs(known, sizeof known);
			options_fault(p, options_like_mechanism(word),
			    "unknown mechanism; use some of %s, or strongest",
			    known);
			return;
		}
		add_mech(p->s, mech);
	}
}

static bool
has_blank_end(const char *s)
{
	static const char no_break[] = "\xc2\xa0"; /* U+00A0 */
	size_t len = strlen(s);

	return text_is_blank(s[0]) || text_is_blank(s[len - 1]) ||
	    strncmp(s, no_break, 2) == 0 ||
	    (len >= 2 && strcmp(s + len - 2, no_break) == 0);
}

void
options_set_identity(
    struct parsing *p, const struct option_row *row, const char *value)
{
	if (*value == '\0')
		options_fault(p, value, "the name is empty");
	else if (text_has_control(value))
		options_fault(p, value,
		    "holds a control character; no user name has one");
	else if (has_blank_end(value))
		options_fault(p, value,
		    "%s with a blank; no user name does: leave it out",
		    text_is_blank(*value) ? "begins" : "ends");
	else if (!options_is_macro(p, value, true) &&
	    !options_is_long(p, value) &&
	    options_replace(p, options_field(p, row), value) == 0 &&
	    options_field(p, row) == (void *)&p->s->user)
		p->user = p->now;
}

/* source is owned from here on. */
static void
adopt(struct parsing *p, struct secret_source *source, enum sasl_proof proof)
{
	const struct given *before = p->secret;
	struct secret_source *mine = &p->s->secret;

	if (before != NULL && before->origin == p->now->origin &&
	    before->row != p->now->row) {
		options_fault(p, NULL, "--%s was given too; give one of them",
		    before->row->name);
		secret_source_free(source);
		return;
	}
	p->secret = p->now;
	p->s->proof = proof;
	if (secret_source_replace(mine, source) == -1)
		err_nomem(p->e);
}

void
options_set_password(
    struct parsing *p, const struct option_row *row, const char *value)
{
	struct secret_source source = { .kind = SECRET_TEXT };

	(void)row;
	if ((source.text = strdup(value)) == NULL)
		err_nomem(p->e);
	else
		adopt(p, &source, SASL_PROOF_PASSWORD);
}

void
options_set_source(
    struct parsing *p, const struct option_row *row, const char *value)
{
	struct secret_source source = { .kind = SECRET_NONE };
	struct err e = { .kind = ERR_NONE };

	bool is_token = strcmp(row->name, "token-from") == 0;

	if (secret_source_parse(value, &source, &e) == 0 && !is_token &&
	    source.kind == SECRET_OAUTH2) {
		secret_source_free(&source);
		options_fault(p, value,
		    "that is an access token; give it by --token-from");
	} else if (e.kind == ERR_NONE)
		adopt(p, &source,
		    is_token ? SASL_PROOF_TOKEN : SASL_PROOF_PASSWORD);
	else if (e.kind == ERR_USAGE)
		options_fault(p, NULL, "%s", e.text);
	else
		err_set(p->e, e.kind, "%s", e.text);
}
