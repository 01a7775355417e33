/* status: how the accounts are, for people, as JSON, and as a plugin. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/library_memory.h"
#include "base/number.h"
#include "oauth2/command.h"
#include "oauth2/health.h"
#include "oauth2/json.h"

enum { DAYS_MAX = 36500, LINE_MAX_BYTES = 4 * 1024 * 1024 };

static const struct health_limits usual = { .warning = 14, .critical = 3 };

/* WARN[,CRIT] */
static int
read_limits(const char *text, struct health_limits *out, struct failure *f)
{
	char word[16];
	const char *comma;

	*out = usual;
	if (text == NULL)
		return 0;
	comma = strchr(text, ',');
	snprintf(word, sizeof word, "%.*s",
	    comma != NULL ? (int)(comma - text) : (int)strlen(text), text);
	out->critical = -1;
	if (number_parse(word, 0, DAYS_MAX, &out->warning) == -1 ||
	    (comma != NULL &&
		number_parse(comma + 1, 0, DAYS_MAX, &out->critical) == -1))
		return failure_set(f, FAILURE_USAGE,
		    "--credential-days: not WARN[,CRIT] in days, such as "
		    "14,3");
	if (out->critical > out->warning)
		return failure_set(f, FAILURE_USAGE,
		    "--credential-days: the days for CRITICAL must be fewer "
		    "than those for WARNING");
	return 0;
}

static void
set_time(json_t *o, const char *key, int64_t at)
{
	json_object_set_new(o, key, at != 0 ? json_integer(at) : json_null());
}

static void
set_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key,
	    text != NULL && *text != '\0' ? json_string(text) : json_null());
}

static json_t *
failure_to_json(const struct health *h)
{
	const struct failure *f = &h->last;
	json_t *o;

	if (f->class == FAILURE_NONE)
		return json_null();
	o = json_object();
	set_text(o, "class", failure_class_name(f->class));
	set_text(o, "error", f->error);
	set_text(o, "code", f->code);
	set_time(o, "http_status", f->status);
	set_text(o, "message", f->text);
	set_text(o, "remedy", f->remedy);
	set_time(o, "at", h->failed_at);
	set_time(o, "retry_at", f->retry_at);
	return o;
}

static json_t *
to_json(const struct health *h)
{
	json_t *o = json_object();

	set_text(o, "name", h->name);
	set_text(o, "state", health_name(h->state));
	set_text(o, "message", h->text);
	set_text(o, "provider", h->provider);
	set_text(o, "flow", h->flow);
	set_text(o, "user", h->user);
	json_object_set_new(o, "token_valid", json_boolean(h->token_is_valid));
	set_time(o, "token_expires_at", h->token_expires_at);
	set_time(o, "renew_at", h->renew_at);
	set_text(o, "credential", h->credential);
	set_time(o, "credential_ends_at", h->credential_ends_at);
	json_object_set_new(o, "credential_days",
	    h->credential_ends_at != 0 ? json_integer(h->credential_days)
				       : json_null());
	set_time(o, "signed_in_at", h->signed_in_at);
	set_time(o, "renewed_at", h->renewed_at);
	json_object_set_new(o, "in_flight", json_boolean(h->in_flight));
	json_object_set_new(o, "clock_ahead", json_integer(h->ahead));
	json_object_set_new(o, "last_error", failure_to_json(h));
	return o;
}

/* What was found of all that were looked at. */
struct overview {
	enum health_state state;
	struct health worst;
	struct buf lines; /* the worst first, for people */
	struct buf others;
	json_t *accounts;
	size_t count, bad;
};

static void
take(struct overview *v, const struct health *h)
{
	struct buf *b = h->state == HEALTH_OK ? &v->others : &v->lines;

	if (v->count++ == 0 || health_is_worse(h->state, v->state)) {
		v->state = h->state;
		v->worst = *h;
	}
	v->bad += h->state != HEALTH_OK;
	buf_addf(b, "%s: %s: %s\n", h->name, health_name(h->state), h->text);
	json_array_append_new(v->accounts, to_json(h));
}

static void
print_text(const struct overview *v, const struct health_limits *limits)
{
	printf("SMTP_OAUTH2 %s: ", health_name(v->state));
	if (v->count == 1 || v->bad > 0)
		printf("%s: %s", v->worst.name, v->worst.text);
	if (v->count > 1 && v->bad > 0)
		printf(" (%zu of %zu accounts are not OK)", v->bad, v->count);
	else if (v->count > 1)
		printf("%zu accounts", v->count);
	if (v->count == 1 && v->worst.credential_ends_at != 0) {
		printf(" | credential_days=%ld;%ld:;", v->worst.credential_days,
		    limits->warning);
		if (limits->critical >= 0)
			printf("%ld:", limits->critical);
	}
	printf("\n");
	if (v->count > 1)
		printf("%s%s", buf_str(&v->lines), buf_str(&v->others));
}

static int
print_json(const struct overview *v, unsigned long lacks, struct failure *f)
{
	struct buf out = BUF_INIT(LINE_MAX_BYTES);
	json_t *o = json_object();

	json_object_set_new(o, "schema", json_integer(1));
	set_text(o, "state", health_name(v->state));
	json_object_set(o, "accounts", v->accounts);
	json_print(o, &out);
	json_decref(o);
	if (out.failed || library_memory_lacks() != lacks)
		failure_set(f, FAILURE_LOCAL, "out of memory");
	else
		printf("%s\n", buf_str(&out));
	buf_free(&out);
	return f->class == FAILURE_NONE ? 0 : -1;
}

static void
look_at(struct overview *v, const struct config *config, const struct store *s,
    const char *name, const struct health_limits *limits)
{
	struct failure f = { .class = FAILURE_NONE };
	struct account a;
	struct health h;

	if (config_account(config, name, &a, &f) == 0)
		health_look(&h, s, &a, limits, (int64_t)time(NULL));
	else
		health_of_failure(&h, name, &f);
	take(v, &h);
	account_free(&a);
}

static int
fail_empty(const struct config *config, struct failure *f)
{
	failure_set(f, FAILURE_LOCAL, "no accounts in %.300s", config->path);
	return failure_advise(f, "smtp-oauth2 setup NAME makes one");
}

static int
look(const struct command_line *l, struct overview *v,
    const struct health_limits *limits, struct failure *f)
{
	struct store store = { .folder = -1 };
	struct config config;
	size_t i;
	int rc = -1;

	if (config_load(&config, l->config, f) == 0 &&
	    store_open(&store, store_path(l->state_dir), true, f) == 0) {
		rc = 0;
		if (l->name != NULL)
			look_at(v, &config, &store, l->name, limits);
		for (i = 0; l->name == NULL && i < config.count; i++)
			look_at(v, &config, &store, config.names[i], limits);
		if (v->count == 0 && !l->json)
			rc = fail_empty(&config, f);
	}
	store_close(&store);
	config_free(&config);
	return rc;
}

int
command_status(const struct command_line *l, struct failure *f)
{
	const unsigned long lacks = library_memory_lacks();
	struct overview v = { .state = HEALTH_OK,
		.lines = BUF_INIT(LINE_MAX_BYTES),
		.others = BUF_INIT(LINE_MAX_BYTES),
		.accounts = json_array() };
	struct health_limits limits;

	if (read_limits(l->credential_days, &limits, f) == 0 &&
	    look(l, &v, &limits, f) == 0) {
		if (v.count == 0)
			v.state = HEALTH_UNKNOWN;
		/* What is not whole is not shown. */
		if (v.lines.failed || v.others.failed ||
		    library_memory_lacks() != lacks)
			failure_set(f, FAILURE_LOCAL, "out of memory");
		else if (l->json)
			print_json(&v, lacks, f);
		else
			print_text(&v, &limits);
	}
	buf_free(&v.lines);
	buf_free(&v.others);
	json_decref(v.accounts);
	return (int)v.state;
}
