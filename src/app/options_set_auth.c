#include <stdlib.h>
#include <string.h>

#include "app/options_internal.h"
#include "base/wipe.h"
#include "smtp/sasl.h"

bool
options_next_word(struct parsing *p, const char **list, char *word, size_t size)
{
	const char *start = *list, *end;

	if (start == NULL)
		return false;
	end = start + strcspn(start, ",");
	*list = *end == ',' ? end + 1 : NULL;
	while (start < end && *start == ' ')
		start++;
	while (end > start && end[-1] == ' ')
		end--;
	if (start == end) {
		options_fault(p, p->now->value, "a name in the list is empty");
		return false;
	}
	if ((size_t)(end - start) >= size) {
		options_fault(
		    p, p->now->value, "a name in the list is too long");
		return false;
	}
	memcpy(word, start, (size_t)(end - start));
	word[end - start] = '\0';
	if (strcspn(word, " ") != strlen(word) || options_has_control(word)) {
		options_fault(p, p->now->value,
		    "not a list of names with commas between them");
		return false;
	}
	return true;
}

static void
add_mech(struct options *o, const struct sasl_mech *mech)
{
	size_t i;

	for (i = 0; i < o->mech_count; i++)
		if (o->mechs[i] == mech)
			return;
	if (o->mech_count < OPTIONS_MECHS_MAX)
		o->mechs[o->mech_count++] = mech;
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
	char word[64], known[200];

	(void)row;
	if (p->mechs != NULL && p->mechs->in_file && !p->now->in_file)
		p->o->mech_count = 0;
	p->mechs = p->now;
	while (options_next_word(p, &value, word, sizeof word)) {
		if ((mech = sasl_find(word, strlen(word))) == NULL) {
			list_mechs(known, sizeof known);
			options_fault(p, word,
			    "unknown mechanism; use some of %s", known);
			return;
		}
		add_mech(p->o, mech);
	}
}

void
options_set_identity(
    struct parsing *p, const struct option_row *row, const char *value)
{
	if (*value == '\0')
		options_fault(p, value, "the name is empty");
	else if (options_has_control(value))
		options_fault(p, value,
		    "holds a control character; no user name has one");
	else if (!options_is_long(p, value))
		options_replace(p, options_field(p, row), value);
}

static bool
is_same(const struct secret_source *a, const struct secret_source *b)
{
	return a->kind == b->kind && a->text != NULL &&
	    strcmp(a->text, b->text) == 0;
}

/* source is owned from here on. */
static void
adopt(struct parsing *p, struct secret_source *source, enum sasl_proof proof)
{
	const struct given *before = p->secret;
	struct secret_source *mine = &p->o->secret;

	if (before != NULL && before->in_file == p->now->in_file &&
	    before->row != p->now->row) {
		options_fault(p, NULL, "--%s was given too; give one of them",
		    before->row->name);
		secret_source_free(source);
		return;
	}
	p->secret = p->now;
	p->o->proof = proof;
	if (is_same(mine, source)) {
		/* Freed as a source, env: would lose its variable. */
		wipe_free(source->text);
		return;
	}
	secret_source_free(mine);
	*mine = *source;
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

	if (secret_source_parse(value, &source, &e) == 0)
		adopt(p, &source,
		    strcmp(row->name, "token-from") == 0 ? SASL_PROOF_TOKEN
							 : SASL_PROOF_PASSWORD);
	else if (e.kind == ERR_USAGE)
		options_fault(p, NULL, "%s", e.text);
	else
		err_set(p->e, e.kind, "%s", e.text);
}
