#include "signin/redirect.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/text.h"
#include "base/wipe.h"

enum { SHOWN_MAX = 200 };

void
redirect_free(struct redirect *r)
{
	wipe_free(r->code);
	wipe_free(r->state);
	wipe_free(r->iss);
	wipe_free(r->error);
	wipe_free(r->description);
	*r = (struct redirect){ .code = NULL };
}

static int
hex_value(char c)
{
	if (text_is_digit(c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decode s[0..len) of a form.  Returns it, owned; NULL: a NUL in it,
 * a broken escape, or no memory. */
static char *
decode(const char *s, size_t len)
{
	char *out = malloc(len + 1);
	size_t i, n = 0;

	if (out == NULL)
		return NULL;
	for (i = 0; i < len; i++) {
		char c = s[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int high = i + 2 < len ? hex_value(s[i + 1]) : -1;
			int low = i + 2 < len ? hex_value(s[i + 2]) : -1;

			if (high == -1 || low == -1)
				goto bad;
			c = (char)(high * 16 + low);
			i += 2;
		}
		if (c == '\0')
			goto bad;
		out[n++] = c;
	}
	out[n] = '\0';
	return out;
bad:
	wipe(out, n);
	free(out);
	return NULL;
}

/* Where a parameter goes; NULL: it says nothing to us. */
static char **
field(struct redirect *r, const char *name, size_t len)
{
	const struct {
		const char *name;
		char **to;
	} fields[] = {
		{ "code", &r->code },
		{ "state", &r->state },
		{ "iss", &r->iss },
		{ "error", &r->error },
		{ "error_description", &r->description },
	};
	size_t i;

	for (i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (strlen(fields[i].name) == len &&
		    memcmp(fields[i].name, name, len) == 0)
			return fields[i].to;
	return NULL;
}

/* The query s[0..len).  Returns 0, or -1 with *out empty. */
static int
read_query(struct redirect *out, const char *s, size_t len)
{
	const char *const end = s + len;

	while (s < end) {
		const char *stop = memchr(s, '&', (size_t)(end - s));
		const char *equals;
		char **to;

		if (stop == NULL)
			stop = end;
		equals = memchr(s, '=', (size_t)(stop - s));
		to = field(
		    out, s, (size_t)((equals != NULL ? equals : stop) - s));
		if (to != NULL) {
			const char *value = equals != NULL ? equals + 1 : stop;

			if (*to != NULL ||
			    (*to = decode(value, (size_t)(stop - value))) ==
				NULL) {
				redirect_free(out);
				return -1;
			}
		}
		s = stop + (stop < end);
	}
	return 0;
}

/* The end of the head: behind its empty line; NULL if it is not there. */
static const char *
find_end(const char *data, size_t len)
{
	const char *s = data, *const end = data + len;

	while ((s = memchr(s, '\n', (size_t)(end - s))) != NULL) {
		s++;
		if (s < end && *s == '\r')
			s++;
		if (s < end && *s == '\n')
			return s + 1;
		if (s == end)
			return NULL;
	}
	return NULL;
}

int
redirect_read_request(struct redirect *out, const char *data, size_t len)
{
	static const char get[] = "GET /";
	const size_t n = sizeof get - 1;
	const char *target, *stop, *query;

	*out = (struct redirect){ .code = NULL };
	/* What begins otherwise is told at once. */
	if (memcmp(data, get, len < n ? len : n) != 0 || len > REDIRECT_MAX)
		return -1;
	if (len < n || find_end(data, len) == NULL)
		return 0;
	target = data + n - 1;
	for (stop = target; (unsigned char)*stop > ' ' && *stop != 0x7f; stop++)
		; /* the line feed is there */
	if (*stop != ' ' || (size_t)(data + len - stop) < 8 ||
	    memcmp(stop, " HTTP/1.", 8) != 0)
		return -1;
	query = memchr(target, '?', (size_t)(stop - target));
	if (query == NULL)
		return 1;
	return read_query(out, query + 1, (size_t)(stop - query - 1)) == 0 ? 1
									   : -1;
}

int
redirect_read_url(struct redirect *out, const char *text, size_t len)
{
	const char *query, *fragment;

	*out = (struct redirect){ .code = NULL };
	while (len > 0 && text_is_space(*text)) {
		text++;
		len--;
	}
	while (len > 0 && text_is_space(text[len - 1]))
		len--;
	if (len == 0 || len > REDIRECT_MAX)
		return -1;
	if ((fragment = memchr(text, '#', len)) != NULL)
		len = (size_t)(fragment - text);
	if ((query = memchr(text, '?', len)) != NULL) {
		query++;
		len -= (size_t)(query - text);
		text = query;
	}
	return read_query(out, text, len);
}

bool
redirect_is_ours(const struct redirect *r, const char *state)
{
	const size_t len = strlen(state);

	return r->state != NULL && strlen(r->state) == len &&
	    CRYPTO_memcmp(r->state, state, len) == 0;
}

int
redirect_judge(const struct redirect *r, const char *issuer, bool iss_is_due,
    struct failure *f)
{
	if (issuer != NULL && r->iss != NULL && strcmp(r->iss, issuer) != 0) {
		failure_set(f, FAILURE_LOCAL,
		    "the answer to the sign-in comes from %.200s, not from "
		    "%.200s: it was not used",
		    r->iss, issuer);
		return failure_advise(f,
		    "set issuer to what the provider's discovery document has, "
		    "and sign in anew");
	}
	if (issuer != NULL && r->iss == NULL && iss_is_due)
		return failure_set(f, FAILURE_LOCAL,
		    "the answer to the sign-in does not say from whom it is "
		    "(iss), as %.200s always does: it was not used",
		    issuer);
	if (r->error != NULL) {
		failure_set(f, FAILURE_SIGNIN,
		    "the provider refused the sign-in: %.60s%s%.*s", r->error,
		    r->description != NULL ? ": " : "",
		    r->description != NULL ? text_cut(r->description, SHOWN_MAX)
					   : 0,
		    r->description != NULL ? r->description : "");
		failure_harmless(f->error, sizeof f->error, r->error);
		return -1;
	}
	if (r->code == NULL || *r->code == '\0')
		return failure_set(f, FAILURE_TEMPORARY,
		    "the answer to the sign-in has neither code nor error");
	return 0;
}
