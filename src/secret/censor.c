#include "secret/censor.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/locked.h"
#include "base/text.h"

enum {
	ALIGNMENTS = 3, /* where in a group of three octets it may begin */
	TEXT_MAX = 1024 * 1024,
	SLOTS_MIN = 16,
	NEAR_BEFORE = 5, /* octets that do not fill CENSOR_BASE64 characters */
	NEAR_BEHIND = 7, /* octets that do */
};

enum letters { LETTERS_EXACT, LETTERS_ANY_CASE, LETTERS };

/*
 * A piece is a number: its octets, the first one the most significant, and
 * FOLDED if its letters are in lower case.  No octet of a secret is NUL, so
 * pieces of different length differ, and none is 0; FOLDED is out of the way
 * of CENSOR_RAW octets and of base64, which is ASCII.
 */
#define FOLDED ((uint64_t)1 << 63)

struct censor {
	uint64_t *slots; /* locked; a hash table of the pieces, 0: free */
	size_t size;     /* slots, a power of two; 0: it looks for nothing */
	size_t most;     /* pieces that there is room for */
	unsigned runs[LETTERS]; /* 1 << n: pieces of n octets are in it */
	bool blind;             /* without the memory to look */
};

struct octets {
	const char *at;
	size_t len;
};

static uint64_t
push(uint64_t octets, char c, enum letters letters)
{
	if (letters == LETTERS_ANY_CASE && c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	return octets << 8 | (unsigned char)c;
}

/* The piece that the last run octets make. */
static uint64_t
piece(uint64_t octets, size_t run, enum letters letters)
{
	if (run < sizeof octets)
		octets &= ((uint64_t)1 << 8 * run) - 1;
	return letters == LETTERS_ANY_CASE ? octets | FOLDED : octets;
}

/* Where it is, or the free slot where it would be: a third is always free. */
static uint64_t *
find(const struct censor *c, uint64_t piece)
{
	uint64_t h = piece;
	size_t i;

	/* Each bit of the piece decides. */
	h = (h ^ h >> 32) * 0x9e3779b97f4a7c15;
	h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9;
	i = (size_t)(h ^ h >> 32) & (c->size - 1);
	while (c->slots[i] != 0 && c->slots[i] != piece)
		i = (i + 1) & (c->size - 1);
	return &c->slots[i];
}

static void
add_pieces(struct censor *c, const char *text, size_t len, size_t longest,
    enum letters letters)
{
	size_t i, run = len < longest ? len : longest;
	uint64_t octets = 0, p;

	if (run < CENSOR_SHORTEST)
		return;
	c->runs[letters] |= 1U << run;
	for (i = 0; i < len; i++) {
		octets = push(octets, text[i], letters);
		if (i + 1 < run)
			continue;
		p = piece(octets, run, letters);
		*find(c, p) = p;
	}
}

/*
 * The characters of the base64 text that depend on `before` and the secret
 * alone when `shift` other octets stand before them and anything behind.
 */
static int
add_base64(struct censor *c, const struct octets *before,
    const struct octets *secret, size_t shift)
{
	struct buf raw = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX);
	size_t first = (shift * 8 + 5) / 6, last;
	int rc = -1;

	if (buf_add(&raw, "\0\0", shift) == 0 &&
	    buf_add(&raw, before->at, before->len) == 0 &&
	    buf_add(&raw, secret->at, secret->len) == 0 &&
	    base64_encode(&text, raw.data, raw.len) == 0) {
		last = raw.len * 8 / 6;
		add_pieces(c, text.data + first, last - first, CENSOR_BASE64,
		    LETTERS_EXACT);
		rc = 0;
	}
	buf_free(&raw);
	buf_free(&text);
	return rc;
}

/* What begins in the octets before the secret, and ends in it. */
static int
add_beginning(
    struct censor *c, const struct octets *before, const struct octets *secret)
{
	struct octets near = *before, start = *secret;
	size_t i;

	if (near.len > NEAR_BEFORE) {
		near.at += near.len - NEAR_BEFORE;
		near.len = NEAR_BEFORE;
	}
	if (start.len > NEAR_BEHIND)
		start.len = NEAR_BEHIND;
	for (i = 0; i < ALIGNMENTS; i++)
		if (add_base64(c, &near, &start, i) == -1)
			return -1;
	return 0;
}

/* PLAIN (RFC 4616) has a NUL between them. */
static int
add_behind_user(struct censor *c, const char *user, const struct octets *secret)
{
	struct octets before = { user, strlen(user) + 1 };

	return add_beginning(c, &before, secret);
}

/* What is left of a secret that a line may have been broken in at a blank. */
static int
add_squeezed(struct censor *c, const struct octets *secret)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	int rc = 0;
	size_t i;

	for (i = 0; i < secret->len && rc == 0; i++)
		if (!text_is_space(secret->at[i]))
			rc = buf_addc(&text, secret->at[i]);
	if (rc == 0)
		add_pieces(
		    c, buf_str(&text), text.len, CENSOR_RAW, LETTERS_ANY_CASE);
	buf_free(&text);
	return rc;
}

/* How many pieces there are at most of a text, in all its forms. */
static size_t
count_pieces(size_t len)
{
	return 2 * len +
	    ALIGNMENTS *
	    (base64_length(len + 2) +
		2 * base64_length(NEAR_BEFORE + NEAR_BEHIND + 2));
}

/* Room for so many pieces more.  Returns 0, or -1 without memory. */
static int
make_room(struct censor *c, size_t pieces)
{
	struct censor old = *c;
	size_t i;

	c->most += pieces;
	for (c->size = SLOTS_MIN; c->size < c->most + c->most / 2;)
		c->size *= 2;
	c->slots = (void *)locked_new(c->size * sizeof *c->slots);
	if (c->slots == NULL) {
		*c = old;
		return -1;
	}
	for (i = 0; i < old.size; i++)
		if (old.slots[i] != 0)
			*find(c, old.slots[i]) = old.slots[i];
	locked_free((void *)old.slots, old.size * sizeof *old.slots);
	return 0;
}

/* As it is, and in base64.  Returns 0, or -1 without memory. */
static int
add_text(struct censor *c, const struct octets *text)
{
	static const struct octets nothing = { "", 0 };
	size_t i;

	if (make_room(c, count_pieces(text->len)) == -1)
		return -1;
	add_pieces(c, text->at, text->len, CENSOR_RAW, LETTERS_ANY_CASE);
	for (i = 0; i < ALIGNMENTS; i++)
		if (add_base64(c, &nothing, text, i) == -1)
			return -1;
	return 0;
}

/* Returns 0, or -1 without memory. */
static int
add_all(struct censor *c, const struct octets *secret, const char *user)
{
	static const struct octets bearer = { "Bearer ", 7 };

	if (add_text(c, secret) == -1 ||
	    add_beginning(c, &bearer, secret) == -1 ||
	    (user != NULL && add_behind_user(c, user, secret) == -1))
		return -1;
	return add_squeezed(c, secret);
}

struct censor *
censor_new(const char *secret, const char *user)
{
	struct censor *c = calloc(1, sizeof *c);
	struct octets s = { secret, secret != NULL ? strlen(secret) : 0 };

	if (c != NULL && s.len >= CENSOR_SHORTEST)
		c->blind = add_all(c, &s, user) == -1;
	return c;
}

void
censor_add(struct censor *c, const char *text, size_t len)
{
	const struct octets t = { text, len };

	if (len >= CENSOR_SHORTEST && !c->blind)
		c->blind = add_text(c, &t) == -1;
}

void
censor_free(struct censor *c)
{
	if (c == NULL)
		return;
	locked_free((void *)c->slots, c->size * sizeof *c->slots);
	free(c);
}

static bool
ends_in_piece(const struct censor *c, uint64_t octets, enum letters letters)
{
	size_t run;

	for (run = CENSOR_SHORTEST; run <= CENSOR_BASE64; run++)
		if (c->runs[letters] & 1U << run &&
		    *find(c, piece(octets, run, letters)) != 0)
			return true;
	return false;
}

static bool
holds_piece(const struct censor *c, const char *text, size_t len)
{
	uint64_t exact = 0, any = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		exact = push(exact, text[i], LETTERS_EXACT);
		any = push(any, text[i], LETTERS_ANY_CASE);
		if (ends_in_piece(c, exact, LETTERS_EXACT) ||
		    ends_in_piece(c, any, LETTERS_ANY_CASE))
			return true;
	}
	return false;
}

/*
 * What stands before the text in each line of a reply: the code, and, if they
 * count, an enhanced code (RFC 2034).  0 if there is nothing like it.
 */
static size_t
codes_length(const char *line, size_t n, bool enhanced)
{
	size_t used = 0;

	if (n < 4 || (line[3] != '-' && line[3] != ' '))
		return 0;
	if (!enhanced)
		return 4;
	for (used = 4; used < n && strchr("0123456789.", line[used]);)
		used++;
	if (used >= n || line[used] != ' ' || used < 9)
		return 4;
	return used + 1;
}

/* Copy a reply's text as if it had been one line, and without its blanks. */
static int
squeeze_lines(struct buf *out, const char *text, size_t len, bool enhanced)
{
	const char *end = text + len, *lf, *next, *word;
	int rc = 0;

	for (; text < end && rc == 0; text = next) {
		lf = memchr(text, '\n', (size_t)(end - text));
		next = lf != NULL ? lf + 1 : end;
		text += codes_length(text, (size_t)(next - text), enhanced);
		while (text < next && rc == 0) {
			for (word = text; text < next && !text_is_space(*text);)
				text++;
			rc = buf_add(out, word, (size_t)(text - word));
			text += text < next;
		}
	}
	return rc;
}

bool
censor_holds(const struct censor *c, const char *text, size_t len)
{
	struct buf joined = BUF_INIT(TEXT_MAX);
	bool found;
	int i;

	if (len == 0 || c->blind)
		return c->blind && len > 0;
	if (c->size == 0)
		return false;
	found = holds_piece(c, text, len);
	if (found || memchr(text, '\n', len) == NULL)
		return found;
	/* What looks like an enhanced code may be a piece of the secret. */
	for (i = 0; i < 2 && !found; i++) {
		buf_truncate(&joined, 0);
		/* Without the memory to look, better withhold than show. */
		found = squeeze_lines(&joined, text, len, i == 1) == -1 ||
		    holds_piece(c, buf_str(&joined), joined.len);
	}
	buf_free(&joined);
	return found;
}
