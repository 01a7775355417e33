#include "run/refusals.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { TIME_DIGITS = 12 };

/*
 * salt HEX
 * secret HEX TIME ...
 * reply TEXT		of the secret above
 */

/* A line of the text that is being read, without its line feed. */
struct line {
	const char *at;
	const char *end;
};

/* Take the word and the blank behind it off the line's front. */
static bool
take_word(struct line *l, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(l->end - l->at) < n || memcmp(l->at, word, n) != 0)
		return false;
	l->at += n;
	return true;
}

static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static bool
take_hex(struct line *l, unsigned char *out, size_t n)
{
	size_t i;
	int high, low;

	if ((size_t)(l->end - l->at) < 2 * n)
		return false;
	for (i = 0; i < n; i++, l->at += 2) {
		high = digit(l->at[0]);
		low = digit(l->at[1]);
		if (high == -1 || low == -1)
			return false;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

/* " TIME", of the next ten thousand years. */
static bool
take_time(struct line *l, struct refusal *s)
{
	int64_t value = 0;
	int n;

	if (!take_word(l, " ") || s->count == REFUSALS_TIMES)
		return false;
	for (n = 0; l->at < l->end && text_is_digit(*l->at); n++, l->at++)
		if (n < TIME_DIGITS)
			value = value * 10 + (*l->at - '0');
	if (n == 0 || n > TIME_DIGITS)
		return false;
	s->at[s->count++] = value;
	return true;
}

static bool
take_secret(struct line *l, struct refusals *r)
{
	struct refusal *s;

	if (!r->has_salt || r->count == REFUSALS_SECRETS)
		return false;
	s = &r->secret[r->count++];
	*s = (struct refusal){ .count = 0 };
	if (!take_hex(l, s->digest, sizeof s->digest))
		return false;
	while (l->at < l->end)
		if (!take_time(l, s))
			return false;
	return s->count > 0;
}

static bool
take_reply(struct line *l, struct refusals *r)
{
	size_t n = (size_t)(l->end - l->at), i;
	char *reply;

	if (r->count == 0 || n >= REFUSALS_REPLY)
		return false;
	reply = r->secret[r->count - 1].reply;
	for (i = 0; i < n; i++)
		if (l->at[i] < ' ' || l->at[i] > '~')
			return false;
	memcpy(reply, l->at, n);
	reply[n] = '\0';
	return true;
}

static bool
take_line(struct line *l, struct refusals *r)
{
	if (take_word(l, "salt ")) {
		if (r->has_salt || !take_hex(l, r->salt, sizeof r->salt))
			return false;
		r->has_salt = true;
		return l->at == l->end;
	}
	if (take_word(l, "secret "))
		return take_secret(l, r);
	return take_word(l, "reply ") && take_reply(l, r);
}

int
refusals_read(struct refusals *r, const char *text, size_t len)
{
	const char *end = text + len;
	struct line l = { .at = text };

	*r = (struct refusals){ .count = 0 };
	for (; l.at < end; l.at = l.end + 1) {
		l.end = memchr(l.at, '\n', (size_t)(end - l.at));
		if (l.end == NULL || !take_line(&l, r)) {
			*r = (struct refusals){ .count = 0 };
			return -1;
		}
	}
	return 0;
}

static void
add_hex(struct buf *out, const unsigned char *data, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_addf(out, "%02x", data[i]);
}

void
refusals_write(const struct refusals *r, struct buf *out)
{
	const struct refusal *s;
	size_t i, k;

	if (r->count == 0)
		return;
	buf_adds(out, "salt ");
	add_hex(out, r->salt, sizeof r->salt);
	buf_addc(out, '\n');
	for (i = 0; i < r->count; i++) {
		s = &r->secret[i];
		buf_adds(out, "secret ");
		add_hex(out, s->digest, sizeof s->digest);
		for (k = 0; k < s->count; k++)
			buf_addf(out, " %" PRId64, s->at[k]);
		buf_addf(out, "\nreply %s\n", s->reply);
	}
}

/* Whether the window that ends now, or begins now, holds it. */
static bool
is_within(int64_t at, int64_t now, int64_t seconds)
{
	return at > now - seconds && at < now + seconds;
}

void
refusals_forget(struct refusals *r, int64_t now)
{
	struct refusal *s;
	size_t i, k, kept = 0, times;

	for (i = 0; i < r->count; i++) {
		s = &r->secret[i];
		times = 0;
		for (k = 0; k < s->count; k++)
			if (is_within(s->at[k], now, REFUSALS_SECONDS_MAX))
				s->at[times++] = s->at[k];
		s->count = times;
		if (times > 0)
			r->secret[kept++] = *s;
	}
	r->count = kept;
}

const struct refusal *
refusals_find(
    const struct refusals *r, const unsigned char digest[SECRET_DIGEST])
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (memcmp(r->secret[i].digest, digest, SECRET_DIGEST) == 0)
			return &r->secret[i];
	return NULL;
}

bool
refusals_recent(const struct refusals *r, int64_t now, int64_t seconds)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (refusals_standing(&r->secret[i], now, seconds, 1).refused >
		    0)
			return true;
	return false;
}

static int
by_time(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct standing
refusals_standing(
    const struct refusal *s, int64_t now, int64_t seconds, int limit)
{
	int64_t within[REFUSALS_TIMES];
	struct standing out = { .refused = 0 };
	size_t i;

	for (i = 0; s != NULL && i < s->count; i++)
		if (is_within(s->at[i], now, seconds))
			within[out.refused++] = s->at[i];
	if (out.refused == 0)
		return out;
	qsort(within, (size_t)out.refused, sizeof *within, by_time);
	out.since = within[0];
	if (out.refused >= limit)
		out.next_try = within[out.refused - limit] + seconds;
	return out;
}

/* The one that was refused last the longest ago makes room. */
static struct refusal *
make_room(struct refusals *r)
{
	struct refusal *oldest = &r->secret[0];
	size_t i;

	if (r->count < REFUSALS_SECRETS)
		return &r->secret[r->count++];
	for (i = 1; i < r->count; i++)
		if (r->secret[i].at[r->secret[i].count - 1] <
		    oldest->at[oldest->count - 1])
			oldest = &r->secret[i];
	return oldest;
}

static void
keep_reply(struct refusal *s, const char *reply)
{
	size_t i;

	for (i = 0; i < REFUSALS_REPLY - 1 && reply[i] != '\0'; i++)
		s->reply[i] =
		    reply[i] >= ' ' && reply[i] <= '~' ? reply[i] : '?';
	s->reply[i] = '\0';
}

void
refusals_note(struct refusals *r, const unsigned char digest[SECRET_DIGEST],
    int64_t now, const char *reply)
{
	struct refusal *s =
	    (struct refusal *)(uintptr_t)refusals_find(r, digest);

	if (s == NULL) {
		s = make_room(r);
		*s = (struct refusal){ .count = 0 };
		memcpy(s->digest, digest, SECRET_DIGEST);
	}
	if (s->count == REFUSALS_TIMES)
		memmove(s->at, s->at + 1, --s->count * sizeof *s->at);
	s->at[s->count++] = now;
	keep_reply(s, reply);
}
