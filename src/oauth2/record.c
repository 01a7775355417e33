#include "oauth2/record.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/library_memory.h"
#include "base/wipe.h"
#include "oauth2/json.h"

static const struct {
	const char *key;
	size_t field;
} texts[] = {
	{ "refresh_token", offsetof(struct record, refresh_token) },
	{ "token_url", offsetof(struct record, token_url) },
	{ "client_id", offsetof(struct record, client_id) },
	{ "salt", offsetof(struct record, salt) },
	{ "fingerprint", offsetof(struct record, fingerprint) },
};
static const struct {
	const char *key;
	size_t field;
} times[] = {
	{ "signed_in_at", offsetof(struct record, signed_in_at) },
	{ "renewed_at", offsetof(struct record, renewed_at) },
	{ "refresh_ends_at", offsetof(struct record, refresh_ends_at) },
	{ "in_flight_since", offsetof(struct record, in_flight_since) },
	{ "lost_at", offsetof(struct record, lost_at) },
	{ "failed_at", offsetof(struct record, failed_at) },
};
static const struct {
	const char *key;
	size_t field, size;
} words[] = {
	{ "text", offsetof(struct failure, text),
	    sizeof((struct failure *)0)->text },
	{ "remedy", offsetof(struct failure, remedy),
	    sizeof((struct failure *)0)->remedy },
	{ "error", offsetof(struct failure, error),
	    sizeof((struct failure *)0)->error },
	{ "code", offsetof(struct failure, code),
	    sizeof((struct failure *)0)->code },
};
enum {
	TEXTS = sizeof texts / sizeof texts[0],
	TIMES = sizeof times / sizeof times[0],
	WORDS = sizeof words / sizeof words[0],
	RECORD_MAX = 96 * 1024,
};

static char **
text_at(const struct record *r, size_t field)
{
	return (char **)((char *)(uintptr_t)r + field);
}

static int64_t *
time_at(const struct record *r, size_t field)
{
	return (int64_t *)((char *)(uintptr_t)r + field);
}

/* A number of any sign; 0 if it is not there.  Returns -1 if it is none. */
static int
read_number(const json_t *object, const char *key, int64_t *out)
{
	const json_t *value = json_object_get(object, key);

	*out = value != NULL ? json_integer_value(value) : 0;
	return value == NULL || json_is_integer(value) ? 0 : -1;
}

static int
read_failure(struct failure *f, const json_t *object)
{
	char *field = (char *)f, *text;
	int64_t status = 0;
	size_t i;

	if (object == NULL)
		return 0;
	if (json_get_text(object, "class", &text) == -1 || text == NULL)
		return -1;
	f->class = failure_class_find(text);
	wipe_free(text);
	for (i = 0; i < WORDS; i++) {
		if (json_get_text(object, words[i].key, &text) == -1)
			return -1;
		failure_harmless(field + words[i].field, words[i].size,
		    text != NULL ? text : "");
		wipe_free(text);
	}
	f->refused = json_is_true(json_object_get(object, "refused"));
	if (read_number(object, "http_status", &status) == -1 ||
	    read_number(object, "retry_at", &f->retry_at) == -1)
		return -1;
	f->status = (long)status;
	return f->class != FAILURE_NONE ? 0 : -1;
}

static int
read_members(struct record *r, const json_t *object)
{
	size_t i;

	for (i = 0; i < TEXTS; i++)
		if (json_get_text(
			object, texts[i].key, text_at(r, texts[i].field)) == -1)
			return -1;
	for (i = 0; i < TIMES; i++)
		if (read_number(
			object, times[i].key, time_at(r, times[i].field)) == -1)
			return -1;
	if (read_number(object, "clock_ahead", &r->ahead) == -1)
		return -1;
	r->lost_by_death =
	    json_is_true(json_object_get(object, "lost_by_death"));
	return read_failure(&r->last, json_object_get(object, "last_error"));
}

static int
fail_damaged(
    const struct store *s, const char *name, bool lacked, struct failure *f)
{
	if (lacked)
		return failure_set(f, FAILURE_LOCAL,
		    "%.200s/%s.json: out of memory", s->path, name);
	failure_set(f, FAILURE_LOCAL, "%.200s/%s.json: damaged", s->path, name);
	return failure_advise(
	    f, "move it away, then: smtp-oauth2 setup %s", name);
}

int
record_load(struct record *r, const struct store *s, const char *name,
    struct failure *f)
{
	struct buf text = BUF_INIT(STORE_FILE_MAX);
	const unsigned long lacks = library_memory_lacks();
	json_t *object = NULL;
	int rc;

	*r = (struct record){ .ahead = 0 };
	rc = store_read(s, name, "json", &text, f);
	if (rc == 1) {
		object = json_loadb(
		    buf_str(&text), text.len, JSON_REJECT_DUPLICATES, NULL);
		/* jansson drops octets of a string that it had no memory for,
		 * and goes on. */
		if (!json_is_object(object) || read_members(r, object) == -1 ||
		    library_memory_lacks() != lacks)
			rc = fail_damaged(
			    s, name, library_memory_lacks() != lacks, f);
		json_decref(object);
	}
	buf_free(&text);
	return rc;
}

static void
add_failure(json_t *object, const struct failure *f)
{
	const char *field = (const char *)f;
	json_t *o = json_object();
	size_t i;

	json_object_set_new(
	    o, "class", json_string(failure_class_name(f->class)));
	for (i = 0; i < WORDS; i++)
		json_object_set_new(
		    o, words[i].key, json_string(field + words[i].field));
	json_object_set_new(o, "http_status", json_integer(f->status));
	json_object_set_new(o, "retry_at", json_integer(f->retry_at));
	json_object_set_new(o, "refused", json_boolean(f->refused));
	json_object_set_new(object, "last_error", o);
}

int
record_print(const struct record *r, struct buf *out, struct failure *f)
{
	const unsigned long lacks = library_memory_lacks();
	json_t *o = json_object();
	size_t i;

	/* Half a record would lose the account. */
	for (i = 0; i < TEXTS; i++)
		if (*text_at(r, texts[i].field) != NULL &&
		    json_object_set_new(o, texts[i].key,
			json_string(*text_at(r, texts[i].field))) == -1)
			out->failed = true;
	for (i = 0; i < TIMES; i++)
		if (*time_at(r, times[i].field) != 0)
			json_object_set_new(o, times[i].key,
			    json_integer(*time_at(r, times[i].field)));
	json_object_set_new(o, "clock_ahead", json_integer(r->ahead));
	if (r->lost_by_death)
		json_object_set_new(o, "lost_by_death", json_true());
	if (r->last.class != FAILURE_NONE)
		add_failure(o, &r->last);
	json_print(o, out);
	json_decref(o);
	buf_addc(out, '\n');
	if (library_memory_lacks() != lacks)
		out->failed = true;
	return out->failed ? failure_set(f, FAILURE_LOCAL, "out of memory") : 0;
}

int
record_save(const struct record *r, const struct store *s, const char *name,
    struct failure *f)
{
	struct buf out = BUF_INIT(RECORD_MAX);
	int rc = record_print(r, &out, f);

	if (rc == 0)
		rc = store_write(s, name, "json", out.data, out.len, f);
	buf_free(&out);
	return rc;
}

static int
replace(char **field, const char *value)
{
	char *copy = strdup(value);

	if (copy == NULL)
		return -1;
	wipe_free(*field);
	*field = copy;
	return 0;
}

int
record_bind(struct record *r, const struct account *a, char **token)
{
	/* What it is bound to goes first: half of it would set it free. */
	if (!record_fits(r, a) &&
	    (replace(&r->token_url, a->token_url) == -1 ||
		replace(&r->client_id, a->client_id) == -1))
		return -1;
	wipe_free(r->refresh_token);
	r->refresh_token = *token;
	*token = NULL;
	return 0;
}

bool
record_fits(const struct record *r, const struct account *a)
{
	return r->token_url != NULL && r->client_id != NULL &&
	    a->client_id != NULL && strcmp(r->token_url, a->token_url) == 0 &&
	    strcmp(r->client_id, a->client_id) == 0;
}

void
record_free(struct record *r)
{
	size_t i;

	for (i = 0; i < TEXTS; i++)
		wipe_free(*text_at(r, texts[i].field));
	*r = (struct record){ .ahead = 0 };
}
