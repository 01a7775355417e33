#include "oauth2/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "base/text.h"
#include "base/wipe.h"
#include "oauth2/request.h"

enum { VALUE_MAX = 4096, TIMEOUT_MAX = 120 };

static const char *const flows[] = {
	[FLOW_CODE] = "code",
	[FLOW_DEVICE] = "device",
	[FLOW_CLIENT] = "client",
	[FLOW_SERVICE] = "service",
};
static const char *const proofs[] = {
	[PROOF_NONE] = "none",
	[PROOF_POST] = "post",
	[PROOF_BASIC] = "basic",
	[PROOF_ASSERTION] = "assertion",
};

/* What is being made. */
struct making {
	struct account *a;
	const char *place;
	struct failure *f;
	bool has_proof;
};

/* "PLACE: KEY: what is wrong"; no value is quoted: it may be a secret. */
static int
fault(const struct making *m, const char *key, const char *what)
{
	return failure_set(
	    m->f, FAILURE_LOCAL, "%s: %s %s", m->place, key, what);
}

static int
find_word(const char *const *words, size_t count, const char *word)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return (int)i;
	return -1;
}

/* YYYY-MM-DD, as the beginning of that day in UTC. */
static int
read_date(const char *s, int64_t *out)
{
	struct date d = { .year = 0 };
	int year, month, day, n = 0;

	if (strlen(s) != 10 ||
	    sscanf(s, "%4d-%2d-%2d%n", &year, &month, &day, &n) != 3 ||
	    n != 10 || year < 2000 || month < 1 || month > 12 || day < 1 ||
	    day > 31)
		return -1;
	d.year = year;
	d.month = month;
	d.day = day;
	*out = date_to_unix(&d);
	return 0;
}

/* What a renewal can read: fewer than a check can. */
#define USE_SOURCE "use file:PATH, cred:NAME, cmd:COMMAND or env:NAME"

static int
set_source(struct making *m, const char *key, const char *value)
{
	struct err e = { .kind = ERR_NONE };
	struct secret_source *s = &m->a->client_secret;

	secret_source_free(s);
	if (secret_source_parse(value, s, &e) == -1)
		return e.kind == ERR_USAGE
		    ? fault(m, key, "is not a source; " USE_SOURCE)
		    : failure_take(m->f, &e);
	/* A renewal has no terminal and no caller's descriptors. */
	if (s->kind == SECRET_OAUTH2)
		return fault(m, key, "cannot be an access token; " USE_SOURCE);
	if (s->kind == SECRET_ASK)
		return fault(m, key,
		    "cannot be asked for: nobody is there when a token is "
		    "renewed; " USE_SOURCE);
	if (s->kind == SECRET_STDIN || s->kind == SECRET_FD)
		return fault(m, key,
		    "cannot be a descriptor: nobody is there when a token is "
		    "renewed; " USE_SOURCE);
	return 0;
}

static int
set_choice(struct making *m, const char *key, const char *value)
{
	int i;

	if (strcmp(key, "provider") == 0) {
		if ((m->a->provider = provider_find(value)) == NULL)
			return fault(m, key,
			    "must be microsoft, google, yahoo, aol, fastmail "
			    "or custom");
	} else if (strcmp(key, "flow") == 0) {
		i = find_word(flows, sizeof flows / sizeof flows[0], value);
		if (i == -1)
			return fault(
			    m, key, "must be code, device, client or service");
		m->a->flow = (enum account_flow)i;
	} else {
		i = find_word(proofs, sizeof proofs / sizeof proofs[0], value);
		if (i == -1)
			return fault(
			    m, key, "must be post, basic, assertion or none");
		m->a->proof = (enum account_proof)i;
		m->has_proof = true;
	}
	return 0;
}

static int
set_other(struct making *m, const char *key, const char *value)
{
	if (strcmp(key, "client-secret-from") == 0)
		return set_source(m, key, value);
	if (strcmp(key, "client-secret-expires") == 0)
		return read_date(value, &m->a->client_secret_ends_at) == 0
		    ? 0
		    : fault(m, key, "must be a date such as 2027-05-31");
	if (strcmp(key, "timeout") == 0)
		return number_parse(value, 1, TIMEOUT_MAX, &m->a->timeout) == 0
		    ? 0
		    : fault(m, key, "must be seconds from 1 to 120");
	if (strcmp(key, "port") == 0)
		return number_parse(value, 1, 65535, &m->a->port) == 0
		    ? 0
		    : fault(m, key, "must be a number from 1 to 65535");
	return set_choice(m, key, value);
}

static int
set_row(struct making *m, const struct given *g)
{
	const struct option_row *row = g->row;
	char **field;

	if (g->value == NULL || *g->value == '\0')
		return fault(m, row->name, "has no value");
	if (strlen(g->value) > VALUE_MAX)
		return fault(m, row->name, "is too long");
	if (text_has_control(g->value))
		return fault(m, row->name, "holds a control character");
	if ((row->traits & OPTION_OWNED) == 0)
		return set_other(m, row->name, g->value);
	field = (char **)((char *)m->a + row->field);
	free(*field);
	if ((*field = strdup(g->value)) == NULL)
		return failure_set(m->f, FAILURE_LOCAL, "out of memory");
	return 0;
}

/* A preset with its %L, %M and %T; NULL without memory. */
static char *
expand(const char *preset, const struct account *a, const struct cloud *c)
{
	struct buf out = BUF_INIT(VALUE_MAX);
	char *copy;

	for (; *preset != '\0'; preset++) {
		if (*preset != '%') {
			buf_addc(&out, *preset);
			continue;
		}
		preset++;
		buf_adds(&out,
		    *preset == 'L'          ? c->login
			: *preset == 'M'    ? c->mail
			: a->tenant != NULL ? a->tenant
					    : "");
	}
	copy = out.failed ? NULL : strdup(buf_str(&out));
	buf_free(&out);
	return copy;
}

static int
preset(
    struct making *m, char **field, const char *text, const struct cloud *cloud)
{
	if (*field != NULL || text == NULL)
		return 0;
	if ((*field = expand(text, m->a, cloud)) == NULL)
		return failure_set(m->f, FAILURE_LOCAL, "out of memory");
	return 0;
}

static bool
is_tenant(const char *s)
{
	for (; *s != '\0'; s++)
		if (strchr("-._", *s) == NULL && !text_is_digit(*s) &&
		    !((*s | 0x20) >= 'a' && (*s | 0x20) <= 'z'))
			return false;
	return true;
}

static int
fill_in(struct making *m)
{
	struct account *a = m->a;
	const struct provider *p = a->provider;
	const struct cloud *c =
	    provider_find_cloud(p, a->cloud != NULL ? a->cloud : "global");
	bool is_app = a->flow == FLOW_CLIENT || a->flow == FLOW_SERVICE;

	if (c == NULL)
		return fault(m, "cloud", "must be global, us or china");
	if (a->tenant != NULL && !is_tenant(a->tenant))
		return fault(m, "tenant", "must be an id or a domain");
	if (p->wants_tenant && a->tenant == NULL && a->token_url == NULL)
		return fault(m, "tenant",
		    "is missing: the directory's id or domain, or consumers");
	if (preset(m, &a->auth_url, p->auth_url, c) == -1 ||
	    preset(m, &a->token_url, p->token_url, c) == -1 ||
	    preset(m, &a->device_url, p->device_url, c) == -1 ||
	    preset(m, &a->revoke_url, p->revoke_url, c) == -1 ||
	    preset(m, &a->host, c->smtp, c) == -1)
		return -1;
	return preset(m, &a->scope, is_app ? p->scope_app : p->scope_user, c);
}

static int
check_urls(struct making *m)
{
	const struct {
		const char *key, *url;
	} urls[] = {
		{ "token-url", m->a->token_url },
		{ "auth-url", m->a->auth_url },
		{ "device-url", m->a->device_url },
		{ "revoke-url", m->a->revoke_url },
		{ "issuer", m->a->issuer },
	};
	size_t i;

	for (i = 0; i < sizeof urls / sizeof urls[0]; i++)
		if (urls[i].url != NULL && !request_url_is_right(urls[i].url))
			return fault(m, urls[i].key,
			    "must be https://HOST/..., without a user");
	if (m->a->token_url == NULL)
		return fault(m, "token-url",
		    "is missing: give it, or have setup find it by --issuer");
	return 0;
}

static int
check_proof(struct making *m)
{
	struct account *a = m->a;
	bool has_secret = a->client_secret.kind != SECRET_NONE;
	bool has_key = a->certificate != NULL || a->key != NULL;

	if (!m->has_proof)
		a->proof = has_secret ? PROOF_POST
		    : has_key         ? PROOF_ASSERTION
				      : PROOF_NONE;
	if ((a->proof == PROOF_POST || a->proof == PROOF_BASIC) && !has_secret)
		return fault(m, "client-secret-from",
		    "is missing: client-auth wants one; " USE_SOURCE);
	if (a->proof == PROOF_ASSERTION &&
	    (a->certificate == NULL || a->key == NULL))
		return fault(m, a->key == NULL ? "key" : "certificate",
		    "is missing: an assertion needs certificate and key");
	if (has_secret && (has_key || a->proof == PROOF_NONE))
		return fault(m, "client-secret-from",
		    has_key ? "and certificate or key are both there: use one "
			      "of them"
			    : "does not go with client-auth none");
	if (a->flow == FLOW_CLIENT && a->proof == PROOF_NONE)
		return fault(m, "client-secret-from",
		    "is missing, or certificate and key: flow client shows "
		    "the application's own credential");
	return 0;
}

static int
check(struct making *m)
{
	struct account *a = m->a;

	if (a->provider == NULL)
		return fault(m, "provider",
		    "is missing: microsoft, google, yahoo, aol, fastmail or "
		    "custom");
	if (a->flow == FLOW_DEVICE && a->provider->no_device != NULL)
		return failure_set(m->f, FAILURE_LOCAL, "%s: %s", m->place,
		    a->provider->no_device);
	if (strstr(a->provider->flows, flows[a->flow]) == NULL)
		return failure_set(m->f, FAILURE_LOCAL,
		    "%s: flow %s is none of %s's, which are: %s", m->place,
		    flows[a->flow], a->provider->name, a->provider->flows);
	if (fill_in(m) == -1 || check_urls(m) == -1)
		return -1;
	if (a->flow == FLOW_SERVICE) {
		if (a->service_account == NULL)
			return fault(m, "service-account",
			    "is missing: Google's key file (JSON)");
		return a->user != NULL
		    ? 0
		    : fault(m, "user", "is missing: the mailbox to log in to");
	}
	if (a->client_id == NULL)
		return fault(m, "client-id",
		    "is missing: register an application with the provider");
	return check_proof(m);
}

bool
account_name_is_right(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-@+";
	size_t n = strlen(name);

	return n > 0 && n <= ACCOUNT_NAME_MAX && name[0] != '.' &&
	    name[0] != '-' && strspn(name, letters) == n;
}

int
account_make(struct account *a, const char *name,
    const struct given_list *given, const char *place, struct failure *f)
{
	struct making m = { .a = a, .place = place, .f = f };
	size_t i;

	*a = (struct account){ .timeout = ACCOUNT_TIMEOUT };
	snprintf(a->name, sizeof a->name, "%s", name);
	for (i = 0; i < given->count; i++)
		if (given->item[i].row != NULL &&
		    set_row(&m, &given->item[i]) == -1)
			return -1;
	return check(&m);
}

void
account_free(struct account *a)
{
	const struct option_row *row;

	for (row = account_table.rows; row->name != NULL; row++)
		if ((row->traits & OPTION_OWNED) != 0)
			free(*(char **)((char *)a + row->field));
	secret_source_free(&a->client_secret);
	*a = (struct account){ .timeout = 0 };
}

const char *
account_flow_name(enum account_flow flow)
{
	return flows[flow];
}

bool
account_is_refreshed(const struct account *a)
{
	return a->flow == FLOW_CODE || a->flow == FLOW_DEVICE;
}
