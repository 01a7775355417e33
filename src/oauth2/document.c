#include "oauth2/document.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/library_memory.h"
#include "base/wipe.h"
#include "oauth2/json.h"

enum {
	NUMBER_MAX = 1000000000, /* seconds: 31 years */
	TRIES = 2,
};

static const struct {
	const char *key;
	size_t field;
} texts[] = {
	{ "refresh_token", offsetof(struct document, refresh_token) },
	{ "access_token", offsetof(struct document, access_token) },
	{ "token_type", offsetof(struct document, token_type) },
	{ "error", offsetof(struct document, error) },
	{ "suberror", offsetof(struct document, suberror) },
	{ "error_subtype", offsetof(struct document, suberror) },
	{ "error_description", offsetof(struct document, description) },
	{ "device_code", offsetof(struct document, device_code) },
	{ "user_code", offsetof(struct document, user_code) },
	{ "verification_uri", offsetof(struct document, verification_uri) },
	{ "verification_url", offsetof(struct document, verification_uri) },
	{ "verification_uri_complete",
	    offsetof(struct document, verification_uri_complete) },
	{ "issuer", offsetof(struct document, issuer) },
	{ "authorization_endpoint",
	    offsetof(struct document, authorization_endpoint) },
	{ "token_endpoint", offsetof(struct document, token_endpoint) },
	{ "device_authorization_endpoint",
	    offsetof(struct document, device_authorization_endpoint) },
	{ "revocation_endpoint",
	    offsetof(struct document, revocation_endpoint) },
};
static const struct {
	const char *key;
	size_t field;
} numbers[] = {
	{ "expires_in", offsetof(struct document, expires_in) },
	{ "refresh_in", offsetof(struct document, refresh_in) },
	{ "refresh_token_expires_in",
	    offsetof(struct document, refresh_expires_in) },
	{ "interval", offsetof(struct document, interval) },
};
enum {
	TEXTS = sizeof texts / sizeof texts[0],
	NUMBERS = sizeof numbers / sizeof numbers[0],
};

static char **
text_at(struct document *a, size_t field)
{
	return (char **)((char *)a + field);
}

static int64_t *
number_at(struct document *a, size_t field)
{
	return (int64_t *)((char *)a + field);
}

static void
reset(struct document *a)
{
	size_t i;

	*a = (struct document){ .access_token = NULL };
	for (i = 0; i < NUMBERS; i++)
		*number_at(a, numbers[i].field) = -1;
}

static int
fail(char *why, size_t size, const char *key, const char *what)
{
	snprintf(why, size, "its \"%s\" %s", key, what);
	return -1;
}

/* As it is sent in a header or a line, and kept in one. */
static bool
is_token(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

static int
read_members(struct document *a, const json_t *object, char *why, size_t size)
{
	char **text;
	int64_t *number;
	size_t i;

	for (i = 0; i < TEXTS; i++) {
		text = text_at(a, texts[i].field);
		if (*text == NULL &&
		    json_get_text(object, texts[i].key, text) == -1)
			return fail(why, size, texts[i].key, "is no string");
	}
	for (i = 0; i < NUMBERS; i++) {
		number = number_at(a, numbers[i].field);
		if (json_get_number(object, numbers[i].key, number) == -1 ||
		    *number > NUMBER_MAX)
			return fail(why, size, numbers[i].key,
			    "is no number of seconds");
	}
	a->iss_is_sent = json_is_true(json_object_get(
	    object, "authorization_response_iss_parameter_supported"));
	if (a->access_token != NULL &&
	    (a->access_token[0] == '\0' || !is_token(a->access_token)))
		return fail(why, size, "access_token",
		    "is empty, or holds characters that no token has");
	return 0;
}

/*
 * Keys twice are refused: which of them counts is for whoever sent it to say.
 * Yet the refresh token may be there once.
 */
static void
save_refresh_token(struct document *a, const char *data, size_t len)
{
	static const char key[] = "\"refresh_token\"";
	const char *first = memmem(data, len, key, sizeof key - 1);
	const char *next;
	json_t *object;

	/* An escape in a key could be a second one. */
	if (first == NULL || memmem(data, len, "\\u", 2) != NULL)
		return;
	next = first + sizeof key - 1;
	if (memmem(next, (size_t)(data + len - next), key, sizeof key - 1) !=
	    NULL)
		return;
	object = json_loadb(data, len, 0, NULL);
	(void)json_get_text(object, "refresh_token", &a->refresh_token);
	json_decref(object);
}

/* All of it goes but the refresh token. */
static void
keep_refresh_token(struct document *a)
{
	char *kept = a->refresh_token;

	a->refresh_token = NULL;
	document_free(a);
	a->refresh_token = kept;
}

static int
read_once(
    struct document *out, const char *data, size_t len, char *why, size_t size)
{
	json_error_t e;
	json_t *object = json_loadb(data, len, JSON_REJECT_DUPLICATES, &e);
	int rc = -1;

	reset(out);
	if (object == NULL && json_error_code(&e) == json_error_duplicate_key) {
		snprintf(why, size, "it has a key twice");
		save_refresh_token(out, data, len);
	} else if (object == NULL) {
		snprintf(why, size, "it is no JSON");
	} else if (!json_is_object(object)) {
		snprintf(why, size, "it is no JSON object");
	} else if ((rc = read_members(out, object, why, size)) == -1) {
		keep_refresh_token(out);
	}
	if (out->refresh_token != NULL && out->refresh_token[0] == '\0') {
		wipe_free(out->refresh_token);
		out->refresh_token = NULL;
	}
	json_decref(object);
	return rc;
}

/* It cannot be had again: a lack that has passed must not cost it. */
int
document_read(
    struct document *out, const char *data, size_t len, char *why, size_t size)
{
	unsigned long lacks;
	int i, rc;

	for (i = 0; i < TRIES; i++) {
		lacks = library_memory_lacks();
		rc = read_once(out, data, len, why, size);
		if (library_memory_lacks() == lacks)
			return rc;
		document_free(out);
	}
	snprintf(why, size, "out of memory");
	return DOCUMENT_NO_MEMORY;
}

void
document_free(struct document *a)
{
	size_t i;

	for (i = 0; i < TEXTS; i++) {
		wipe_free(*text_at(a, texts[i].field));
		*text_at(a, texts[i].field) = NULL;
	}
	reset(a);
}
