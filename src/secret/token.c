#include "secret/token.h"

#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/text.h"
#include "secret/audience.h"

/* The last second of the year 9999. */
static const int64_t LATEST = 253402300799;

/* Enough for every date; more digits only move the point. */
static const int64_t DIGITS_FULL = 100000000000000000;

/* The claims while they are read; strings are decoded where they stand. */
struct claims {
	char *at;
	char *end;
	struct token *token;
	size_t audiences;
	size_t elsewhere; /* among them */
};

/* A decoded string. */
struct word {
	const char *text;
	size_t len;
};

struct decimal {
	bool negative;
	int64_t digits;
	int64_t scale; /* times ten to this power */
};

typedef bool element_fn(struct claims *c, int depth, const struct word *key);

static bool
is_word(const struct word *w, const char *known)
{
	return w->len == strlen(known) && memcmp(w->text, known, w->len) == 0;
}

static void
skip_blanks(struct claims *c)
{
	while (c->at < c->end &&
	    (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' ||
		*c->at == '\r'))
		c->at++;
}

static bool
next_is(const struct claims *c, char wanted)
{
	return c->at < c->end && *c->at == wanted;
}

static bool
take(struct claims *c, char wanted)
{
	if (!next_is(c, wanted))
		return false;
	c->at++;
	return true;
}

static bool
take_literal(struct claims *c, const char *word)
{
	while (*word != '\0' && take(c, *word))
		word++;
	return *word == '\0';
}

/* Four hex digits; what is not ASCII is in none of the words looked for. */
static bool
read_unicode(struct claims *c, char *out)
{
	static const char hex[] = "0123456789abcdef0123456789ABCDEF";
	unsigned value = 0;
	const char *digit;
	int i;

	if (c->end - c->at < 4)
		return false;
	for (i = 0; i < 4; i++, c->at++) {
		digit = memchr(hex, *c->at, sizeof hex - 1);
		if (digit == NULL)
			return false;
		value = value * 16 + (unsigned)(digit - hex) % 16;
	}
	*out = '\xff';
	if (value < 0x80)
		*out = (char)value;
	return true;
}

/* What follows a backslash. */
static bool
read_escape(struct claims *c, char *out)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	const char *letter;

	if (take(c, 'u'))
		return read_unicode(c, out);
	if (c->at == c->end)
		return false;
	letter = memchr(letters, *c->at, sizeof letters - 1);
	if (letter == NULL)
		return false;
	c->at++;
	*out = meant[letter - letters];
	return true;
}

static bool
read_string(struct claims *c, struct word *w)
{
	char *to = c->at;

	if (!take(c, '"'))
		return false;
	w->text = to;
	while (!next_is(c, '"')) {
		if (c->at == c->end || (unsigned char)*c->at < ' ')
			return false;
		if (!take(c, '\\'))
			*to++ = *c->at++;
		else if (!read_escape(c, to++))
			return false;
	}
	w->len = (size_t)(to - w->text);
	c->at++;
	return true;
}

static bool
read_digits(struct claims *c, struct decimal *d, bool fraction)
{
	const char *from = c->at;

	for (; c->at < c->end && text_is_digit(*c->at); c->at++) {
		if (d->digits < DIGITS_FULL) {
			d->digits = d->digits * 10 + (*c->at - '0');
			d->scale -= fraction;
		} else {
			d->scale += !fraction;
		}
	}
	return c->at > from;
}

/* Behind the e.  What is beyond DIGITS_FULL outweighs any digits before it. */
static bool
read_exponent(struct claims *c, struct decimal *d)
{
	struct decimal e = { .negative = next_is(c, '-') };

	if (next_is(c, '+') || next_is(c, '-'))
		c->at++;
	if (!read_digits(c, &e, false))
		return false;
	d->scale += e.negative ? -e.digits : e.digits;
	return true;
}

/* RFC 8259, 6. */
static bool
read_number(struct claims *c, struct decimal *d)
{
	*d = (struct decimal){ .negative = take(c, '-') };
	if (!take(c, '0') && !read_digits(c, d, false))
		return false;
	if (take(c, '.') && !read_digits(c, d, true))
		return false;
	if (take(c, 'e') || take(c, 'E'))
		return read_exponent(c, d);
	return true;
}

/* Returns false if it is no date. */
static bool
to_date(struct decimal d, int64_t *out)
{
	if (d.negative)
		return false;
	for (; d.scale < 0 && d.digits > 0; d.scale++)
		d.digits /= 10;
	for (; d.scale > 0 && d.digits > 0; d.scale--) {
		if (d.digits > LATEST / 10)
			return false;
		d.digits *= 10;
	}
	if (d.digits > LATEST)
		return false;
	*out = d.digits;
	return true;
}

/* From an opening bracket or brace to the closing one. */
static bool
read_elements(struct claims *c, int depth, element_fn *read_element)
{
	char close = *c->at == '{' ? '}' : ']';
	struct word key = { .text = "", .len = 0 };

	if (depth == TOKEN_DEPTH_MAX)
		return false;
	c->at++;
	skip_blanks(c);
	if (take(c, close))
		return true;
	do {
		skip_blanks(c);
		if (close == '}') {
			if (!read_string(c, &key))
				return false;
			skip_blanks(c);
			if (!take(c, ':'))
				return false;
			skip_blanks(c);
		}
		if (!read_element(c, depth + 1, &key))
			return false;
		skip_blanks(c);
	} while (take(c, ','));
	return take(c, close);
}

/* Any value; it calls itself through read_elements(), to a limited depth. */
static bool
skip_value(struct claims *c, int depth, const struct word *key)
{
	struct decimal number;
	struct word string;

	(void)key;
	if (next_is(c, '{') || next_is(c, '['))
		return read_elements(c, depth, skip_value);
	if (next_is(c, '"'))
		return read_string(c, &string);
	if (next_is(c, 't'))
		return take_literal(c, "true");
	if (next_is(c, 'f'))
		return take_literal(c, "false");
	if (next_is(c, 'n'))
		return take_literal(c, "null");
	return read_number(c, &number);
}

static bool
read_audience(struct claims *c, int depth, const struct word *key)
{
	struct word audience;

	c->audiences++;
	if (!next_is(c, '"'))
		return skip_value(c, depth, key);
	if (!read_string(c, &audience))
		return false;
	c->elsewhere += audience_is_elsewhere(audience.text, audience.len);
	return true;
}

static bool
read_expiry(struct claims *c, int depth, const struct word *key)
{
	struct decimal number;

	c->token->has_expiry = false;
	if (c->at == c->end || (*c->at != '-' && !text_is_digit(*c->at)))
		return skip_value(c, depth, key);
	if (!read_number(c, &number))
		return false;
	c->token->has_expiry = to_date(number, &c->token->expires_at);
	return true;
}

static bool
read_claim(struct claims *c, int depth, const struct word *key)
{
	if (is_word(key, "exp"))
		return read_expiry(c, depth, key);
	if (!is_word(key, "aud"))
		return skip_value(c, depth, key);
	c->audiences = c->elsewhere = 0;
	if (next_is(c, '['))
		return read_elements(c, depth, read_audience);
	return read_audience(c, depth, key);
}

static void
read_claims(struct token *out, struct buf *text)
{
	struct token t = { .has_expiry = false };
	struct claims c = {
		.at = text->data, .end = text->data + text->len, .token = &t
	};

	skip_blanks(&c);
	if (!next_is(&c, '{') || !read_elements(&c, 0, read_claim))
		return;
	skip_blanks(&c);
	if (c.at < c.end)
		return;
	t.is_for_elsewhere = c.audiences > 0 && c.elsewhere == c.audiences;
	*out = t;
}

/* Unpadded base64url (RFC 4648, 5; RFC 7515, 2). */
static bool
is_base64url(const char *s, size_t len)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_";
	size_t i;

	for (i = 0; i < len; i++)
		if (memchr(alphabet, s[i], sizeof alphabet - 1) == NULL)
			return false;
	return len % 4 != 1;
}

/* Returns 0, or -1 without memory. */
static int
decode(struct buf *out, const char *text, size_t len)
{
	struct buf plain = BUF_INIT(TOKEN_MAX + 2);
	int rc = buf_add(&plain, text, len);
	char *s;

	for (s = plain.data; rc == 0 && *s != '\0'; s++) {
		if (*s == '-')
			*s = '+';
		else if (*s == '_')
			*s = '/';
	}
	if (rc == 0)
		rc = buf_add(&plain, "==", (4 - len % 4) % 4);
	if (rc == 0)
		rc = base64_decode(out, plain.data, plain.len);
	buf_free(&plain);
	return rc;
}

int
token_read(struct token *out, const char *text, size_t len)
{
	struct buf claims = BUF_INIT(TOKEN_MAX);
	const char *end = text + len, *first, *second;
	int rc;

	*out = (struct token){ .has_expiry = false };
	if (len > TOKEN_MAX || (first = memchr(text, '.', len)) == NULL)
		return 0;
	first++;
	second = memchr(first, '.', (size_t)(end - first));
	/* No dot is in the alphabet: an encrypted JWT has four of them. */
	if (second == NULL || first - text == 1 ||
	    !is_base64url(text, (size_t)(first - 1 - text)) ||
	    !is_base64url(first, (size_t)(second - first)) ||
	    !is_base64url(second + 1, (size_t)(end - second - 1)))
		return 0;
	if ((rc = decode(&claims, first, (size_t)(second - first))) == 0)
		read_claims(out, &claims);
	buf_free(&claims);
	return rc;
}
